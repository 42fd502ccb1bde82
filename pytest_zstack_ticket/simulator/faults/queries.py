"""Faults of queries: rows that leak, vanish or double, operators, order, pages, totals, fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from pytest_zstack_ticket.simulator.faults.effects import Around
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.faults.query_operators import NAME, OPERATORS, Stage, changed, row, some
from pytest_zstack_ticket.simulator.faults.totals import (
    all_unless_empty,
    changed_total,
    counted_by_request,
    counted_page,
    kept_count,
    total_of,
)
from pytest_zstack_ticket.simulator.http.query_parameters import Condition, Query
from pytest_zstack_ticket.simulator.services.conditions import Found, Row, meets
from pytest_zstack_ticket.simulator.services.inventories import ticket_inventory
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage.sessions import Session, administrator
from pytest_zstack_ticket.simulator.storage.tables import Ticket

Rows: TypeAlias = Callable[[CallContext, Session, Query], list[Found]]
Project: TypeAlias = Callable[[CallContext, list[Row], Query], list[Row]]

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
        return [Found(row.times, lambda row=row: row.show() | members) for row in found]  # type: ignore[misc] # binds the row

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
    return [Found(row.times, lambda one=one, name=name: one | {"name": name}) for row, one, name in pairs]  # type: ignore[misc] # binds both


def _unfiltered(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    del default, context, asked
    return rows


def _any_condition(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    default(context, [], asked)
    if not asked.conditions:
        return rows
    return [row for row in rows if any(meets(context, row, one) for one in asked.conditions)]


def _only_by_name(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Sort as asked by the name, and not at all by another member."""
    by_name = (asked.sort or "").lstrip("+-") == NAME
    return list(default(context, rows, asked if by_name else replace(asked, sort="")))


def _without_fields(asked: Query) -> Query:
    return replace(asked, fields=()) if asked.reply_with_count else asked


def _ten_values(one: Condition) -> Condition:
    few = ",".join(one.value.split(",")[:10])
    return replace(one, value=few) if "in" in one.operator.split() else one


def _null_dropped(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Show only rows that have a value in the member that is sorted by, as an inner join does."""
    name = (asked.sort or "").lstrip("+-")
    return list(default(context, [row for row in rows if not name or row.value(name) is not None], asked))


def _by_date(change: Callable[[str], str]) -> Callable[..., list[Found]]:
    """Sort by something else where a sort by a date was asked for."""

    def stage(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
        sort = asked.sort or ""
        return list(default(context, rows, replace(asked, sort=change(sort)) if sort.endswith("Date") else asked))

    return stage


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


def _all_fields_of(entity: str) -> Callable[..., list[Row]]:
    """Ignore the fields that are asked for in queries of one kind of rows."""

    def stage(default: Project, context: CallContext, rows: list[Row], asked: Query) -> list[Row]:
        return default(context, rows, replace(asked, fields=()) if context.call.entity == entity else asked)

    return stage


def _deleted_counted(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> int:
    """Count as if nothing had been deleted yet."""
    gone = [_found(context, one.ticket) for one in context.store.archives] if context.call.entity == "ticket" else []
    number: int = default(context, rows, asked)
    return number + sum(all(meets(context, row, one) for one in asked.conditions) for row in gone)


def _reversed(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    found: list[Found] = default(context, rows, asked)
    return found[::-1] if asked.sort else found


def _page_turned(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    if not (asked.sort or "").startswith("-"):
        return list(default(context, rows, asked))
    return list(default(context, rows[::-1], asked))[::-1]


QUERIES: tuple[Fault, ...] = (
    row("query-leaks", "rows", _leak, "a query shows tickets of other projects"),
    Fault(
        name="get-leaks",
        description="GET by uuid shows tickets of others",
        effects=(Around("query.rows", _leak, frozenset({"get"})),),
    ),
    row("query-lags", "rows", _newest_missing, "a query does not show what is younger than two seconds"),
    row("query-forgets", "rows", _oldest_missing, "a query does not show what is older than two seconds"),
    row("query-doubles", "rows", _doubled, "a query shows each row twice"),
    row("query-misses-last", "rows", _last_missing, "a query misses the last row"),
    row("query-finds-nothing", "rows", _nothing, "a query always finds nothing"),
    row("query-shows-deleted", "rows", _deleted_shown, "a query shows deleted tickets"),
    row("query-shows-status:Pending", "rows", _shown_as(status="Pending"), "a query shows every ticket as Pending"),
    row("query-shows-no-requests", "rows", _shown_as(request=[]), "a query shows no requests"),
    row("query-shows-description", "rows", _shown_as(description="n/a"), "a query shows another description"),
    row("query-swaps-names", "rows", _swapped_names, "a query shows each ticket under its neighbour's name"),
    row("drift-name", "rows", _drifting, "each read adds a blank to the name"),
    row("drift-date", "rows", _touching, "each read changes lastOpDate"),
    row("ignore-filter", "filter", _unfiltered, "conditions are ignored"),
    row("any-condition", "filter", _any_condition, "conditions are joined by or"),
    row("first-condition-only", "filter", some(lambda those: those[:1]), "only the first condition counts"),
    row("last-condition-only", "filter", some(lambda those: those[-1:]), "only the last condition counts"),
    row("filter-all-if-none", "filter", _all_if_none, "a filter that finds nothing shows everything"),
    row("filter-injected", "filter", _injected, "a condition that looks like SQL finds everything"),
    row("filter-trims", "filter", changed(lambda one: replace(one, value=one.value.strip())), "values are trimmed"),
    row("filter-cuts-value", "filter", changed(lambda one: replace(one, value=one.value[:32])), "values are cut at 32"),
    row(
        "filter-first-of-in",
        "filter",
        changed(lambda one: replace(one, value=one.value.partition(",")[0]) if "in" in one.operator.split() else one),
        "in compares the first value only",
    ),
    row("filter-ten-of-in", "filter", changed(_ten_values), "a list of values is read up to the tenth"),
    *OPERATORS,
    row("ignore-sort", "sort", _asked(sort=""), "the order that was asked for is ignored"),
    row("reverse-sort", "sort", _reversed, "the order is the opposite of what was asked for"),
    row("sort-by-name-only", "sort", _only_by_name, "an order by another member than the name is ignored"),
    row("sort-drops-null", "sort", _null_dropped, "a sort drops the rows that have no value in its member"),
    row("sort-by-date-ignored", "sort", _by_date(lambda _: ""), "an order by a date is ignored"),
    row("sort-dates-upwards", "sort", _by_date(lambda one: one.lstrip("-")), "an order by a date is always upwards"),
    row("sort-by-uuid", "sort", _asked(sort="uuid"), "rows are always in the order of their uuids"),
    row("page-before-sort", "page", _page_turned, "a page of a sort downwards is taken from the upward order"),
    row("ignore-limit", "page", _asked(limit=1000), "the limit is ignored"),
    row("limit-zero-is-none", "page", _page(lambda one: replace(one, limit=one.limit or 1000)), "a limit of 0 is none"),
    row(
        "limit-without-fields",
        "page",
        _page(lambda one: replace(one, limit=1000 if one.fields else one.limit)),
        "the limit is ignored where fields are asked for",
    ),
    row("ignore-start", "page", _asked(start=0), "the start is ignored"),
    row(
        "start-unless-counted",
        "page",
        _page(lambda one: replace(one, start=0 if one.reply_with_count else one.start)),
        "the start is ignored where the total is asked for as well",
    ),
    row("limit-one-less", "page", _page(lambda one: replace(one, limit=max(0, one.limit - 1))), "one row too few"),
    row("limit-one-more", "page", _page(lambda one: replace(one, limit=one.limit + 1)), "a page has one row too many"),
    row(
        "start-one-more", "page", _page(lambda one: replace(one, start=one.start + bool(one.start))), "pages have gaps"
    ),
    row("start-one-less", "page", _page(lambda one: replace(one, start=max(0, one.start - 1))), "pages overlap"),
    *(
        row(f"limit-unasked:{most}", "page", _page(_unasked(most)), f"a page has {most} rows where no limit is asked")
        for most in (10, 20)
    ),
    row("limit-at-most-10", "page", _page(lambda one: replace(one, limit=min(10, one.limit))), "never over ten rows"),
    row("total-of-join", "total", total_of(counted_by_request), "a total counts a ticket once for each request"),
    row("count-kept", "total", kept_count, "a count is kept, and stays when tickets come and go"),
    row("total-one-more", "total", changed_total(lambda number: number + 1), "total is one too many"),
    row("total-one-less", "total", changed_total(lambda number: max(0, number - 1)), "total is one too few"),
    row("total-zero", "total", changed_total(lambda number: 0), "total is always 0"),  # noqa: ARG005 - whatever there was
    row(
        "total-of-page",
        "total",
        total_of(lambda rows, asked: rows[asked.start :][: asked.limit]),
        "total is the page's",
    ),
    row("total-keeps-deleted", "total", _deleted_counted, "total counts tickets that were deleted"),
    row("total-of-a-row", "total", total_of(all_unless_empty), "total is 0 where the page is empty"),
    row("total-after-start", "total", total_of(lambda rows, asked: rows[asked.start :]), "total counts from start on"),
    row("count-of-page", "total", total_of(counted_page), "where only the total is asked for, it counts the page"),
    row("ignore-fields", "fields", _asked(fields=()), "the fields that were asked for are ignored"),
    row("ignore-fields-with-total", "fields", _page(_without_fields), "fields are ignored where a total is asked for"),
    *(
        row(f"ignore-fields-of:{entity}", "fields", _all_fields_of(entity), f"fields are ignored in queries of {about}")
        for entity, about in (("archive", "archives"), ("history", "histories"))
    ),
    row("first-field-only", "fields", _page(lambda one: replace(one, fields=one.fields[:1])), "only the first field"),
)
"""Every fault of queries."""
