"""Faults of the conditions of a query: operators that are ignored, turned round or taken for another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.faults.effects import Around
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.http.query_parameters import Condition, Query
from pytest_zstack_ticket.simulator.services.conditions import Found
from pytest_zstack_ticket.simulator.state import CallContext

Stage: TypeAlias = Callable[[CallContext, list[Found], Query], Any]

BOTH = frozenset({"query", "get"})
NAME = "name"


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
    return [*ignored, *negated, *confused, *beside]


def _sequence_as_text(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Compare the sequence of history rows as a text."""
    if context.call.entity != "history":
        return list(default(context, rows, asked))
    texts = [Found(row.times, partial(_with_text, row)) for row in rows]
    origin = {id(text): row for text, row in zip(texts, rows, strict=True)}
    return [origin[id(text)] for text in default(context, texts, asked)]


def _with_text(row: Found) -> dict[str, Json]:
    shown = row.show()
    return shown | {"sequence": str(shown.get("sequence"))}


_SEQUENCE = Fault(
    name="sequence-as-text",
    description="conditions and sorts take the sequence of history rows for a text",
    effects=tuple(Around(f"query.{step}", _sequence_as_text, frozenset({"query"})) for step in ("filter", "sort")),
)

OPERATORS = (*_operators(), _SEQUENCE)
"""The faults of operators."""
