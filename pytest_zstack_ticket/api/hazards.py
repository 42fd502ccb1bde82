"""Requests that could harm a cloud which people use: they are sent to the embedded simulator alone.

docs/explanation/harmless.md lists them, and says of everything else that is sent why it is harmless.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

from pytest_zstack_ticket.api.strict_json import decode
from pytest_zstack_ticket.model.exchange import Json

Hazard: TypeAlias = Literal["untyped-list", "nesting", "executions"]

DEEPEST = 120
"""Levels of nesting in one body: 1,000 were stored on 5.2.1 and shown by every query, which Python's reader, among
others, cannot read; 3,000 overflowed the stack of the node."""
MOST_EXECUTIONS = 100
"""How often all requests of one ticket would be executed if an approver took it for a real one."""
LARGEST_INT = 2**31 - 1
"""What is larger is refused when executeTimes is bound to Java's int."""
_UNTYPED_LIST = re.compile(rb"[\"'](?:accountSystemContext|apiBody)[\"']\s*:\s*\[")
"""A list, even an empty one, in a field that Java types as Object: on 5.2.1 its job never ends, and every query whose
result holds the ticket is answered 500, for all users (JsonSchemaBuilder, FieldUtils.getGenericType)."""
_BRACKET_OR_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


def hazard_of(body: bytes | None) -> Hazard | None:
    """Return how a request's body could harm a cloud that people use, or None."""
    text = (body or b"").replace(b"\0", b"")
    if _UNTYPED_LIST.search(text):
        return "untyped-list"
    if _depth(text) > DEEPEST:
        return "nesting"
    if b"executeTimes" in text and max(_executions(decode(text)), default=0) > MOST_EXECUTIONS:
        return "executions"
    return None


def _depth(text: bytes) -> int:
    """Return how deep objects and lists are nested, in a body that need not be JSON."""
    if text.count(b"{") + text.count(b"[") <= DEEPEST:
        return 0
    depth = deepest = 0
    for found in _BRACKET_OR_TEXT.finditer(text):
        if found[0] in (b"{", b"["):
            depth += 1
            deepest = max(deepest, depth)
        elif found[0] in (b"}", b"]"):
            depth -= 1
    return deepest


def _executions(value: Json | object) -> Iterator[int]:
    """Yield how often the requests of each list of `requests` would be executed together."""
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        if key == "requests" and isinstance(item, list):
            yield sum(_times(one) for one in item if isinstance(one, dict))
        yield from _executions(item)


def _times(request: dict[str, Json]) -> int:
    try:
        times = int(float(request.get("executeTimes", 1)))
    except (TypeError, ValueError, OverflowError):
        return 0
    return times if 0 < times <= LARGEST_INT else 0
