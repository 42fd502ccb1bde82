"""Decode a body that a target sent: never raises, whatever the bytes are."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from pytest_zstack_ticket.model.exchange import Json

SMALL = 16_384
"""Bodies up to this many bytes are remembered; the larger ones are rare and would fill the memory."""


@dataclass(frozen=True, slots=True)
class Undecodable:
    """A body that is not one JSON value. `why` is one phrase for people."""

    why: str


def decode(body: bytes) -> Json | Undecodable:
    """Return the JSON value of a body, or why it is none. A leading BOM is allowed: real clients read past it."""
    return _remembered(body) if len(body) <= SMALL else _decode(body)


def text_of(body: bytes) -> str:
    """Return a body as text, bytes that are no UTF-8 shown as U+FFFD."""
    return body.decode("utf-8", "replace")


@lru_cache(maxsize=512)
def _remembered(body: bytes) -> Json | Undecodable:
    return _decode(body)


def _decode(body: bytes) -> Json | Undecodable:
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_refuse, object_pairs_hook=_unique)
    except UnicodeDecodeError as error:
        return Undecodable(f"byte {error.start} is not UTF-8")
    except RecursionError:
        return Undecodable("nested too deeply")
    except ValueError as error:
        return Undecodable(str(error))


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the key {twice[:40]!r} stands twice in one object")
    return value


def parsed(text: bytes) -> Any:
    """Return a value. Raises ValueError, also where two readers could understand different things."""
    try:
        return json.loads(text.decode("utf-8"), object_pairs_hook=_each_once, parse_constant=_refused)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _each_once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _refused(constant: str) -> Json:
    raise ValueError(f"{constant} is no JSON")
