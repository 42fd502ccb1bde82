"""Read JSON strictly and alike on every Python: `decode` what a target sent, `parse` a document of our own."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.json_limits import MAX_DEPTH, MAX_DIGITS

SMALL = 16_384
LARGE = 1 << 19
"""Bodies up to `SMALL` bytes are remembered, of those up to `LARGE` the last few, which several checks read in turn."""
CUT = f"nested more than {MAX_DEPTH} levels deep"
"""Stands in a decoded body for a list or object that lies deeper than we read."""
_CUT = json.dumps(CUT)
_MARKS = re.compile(r'"(?:[^"\\]|\\[\s\S])*(?:"|\Z)|[\[\]{}]')
_STRINGS = re.compile(r'"[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"|\\?\Z)')
_BETWEEN = re.compile(r"[^\[\]{}]+")
_ENDS = re.compile(r"[^ \t\r\n]|\Z")
_LONG_NUMBER = re.compile(rf"[0-9]{{{MAX_DIGITS + 1}}}")


@dataclass(frozen=True, slots=True)
class Undecodable:
    """A body that is not one JSON value. `why` is one phrase for people."""

    why: str


def decode(body: bytes) -> Json | Undecodable:
    """Decode what a target sent, or tell why it is no JSON; never raises.

    A leading BOM is allowed: real clients read past it. Real servers echo what is nested a thousand levels deep, so
    such a body is held to the grammar as a whole, and CUT stands for what lies deeper than MAX_DEPTH.
    """
    if len(body) <= SMALL:
        return _remembered(body)
    return _just_read(body) if len(body) <= LARGE else _decode(body)


def parse(text: bytes) -> Json:
    """Parse a document of our own. Raises ValueError, also where two readers could understand different things."""
    return _value(text.decode("utf-8"), whole=True)


def text_of(body: bytes) -> str:
    """Decode a body as text, bytes that are no UTF-8 shown as U+FFFD."""
    return body.decode("utf-8", "replace")


@lru_cache(maxsize=512)
def _remembered(body: bytes) -> Json | Undecodable:
    return _decode(body)


@lru_cache(maxsize=4)
def _just_read(body: bytes) -> Json | Undecodable:
    return _decode(body)


def _decode(body: bytes) -> Json | Undecodable:
    try:
        return _value(body.decode("utf-8-sig"), whole=False)
    except UnicodeDecodeError as error:
        return Undecodable(f"byte {error.start} is not UTF-8")
    except ValueError as error:
        return Undecodable(str(error))


def _value(text: str, *, whole: bool) -> Json:
    """Read a text; what is too deep is cut, or refused if the `whole` is asked for."""
    if text.count("[") + text.count("{") <= MAX_DEPTH or _is_shallow(text):
        return _load(text, whole=whole)
    shallow = _shallow(text, whole=whole)
    return _load(shallow, whole=whole, at="a character" if shallow != text else "")


def _is_shallow(text: str) -> bool:
    """Rule out quickly that a long text is deep: its brackets vanish in a few steps, each of which takes pairs away."""
    brackets = _BETWEEN.sub("", _STRINGS.sub("", text))
    for _ in range(MAX_DEPTH // 2):
        fewer = brackets.replace("[]", "").replace("{}", "")
        if len(fewer) == len(brackets):
            break
        brackets = fewer
    return not brackets


def _shallow(text: str, *, whole: bool) -> str:
    """Put CUT for each list or object that is too deep, after reading it in pieces that are not."""
    pieces: list[list[str]] = [[]]
    depth = start = 0
    for mark in _MARKS.finditer(text):
        if mark[0] in ("[", "{"):
            if depth and depth % MAX_DEPTH == 0:
                if whole:
                    raise ValueError(CUT)
                pieces[-1].append(text[start : mark.start()])
                pieces.append([])
                start = mark.start()
            depth += 1
        elif mark[0] in ("]", "}"):
            depth -= 1
            if depth < 0:
                raise ValueError(f"character {mark.start()} is out of place")
            if depth > 0 and depth % MAX_DEPTH == 0:
                pieces[-1].append(text[start : mark.end()])
                _load("".join(pieces.pop()), whole=whole, at="a character")
                pieces[-1].append(_CUT)
                start = mark.end()
    if len(pieces) > 1:
        raise ValueError(f"it ends inside {depth} levels of lists and objects")
    return "".join((*pieces[0], text[start:]))


def _load(text: str, *, whole: bool, at: str = "") -> Json:
    """Read a text that is not too deep; `at` names a place in a text that is only a part."""
    number = (_exact if whole else _rounded) if _LONG_NUMBER.search(text) else None
    try:
        return json.loads(text, parse_constant=_refuse, object_pairs_hook=_unique, parse_int=number)
    except json.JSONDecodeError as error:
        # the interpreters differ in their words, and in where they see a trailing comma
        comma = error.msg.startswith("Illegal trailing comma")
        place = next(_ENDS.finditer(text, error.pos + 1)).start() if comma else error.pos
        early = place >= len(text)
        raise ValueError("it ends too early" if early else f"{at or f'character {place}'} is out of place") from None


def _exact(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a number has more than {MAX_DIGITS} digits")
    return int(digits)


def _rounded(digits: str) -> float:
    """Read a very long integer as most readers do: as a float."""
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the key {json.dumps(twice[:40])} stands twice in one object")
    return value
