"""Faults of queries: rows that leak, vanish or double, operators, order, pages, totals, fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from pytest_zstack_ticket.simulator.faults.effects import Around
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.http.query_parameters import Condition, Query
from pytest_zstack_ticket.simulator.services.conditions import Found, meets
from pytest_zstack_ticket.simulator.services.inventories import ticket_inventory
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage.sessions import Session, administrator
from pytest_zstack_ticket.simulator.storage.tables import Ticket

Rows: TypeAlias = Callable[[CallContext, Session, Query], list[Found]]
Stage: TypeAlias = Callable[[CallContext, list[Found], Query], Any]

_BOTH = frozenset({"query", "get"})
_AGE = 2.0
_SQL = ("'", '"', "--", ";")


def _leak(default: Rows, context: CallContext, caller: Session, asked: Query) -> list[Found]:
    del caller
    return default(context, administrator(now=context.now), asked)


def _newest_missing(default: Rows, context: CallContext, caller: Session, asked: Query) -> list[Found]:
    """Do not show what is younger than two seconds: a read replica that lags."""
    return [row for row in default(context, caller, asked) if context.now - row.times[0] >= _AGE]


def _oldest_missing(default: Rows, context: CallContext, caller: Session, asked: Query) -> list[Found]:
    return [row for row in default(context, caller, asked) if context.now - row.times[0] < _AGE]


def _doubled(default: Rows, context: CallContext, caller: Session, asked: Query) -> list[Found]:
    return [row for row in default(context, caller, asked) for _ in range(2)]


def _last_missing(default: Rows, context: CallContext, caller: Session, asked: Query) -> list[Found]:
    return default(context, caller, asked)[:-1]


def _nothing(default: Rows, context: CallContext, caller: Session, asked: Query) -> list[Found]:
    del default, context, caller, asked
    return []


def _deleted_shown(default: Rows, context: CallContext, caller: Session, asked: Query) -> list[Found]:
    """Show deleted tickets among the living."""
    rows = default(context, caller, asked)
    if context.call.entity != "ticket":
        return rows
    return [*rows, *(_found(context, one.ticket) for one in context.store.archives)]


def _found(context: CallContext, ticket: Ticket) -> Found:
    return Found((ticket.created, ticket.updated), lambda: ticket_inventory(context, ticket))


def _shown_as(**members: Any) -> Callable[[Rows, CallContext, Session, Query], list[Found]]:
    """Show other values than those that are stored."""

    def rows(default: Rows, context: CallContext, caller: Session, asked: Query) -> list[Found]:
        found = default(context, caller, asked)
        # mypy cannot infer a lambda whose default binds the row
        return [Found(row.times, lambda row=row: row.show() | members) for row in found]  # type: ignore[misc]

    return rows


def _drifting(default: Rows, context: CallContext, caller: Session, asked: Query) -> list[Found]:
    """Let each reading of a ticket add a blank to its name."""
    found = default(context, caller, asked)
    if context.call.entity == "ticket":
        for ticket in list(context.store.tickets.values()):
            context.store.tickets[ticket.uuid] = replace(ticket, name=f"{ticket.name} ")
    return found


def _touching(default: Rows, context: CallContext, caller: Session, asked: Query) -> list[Found]:
    """Let each reading of a ticket change its lastOpDate."""
    found = default(context, caller, asked)
    if context.call.entity == "ticket":
        for ticket in list(context.store.tickets.values()):
            context.store.tickets[ticket.uuid] = replace(ticket, updated=context.now + 3600)
    return found


def _swapped_names(default: Rows, context: CallContext, caller: Session, asked: Query) -> list[Found]:
    """Show each ticket under its neighbour's name."""
    found = default(context, caller, asked)
    shown = [row.show() for row in found]
    names = [row.get("name") for row in shown[1:] + shown[:1]]
    pairs = zip(found, shown, names, strict=True)
    # mypy cannot infer a lambda whose default binds the row
    return [Found(row.times, lambda one=one, name=name: one | {"name": name}) for row, one, name in pairs]  # type: ignore[misc]


def _unfiltered(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    del default, context, asked
    return rows


def _any_condition(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    default(context, [], asked)
    if not asked.conditions:
        return rows
    return [row for row in rows if any(meets(context, row, one) for one in asked.conditions)]


def _some(pick: Callable[[list[Condition]], list[Condition]]) -> Callable[..., list[Found]]:
    """Look at some of the conditions only."""

    def stage(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
        found: list[Found] = default(context, rows, replace(asked, conditions=pick(asked.conditions)))
        return found

    return stage


def _changed(change: Callable[[Condition], Condition]) -> Callable[..., list[Found]]:
    """Understand the conditions in another way."""
    return _some(lambda conditions: [change(one) for one in conditions])


def _without_operator(operator: str) -> Callable[..., list[Found]]:
    return _some(lambda conditions: [one for one in conditions if one.operator != operator])


def _swap(operator: str, other: str) -> Callable[[Condition], Condition]:
    return lambda one: replace(one, operator=other) if one.operator == operator else one


def _all_if_none(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    return default(context, rows, asked) or rows


def _injected(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Let a value that looks like SQL find everything."""
    if any(mark in one.value for one in asked.conditions for mark in _SQL):
        return rows
    found: list[Found] = default(context, rows, asked)
    return found


def _asked(**members: Any) -> Callable[..., Any]:
    """Do a stage as if something else had been asked."""
    return lambda default, context, rows, asked: default(context, rows, replace(asked, **members))


def _page(change: Callable[[Query], Query]) -> Callable[..., Any]:
    return lambda default, context, rows, asked: default(context, rows, change(asked))


def _unasked(most: int) -> Callable[[Query], Query]:
    """Show fewer rows where the default holds, which is a thousand."""
    return lambda one: replace(one, limit=most) if one.limit == Query().limit else one


def _total(change: Callable[[int], int]) -> Callable[..., int]:
    return lambda default, context, rows, asked: change(default(context, rows, asked))


def _total_of_page(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> int:
    number: int = default(context, rows[asked.start : asked.start + asked.limit], asked)
    return number


def _reversed(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    found: list[Found] = default(context, rows, asked)
    return found[::-1] if asked.sort else found


def _page_turned(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    if not (asked.sort or "").startswith("-"):
        return list(default(context, rows, asked))
    return list(default(context, rows[::-1], asked))[::-1]


def _row(name: str, step: str, wrapper: Callable[..., Any], about: str) -> Fault:
    return Fault(name=name, description=about, effects=(Around(f"query.{step}", wrapper, _BOTH),))


_OPPOSITES = {"eq": "ne", "gt": "lt", "ge": "le", "like": "not-like", "in": "not-in", "is-null": "not-null"}
_OPPOSITES |= {other: one for one, other in _OPPOSITES.items()}
_CONFUSIONS = (("gt", "ge"), ("lt", "le"), ("ge", "gt"), ("le", "lt"), ("like", "eq"), ("in", "eq"), ("eq", "like"))
_WORDS = {
    "eq": "=",
    "ne": "!=",
    "gt": ">",
    "lt": "<",
    "ge": ">=",
    "le": "<=",
    "like": "like",
    "in": "in",
    "not-like": "not like",
    "not-in": "not in",
    "is-null": "is null",
    "not-null": "not null",
}
"""Operators as a fault's name calls them, and as the server does."""


def _operators() -> list[Fault]:
    ignored = [
        _row(f"ignore-operator:{word}", "filter", _without_operator(name), f"conditions with {name} are ignored")
        for word, name in _WORDS.items()
    ]
    negated = [
        _row(f"negate-operator:{word}", "filter", _changed(_swap(_WORDS[word], _WORDS[other])), f"{word} means {other}")
        for word, other in _OPPOSITES.items()
    ]
    confused = [
        _row(
            f"confuse-operator:{one}:{other}",
            "filter",
            _changed(_swap(_WORDS[one], _WORDS[other])),
            f"{one} is {other}",
        )
        for one, other in _CONFUSIONS
    ]
    return [*ignored, *negated, *confused]


QUERIES: tuple[Fault, ...] = (
    _row("query-leaks", "rows", _leak, "a query shows tickets of other projects"),
    Fault(
        name="get-leaks",
        description="GET by uuid shows tickets of others",
        effects=(Around("query.rows", _leak, frozenset({"get"})),),
    ),
    _row("query-lags", "rows", _newest_missing, "a query does not show what is younger than two seconds"),
    _row("query-forgets", "rows", _oldest_missing, "a query does not show what is older than two seconds"),
    _row("query-doubles", "rows", _doubled, "a query shows each row twice"),
    _row("query-misses-last", "rows", _last_missing, "a query misses the last row"),
    _row("query-finds-nothing", "rows", _nothing, "a query always finds nothing"),
    _row("query-shows-deleted", "rows", _deleted_shown, "a query shows deleted tickets"),
    _row("query-shows-status:Pending", "rows", _shown_as(status="Pending"), "a query shows every ticket as Pending"),
    _row("query-shows-no-requests", "rows", _shown_as(request=[]), "a query shows no requests"),
    _row("query-shows-description", "rows", _shown_as(description="n/a"), "a query shows another description"),
    _row("query-swaps-names", "rows", _swapped_names, "a query shows each ticket under its neighbour's name"),
    _row("drift-name", "rows", _drifting, "each read adds a blank to the name"),
    _row("drift-date", "rows", _touching, "each read changes lastOpDate"),
    _row("ignore-filter", "filter", _unfiltered, "conditions are ignored"),
    _row("any-condition", "filter", _any_condition, "conditions are joined by or"),
    _row("first-condition-only", "filter", _some(lambda those: those[:1]), "only the first condition counts"),
    _row("last-condition-only", "filter", _some(lambda those: those[-1:]), "only the last condition counts"),
    _row("filter-all-if-none", "filter", _all_if_none, "a filter that finds nothing shows everything"),
    _row("filter-injected", "filter", _injected, "a condition that looks like SQL finds everything"),
    _row("filter-trims", "filter", _changed(lambda one: replace(one, value=one.value.strip())), "values are trimmed"),
    _row(
        "filter-cuts-value", "filter", _changed(lambda one: replace(one, value=one.value[:32])), "values are cut at 32"
    ),
    _row(
        "filter-first-of-in",
        "filter",
        _changed(lambda one: replace(one, value=one.value.partition(",")[0]) if "in" in one.operator.split() else one),
        "in compares the first value only",
    ),
    *_operators(),
    _row("ignore-sort", "sort", _asked(sort=""), "the order that was asked for is ignored"),
    _row("reverse-sort", "sort", _reversed, "the order is the opposite of what was asked for"),
    _row("sort-by-uuid", "sort", _asked(sort="uuid"), "rows are always in the order of their uuids"),
    _row("page-before-sort", "page", _page_turned, "a page of a sort downwards is taken from the upward order"),
    _row("ignore-limit", "page", _asked(limit=1000), "the limit is ignored"),
    _row("ignore-start", "page", _asked(start=0), "the start is ignored"),
    _row("limit-one-less", "page", _page(lambda one: replace(one, limit=max(0, one.limit - 1))), "one row too few"),
    _row("limit-one-more", "page", _page(lambda one: replace(one, limit=one.limit + 1)), "a page has one row too many"),
    _row(
        "start-one-more", "page", _page(lambda one: replace(one, start=one.start + bool(one.start))), "pages have gaps"
    ),
    _row("start-one-less", "page", _page(lambda one: replace(one, start=max(0, one.start - 1))), "pages overlap"),
    *(
        _row(f"limit-unasked:{most}", "page", _page(_unasked(most)), f"a page has {most} rows where no limit is asked")
        for most in (10, 20)
    ),
    _row("limit-at-most-10", "page", _page(lambda one: replace(one, limit=min(10, one.limit))), "never over ten rows"),
    _row("total-one-more", "total", _total(lambda number: number + 1), "total is one too many"),
    _row("total-one-less", "total", _total(lambda number: max(0, number - 1)), "total is one too few"),
    _row("total-zero", "total", _total(lambda number: 0), "total is always 0"),  # noqa: ARG005
    _row("total-of-page", "total", _total_of_page, "total counts the page, not the set"),
    _row("ignore-fields", "fields", _asked(fields=()), "the fields that were asked for are ignored"),
    _row("first-field-only", "fields", _page(lambda one: replace(one, fields=one.fields[:1])), "only the first field"),
)
"""Every fault of queries."""
