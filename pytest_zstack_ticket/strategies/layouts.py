"""Ways to write one body as different bytes that mean the same: key order, white space and escapes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.nonce import NONCE
from pytest_zstack_ticket.strategies.base_draft import Body, encode

Writer = Callable[[Body], bytes]
ALL_SHORT_ESCAPES = '/\b\f\n\r\t"\\'
"""The characters that JSON writes as a backslash and one character; a slash may be written so (RFC 8259 section 7)."""
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


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
    yield "escape-every-character", every_escaped


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


def every_escaped(body: Body) -> bytes:
    """Write each character of each text as an escape with upper-case digits, but for the digits of a nonce."""

    def escaped(found: re.Match[str]) -> str:
        return f'"{_outside_nonce(json.loads(found[0]))}"'

    return _TEXT.sub(escaped, encode(body).decode()).encode()


def _outside_nonce(text: str) -> str:
    parts = text.split(NONCE)
    return NONCE.join("".join(f"\\u{ord(one):04X}" for one in _units(part)) for part in parts)


def _units(text: str) -> str:
    """Return a text with each character beyond U+FFFF as the two halves that an escape needs."""
    pairs = text.encode("utf-16-be", "surrogatepass")
    return "".join(chr(high << 8 | low) for high, low in zip(pairs[::2], pairs[1::2], strict=True))


def short_escapes(body: Body) -> bytes:
    """Write a body with every short escape that JSON has, also that of the slash."""
    return encode(body).replace(b"/", rb"\/")
