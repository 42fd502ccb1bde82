"""Faults between people: calls of others that go through, texts that tell, tickets that are mixed up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.faults.effects import Around, Break
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.json.json_writer import write
from pytest_zstack_ticket.simulator.services.tickets import next_status, record, remove
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage import seed_data
from pytest_zstack_ticket.simulator.storage.tables import Ticket

Deny: TypeAlias = Callable[[CallContext, Ticket], None]
Denied: TypeAlias = Callable[[CallContext, Ticket, ApiError], None]
Insert: TypeAlias = Callable[[CallContext, Ticket], Ticket]

_CALLS = frozenset({"change", "update", "delete"})


def _changed(context: CallContext, ticket: Ticket) -> None:
    """Do to a ticket what the call asked for."""
    if context.call.kind == "delete":
        remove(context, ticket)
        return
    if context.call.kind == "update":
        context.store.tickets[ticket.uuid] = replace(ticket, requests=tuple(context.values.get("requests") or ()))
        return
    event = str(context.values.get("statusEvent"))
    after = next_status(context, ticket.status, event)
    if after is not None:
        status = "FinalApproved" if after == "approved" else after
        context.store.tickets[ticket.uuid] = replace(ticket, status=status)


def _sticks(default: Deny, context: CallContext, ticket: Ticket) -> None:
    """Refuse the call, but carry it out."""
    _changed(context, ticket)
    default(context, ticket)


def _recorded(default: Deny, context: CallContext, ticket: Ticket) -> None:
    """Refuse the call, but write it into the history."""
    record(context, ticket, replace(ticket, status="Rejected"))
    default(context, ticket)


def _dated(default: Deny, context: CallContext, ticket: Ticket) -> None:
    """Refuse the call, but lose the description."""
    context.store.tickets[ticket.uuid] = replace(ticket, description=None)
    default(context, ticket)


def _given_away(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
    """Let a ticket belong to the account that its create names."""
    sent = context.raw.get("accountUuid")
    given = replace(ticket, account=sent, creator=sent, project="") if isinstance(sent, str) else ticket
    return default(context, given)


def _given_to_known(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
    known = context.raw.get("accountUuid") in {person.account for person in seed_data.PEOPLE}
    return _given_away(default, context, ticket) if known else default(context, ticket)


def _operator_sent(
    default: Callable[[CallContext, Ticket, Ticket], None], context: CallContext, *states: Ticket
) -> None:
    """Let a history row name the operator that the event's body names."""
    default(context, *states)
    rows, sent = context.store.histories[states[0].uuid], context.raw.get("operatorUuid")
    rows[-1] = replace(rows[-1], operator=sent) if isinstance(sent, str) else rows[-1]


def _alike_too(default: Deny, context: CallContext, ticket: Ticket) -> None:
    for other in list(context.store.tickets.values()):
        if (other.name, other.creator, other.status) == (ticket.name, ticket.creator, ticket.status):
            default(context, other)


def _unless(test: Callable[[Ticket], bool]) -> tuple[Around, Around]:
    """Let everybody act on some tickets."""

    def deny(default: Deny, context: CallContext, ticket: Ticket) -> None:
        if not test(ticket):
            default(context, ticket)

    def denied(default: Denied, context: CallContext, ticket: Ticket, error: ApiError) -> None:
        if not test(ticket):
            default(context, ticket, error)

    return Around("foreign.denied", deny, _CALLS), Around("operator.denied", denied, _CALLS)


def _telling(words: Callable[[CallContext, Ticket], Json]) -> Callable[[Deny, CallContext, Ticket], None]:
    """Say something of the ticket, or of the host, in the refusal."""

    def deny(default: Deny, context: CallContext, ticket: Ticket) -> None:
        del default
        raise ApiError("SYS.1006", details=f"permission denied: {words(context, ticket)}")

    return deny


def _session_of(context: CallContext, ticket: Ticket) -> str:
    live = context.state.sessions.live.values()
    return next((one.uuid for one in live if one.operator == ticket.creator and one.project), "none")


def _wrong_operator_sticks(default: Denied, context: CallContext, ticket: Ticket, error: ApiError) -> None:
    _changed(context, ticket)
    default(context, ticket, error)


def _is_other(context: CallContext, uuid: str) -> bool:
    first = context.store.tickets.get(uuid)
    return first is not None and first.creator != context.caller.operator


def _taken_over(default: Callable[[CallContext, str], str], context: CallContext, uuid: str) -> str:
    """Let a ticket take the place of another user's."""
    return uuid if _is_other(context, uuid) else default(context, uuid)


def _taken_ruins(default: Callable[[CallContext, str], str], context: CallContext, uuid: str) -> str:
    """Refuse the second ticket, but give its description to another user's first one."""
    if _is_other(context, uuid):
        context.store.tickets[uuid] = replace(
            context.store.tickets[uuid], description=context.values.get("description")
        )
    return default(context, uuid)


def _taken_told(default: Callable[[CallContext, str], str], context: CallContext, uuid: str) -> str:
    """Say in the refusal what the first ticket is about."""
    if not _is_other(context, uuid):
        return default(context, uuid)
    raise ApiError("SYS.1000", details=f"there is one already: {context.store.tickets[uuid].description}")


def _mixed(member: str) -> Callable[[Insert, CallContext, Ticket], Ticket]:
    """Store a ticket with a part of the latest one of another person."""

    def insert(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
        other = _latest_of_others(context, ticket)
        return default(context, ticket if other is None else replace(ticket, **{member: getattr(other, member)}))

    return insert


def _neighbour(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
    """Answer a create with the latest ticket of another person."""
    other = _latest_of_others(context, ticket)
    stored = default(context, ticket)
    return other or stored


def _latest_of_others(context: CallContext, ticket: Ticket) -> Ticket | None:
    """Return the latest ticket of another person as it was sent, and remember this one."""
    latest: dict[str, Ticket] = context.state.notes.setdefault("foreign.latest", {})
    latest.pop(ticket.creator, None)
    latest[ticket.creator] = ticket
    return next((one for one in reversed(latest.values()) if one.creator != ticket.creator), None)


def _counting(form: str) -> Callable[[Callable[[CallContext], str], CallContext], str]:
    """Count jobs, or sessions, up."""

    def job_id(default: Callable[[CallContext], str], context: CallContext) -> str:
        del default
        number = context.state.notes["foreign.jobs"] = context.state.notes.get("foreign.jobs", 4_000_000) + 1
        return form.format(number)

    return job_id


def _steps(form: str, width: int) -> Callable[[Callable[[CallContext], str], CallContext], str]:
    """Give each job the number of the last one plus a width, as the last digits of something that looks drawn."""

    def job_id(default: Callable[[CallContext], str], context: CallContext) -> str:
        del default
        number = context.state.notes["foreign.jobs"] = context.state.notes.get("foreign.jobs", 0x7FFF_0000) + width
        return form.format(number)

    return job_id


def _few_digits(_default: Callable[[CallContext], str], context: CallContext) -> str:
    """Draw four digits of an id only."""
    return f"5c1f0a9be47d{context.state.new_uuid()[:4]}b8d2e6f3917a4c05"


def _of_cookie(default: Callable[[CallContext], str | None], context: CallContext) -> str | None:
    """Take a cookie that the target set for the session of its last log-in, where there is no header."""
    sent, live = default(context), list(context.state.sessions.live)
    known = context.state.knows_cookie(context.header("Cookie") or "")
    return sent if sent is not None or not known or not live else f"OAuth {live[-1]}"


def _around(name: str, step: str, wrapper: Callable[..., Any], calls: str, about: str) -> Fault:
    return Fault(name=name, description=about, effects=(Around(step, wrapper, frozenset(calls.split())),))


def _when(name: str, expression: str, about: str) -> Fault:
    return Fault(name=name, description=about, expression=expression)


_ACTS = (
    _around("foreign-call-sticks", "foreign.denied", _sticks, "change update delete", "it is refused and carried out"),
    _around("foreign-call-recorded", "foreign.denied", _recorded, "change update delete", "it is refused and recorded"),
    _around("foreign-call-erases", "foreign.denied", _dated, "change update delete", "it is refused and erases a text"),
    Fault(
        name="foreign-if-cancelled",
        description="everybody may act on cancelled tickets",
        effects=_unless(lambda ticket: ticket.status == "Cancelled"),
    ),
    Fault(
        name="foreign-if-pending",
        description="everybody may act on pending tickets",
        effects=_unless(lambda ticket: ticket.status == "Pending"),
    ),
    Fault(
        name="foreign-delete-anybody",
        description="everybody may delete any ticket",
        effects=(Break("allow-foreign-delete"), Break("anybody-deletes")),
    ),
    _when("foreign-again", "again(foreign-if-pending)", "a foreign call that is repeated is carried out"),
    _when("foreign-each-third", "every:3(foreign-if-pending)", "each third foreign call is carried out"),
    _when("foreign-while-busy", "when-busy:1(foreign-if-pending)", "it is carried out while another job is running"),
    _around("wrong-operator-sticks", "operator.denied", _wrong_operator_sticks, "change", "refused, yet carried out"),
    _around("overwrite-foreign:resourceUuid", "create.taken", _taken_over, "create", "it replaces others' tickets"),
    _around("ruin-foreign:resourceUuid", "create.taken", _taken_ruins, "create", "refused, but others' ticket changes"),
    _around("tell-foreign:resourceUuid", "create.taken", _taken_told, "create", "the refusal tells others' texts"),
)
_TEXTS: tuple[tuple[str, Callable[[CallContext, Ticket], Json]], ...] = (
    ("description", lambda _, one: one.description),
    ("requests", lambda _, one: write(list(one.requests), escape_html=False)),
    ("path", lambda *_: "/usr/local/zstack/apache-tomcat/webapps/zstack/WEB-INF/classes/zstack.properties"),
    ("line", lambda *_: "org.zstack.ticket.TicketBase(TicketBase.java:299)"),
    ("sql", lambda _, one: f"select t.uuid from TicketVO t where t.uuid = '{one.uuid}'"),  # noqa: S608 - what leaks, and is never run
    ("session", _session_of),
)
_TELLS = tuple(
    _around(
        f"refusal-tells:{name}",
        "foreign.denied",
        _telling(words),
        "change update delete",
        f"the refusal of a foreign call shows a {name}",
    )
    for name, words in _TEXTS
)
_TOGETHER = (
    _around(
        "own-member:accountUuid", "create.insert", _given_away, "create", "it belongs to the account that was sent"
    ),
    _around("own-member:known-account", "create.insert", _given_to_known, "create", "it does, where there is that one"),
    _around("own-member:operator", "change.history", _operator_sent, "change", "the operator that was sent counts"),
    _around("delete-namesakes-alike", "delete.store", _alike_too, "delete", "tickets of its name and status go, too"),
    _around("mix-people:requests", "create.insert", _mixed("requests"), "create", "it has the requests of another's"),
    _around("mix-people:description", "create.insert", _mixed("description"), "create", "it has another's description"),
    _around("answer-neighbour", "create.insert", _neighbour, "create", "the answer shows the ticket of another person"),
    _when("mix-people-while-busy", "when-busy:1(mix-people:requests)", "requests are mixed up while others create"),
    _when("answer-neighbour-while-busy", "when-busy:1(answer-neighbour)", "answers are mixed up while others create"),
    _around("job-ids:counted", "job.id", _counting("{}"), "", "the ids of jobs are counted up"),
    _around("job-ids:counted-in-hex", "job.id", _counting("{:032x}"), "", "the ids of jobs are counted up in hex"),
    _around("job-ids:counted-down", "job.id", _steps("{:032x}", -3), "", "the ids of jobs are counted down"),
    _around("job-ids:same-steps", "job.id", _steps("9b{:030x}", 0x1F3D_5B79), "", "each is the last one and a number"),
    _around("job-ids:four-digits", "job.id", _few_digits, "", "four digits of job ids are drawn, the others fixed"),
    _around("session-from-set-cookie", "authorization.header", _of_cookie, "", "a cookie of an answer is a session"),
    _around("session-ids:counted", "login.token", _counting("{:032x}"), "", "the ids of sessions are counted up"),
    _around("session-ids:counted-in-front", "login.token", _counting("{:08x}" + "7" * 24), "", "the first digits are"),
)

FOREIGN: tuple[Fault, ...] = (*_ACTS, *_TELLS, *_TOGETHER)
"""Every fault of what people do to each other."""
