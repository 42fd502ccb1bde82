"""Names in ill-formed UTF-8, and the text that each must not become. Source: RFC 3629 sections 3 and 10, UTR 36."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_zstack_ticket.model.ticket import Message
from pytest_zstack_ticket.strategies.base_draft import Body, encode, get, put
from pytest_zstack_ticket.strategies.malformed_json import message

ILL_FORMED: dict[str, tuple[bytes, str]] = {
    "overlong-quote": (b"\xc0\xa7", "'"),
    "overlong-slash": (b"\xc0\xaf", "/"),
    "overlong-nul": (b"\xc0\x80", "\0"),
    "overlong-three-bytes": (b"\xe0\x80\xa2", '"'),
    "overlong-six-bytes": (b"\xfc\x83\xbf\xbf\xbf\xbf", "\uffff"),
    "surrogate": (b"\xed\xa0\x80", "\ud800"),
    "beyond-unicode": (b"\xf4\x90\x80\x80", "\U0010ffff"),
    "lone-continuation": (b"\x80", "\u20ac"),
    "cut-sequence": (b"\xe2\x82", "\u20ac"),
}
"""Bytes, and the character that a careless decoder makes of them."""
BEFORE, BEHIND = "conformance<", ">"
"""What stands before and behind those bytes in the name."""


def ill_formed_requests(body: Body) -> Iterator[Message]:
    """Yield a create for each kind, and one whose name ends with the first byte of a longer character."""
    name = str(get(body, "params.name"))
    for kind, (data, _) in ILL_FORMED.items():
        text = encode(put(body, "params.name", f"{BEFORE}@bytes@{BEHIND} {name}"))
        yield message(f"utf8-{kind}", text.replace(b"@bytes@", data), reading=encode(body), note=data.hex(" "))
    text = encode(put(body, "params.name", f"{name} @bytes@"))
    swallow = text.replace(b"@bytes@", b"\xe2")
    yield message("utf8-before-a-quote", swallow, reading=encode(body), note="e2 before the quote that ends the name")


def forbidden(partition: str) -> str:
    """Return the text that a stored name must not have if the request of this row was accepted, or an empty text."""
    kind = partition.removeprefix("utf8-")
    if kind in ILL_FORMED:
        return f"{BEFORE}{ILL_FORMED[kind][1]}{BEHIND}"
    return '"' if kind == "before-a-quote" else ""
