"""Faults of what is stored at creation: lost, doubled, mixed up, under a wrong owner, too late, forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.errors import ApiError, Refusal
from pytest_zstack_ticket.simulator.faults.effects import Around
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage import seed_data
from pytest_zstack_ticket.simulator.storage.sessions import administrator
from pytest_zstack_ticket.simulator.storage.tables import Ticket

Insert: TypeAlias = Callable[[CallContext, Ticket], Ticket]
Serve: TypeAlias = Callable[[CallContext], Json]

_CREATE = frozenset({"create"})


def _last(context: CallContext, name: str, value: Ticket) -> Ticket:
    """Remember a ticket and return the one remembered before, or the same if there is none."""
    before: Ticket = context.state.notes.get(name, value)
    context.state.notes[name] = value
    return before


def _null_as_text(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
    """Store the word null where a description is sent as null."""
    sent = context.raw.get("description", "") is None
    return default(context, replace(ticket, description="null") if sent else ticket)


def _lose(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
    del default, context
    return ticket


def _double(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
    default(context, replace(ticket, uuid=context.state.new_uuid()))
    return default(context, ticket)


def _mix(*members: str) -> Callable[[Insert, CallContext, Ticket], Ticket]:
    """Store some members of the ticket created before."""

    def insert(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
        before = _last(context, "mixed", ticket)
        default(context, replace(ticket, **{name: getattr(before, name) for name in members}))
        return ticket

    return insert


def _answer_previous(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
    return _last(context, "answered", default(context, ticket))


def _answer_other_uuid(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
    return replace(default(context, ticket), uuid=context.state.new_uuid())


def _answer_untrimmed(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
    return replace(default(context, ticket), name=str(context.raw.get("name", ticket.name)))


def _overwrite(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
    """Give each ticket the uuid of the one before, which vanishes."""
    uuid = context.state.notes.setdefault("overwritten", ticket.uuid)
    return default(context, replace(ticket, uuid=uuid))


def _forget_before(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
    context.store.tickets.pop(context.state.notes.get("forgotten", ""), None)
    context.state.notes["forgotten"] = ticket.uuid
    return default(context, ticket)


def _forget_all(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
    context.store.tickets.clear()
    return default(context, ticket)


def _touch_foreign(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
    foreign = context.store.tickets.get(seed_data.FOREIGN_TICKETS[0])
    if foreign is not None:
        context.store.tickets[foreign.uuid] = replace(foreign, name=ticket.name)
    return default(context, ticket)


def _with(**members: object) -> Callable[[Insert, CallContext, Ticket], Ticket]:
    """Store other values than those that were sent, and show them."""

    def insert(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
        return default(context, replace(ticket, **members))  # type: ignore[arg-type] # any member

    return insert


def _new_uuid(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
    return default(context, replace(ticket, uuid=context.state.new_uuid()))


def _dashed(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
    uuid = ticket.uuid
    return default(context, replace(ticket, uuid=f"{uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}-{uuid[16:20]}-{uuid[20:]}"))


def _upper(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
    return default(context, replace(ticket, uuid=ticket.uuid.upper()))


def _swapped_dates(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
    return default(context, replace(ticket, created=ticket.created + 3600))


def _taken_new(default: Callable[[CallContext, str], str], context: CallContext, uuid: str) -> str:
    """Make another ticket under a new uuid although resourceUuid is taken."""
    del default, uuid
    return context.state.new_uuid()


def _taken_over(default: Callable[[CallContext, str], str], context: CallContext, uuid: str) -> str:
    """Let the new ticket take the place of the old one."""
    del default, context
    return uuid


def _cancelled_taken_over(default: Callable[[CallContext, str], str], context: CallContext, uuid: str) -> str:
    """Let the new ticket take the place of a cancelled one."""
    first = context.store.tickets.get(uuid)
    return uuid if first is not None and first.status == "Cancelled" else default(context, uuid)


def _taken_ruins(default: Callable[[CallContext, str], str], context: CallContext, uuid: str) -> str:
    """Refuse the second ticket, but change the first."""
    first = context.store.tickets.get(uuid)
    if first is not None:
        context.store.tickets[uuid] = replace(first, name=context.values.get("name"))
    return default(context, uuid)


def _store_then_fail(default: Serve, context: CallContext) -> Json:
    default(context)
    raise ApiError("SYS.1000", details="the ticket was stored, but the answer could not be made")


def _fail(default: Serve, context: CallContext) -> Json:
    del default, context
    raise ApiError("SYS.1006", details="an operation failed for no reason")


def _serve_twice(default: Serve, context: CallContext) -> Json:
    default(context)
    context.values.pop("resourceUuid", None)
    return default(context)


def _same_body_once(default: Serve, context: CallContext) -> Json:
    """Answer a body that was served before as it was answered then, unless a job id tells the two apart."""
    known: dict[bytes | None, Json] = context.state.notes.setdefault("bodies", {})
    body = context.request.body
    if body not in known or context.header("X-Job-UUID") is not None:
        known[body] = default(context)
    return known[body]


def _pretend(default: Serve, context: CallContext) -> Json:
    del default, context
    return {}


def _store_refused(default: Callable[[CallContext], None], context: CallContext) -> None:
    """Leave a ticket behind a refused create."""
    name = context.raw.get("name")
    session = context.session or administrator(now=context.now)
    uuid = context.state.new_uuid()
    context.store.tickets[uuid] = Ticket(
        uuid=uuid,
        name=name if isinstance(name, str) else None,
        description=None,
        status="Pending",
        requests=(),
        system_type="iam2",
        context=context.values.get("accountSystemContext"),
        ticket_type=None,
        flow=seed_data.DEFAULT_FLOW,
        collection=seed_data.DEFAULT_COLLECTION,
        created=context.now,
        updated=context.now,
        account=session.account,
        creator=session.operator,
        project=session.project,
    )
    default(context)


def _refuse(default: Callable[[CallContext], None], context: CallContext) -> None:
    default(context)
    raise ApiError("SYS.1007", details="field[requests] of the message is not to our liking")


def _refuse_taken_name(default: Callable[[CallContext], None], context: CallContext) -> None:
    default(context)
    if any(one.name == context.values.get("name") for one in context.store.tickets.values()):
        raise ApiError("SYS.1006", details="there is a ticket of that name")


def _reject(default: Callable[[CallContext], None], context: CallContext) -> None:
    del default, context
    raise Refusal(row="", status=400, text="bad request")


def _crash(default: Callable[[CallContext], None], context: CallContext) -> None:
    del default, context
    raise Refusal(row="", status=500, text=TRACE)


TRACE = (
    "java.lang.NullPointerException\n\tat org.zstack.ticket.TicketManagerImpl.handle(TicketManagerImpl.java:212)\n"
    "\tat org.zstack.core.cloudbus.CloudBusImpl3.lambda$1(CloudBusImpl3.java:410)\n"
)
"""What a crash shows: our own imitation of a Java stack trace."""


def _admit_first(default: Callable[[CallContext], None], context: CallContext) -> None:
    """Validate the first of the values of a member that is sent twice; the last one is stored."""
    pairs = json.loads(context.request.body or b"{}", object_pairs_hook=list)
    first = {key: value for name, params in pairs if name == "params" for key, value in reversed(params)}
    bound, context.values = (
        context.values,
        context.values | {name: first[name] for name in ("name", "description") if isinstance(first.get(name), str)},
    )
    if context.values.get("requests") == [] and first.get("requests"):
        context.waived |= {"requests"}
    default(context)
    context.values = bound


def _row(name: str, step: str, wrapper: Callable[..., object], about: str) -> Fault:
    return Fault(name=name, description=about, effects=(Around(step, wrapper, _CREATE),))


_INSERT = "create.insert"
_SERVE = "serve.create"

STORES: tuple[Fault, ...] = (
    _row("null-as-text", _INSERT, _null_as_text, "a description of null is stored as the word null"),
    _row("lose-ticket", _INSERT, _lose, "the create succeeds, but nothing is stored"),
    _row("double-ticket", _INSERT, _double, "each create stores two tickets"),
    _row("serve-twice", _SERVE, _serve_twice, "each create is carried out twice"),
    _row("mix-up-name", _INSERT, _mix("name"), "a ticket is stored with the name of the one before"),
    _row("mix-up-requests", _INSERT, _mix("requests"), "a ticket is stored with the requests of the one before"),
    _row("mix-up-context", _INSERT, _mix("context"), "a ticket is stored with the context of the one before"),
    _row("mix-up-description", _INSERT, _mix("description"), "it is stored with the description of the one before"),
    _row("answer-previous", _INSERT, _answer_previous, "the answer shows the ticket created before"),
    _row("answer-other-uuid", _INSERT, _answer_other_uuid, "the answer shows a uuid that is not the stored one"),
    _row("answer-untrimmed", _INSERT, _answer_untrimmed, "the answer shows a name with blanks that are not stored"),
    _row("overwrite-ticket", _INSERT, _overwrite, "each ticket overwrites the one before"),
    _row("forget-before", _INSERT, _forget_before, "each create makes the ticket before vanish"),
    _row("forget-all", _INSERT, _forget_all, "a create makes all tickets vanish"),
    _row("rename-foreign", _INSERT, _touch_foreign, "a create renames a ticket of another project"),
    _row(
        "wrong-owner",
        _INSERT,
        _with(account=seed_data.PROJECT_TWO_ACCOUNT, creator=seed_data.BOB, project=seed_data.PROJECT_TWO),
        "a ticket is stored as another project's",
    ),
    _row("born-cancelled", _INSERT, _with(status="Cancelled"), "a new ticket is Cancelled"),
    _row("born-approved", _INSERT, _with(status="FinalApproved", flow=None), "a new ticket is approved at once"),
    _row("born-without-flow", _INSERT, _with(flow=None), "a new ticket has no current flow"),
    _row("epoch-dates", _INSERT, _with(created=0.0, updated=0.0), "a ticket is dated 1970"),
    _row("created-after-updated", _INSERT, _swapped_dates, "createDate is later than lastOpDate"),
    _row("ignore-resourceUuid", _INSERT, _new_uuid, "the ticket gets another uuid than resourceUuid says"),
    _row("uuid-with-dashes", _INSERT, _dashed, "uuids have dashes"),
    _row("uuid-upper-case", _INSERT, _upper, "uuids are in upper case"),
    _row("accept-duplicate:resourceUuid", "create.taken", _taken_new, "a used resourceUuid makes another ticket"),
    _row("overwrite-duplicate:resourceUuid", "create.taken", _taken_over, "a used resourceUuid replaces the ticket"),
    _row("overwrite-cancelled:resourceUuid", "create.taken", _cancelled_taken_over, "it replaces a cancelled ticket"),
    _row("ruin-duplicate:resourceUuid", "create.taken", _taken_ruins, "it is refused, but the first ticket is renamed"),
    _row("store-then-fail", _SERVE, _store_then_fail, "the ticket is stored, yet an error is answered"),
    _row("same-body-once", _SERVE, _same_body_once, "a create with the body of another is answered with that one's"),
    _row("fail-always", _SERVE, _fail, "a valid create ends in an error"),
    _row("pretend-success", _SERVE, _pretend, "a create does nothing and answers {}"),
    _row("store-refused", "refused.create", _store_refused, "a refused create leaves a ticket behind"),
    _row("refuse", "admit", _refuse, "a valid create is refused with an argument error"),
    _row("refuse-taken-name", "admit", _refuse_taken_name, "a name that another ticket has is refused"),
    _row("admit-first-of-two", "admit", _admit_first, "of a member sent twice the first is validated, the last stored"),
    _row("reject", "admit", _reject, "a create is refused with a plain 400"),
    _row("crash", "admit", _crash, "a create ends in a 500 with a stack trace"),
)
"""Every fault of creation."""
