"""CreateTicket: the interceptors in their line order, then the service. Source: dossier 7.2 and 7.3."""

from __future__ import annotations

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.json.gson_reader import kind_of
from pytest_zstack_ticket.simulator.json.json_writer import write
from pytest_zstack_ticket.simulator.services.collation import BEYOND, astral
from pytest_zstack_ticket.simulator.services.inventories import ticket_inventory
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage import seed_data
from pytest_zstack_ticket.simulator.storage.tables import Collection, Ticket, TicketType

COLUMN_BYTES = 65535
"""What a text column holds."""


def _refuse(context: CallContext, key: str, *arguments: object) -> ApiError:
    """Build an error of the ticket interceptors, whose code is unknown (dossier 6.2)."""
    argument = context.state.options.choices.ticket_code == "argument"
    return ApiError("SYS.1007" if argument else "SYS.1006", key, *arguments)


def check_create(context: CallContext) -> None:
    """Refuse what the ticket service refuses before it does anything."""
    _check_choices(context)
    system = context.values.get("accountSystemType")
    if (
        system != "iam2"
        and "accountSystemType" not in context.waived
        and context.without("accept-unknown:accountSystemType")
    ):
        raise _refuse(context, "no-account-type", system)
    kind = _ticket_type(context)
    _check_collection(context, kind)
    check_requests(context)


def check_requests(context: CallContext) -> None:
    """Refuse requests that are no calls of an API, of a create or of an update."""
    if "requests" not in context.waived:
        for request in context.values.get("requests") or ():
            _check_request(context, request)


def _check_choices(context: CallContext) -> None:
    """Apply what is unknown of the service's own checks."""
    choices = context.state.options.choices
    name = context.values.get("name")
    if name is not None and not name.strip() and choices.empty_name == "refused":
        raise _refuse(context, "empty-name")
    account = context.values.get("accountSystemContext")
    if "accountSystemContext" in context.waived or account is None:
        return
    odd = not isinstance(account, dict) and choices.context_form == "object"
    if odd and context.without("accept-wrong-type:accountSystemContext"):
        raise _refuse(context, "bad-context", context.values.get("accountSystemType"))
    caller = context.caller
    strict = choices.context_match == "required" and caller.virtual and isinstance(account, dict)
    if strict and account.get("virtualIDUuid") != caller.operator:
        raise _refuse(context, "bad-context", context.values.get("accountSystemType"))


def _ticket_type(context: CallContext) -> TicketType | None:
    """Find the ticket type that covers all calls of the requests (from 3.6)."""
    requests = context.values.get("requests") or ()
    wanted = {request.get("apiName") for request in requests if isinstance(request, dict)}
    found = next((kind for kind in context.store.types.values() if wanted and wanted <= kind.apis), None)
    unchecked = context.waived & {"requests", "apiName"} or not context.variant.ticket_types
    if found is None and not unchecked and None in requests and not context.without("accept-null-element:requests"):
        return None
    unknown = wanted - seed_data.KNOWN_APIS
    excused = unknown and all(_is_excused(context, name) for name in unknown)
    if found is None and not unchecked and not excused and (wanted or context.without("accept-empty-list:requests")):
        raise _refuse(context, "no-type")
    return found if context.variant.ticket_types else None


def _is_excused(context: CallContext, api: str | None) -> bool:
    """Whether a fault lets an apiName through that is that of no API."""
    ways = ("missing",) if api is None else ("unknown",) if api else ("unknown", "empty")
    return any(not context.without(f"accept-{way}:apiName") for way in ways)


def _check_collection(context: CallContext, kind: TicketType | None) -> None:
    uuid = context.values.get("flowCollectionUuid")
    if uuid is None or uuid not in context.store.collections:
        if _fallback(context, kind) is None:
            raise _refuse(context, "no-collection" if context.variant.ticket_types else "no-default-collection")
        return
    collection = context.store.collections[uuid]
    matches = collection.uuid == seed_data.DEFAULT_COLLECTION or kind is None or kind.uuid in collection.types
    if not matches and context.without("accept-mismatch:flowCollectionUuid"):
        raise _refuse(context, "collection-mismatch", uuid, kind.uuid if kind else "")
    if collection.status != "Valid":
        raise _refuse(context, "collection-invalid", uuid)
    if collection.state != "Enabled" and context.without("accept-disabled:flowCollectionUuid"):
        raise _refuse(context, "collection-disabled", uuid)
    project = _project(context)
    if collection.project not in ("", project) and context.without("accept-foreign:flowCollectionUuid"):
        raise _refuse(context, "collection-foreign", uuid, project)


def _fallback(context: CallContext, kind: TicketType | None) -> Collection | None:
    """Find the flow collection for a ticket that names none: the project's own, else the default one."""
    usable = [one for one in context.store.collections.values() if one.state == "Enabled" and one.status == "Valid"]
    for one in usable:
        if kind is not None and one.project and one.project == _project(context) and kind.uuid in one.types:
            return one
    return next((one for one in usable if one.default and one.project in ("", _project(context))), None)


def _project(context: CallContext) -> str:
    account = context.values.get("accountSystemContext")
    named = account.get("projectUuid") if isinstance(account, dict) else None
    return context.caller.project or (named if isinstance(named, str) else "")


def _check_request(context: CallContext, request: Json) -> None:
    if request is None:
        return
    choices = context.state.options.choices
    api, body = request.get("apiName"), request.get("apiBody")
    if api not in seed_data.KNOWN_APIS and "apiName" not in context.waived and not _is_excused(context, api):
        raise _refuse(context, "no-api", "null" if api is None else api)
    wrong = "missing" if body is None else "wrong-type"
    if not isinstance(body, dict) and context.without(f"accept-{wrong}:apiBody"):
        raise _refuse(context, "bad-api-body", api, _not_a_body(body))
    if request.get("requestName") is None and choices.request_name == "required":
        raise _refuse(context, "bad-request-name")
    if request["executeTimes"] <= 0 and choices.execute_times == "refused":
        raise _refuse(context, "bad-times", request["executeTimes"])


def _not_a_body(body: Json) -> str:
    """Say as gson does that an apiBody, read by itself, is not an object."""
    if body is None:
        return "null"
    written = write(body, escape_html=True)
    column = 1 if isinstance(body, float) else 2 if isinstance(body, (str, list)) else len(written) + 1
    said = f"Expected BEGIN_OBJECT but was {kind_of(body)} at line 1 column {column} path $"
    return f"java.lang.IllegalStateException: {said}"


def create_ticket(context: CallContext) -> Json:
    """Store the ticket and answer it; raises ApiError where the database refuses it."""
    values = context.values
    uuid = values.get("resourceUuid") or context.state.new_uuid()
    if context.store.taken(uuid) or uuid in context.state.notes.get("reserved", ()):
        uuid = context.active.via("create.taken", _taken)(context, uuid)
    collection = _chosen(context)
    kind = _ticket_type(context)
    ticket = Ticket(
        uuid=uuid,
        name=_storable(context, "name", values.get("name")),
        description=_storable(context, "description", values.get("description")),
        status="Pending",
        requests=tuple(values.get("requests") or ()),
        system_type=values.get("accountSystemType"),
        context=values.get("accountSystemContext"),
        ticket_type=kind.uuid if kind else None,
        flow=collection.flows[0] if collection and collection.flows else None,
        collection=collection.uuid if collection else "",
        created=context.now,
        updated=context.now,
        account=context.caller.account,
        creator=context.caller.operator,
        project=_project(context),
    )
    check_text(context, "requests", write(list(ticket.requests), escape_html=True))
    stored = context.active.via("create.insert", insert)(context, ticket)
    return {"inventory": context.active.via("create.inventory", ticket_inventory)(context, stored)}


def _taken(context: CallContext, uuid: str) -> str:
    internal = context.state.options.choices.duplicate_uuid == "internal"
    raise ApiError("SYS.1000" if internal else "SYS.1006", "duplicate-uuid", uuid)


def insert(context: CallContext, ticket: Ticket) -> Ticket:
    """Put a ticket into its table and return what the answer shows."""
    context.store.tickets[ticket.uuid] = ticket
    return ticket


def _chosen(context: CallContext) -> Collection | None:
    named = context.store.collections.get(context.values.get("flowCollectionUuid") or "")
    return named or _fallback(context, _ticket_type(context))


def _storable(context: CallContext, column: str, text: str | None) -> str | None:
    """Store a text in a table of three-byte characters, in the way that was chosen."""
    how = context.state.options.choices.four_bytes
    if text is None or how == "kept" or not astral(text):
        return text
    if how != "replaced":
        raise ApiError("SYS.1000", "bad-character", column)
    return "".join(character if character <= BEYOND else "?" for character in text)


def check_text(context: CallContext, column: str, text: str) -> None:
    """Refuse what a text column cannot hold: too many bytes, or, where jobs are lost, four-byte characters."""
    if context.state.options.choices.four_bytes == "lost" and astral(text):
        raise ApiError("SYS.1000", "bad-character", column)
    long = len(text.encode("utf-8", "replace")) > COLUMN_BYTES
    if long and context.state.options.choices.long_text == "refused":
        raise ApiError("SYS.1000", "too-long-column", column)
