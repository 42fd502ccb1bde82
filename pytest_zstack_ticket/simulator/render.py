"""The target's JSON writers: no white space, nulls left out, Java numbers, HTML escapes on the job path."""

from __future__ import annotations

import re

from pytest_zstack_ticket.model.exchange import Json

from .java import double_text

_SHORT = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\b": "\\b", "\n": "\\n", "\r": "\\r", "\f": "\\f"}
_PLAIN = re.compile('[\\x00-\\x1f"\\\\\u2028\u2029]')
_SAFE = re.compile("[\\x00-\\x1f\"\\\\\u2028\u2029<>&=']")


def write(value: Json, *, escape_html: bool) -> str:
    """Write a value as gson does; members that are None are left out, list elements are kept as null."""
    return _write(value, _SAFE if escape_html else _PLAIN)


def _write(value: Json, special: re.Pattern[str]) -> str:
    if isinstance(value, str):
        return f'"{special.sub(_escape, value)}"'
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, dict):
        members = []
        for key, item in value.items():
            if item is not None:
                members.append(f'"{special.sub(_escape, key)}":{_write(item, special)}')
        return "{" + ",".join(members) + "}"
    items = []
    for item in value:
        items.append(_write(item, special))  # noqa: PERF401 - a comprehension costs a second frame per level
    return "[" + ",".join(items) + "]"


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    return _SHORT.get(character) or f"\\u{ord(character):04x}"


def encode(text: str) -> bytes:
    """Encode as UTF-8; half a surrogate pair becomes a question mark, as in Java."""
    return text.encode("utf-8", "replace")
