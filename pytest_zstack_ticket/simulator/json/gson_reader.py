"""How the target reads a body: gson's map and object adapters, with the text of their errors.

Source: dossier 4.3 and 4.4, and facts.md ("gson texts"). Text that is plain JSON takes the standard library's fast
path; everything else goes through `JsonReader`, which decides between acceptance and a gson error.
"""

from __future__ import annotations

import json
import re
from typing import Any

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.json.gson_lexer import GsonError, JsonReader
from pytest_zstack_ticket.simulator.json.java_values import LONG_MAX, LONG_MIN, double_text, is_special
from pytest_zstack_ticket.simulator.json.json_writer import write

__all__ = ["GsonError", "TooDeepError", "drop_nulls", "expected", "kind_of", "located", "parse_object", "to_text"]

DEPTH_LIMIT = 2_000
"""Nesting that overflows the target's stack: 1000 levels were accepted, 3000 were not (facts.md)."""

_KINDS = ((bool, "BOOLEAN"), (dict, "BEGIN_OBJECT"), (list, "BEGIN_ARRAY"), (str, "STRING"), (type(None), "NULL"))
_WORDS = {"true": True, "false": False, "null": None}
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_SPECIAL = ". To override this behavior, use GsonBuilder.serializeSpecialFloatingPointValues() method."


class TooDeepError(Exception):
    """The nesting overflows the parser's stack."""


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
        value = None
    return value if value is not None else _slow(text, integers=integers)


def _fast(text: str, *, integers: bool) -> dict[str, Json] | None:
    """Read plain JSON; None for what needs a closer look, such as a doubled key at the top."""
    if text.count("[") + text.count("{") > DEPTH_LIMIT:
        return None
    doubled = False

    def keep(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        nonlocal doubled
        made = dict(pairs)
        # the last object to be closed is the one at the top
        doubled = len(made) < len(pairs)
        return made

    value: Any = json.JSONDecoder(
        object_pairs_hook=keep,
        parse_int=lambda digits: number(digits, integers=integers),
        parse_float=float,
        parse_constant=str,
        strict=False,
    ).decode(text)
    return value if isinstance(value, dict) and not doubled else None


def _slow(text: str, *, integers: bool) -> dict[str, Json] | None:
    """Read as `Gson.fromJson(text, LinkedHashMap.class)` does: leniently, and strictly after the end."""
    reader = JsonReader(text)
    try:
        reader.peek()
    except GsonError as error:
        if error.text.startswith("java.io.EOFException"):
            return None
        raise
    if reader.peek() == "NULL":
        return None
    found = _map(reader, integers=integers)
    reader.lenient = False
    reader.peek()
    return found


def _map(reader: JsonReader, *, integers: bool) -> dict[str, Json]:
    """Read the document as gson's Map adapter does: an object or a list of pairs, no doubled key."""
    found: dict[str, Json] = {}
    pairs = reader.peek() == "BEGIN_ARRAY"
    reader.expect("BEGIN_ARRAY" if pairs else "BEGIN_OBJECT")
    while reader.has_next():
        if pairs:
            reader.expect("BEGIN_ARRAY")
            key = _key(reader, integers=integers)
        else:
            key = reader.name(kept=False)
        value = _value(reader, integers=integers)
        if pairs:
            reader.expect("END_ARRAY")
        # Map.put answers the old value, and null means "there was none"
        if found.get(key) is not None:
            raise GsonError(f"duplicate key: {key}")
        found[key] = value
    reader.expect("END_ARRAY" if pairs else "END_OBJECT")
    return found


def _key(reader: JsonReader, *, integers: bool) -> str:
    key = _value(reader, integers=integers)
    return key if isinstance(key, str) else write(key, escape_html=False)


def _value(reader: JsonReader, *, integers: bool) -> Json:
    """Read one value of any depth. A container takes its place at once and is filled later."""
    root, opened = _start(reader, integers=integers)
    stack: list[Json] = [root] if opened else []
    while stack:
        top = stack[-1]
        if not reader.has_next():
            reader.expect("END_ARRAY" if isinstance(top, list) else "END_OBJECT")
            stack.pop()
            continue
        name = "" if isinstance(top, list) else reader.name()
        value, opened = _start(reader, integers=integers)
        if isinstance(top, list):
            top.append(value)
        else:
            top[name] = value
        if opened:
            stack.append(value)
        if len(stack) > DEPTH_LIMIT:
            raise TooDeepError
    return root


def _start(reader: JsonReader, *, integers: bool) -> tuple[Json, bool]:
    """Read a scalar, or begin a container; the second item tells which."""
    kind = reader.peek()
    match kind:
        case "BEGIN_ARRAY" | "BEGIN_OBJECT":
            reader.expect(kind)
            return ([] if kind == "BEGIN_ARRAY" else {}), True
        case "BOOLEAN" | "NULL":
            return _WORDS[reader.scalar()], False
        case "NUMBER":
            return number(reader.scalar(), integers=integers), False
        case "STRING":
            return reader.scalar(), False
    raise GsonError("java.lang.IllegalStateException")


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
    raise expected("a string", value, path)


def expected(wanted: str, value: Json, path: str) -> GsonError:
    """Build the error for a value of the wrong kind; `located` adds line and column."""
    return GsonError(f"java.lang.IllegalStateException: Expected {wanted} but was {kind_of(value)}", path=path)


def located(error: GsonError, message: Json) -> GsonError:
    """Add to an error of binding where the value stands in the message as the target writes it once more."""
    at, value = 0, message
    for name, index in _STEP.findall(error.path):
        at += 1
        members = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
        for key, item in members:
            if isinstance(value, dict) and item is not None:
                at += len(write(key, escape_html=True)) + 1
            if key == name or (index and key == int(index)):
                value = item
                break
            at += len(write(item, escape_html=True)) + 1 if item is not None or index else 0
    whole = error.text.startswith("java.lang.NumberFormatException")
    column = at + 1 + (len(write(value, escape_html=True)) if whole else _looked_at(value))
    return GsonError(f"{error.text} at line 1 column {column} path {error.path}", path=error.path)


def _looked_at(value: Json) -> int:
    """How many characters gson consumes when it looks at a value: a quote or bracket, a word, a long, no double."""
    if isinstance(value, float):
        return 0
    return 1 if isinstance(value, (str, list, dict)) else len(write(value, escape_html=True))


def drop_nulls(value: Json) -> Json:
    """Write and read a value as the target does between two layers: members that are null vanish, at any depth."""
    root: list[Json] = []
    waiting: list[tuple[Json, Json, Json]] = [(value, root, 0)]
    while waiting:
        item, into, key = waiting.pop()
        made: Json = item
        if isinstance(item, dict):
            made = {name: None for name, each in item.items() if each is not None}
            waiting += [(each, made, name) for name, each in item.items() if each is not None]
        elif isinstance(item, list):
            made = [None] * len(item)
            waiting += [(each, made, index) for index, each in enumerate(item)]
        elif isinstance(item, float) and is_special(item):
            name = "NaN" if item != item else "Infinity" if item > 0 else "-Infinity"  # noqa: PLR0124 - NaN
            raise GsonError(f"{name} is not a valid double value as per JSON specification{_SPECIAL}")
        if into is root:
            root.append(made)
        else:
            into[key] = made
    return root[0]
