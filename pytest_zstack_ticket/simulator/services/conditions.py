"""Conditions of a query: what a found row holds, and whether it meets one. Source: dossier 4.6 and facts.md."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.http.query_parameters import Condition
from pytest_zstack_ticket.simulator.services.collation import collated, weighed
from pytest_zstack_ticket.simulator.state import CallContext

Row = dict[str, Json]
_DATES = ("createDate", "lastOpDate")
_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%b %d, %Y %I:%M:%S %p")
_TAGS = ("__systemTag__", "__userTag__", "__tagUuid__")
_PLAIN_COLUMNS = frozenset({"uuid", "name", "description", "status"})


class Found:
    """A row that was found: its times, in seconds, and how it is shown."""

    __slots__ = ("_show", "_times")

    def __init__(self, times: tuple[float, float], show: Callable[[], Row]) -> None:
        self._times = times
        self._show = show

    @property
    def times(self) -> tuple[float, float]:
        """When the row was created and last changed, in seconds."""
        return self._times

    def show(self) -> Row:
        """Return the row as an answer shows it."""
        return self._show()

    def value(self, name: str) -> Json:
        """Read one member."""
        return self.times[_DATES.index(name)] if name in _DATES else self.show().get(name)


class StoredRow(Found):
    """A row as it lies in its table; a column that is shown as it is stored is read without showing the row.

    A query makes one of each of ten thousand rows, so it only remembers what it is given.
    """

    __slots__ = ("_context", "_row", "_shower")

    def __init__(self, context: CallContext, row: Any, shower: Callable[[CallContext, Any], Row]) -> None:
        self._context = context
        self._row = row
        self._shower = shower

    @property
    def times(self) -> tuple[float, float]:
        """When the row was created and last changed, in seconds."""
        return self._row.created, getattr(self._row, "updated", self._row.created)

    def show(self) -> Row:
        """Return the row as an answer shows it."""
        return self._shower(self._context, self._row)

    def value(self, name: str) -> Json:
        """Read one member."""
        plain = name in _PLAIN_COLUMNS and hasattr(self._row, name)
        return getattr(self._row, name) if plain else super().value(name)


def meets(context: CallContext, row: Found, condition: Condition) -> bool:
    """Tell whether a row meets a condition; a missing value meets none but `is null`."""
    return condition_test(context, condition)(row)


def condition_test(context: CallContext, condition: Condition) -> Callable[[Found], bool]:
    """Prepare a condition once for all rows."""
    name, operator = condition.field, condition.operator
    if name in _TAGS:
        # nothing is tagged here
        return lambda _: operator in _NEGATIVE
    if operator.endswith("null"):
        return lambda row: (row.value(name) is None) == (operator == "is null")
    comparing = _dates if name in _DATES else _values
    compared = comparing(context, operator, condition.value)

    def met(row: Found) -> bool:
        value = row.value(name)
        return value is not None and compared(value)

    return met


def _values(context: CallContext, operator: str, wanted: str) -> Callable[[Json], bool]:
    """Prepare the comparison of members with the text of a condition."""
    how = context.state.options.choices.compare
    text = _texts(how, operator, wanted)
    flag = _texts(how, operator, {"1": "true", "0": "false"}.get(wanted, wanted.lower()))

    def compared(value: Json) -> bool:
        if isinstance(value, bool):
            return flag(str(value).lower())
        if isinstance(value, int):
            ordering = operator in _ORDER
            return _ordered(float(value), operator, _number(wanted)) if ordering else str(value) in wanted.split(",")
        return text(str(value))

    return compared


def _texts(how: str, operator: str, wanted: str) -> Callable[[str], bool]:
    """Prepare the comparison of texts."""
    if operator in ("like", "not like"):
        weigh: Callable[[str], str] = {"blind": str.casefold, "collation": weighed}.get(how, str)
        matched = _like(weigh(wanted)).match
        return lambda text: bool(matched(weigh(text))) == (operator == "like")
    fold = folding(how)
    if operator in ("in", "not in"):
        chosen = {fold(one) for one in wanted.split(",")}
        return lambda text: (fold(text) in chosen) == (operator == "in")
    other = fold(wanted)
    return lambda text: _ordered(fold(text), operator, other)


def folding(how: str) -> Callable[[str], str]:
    """Choose what two texts are compared by."""
    return {"blind": str.casefold, "collation": collated}.get(how, str)


_NEGATIVE = ("!=", "not in", "not like")
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: bool(one == other),
    "!=": lambda one, other: bool(one != other),
    ">": lambda one, other: bool(one > other),
    "<": lambda one, other: bool(one < other),
    ">=": lambda one, other: bool(one >= other),
    "<=": lambda one, other: bool(one <= other),
}


def _ordered(one: Any, operator: str, other: Any) -> bool:
    return other is not None and _ORDER[operator](one, other)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _like(pattern: str) -> re.Pattern[str]:
    parts = {"%": ".*", "_": "."}
    # a backslash takes its special meaning from the next character; the last one stands for itself
    marks = re.findall(r"\\?.", pattern, re.DOTALL)
    return re.compile("".join(parts.get(mark) or re.escape(mark[-1]) for mark in marks) + r"\Z", re.DOTALL)


def _dates(context: CallContext, operator: str, wanted: str) -> Callable[[Json], bool]:
    """Prepare the comparison of times; they are compared in whole seconds."""
    other = _seconds(context, wanted)
    if other is None:
        # the database reads what is no date as the first date of all
        return lambda _: operator in ("!=", "not in", "not like", ">", ">=")
    return lambda seconds: operator in _ORDER and _ordered(float(int(seconds)), operator, other)


def _seconds(context: CallContext, text: str) -> float | None:
    for form in _FORMS:
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=context.state.options.zone).timestamp()
        except ValueError:
            continue
    return None
