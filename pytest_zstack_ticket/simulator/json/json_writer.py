"""The target's JSON writers: no white space, nulls left out, Java numbers, HTML escapes on the job path."""

from __future__ import annotations

import re

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.json.java_values import double_text

_SHORT = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\b": "\\b", "\n": "\\n", "\r": "\\r", "\f": "\\f"}
_PLAIN = re.compile('[\\x00-\\x1f"\\\\\u2028\u2029]')
_SAFE = re.compile("[\\x00-\\x1f\"\\\\\u2028\u2029<>&=']")


def write(value: Json, *, escape_html: bool) -> str:
    """Write a value as gson does; members that are None are left out, list elements are kept as null."""
    special = _SAFE if escape_html else _PLAIN
    try:
        return _write(value, special)
    except RecursionError:
        return _write_deep(value, special)


class Verbatim(str):
    """A piece of JSON that is written as it stands, for faults that need what the writer would not write."""

    __slots__ = ()


def _write(value: Json, special: re.Pattern[str]) -> str:
    if type(value) is str:  # as most values are
        return f'"{special.sub(_escape, value)}"'
    if isinstance(value, dict):
        members = []
        for key, item in value.items():
            if item is not None:
                members.append(f'"{special.sub(_escape, key)}":{_write(item, special)}')
        return "{" + ",".join(members) + "}"
    if isinstance(value, (list, tuple)):
        items = []
        for item in value:
            items.append(_write(item, special))  # noqa: PERF401 - a comprehension costs a second frame per level
        return "[" + ",".join(items) + "]"
    return _scalar(value, special)


def _write_deep(value: Json, special: re.Pattern[str]) -> str:
    """Write without recursion: a stack of texts and of values that are still to be written."""
    parts: list[str] = []
    waiting: list[tuple[bool, Json]] = [(False, value)]
    while waiting:
        ready, item = waiting.pop()
        if ready:
            parts.append(item)
        elif isinstance(item, dict):
            members = [(f'"{special.sub(_escape, key)}":', each) for key, each in item.items() if each is not None]
            waiting += reversed(_around("{}", members))
        elif isinstance(item, (list, tuple)):
            waiting += reversed(_around("[]", [("", each) for each in item]))
        else:
            parts.append(_scalar(item, special))
    return "".join(parts)


def _around(brackets: str, members: list[tuple[str, Json]]) -> list[tuple[bool, Json]]:
    made: list[tuple[bool, Json]] = [(True, brackets[0])]
    for index, (before, each) in enumerate(members):
        made += [(True, ("," if index else "") + before), (False, each)]
    return [*made, (True, brackets[1])]


def _scalar(value: Json, special: re.Pattern[str]) -> str:
    if isinstance(value, str):
        return str(value) if isinstance(value, Verbatim) else f'"{special.sub(_escape, value)}"'
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    return _SHORT.get(character) or f"\\u{ord(character):04x}"


def encode(text: str) -> bytes:
    """Encode as UTF-8; half a surrogate pair becomes a question mark, as in Java."""
    return text.encode("utf-8", "replace")
