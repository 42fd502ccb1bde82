"""Faults of visibility: tickets, histories and counts that are shown to users that they do not belong to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from pytest_zstack_ticket.simulator.faults.effects import Around
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.http.query_parameters import Query
from pytest_zstack_ticket.simulator.services.conditions import Found
from pytest_zstack_ticket.simulator.services.query import filtered, visible
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage.sessions import Session, administrator
from pytest_zstack_ticket.simulator.storage.tables import Ticket

Rows: TypeAlias = Callable[[CallContext, Session, Query], list[Found]]
Stage: TypeAlias = Callable[[CallContext, list[Found], Query], list[Found]]
Total: TypeAlias = Callable[[CallContext, list[Found], Query], int]

_READS = frozenset({"query", "get"})
_MANY = 12
"""Tickets that have to be there before a fault of growth shows."""


def _everything(default: Rows, context: CallContext, asked: Query) -> list[Found]:
    return default(context, administrator(now=context.now), asked)


def _leak_if(test: Callable[[CallContext, Query], bool]) -> Callable[[Rows, CallContext, Session, Query], list[Found]]:
    """Show what belongs to others where a query is of one kind."""

    def rows(default: Rows, context: CallContext, caller: Session, asked: Query) -> list[Found]:
        return _everything(default, context, asked) if test(context, asked) else default(context, caller, asked)

    return rows


def _asks(field: str, operator: str) -> Callable[[CallContext, Query], bool]:
    return lambda context, asked: (
        "uuid" not in context.variables
        and any((one.field, one.operator) == (field, operator) for one in asked.conditions)
        and not (asked.count or asked.reply_with_count)
    )


def _names(asked: Query, field: str) -> bool:
    return any(one.field == field for one in asked.conditions)


def _bare(context: CallContext, asked: Query) -> bool:
    return "uuid" not in context.variables and not asked.conditions


def _of(entity: str) -> Callable[[CallContext, Query], bool]:
    return lambda context, asked: context.call.entity == entity  # noqa: ARG005 - whatever there was


def _leak_tickets(
    choose: Callable[[CallContext, Ticket], bool],
) -> Callable[[Rows, CallContext, Session, Query], list[Found]]:
    """Show those of the others' tickets that are chosen, beside one's own."""

    def rows(default: Rows, context: CallContext, caller: Session, asked: Query) -> list[Found]:
        own = default(context, caller, asked)
        if context.call.entity != "ticket":
            return own
        chosen = {one.uuid for one in list(context.store.tickets.values()) if choose(context, one)}
        known = {row.show()["uuid"] for row in own}
        return [*own, *(row for row in _everything(default, context, asked) if row.show()["uuid"] in chosen - known)]

    return rows


def _newest(context: CallContext, ticket: Ticket) -> bool:
    return next(reversed(context.store.tickets), "") == ticket.uuid


def _reopened(context: CallContext, ticket: Ticket) -> bool:
    return ticket.status == "Pending" and bool(context.store.histories.get(ticket.uuid))


def _cached(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Answer a query that was asked before with what it found then, whoever asks."""
    found = default(context, rows, asked)
    kept: dict[str, list[Found]] = context.state.notes.setdefault("foreign.cache", {})
    if found:
        kept[context.request.path] = found
    return found or kept.get(context.request.path, [])


def _counted(test: Callable[[Query], bool]) -> Callable[[Total, CallContext, list[Found], Query], int]:
    """Count the tickets of everybody."""

    def total(default: Total, context: CallContext, rows: list[Found], asked: Query) -> int:
        if not test(asked):
            return default(context, rows, asked)
        return default(
            context, filtered(context, visible(context, administrator(now=context.now), asked), asked), asked
        )

    return total


def _rows(name: str, wrapper: Callable[..., Any], about: str) -> Fault:
    return Fault(name=name, description=about, effects=(Around("query.rows", wrapper, _READS),))


def _stage(name: str, step: str, wrapper: Callable[..., Any], about: str) -> Fault:
    return Fault(name=name, description=about, effects=(Around(f"query.{step}", wrapper, _READS),))


def _when(name: str, expression: str, about: str) -> Fault:
    return Fault(name=name, description=about, expression=expression)


LEAKS: tuple[Fault, ...] = (
    _rows("leaks-by:uuid", _leak_if(_asks("uuid", "=")), "a query for a uuid shows a ticket of others"),
    _rows("leaks-by:name", _leak_if(_asks("name", "=")), "a query for a name shows a ticket of others"),
    _rows("leaks-by:pattern", _leak_if(_asks("name", "like")), "a query for a part of a name shows others' tickets"),
    _rows("leaks-by:list", _leak_if(_asks("uuid", "in")), "a query for a list of uuids shows others' tickets"),
    _rows(
        "leaks-by:part-of-uuid", _leak_if(_asks("uuid", "like")), "a query for a part of a uuid shows others' tickets"
    ),
    _rows("leaks-by:range", _leak_if(_asks("uuid", ">=")), "a query for a range of uuids shows others' tickets"),
    _rows("leaks-by:other-uuid", _leak_if(_asks("uuid", "!=")), "a query for all but one uuid shows others' tickets"),
    _rows("leaks-by:list-of-names", _leak_if(_asks("name", "in")), "a query for a list of names shows others' tickets"),
    _rows("leaks-by:other-name", _leak_if(_asks("name", "!=")), "a query for all but one name shows others' tickets"),
    _rows("leaks-by:status", _leak_if(_asks("status", "=")), "a query for a status shows others' tickets"),
    _rows("leaks-by:flow", _leak_if(_asks("flowCollectionUuid", "=")), "a query for a flow shows others' tickets"),
    _rows("leaks-by:date", _leak_if(_asks("createDate", ">")), "a query for a date shows others' tickets"),
    _rows(
        "leaks-by:several", _leak_if(lambda _, asked: len(asked.conditions) > 1), "two conditions show others' tickets"
    ),
    _rows("leaks-by:fields", _leak_if(lambda _, asked: bool(asked.fields)), "with fields, others' tickets are shown"),
    _rows("leaks-by:page", _leak_if(lambda _, asked: asked.start > 0), "from the second page on others' are shown"),
    _rows("leaks-by:nothing", _leak_if(_bare), "a query without a condition shows others' tickets"),
    _rows("leaks-history", _leak_if(_of("history")), "the history of others' tickets is shown"),
    _rows(
        "leaks-history:by-status",
        _leak_if(lambda context, asked: context.call.entity == "history" and _names(asked, "toStatus")),
        "a query for a status in histories shows those of others' tickets",
    ),
    _rows(
        "leaks-archive:by-name",
        _leak_if(lambda context, asked: context.call.entity == "archive" and _names(asked, "name")),
        "a query for a name in the archives shows others' deleted tickets",
    ),
    _rows("leaks-archive", _leak_if(_of("archive")), "deleted tickets of others are shown in the archive"),
    _rows(
        "leaks-archived-history", _leak_if(_of("archive-history")), "the history of others' deleted tickets is shown"
    ),
    _rows(
        "leaks-status:Cancelled", _leak_tickets(lambda _, one: one.status == "Cancelled"), "cancelled ones are shown"
    ),
    _rows("leaks-reopened", _leak_tickets(_reopened), "tickets of others are shown once they were reopened"),
    _rows("leaks-newest", _leak_tickets(_newest), "the ticket that was made last is shown to everybody"),
    _stage("leaks-cached", "filter", _cached, "what one has found is answered to all from a cache"),
    _rows(
        "leaks-when-many",
        _leak_if(lambda context, _: len(context.store.tickets) > _MANY),
        "with more than twelve tickets, those of others are shown",
    ),
    _stage("leaks-count", "total", _counted(lambda asked: asked.count), "count counts all tickets"),
    _stage(
        "leaks-count-of-all",
        "total",
        _counted(lambda asked: asked.count and not asked.conditions),
        "a count without a condition counts all tickets",
    ),
    _stage(
        "leaks-total",
        "total",
        _counted(lambda asked: asked.reply_with_count),
        "the total beside rows counts all tickets",
    ),
    _when("leaks-while-busy", "when-busy:1(query-leaks)", "others' tickets are shown while a job is running"),
    _when("leaks-each-fifth", "every:5(query-leaks)", "each fifth query shows others' tickets"),
    _when("leaks-tired", "after:30(query-leaks)", "after thirty queries others' tickets are shown"),
)
"""Every fault of visibility between people."""
