"""Totals of queries that are wrong: changed, or those of other rows than the ones that were found."""

from __future__ import annotations

from collections.abc import Callable

from pytest_zstack_ticket.simulator.http.query_parameters import Query
from pytest_zstack_ticket.simulator.services.conditions import Found
from pytest_zstack_ticket.simulator.state import CallContext


def changed_total(change: Callable[[int], int]) -> Callable[..., int]:
    """Answer another number."""
    return lambda default, context, rows, asked: change(default(context, rows, asked))


def total_of(part: Callable[[list[Found], Query], list[Found]]) -> Callable[..., int]:
    """Count a part of the rows."""
    return lambda default, context, rows, asked: default(context, part(rows, asked), asked)


def all_unless_empty(rows: list[Found], asked: Query) -> list[Found]:
    """Return all rows, but none for an empty page: window functions of SQL give no total there."""
    return rows if asked.count or rows[asked.start :] else []


def counted_page(rows: list[Found], asked: Query) -> list[Found]:
    """Return the rows of the page where only the total is asked for."""
    return rows[: asked.start + asked.limit] if asked.count else rows


def kept_count(default: Callable[..., int], context: CallContext, rows: list[Found], asked: Query) -> int:
    """Answer a count as it was when the same conditions were counted first."""
    if not asked.count:
        return default(context, rows, asked)
    kept: dict[str, int] = context.state.notes.setdefault("query.counts", {})
    return kept.setdefault(repr(asked.conditions), default(context, rows, asked))


def counted_by_request(rows: list[Found], _asked: Query) -> list[Found]:
    """Return a ticket once for each of its requests, as a join does."""
    return [row for row in rows for _ in row.show().get("request") or [None]]
