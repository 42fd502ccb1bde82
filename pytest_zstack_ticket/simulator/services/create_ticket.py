"""CreateTicket: the interceptors in their line order, then the service. Source: dossier 7.2 and 7.3."""

from __future__ import annotations

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.json.gson_reader import kind_of
from pytest_zstack_ticket.simulator.json.json_writer import write
from pytest_zstack_ticket.simulator.services.inventories import ticket_inventory
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage import seed_data
from pytest_zstack_ticket.simulator.storage.tables import Collection, Ticket, TicketType

COLUMN_BYTES = 65535
"""What a text column holds."""


def _refuse(turn: CallContext, key: str, *arguments: object) -> ApiError:
    """Build an error of the ticket interceptors, whose code is unknown (dossier 6.2)."""
    argument = turn.world.options.choices.ticket_code == "argument"
    return ApiError("SYS.1007" if argument else "SYS.1006", key, *arguments)


def check_create(turn: CallContext) -> None:
    """Refuse what the ticket service refuses before it does anything."""
    _check_choices(turn)
    system = turn.values.get("accountSystemType")
    if system != "iam2" and "accountSystemType" not in turn.waived and turn.without("accept-unknown:accountSystemType"):
        raise _refuse(turn, "no-account-type", system)
    kind = _ticket_type(turn)
    _check_collection(turn, kind)
    if "requests" not in turn.waived:
        for request in turn.values.get("requests") or ():
            _check_request(turn, request)


def _check_choices(turn: CallContext) -> None:
    """Apply what is unknown of the service's own checks."""
    choices = turn.world.options.choices
    name = turn.values.get("name")
    if name is not None and not name.strip() and choices.empty_name == "refused":
        raise _refuse(turn, "empty-name")
    context = turn.values.get("accountSystemContext")
    if "accountSystemContext" in turn.waived or context is None:
        return
    odd = not isinstance(context, dict) and choices.context_form == "object"
    if odd and turn.without("accept-wrong-type:accountSystemContext"):
        raise _refuse(turn, "bad-context", turn.values.get("accountSystemType"))
    caller = turn.caller
    strict = choices.context_match == "required" and caller.virtual and isinstance(context, dict)
    if strict and context.get("virtualIDUuid") != caller.operator:
        raise _refuse(turn, "bad-context", turn.values.get("accountSystemType"))


def _ticket_type(turn: CallContext) -> TicketType | None:
    """Find the ticket type that covers all calls of the requests (from 3.6)."""
    requests = turn.values.get("requests") or ()
    wanted = {request.get("apiName") for request in requests if isinstance(request, dict)}
    found = next((kind for kind in turn.store.types.values() if wanted and wanted <= kind.apis), None)
    unchecked = turn.waived & {"requests", "apiName"} or not turn.variant.ticket_types
    if found is None and not unchecked and None in requests and not turn.without("accept-null-element:requests"):
        return None
    missing = {"missing" if name is None else "unknown" for name in wanted - seed_data.KNOWN_APIS}
    excused = missing and not any(turn.without(f"accept-{how}:apiName") for how in missing)
    if found is None and not unchecked and not excused and (wanted or turn.without("accept-empty-list:requests")):
        raise _refuse(turn, "no-type")
    return found if turn.variant.ticket_types else None


def _check_collection(turn: CallContext, kind: TicketType | None) -> None:
    uuid = turn.values.get("flowCollectionUuid")
    if uuid is None or uuid not in turn.store.collections:
        if _fallback(turn, kind) is None:
            raise _refuse(turn, "no-collection" if turn.variant.ticket_types else "no-default-collection")
        return
    collection = turn.store.collections[uuid]
    matches = collection.uuid == seed_data.DEFAULT_COLLECTION or kind is None or kind.uuid in collection.types
    if not matches and turn.without("accept-mismatch:flowCollectionUuid"):
        raise _refuse(turn, "collection-mismatch", uuid, kind.uuid if kind else "")
    if collection.status != "Valid":
        raise _refuse(turn, "collection-invalid", uuid)
    if collection.state != "Enabled" and turn.without("accept-disabled:flowCollectionUuid"):
        raise _refuse(turn, "collection-disabled", uuid)
    project = _project(turn)
    if collection.project not in ("", project) and turn.without("accept-foreign:flowCollectionUuid"):
        raise _refuse(turn, "collection-foreign", uuid, project)


def _fallback(turn: CallContext, kind: TicketType | None) -> Collection | None:
    """Find the flow collection for a ticket that names none: the project's own, else the default one."""
    usable = [one for one in turn.store.collections.values() if one.state == "Enabled" and one.status == "Valid"]
    for one in usable:
        if kind is not None and one.project and one.project == _project(turn) and kind.uuid in one.types:
            return one
    return next((one for one in usable if one.default and one.project in ("", _project(turn))), None)


def _project(turn: CallContext) -> str:
    context = turn.values.get("accountSystemContext")
    named = context.get("projectUuid") if isinstance(context, dict) else None
    return turn.caller.project or (named if isinstance(named, str) else "")


def _check_request(turn: CallContext, request: Json) -> None:
    if request is None:
        return
    choices = turn.world.options.choices
    api, body = request.get("apiName"), request.get("apiBody")
    how = "missing" if api is None else "unknown"
    if api not in seed_data.KNOWN_APIS and "apiName" not in turn.waived and turn.without(f"accept-{how}:apiName"):
        raise _refuse(turn, "no-api", "null" if api is None else api)
    wrong = "missing" if body is None else "wrong-type"
    if not isinstance(body, dict) and turn.without(f"accept-{wrong}:apiBody"):
        raise _refuse(turn, "bad-api-body", api, f"Expected BEGIN_OBJECT but was {kind_of(body)}")
    if request.get("requestName") is None and choices.request_name == "required":
        raise _refuse(turn, "bad-request-name")
    if request["executeTimes"] <= 0 and choices.execute_times == "refused":
        raise _refuse(turn, "bad-times", request["executeTimes"])


def create_ticket(turn: CallContext) -> Json:
    """Store the ticket and answer it; raises ApiError where the database refuses it."""
    values = turn.values
    uuid = values.get("resourceUuid") or turn.world.new_uuid()
    if turn.store.taken(uuid) or uuid in turn.world.notes.get("reserved", ()):
        uuid = turn.active.via("create.taken", _taken)(turn, uuid)
    collection = _chosen(turn)
    kind = _ticket_type(turn)
    ticket = Ticket(
        uuid=uuid,
        name=_storable(turn, "name", values.get("name")),
        description=_storable(turn, "description", values.get("description")),
        status="Pending",
        requests=tuple(values.get("requests") or ()),
        system_type=values.get("accountSystemType"),
        context=values.get("accountSystemContext"),
        ticket_type=kind.uuid if kind else None,
        flow=collection.flows[0] if collection and collection.flows else None,
        collection=collection.uuid if collection else "",
        created=turn.now,
        updated=turn.now,
        account=turn.caller.account,
        creator=turn.caller.operator,
        project=_project(turn),
    )
    check_column(turn, "requests", write(list(ticket.requests), escape_html=True))
    stored = turn.active.via("create.insert", insert)(turn, ticket)
    return {"inventory": turn.active.via("create.inventory", ticket_inventory)(turn, stored)}


def _taken(turn: CallContext, uuid: str) -> str:
    internal = turn.world.options.choices.duplicate_uuid == "internal"
    raise ApiError("SYS.1000" if internal else "SYS.1006", "duplicate-uuid", uuid)


def insert(turn: CallContext, ticket: Ticket) -> Ticket:
    """Put a ticket into its table and return what the answer shows."""
    turn.store.tickets[ticket.uuid] = ticket
    return ticket


def _chosen(turn: CallContext) -> Collection | None:
    named = turn.store.collections.get(turn.values.get("flowCollectionUuid") or "")
    return named or _fallback(turn, _ticket_type(turn))


def _storable(turn: CallContext, column: str, text: str | None) -> str | None:
    """Store a text in a table of three-byte characters, in the way that was chosen."""
    how = turn.world.options.choices.four_bytes
    if text is None or how == "kept" or all(character <= "\uffff" for character in text):
        return text
    if how == "refused":
        raise ApiError("SYS.1000", "bad-character", column)
    return "".join(character if character <= "\uffff" else "?" for character in text)


def check_column(turn: CallContext, column: str, text: str) -> None:
    """Refuse what a text column cannot hold."""
    long = len(text.encode("utf-8", "replace")) > COLUMN_BYTES
    if long and turn.world.options.choices.long_text == "refused":
        raise ApiError("SYS.1000", "too-long-column", column)
