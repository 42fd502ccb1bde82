"""Read JSON that somebody signed: one value, every key once, no number that other readers would refuse."""

from __future__ import annotations

import json
from typing import Any

from pytest_zstack_ticket.model.exchange import Json


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
