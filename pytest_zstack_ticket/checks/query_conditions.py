"""The conditions of a query, as its path sends them, and which rows meet them.

Source: wire dossier 4.6. Only what our own queries use is covered: texts without upper case, on which every collation
agrees, and null.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

from pytest_zstack_ticket.model.exchange import Json

SIGNS = ("!=", ">=", "<=", "!?=", "!~=", "~=", "?=", "=", ">", "<", "is null", "not null")
"""The operators, in the order in which a server looks for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One `q` of a query."""

    member: str
    sign: str
    value: str


def parameters_of(path: str) -> list[tuple[str, str]]:
    """Return the query parameters of a path, in order."""
    return parse_qsl(path.partition("?")[2], keep_blank_values=True)


def parameter(path: str, name: str) -> str:
    """Return the first value of a query parameter, or an empty string."""
    return next((value for key, value in parameters_of(path) if key == name), "")


def conditions_of(path: str) -> list[Condition]:
    """Return the conditions of a query; a text without an operator is none."""
    found = [_condition(value) for key, value in parameters_of(path) if key == "q"]
    return [one for one in found if one is not None]


def _condition(text: str) -> Condition | None:
    sign = next((one for one in SIGNS if one in text), None)
    if sign is None:
        return None
    member, _, value = text.partition(sign)
    return Condition(member=member.strip(), sign=sign, value=value)


def meets(row: Mapping[str, Json], condition: Condition) -> bool:
    """Return True if a row, as it is shown, meets a condition; null meets none but `is null`."""
    shown = row.get(condition.member)
    if condition.sign in ("is null", "not null"):
        return (shown is None) == (condition.sign == "is null")
    return isinstance(shown, str) and _COMPARISONS[condition.sign](shown, condition.value)


@lru_cache(maxsize=256)
def _like(pattern: str) -> re.Pattern[str]:
    marks = {"%": ".*", "_": "."}
    return re.compile("".join(marks.get(mark) or re.escape(mark) for mark in pattern), re.DOTALL)


def _is_like(shown: str, pattern: str) -> bool:
    return _like(pattern).fullmatch(shown) is not None


def _is_in(shown: str, values: str) -> bool:
    return shown in values.split(",")


_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "~=": _is_like,
    "!~=": lambda shown, pattern: not _is_like(shown, pattern),
    "?=": _is_in,
    "!?=": lambda shown, values: not _is_in(shown, values),
}
