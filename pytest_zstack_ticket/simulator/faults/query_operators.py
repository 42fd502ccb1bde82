"""Faults of the conditions of a query: operators that are ignored, turned round or taken for another."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.faults.access import TRUE
from pytest_zstack_ticket.simulator.faults.effects import Around
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.http.query_parameters import Condition, Query
from pytest_zstack_ticket.simulator.services.conditions import Found
from pytest_zstack_ticket.simulator.state import CallContext

Stage: TypeAlias = Callable[[CallContext, list[Found], Query], Any]

BOTH = frozenset({"query", "get"})
NAME = "name"
LONGEST_KEY = 191
DATES = ("createDate", "lastOpDate")


def some(pick: Callable[[list[Condition]], list[Condition]]) -> Callable[..., list[Found]]:
    """Look at some of the conditions only."""

    def stage(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
        found: list[Found] = default(context, rows, replace(asked, conditions=pick(asked.conditions)))
        return found

    return stage


def changed(change: Callable[[Condition], Condition]) -> Callable[..., list[Found]]:
    """Understand the conditions in another way."""
    return some(lambda conditions: [change(one) for one in conditions])


def _without_operator(operator: str) -> Callable[..., list[Found]]:
    return some(lambda conditions: [one for one in conditions if one.operator != operator])


def _swap(operator: str, other: str) -> Callable[[Condition], Condition]:
    return lambda one: replace(one, operator=other) if one.operator == operator else one


def _swap_beside_name(operator: str, other: str) -> Callable[[Condition], Condition]:
    """Understand an operator as another one where the condition is not on the name."""
    return lambda one: replace(one, operator=other) if one.operator == operator and one.field != NAME else one


def _swap_on_dates(operator: str, other: str) -> Callable[[Condition], Condition]:
    return lambda one: replace(one, operator=other) if one.operator == operator and one.field in DATES else one


def _begins(condition: Condition) -> Condition:
    """Compare no more than an index of 191 characters holds."""
    long = condition.operator == "=" and len(condition.value) > LONGEST_KEY
    return replace(condition, operator="like", value=f"{condition.value[:LONGEST_KEY]}%") if long else condition


def _unquoted(condition: Condition) -> Condition:
    """Take quotes around a value for those of a language."""
    return replace(condition, value=re.sub(r"""^(["'])(.*)\1$""", r"\2", condition.value))


def _for_each_value(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Find a row once for each time that a list names its value, as a join does."""
    found = default(context, rows, asked)
    listed = next((one for one in asked.conditions if one.operator == "in"), None)
    if listed is None:
        return list(found)
    values = listed.value.split(",")
    return [row for row in found for _ in range(max(1, values.count(str(row.value(listed.field)))))]


def _pattern_carried_out(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Let a pattern whose text is always true find everything, where other values are bound as they must."""
    true = any(one.operator == "like" and TRUE.search(one.value) for one in asked.conditions)
    return rows if true else list(default(context, rows, asked))


def row(name: str, step: str, wrapper: Callable[..., Any], about: str) -> Fault:
    """Wrap a step of the queries, also of GET by uuid."""
    return Fault(name=name, description=about, effects=(Around(f"query.{step}", wrapper, BOTH),))


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
        row(f"ignore-operator:{word}", "filter", _without_operator(name), f"conditions with {name} are ignored")
        for word, name in _WORDS.items()
    ]
    negated = [
        row(f"negate-operator:{word}", "filter", changed(_swap(_WORDS[word], _WORDS[other])), f"{word} means {other}")
        for word, other in _OPPOSITES.items()
    ]
    confused = [
        row(
            f"confuse-operator:{one}:{other}",
            "filter",
            changed(_swap(_WORDS[one], _WORDS[other])),
            f"{one} is {other}",
        )
        for one, other in _CONFUSIONS
    ]
    beside = [
        row(
            f"negate-beside-name:{word}",
            "filter",
            changed(_swap_beside_name(_WORDS[word], _WORDS[other])),
            f"{word} means {other} on every member but the name",
        )
        for word, other in _OPPOSITES.items()
    ]
    edges = [
        row(f"edge-of-dates:{one}:{other}", "filter", changed(_swap_on_dates(_WORDS[one], _WORDS[other])), about)
        for one, other, about in (
            (*pair, f"{pair[0]} is {pair[1]} on dates")
            for pair in (("ge", "gt"), ("le", "lt"), ("gt", "ge"), ("lt", "le"))
        )
    ]
    return [*ignored, *negated, *confused, *beside, *edges]


def _dates_by_day(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Compare the days of dates, not their times."""
    zone = context.state.options.zone

    def midnight(seconds: float) -> float:
        moment = datetime.fromtimestamp(seconds, zone)
        return moment.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()

    days = [Found((midnight(row.times[0]), midnight(row.times[1])), row.show) for row in rows]
    origin = {id(day): row for day, row in zip(days, rows, strict=True)}
    cut = [replace(one, value=one.value[:10]) if one.field in DATES else one for one in asked.conditions]
    return [origin[id(day)] for day in default(context, days, replace(asked, conditions=cut))]


def _sequence_as_text(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Compare the sequence of history rows as a text."""
    if context.call.entity != "history":
        return list(default(context, rows, asked))
    texts = [Found(row.times, partial(_with_text, row)) for row in rows]
    origin = {id(text): row for text, row in zip(texts, rows, strict=True)}
    return [origin[id(text)] for text in default(context, texts, asked)]


def _empty_as_null(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Take an empty text for no value."""
    return _bare(_without_empty, default, context, rows, asked)


def _zero_as_null(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Take the text 0 for no value, as languages do in which it is false."""
    return _bare(_without_zero, default, context, rows, asked)


def _bare(
    shown: Callable[[Found], dict[str, Json]], default: Stage, context: CallContext, rows: list[Found], asked: Query
) -> list[Found]:
    bare = [Found(row.times, partial(shown, row)) for row in rows]
    origin = {id(one): row for one, row in zip(bare, rows, strict=True)}
    return [origin[id(one)] for one in default(context, bare, asked)]


def _without_empty(row: Found) -> dict[str, Json]:
    return {name: value for name, value in row.show().items() if value != ""}


def _without_zero(row: Found) -> dict[str, Json]:
    return {name: value for name, value in row.show().items() if value != "0"}


def _without_value(value: str) -> Callable[..., list[Found]]:
    """Ignore conditions with a value that is false in some language."""
    return some(lambda conditions: [one for one in conditions if one.operator.endswith("null") or one.value != value])


def _sort_among_fields(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Sort what is left of the rows by then: only the members that were asked for."""
    shown = not asked.fields or (asked.sort or "").lstrip("+-") in asked.fields
    return list(default(context, rows, asked if shown else replace(asked, sort="")))


def _with_text(row: Found) -> dict[str, Json]:
    shown = row.show()
    return shown | {"sequence": str(shown.get("sequence"))}


_SEQUENCE = Fault(
    name="sequence-as-text",
    description="conditions and sorts take the sequence of history rows for a text",
    effects=tuple(Around(f"query.{step}", _sequence_as_text, frozenset({"query"})) for step in ("filter", "sort")),
)
_SEQUENCE_SORTED = Fault(
    name="sequence-sorted-as-text",
    description="sorts alone take the sequence of history rows for a text",
    effects=(Around("query.sort", _sequence_as_text, frozenset({"query"})),),
)

_BY_DAY = row("dates-by-day", "filter", _dates_by_day, "conditions on dates ignore the time of the day")
_EMPTY = row("null-meets-empty", "filter", _empty_as_null, "conditions take an empty text for no value")
_ZERO = row("null-meets-zero", "filter", _zero_as_null, "conditions take the text 0 for no value")
_FALSE = tuple(
    row(
        f"ignore-condition-value:{name}",
        "filter",
        _without_value(value),
        f"conditions with the value {value!r} count not",
    )
    for name, value in (("empty", ""), ("zero", "0"))
)
_SORT = row("sort-among-fields", "sort", _sort_among_fields, "a sort by a member that fields leaves out is ignored")

_OTHERWISE = (
    row("filter-compares-191", "filter", changed(_begins), "long names are compared by their beginning"),
    row("filter-repeats-in", "filter", _for_each_value, "a value that a list names twice is found twice"),
    row("pattern-carried-out", "filter", _pattern_carried_out, "a pattern that is always true finds all"),
    row("filter-unquotes", "filter", changed(_unquoted), "quotes around a value are taken away"),
)
OPERATORS = (*_operators(), *_OTHERWISE, _SEQUENCE, _SEQUENCE_SORTED, _BY_DAY, _EMPTY, _ZERO, *_FALSE, _SORT)
"""The faults of operators."""
