"""Find the line of a TOML text on which a field stands, for messages to people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

Field: TypeAlias = tuple[str | int, ...]
"""Keys and, within arrays, positions from 0: ("requirement", 3, "text", "en")."""

_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_KEYS = rf"({_KEY}(?:\s*\.\s*{_KEY})*)"
_TABLES = re.compile(rf"\s*\[\[\s*{_KEYS}\s*\]\]")
_TABLE = re.compile(rf"\s*\[\s*{_KEYS}\s*\]")
_PAIR = re.compile(rf"\s*{_KEYS}\s*=(.*)")


def line_of(text: str, field: Sequence[str | int]) -> int:
    """Return the line on which a field is written, or the nearest thing around it; 1 if there is none."""
    wanted, found, best = tuple(field), 1, 0
    for number, place in _places(text):
        if len(place) > best and wanted[: len(place)] == place:
            found, best = number, len(place)
    return found


def _places(text: str) -> Iterator[tuple[int, Field]]:
    """Yield line and field of each table header and each pair."""
    table: Field = ()
    rows: dict[Field, int] = {}
    quotes = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if quotes:
            quotes = "" if quotes in line else quotes
        elif match := _TABLES.match(line):
            place = _inside(rows, _keys(match[1]))
            rows[place] = rows.get(place, -1) + 1
            table = (*place, rows[place])
            yield number, table
        elif match := _TABLE.match(line):
            table = _inside(rows, _keys(match[1]))
            yield number, table
        elif match := _PAIR.match(line):
            yield number, (*table, *_keys(match[1]))
            quotes = _opened(match[2])


def _inside(rows: dict[Field, int], keys: list[str]) -> Field:
    """Return where a header points to: below the last row of each array of tables on its way."""
    place: Field = ()
    for position, key in enumerate(keys, start=1):
        place = (*place, key)
        if position < len(keys) and place in rows:
            place = (*place, rows[place])
    return place


def _keys(dotted: str) -> list[str]:
    return [key.strip("\"'") for key in re.findall(_KEY, dotted)]


def _opened(value: str) -> str:
    """Return the quotes of a text over many lines that a value opens and does not close."""
    for quotes in ('"""', "'''"):
        if value.strip().startswith(quotes) and value.count(quotes) == 1:
            return quotes
    return ""
