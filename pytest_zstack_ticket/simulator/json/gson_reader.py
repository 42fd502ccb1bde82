"""A reader as tolerant as gson's lenient mode; its errors carry the text that the target answers.

Source: dossier 4.3 and 4.4. Text that is plain JSON takes the standard library's fast path; everything else goes
through `lenient.Reader`, which decides between acceptance and a gson error.
"""

from __future__ import annotations

import json
from typing import Any

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.json.gson_lexer import DEPTH_LIMIT, GsonError, Reader, TooDeepError
from pytest_zstack_ticket.simulator.json.java_values import LONG_MAX, LONG_MIN, double_text, is_special

__all__ = ["GsonError", "TooDeepError", "drop_nulls", "kind_of", "parse_object", "to_text"]

_KINDS = ((bool, "BOOLEAN"), (dict, "BEGIN_OBJECT"), (list, "BEGIN_ARRAY"), (str, "STRING"), (type(None), "NULL"))


def kind_of(value: Json) -> str:
    """Return gson's token name of a decoded value."""
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "NUMBER")


def number(text: str, *, integers: bool) -> int | float:
    """Read an untyped number: a double before 4.6, afterwards a long where it fits."""
    if integers and not set(text) & set(".eE"):
        whole = int(text)
        if LONG_MIN <= whole <= LONG_MAX:
            return whole
    return float(text)


def parse_object(text: str, *, integers: bool) -> dict[str, Json] | None:
    """Read the top-level map of a request body; None for an empty body or `null`."""
    try:
        value = _fast(text, integers=integers)
    except (ValueError, RecursionError):
        value = Reader(text, lambda digits: number(digits, integers=integers)).document()
    return _as_map(value)


def _fast(text: str, *, integers: bool) -> Any:
    """Read plain JSON; keep the top-level pairs, in which a doubled key is an error."""
    if text.count("[") + text.count("{") > DEPTH_LIMIT:
        raise ValueError(text[:0])
    last: list[tuple[str, Json]] = []

    def keep(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        nonlocal last
        last = pairs
        return dict(pairs)

    value = json.JSONDecoder(
        object_pairs_hook=keep,
        parse_int=lambda digits: number(digits, integers=integers),
        parse_float=float,
        parse_constant=str,
        strict=False,
    ).decode(text)
    return _Pairs(last) if isinstance(value, dict) else value


class _Pairs(list[tuple[str, Json]]):
    """The pairs of a top-level object, doubled keys kept."""


def _as_map(value: Any) -> dict[str, Json] | None:
    """Read the document as gson's Map adapter does: an object or a list of pairs, no doubled key."""
    if value is None:
        return None
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, _Pairs):
        pairs = value
    elif isinstance(value, list):
        pairs = [_pair(index, item) for index, item in enumerate(value)]
    else:
        raise GsonError.expected("BEGIN_OBJECT", kind_of(value), "$")
    found: dict[str, Json] = {}
    for key, item in pairs:
        # Map.put answers the old value, and null means "there was none"
        if found.get(key) is not None:
            raise GsonError(f"duplicate key: {key}")
        found[key] = item
    return found


def _pair(index: int, item: Json) -> tuple[str, Json]:
    if not isinstance(item, list):
        raise GsonError.expected("BEGIN_ARRAY", kind_of(item), f"$[{index}]")
    if len(item) != 2:
        raise GsonError.expected("END_ARRAY" if len(item) > 1 else "STRING", "END_ARRAY", f"$[{index}]")
    return to_text(item[0], f"$[{index}][0]"), item[1]


def to_text(value: Json, path: str) -> str:
    """Coerce a value to a string as gson's string adapter does (dossier 4.4)."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return double_text(value)
    raise GsonError.expected("a string", kind_of(value), path)


def drop_nulls(value: Json) -> Json:
    """Write and read a value as the target does between two layers: members that are null vanish, at any depth."""
    if isinstance(value, dict):
        kept = {}
        for key, item in value.items():
            if item is not None:
                kept[key] = drop_nulls(item)
        return kept
    if isinstance(value, list):
        items = []
        for item in value:
            items.append(drop_nulls(item))  # noqa: PERF401 - a comprehension costs a second frame per level
        return items
    if isinstance(value, float) and is_special(value):
        name = "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"  # noqa: PLR0124 - NaN
        raise GsonError(f"{name} is not a valid double value as per JSON specification")
    return value
