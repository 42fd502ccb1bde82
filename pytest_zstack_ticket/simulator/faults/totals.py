"""Totals of queries that are wrong: changed, or those of other rows than the ones that were found."""

from __future__ import annotations

from collections.abc import Callable

from pytest_zstack_ticket.simulator.http.query_parameters import Query
from pytest_zstack_ticket.simulator.services.conditions import Found


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
