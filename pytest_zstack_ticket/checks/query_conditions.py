"""The conditions of a query, as its path sends them, and which rows meet them.

Source: wire dossier 4.6. Which collation a target's tables have is not known, so there are two readings of each text:
as it stands, and as utf8_general_ci sees it, the collation of the platform's own schema (measured on 5.2.1): without
case, accents and trailing blanks.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qsl

from pytest_zstack_ticket.api.messages import moment
from pytest_zstack_ticket.model.exchange import Json

SIGNS = ("!=", ">=", "<=", "!?=", "!~=", "~=", "?=", "=", ">", "<", "is null", "not null")
"""The operators, in the order in which a server looks for them."""
ORDERS = frozenset({">", ">=", "<", "<="})
DATES = frozenset({"createDate", "lastOpDate"})


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


def may_meet(row: Mapping[str, Json], conditions: Iterable[Condition]) -> bool:
    """Return True if a shown row meets each condition under one of the readings; null meets only `is null`."""
    return all(any(_meets(row, one, read) for read in READINGS) for one in conditions)


def must_meet(row: Mapping[str, Json], conditions: Iterable[Condition]) -> bool:
    """Return True if a row, as it is shown, meets each condition whatever the collation."""
    return all(all(_meets(row, one, read) for read in READINGS) for one in conditions)


def in_some_order(texts: Sequence[str], *, descending: bool) -> bool:
    """Return True if texts are sorted under one of the readings; those that it takes for equal stand in any order."""
    orders = ([read(text) for text in (reversed(texts) if descending else texts)] for read in READINGS)
    return any(keys == sorted(keys) for keys in orders)


def as_it_stands(text: str) -> str:
    """Read a text as a binary collation does."""
    return text


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Read a text as utf8_general_ci does: without case, accents and trailing blanks."""
    letters = (letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return "".join(letters).upper().rstrip(" ")


READINGS: tuple[Callable[[str], str], ...] = (as_it_stands, folded)


def _meets(row: Mapping[str, Json], condition: Condition, read: Callable[[str], str]) -> bool:
    shown = row.get(condition.member)
    if condition.sign in ("is null", "not null"):
        return (shown is None) == (condition.sign == "is null")
    if condition.member in DATES:
        return _date_meets(shown, condition, unsure=read is folded)
    return isinstance(shown, str) and _COMPARISONS[condition.sign](read(shown), read(condition.value))


def second_of(shown: Json) -> datetime | None:
    """Read a date as the second of a wall clock: no condition has a zone, and tables keep fractions or not."""
    found = moment(shown)
    return found.replace(tzinfo=None, microsecond=0) if found else None


def _date_meets(shown: Json, condition: Condition, *, unsure: bool) -> bool:
    """Compare two dates; within one second, or where one cannot be read, either result is right."""
    held, wanted = second_of(shown), second_of(condition.value)
    order = _COMPARISONS[condition.sign] if condition.sign in ORDERS else None
    if shown is None:
        return False
    if held is None or wanted is None or held == wanted or order is None:
        return unsure
    return order(str(held), str(wanted))


@lru_cache(maxsize=256)
def _like(pattern: str) -> re.Pattern[str]:
    r"""Read a pattern with %, _ and the escapes \%, \_ and \\."""
    marks = {"%": ".*", "_": "."}
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    return re.compile("".join(marks.get(one) or re.escape(one[-1:]) for one in parts), re.DOTALL)


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
