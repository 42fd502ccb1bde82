"""Faults at the fringe of a rule: one route, one form of a call, one member alone does not keep it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias
from urllib.parse import unquote

from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.fault_points import Facts
from pytest_zstack_ticket.simulator.faults.effects import Around, Edit
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.faults.neighbours import others_of
from pytest_zstack_ticket.simulator.faults.scope import parse_scope
from pytest_zstack_ticket.simulator.http.query_parameters import Query
from pytest_zstack_ticket.simulator.response import Answer
from pytest_zstack_ticket.simulator.state import CallContext, first_header
from pytest_zstack_ticket.simulator.storage.tables import Ticket

Header: TypeAlias = Callable[[CallContext], "str | None"]
Admit: TypeAlias = Callable[[CallContext], None]

_FAMILY = re.compile(r"/v1/(ticket-types|tickets/flow(-collections)?)(?![\w-])")
_PAST = re.compile(r"/v1/tickets/(histories|archives)(?![\w-])")
_TOKEN = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


def _lent(context: CallContext) -> str | None:
    """Return what a call needs that has no session of its own."""
    return next((f"OAuth {one}" for one in context.state.sessions.live), None)


def _open_family(default: Header, context: CallContext) -> str | None:
    """Let anyone read a list of the family without a session."""
    return default(context) or (_lent(context) if _FAMILY.search(context.request.path) else None)


def _past_for_ended(default: Header, context: CallContext) -> str | None:
    """Show the past to who logged out."""
    sent = default(context)
    ended = (sent or "").removeprefix("OAuth ").strip() in context.state.sessions.ended
    return _lent(context) if ended and _PAST.search(context.request.path) else sent


def _used_stays(default: Header, context: CallContext) -> str | None:
    """Keep a session that some call was sent with, as a cache of sessions does that no log-out clears."""
    sent, sessions = default(context), context.state.sessions
    token = (sent or "").removeprefix("OAuth ").strip()
    if token in sessions.live:
        context.state.notes[f"used {token}"] = 1
    kept = token in sessions.ended and f"used {token}" in context.state.notes
    return _lent(context) if kept else sent


def _by_pattern(default: Header, context: CallContext) -> str | None:
    """Look a session up as a database does with LIKE."""
    sent = default(context)
    token = re.escape((sent or "").removeprefix("OAuth ").strip())
    wanted = re.compile(token.replace("%", ".*").replace("_", "."))
    return next((f"OAuth {one}" for one in context.state.sessions.live if wanted.fullmatch(one)), sent)


def _in_query_of_create(default: Header, context: CallContext) -> str | None:
    """Let a session in the query string of a POST count."""
    found = _TOKEN.findall(unquote(context.request.path.partition("?")[2])) if context.request.method == "POST" else []
    return default(context) or (f"OAuth {found[0]}" if found else None)


def _out_by_beginning(default: Admit, context: CallContext) -> None:
    """End the first session that begins with what a log-out names."""
    part = str(context.values.get("sessionUuid"))
    found = [one for one in context.state.sessions.live if part and one.startswith(part)]
    context.values["sessionUuid"] = found[0] if found else part
    default(context)


def _revived(default: Admit, context: CallContext) -> None:
    """Begin a session again that was logged out, where it is to be renewed."""
    sessions, uuid = context.state.sessions, str(context.values.get("uuid"))
    if context.request.method == "PUT" and uuid in sessions.ended:
        sessions.live[uuid] = sessions.ended.pop(uuid)
    default(context)


def _mode_needed(default: Admit, context: CallContext) -> None:
    if "deleteMode" not in context.request.path:
        raise ApiError("SYS.1007", details="field[deleteMode] is mandatory, can not be null")
    default(context)


def _sticking(default: Callable[..., None], context: CallContext, before: Ticket, after: Ticket) -> None:
    """Let an event without a comment have that of the event before it."""
    default(context, before, after)
    rows = context.store.histories[before.uuid]
    if len(rows) > 1 and rows[-1].comment is None:
        rows[-1] = replace(rows[-1], comment=rows[-2].comment)


def _filed_under_first(default: Callable[..., None], context: CallContext, before: Ticket, after: Ticket) -> None:
    """Record an event in the history of the first ticket that has the name of its own."""
    first = next(one for one in context.store.tickets.values() if one.name == before.name)
    default(context, first if first.uuid != before.uuid else before, replace(after, uuid=first.uuid))


def _ahead(default: Callable[..., Ticket], context: CallContext, ticket: Ticket) -> Ticket:
    """Date each ticket two minutes later than the clock would, for each one before it."""
    notes = context.state.notes
    notes["ahead"] = notes.get("ahead", 0.0) + 120.0
    ahead = ticket.created + notes["ahead"]
    return default(context, replace(ticket, created=ahead, updated=ahead))


def _unconditioned(member: str) -> Callable[..., Any]:
    def stage(default: Any, context: CallContext, rows: Any, asked: Query) -> Any:
        kept = [one for one in asked.conditions if one.field != member]
        return default(context, rows, replace(asked, conditions=kept))

    return stage


def _start_with_limit(default: Any, context: CallContext, rows: Any, asked: Query) -> Any:
    return default(context, rows, replace(asked, start=0) if asked.limit == Query().limit else asked)


def _not_modified(answer: Answer, facts: Facts) -> Answer:
    """Say to whoever has kept anything that it is still right."""
    return replace(answer, status=304) if first_header(facts.sent, "If-None-Match") else answer


def _namesakes_follow(default: Callable[..., Ticket], context: CallContext, ticket: Ticket) -> Ticket:
    """Give status and requests to every other ticket of the owner that has the same name."""
    for other in others_of(context, ticket):
        if other.name == ticket.name:
            context.store.tickets[other.uuid] = replace(other, status=ticket.status, requests=ticket.requests)
    return default(context, ticket)


def _around(name: str, step: str, wrapper: Callable[..., Any], about: str, *calls: str) -> Fault:
    return Fault(name=name, description=about, effects=(Around(step, wrapper, frozenset(calls)),))


FRINGES: tuple[Fault, ...] = (
    _around("anonymous-lists", "authorization.header", _open_family, "lists of types and flows need no session"),
    _around("ended-session-reads-past", "authorization.header", _past_for_ended, "an ended session reads the past"),
    _around("used-session-stays", "authorization.header", _used_stays, "a session that was used outlives its log-out"),
    _around("session-by-pattern", "authorization.header", _by_pattern, "a session is looked up by LIKE"),
    _around(
        "session-from-query-of-create", "authorization.header", _in_query_of_create, "a POST may name it in its query"
    ),
    _around("logout-by-beginning", "admit", _out_by_beginning, "half a session ends the whole one", "logout"),
    _around("change-namesakes", "change.store", _namesakes_follow, "an event changes all tickets of that name"),
    _around("update-namesakes", "update.store", _namesakes_follow, "an update changes all tickets of that name"),
    _around("history-of-first-namesake", "change.history", _filed_under_first, "of tickets of a name, the first's"),
    _around("dates-run-ahead", "create.insert", _ahead, "a ticket is dated two minutes after the last one", "create"),
    _around("comment-sticks", "change.history", _sticking, "an event without a comment has that of the last one"),
    _around("renew-revives", "admit", _revived, "a session that was logged out can be renewed", "session"),
    _around("delete-needs-mode", "admit", _mode_needed, "a deletion without deleteMode is refused", "delete"),
    *(
        _around(f"ignore-condition-on:{member}", "query.filter", _unconditioned(member), f"{member} is not looked at")
        for member in ("status", "accountSystemType", "flowCollectionUuid", "ticketTypeUuid", "currentFlowUuid")
    ),
    _around("start-with-limit-only", "query.page", _start_with_limit, "the start is ignored where no limit is named"),
    Fault(
        name="not-modified-always",
        description="a query with If-None-Match is answered 304",
        effects=(Edit(_not_modified, parse_scope("query/success")),),
    ),
)
"""Every fault of this kind."""
