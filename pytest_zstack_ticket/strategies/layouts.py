"""Ways to write one body as different bytes that mean the same: key order, white space and escapes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.strategies.base_draft import Body, encode

Writer = Callable[[Body], bytes]


def layouts() -> Iterator[tuple[str, Writer]]:
    """Yield each layout's name with what writes a body in it."""
    yield "key-order-reversed", lambda body: encode(reordered(body, lambda keys: keys[::-1]))
    yield "key-order-sorted", lambda body: encode(reordered(body, sorted))
    yield "white-space-indented", lambda body: json.dumps(body, ensure_ascii=False, indent=2).encode()
    yield (
        "white-space-odd",
        lambda body: json.dumps(body, ensure_ascii=False, separators=(" ,\t", "\r\n: ")).encode(),
    )
    yield "white-space-around", lambda body: b" \r\n\t" + encode(body) + b"\n \t"
    yield "escape-all", lambda body: json.dumps(body, ensure_ascii=True).encode()


def reordered(value: Json, order: Callable[[list[str]], list[str]]) -> Json:
    """Return a value with the keys of each object in another order."""
    if isinstance(value, dict):
        return {key: reordered(value[key], order) for key in order(list(value))}
    return [reordered(item, order) for item in value] if isinstance(value, list) else value


def html_safe(body: Body) -> bytes:
    """Write a body as Gson's HTML-safe writer does: the Java SDK sends such bodies."""
    text = encode(body).decode()
    for letter in "<>&='":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text.encode()
