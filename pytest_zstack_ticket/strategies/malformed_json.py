"""Bodies whose JSON is malformed, by kind, and bodies that only a lenient reader takes.

A defect inside the document stands in a member that the API does not know, so that nothing else is wrong with the body.
What Gson refuses is malformed; what it reads as text or null is only unusual. Source: JsonReader.java, RFC 8259.
"""

from __future__ import annotations

from collections.abc import Iterator

from pytest_zstack_ticket.model.exchange import Headers
from pytest_zstack_ticket.model.ticket import JSON_UTF8, Edit, Message
from pytest_zstack_ticket.strategies.base_draft import encode

JSON_TYPE: Headers = (("Content-Type", JSON_UTF8),)
SEPARATORS = {
    "double-colon": b'{"a"::1}',
    "comma-for-colon": b'{"a",1}',
    "no-colon": b'{"a" 1}',
    "colon-in-list": b'["a":1]',
    "two-commas": b'{"a":1,,"b":2}',
    "no-comma": b'{"a":1 "b":2}',
    "no-comma-in-list": b"[1 2]",
    "no-key": b"{:1}",
    "no-value": b'{"a":}',
    "key-alone": b'{"a"}',
    "bracket-for-key": b"{[:1}",
    "form-feed": b'{"a":\f1}',
}
UNICODE_ESCAPES = {"too-short": rb'{"a":"\u12"}', "no-digits": rb'{"a":"\uqqqq"}'}
UNKNOWN_ESCAPES = {
    "letter": rb'{"a":"\x41"}',
    "capital": rb'{"a":"\U0041"}',
    "digit": rb'{"a":"\0"}',
    "tab": b'{"a":"\\\t"}',
}
"""Refused by Gson 2.8 and later, that is from ZStack 3.6 on; before, the character behind the backslash was read."""
LENIENT = {
    "nan": b"NaN",
    "infinity": b'[Infinity,-Infinity,+Infinity,"Inf"]',
    "numbers": b"[01,-01,+1,.5,-.5,1.,2.e3,0x1,1e,1e+,1eE2,0.1.2,1+2,--1,\xef\xbc\x91]",
    "overflow": b"[1e400,-1e400]",
    "words": b"[True,nul,truefalse,*,a\xc3\xa9,\xe2\x81\xa0]",
    "holes": b"[[1,],[,1],[1,,2],[,]]",
    "control-characters": b'"a\tb\nc\x01d\x00e"',
    "comments": b"{/* a */'b':1,#c\n\"d\":2// e\n}",
    "separators": b'{"a"=1;"b"=>2}',
}
"""What Gson's lenient reader takes; RFC 8259 has none of it."""


def message(
    name: str, body: bytes | None, *, note: str = "", headers: Headers = JSON_TYPE, reading: bytes | None = None
) -> Message:
    """Return a message whose body is broken."""
    edit = Edit(kind="breakage", name=name, note=note or name)
    return Message(edit=edit, body=body, headers=headers, reading=reading)


def malformed_json(good: bytes, *, word: str = "") -> Iterator[Message]:
    """Yield what every reader refuses; a `word` makes other documents of those that have no part of a good body."""
    for part in (1, len(good) // 3, len(good) // 2, len(good) - 1):
        yield message(
            f"json-truncated-{part * 100 // len(good)}", good[:part], note=f"the first {part} bytes only", reading=good
        )
    yield message("json-trailing-comma", good[:-1] + b",}", reading=good)
    yield message("json-trailing-comma-nested", good[:-2] + b",}}", reading=good)
    yield message("json-trailing-text", good + b"xyz", reading=good)
    yield message("json-trailing-object", good + b"{}", reading=good)
    yield message("json-trailing-bracket", good + b"}", reading=good)
    yield message("json-unbalanced", good.replace(b"]", b"", 1), reading=good)
    kinds = {"separator": SEPARATORS, "unicode-escape": UNICODE_ESCAPES, "unknown-escape": UNKNOWN_ESCAPES}
    for kind, rows in kinds.items():
        for name, text in rows.items():
            yield message(f"json-{kind}-{name}", _inside(good, text), reading=good)
    yield from _no_objects(word)


def _no_objects(word: str) -> Iterator[Message]:
    """Yield bodies that are no JSON object at all."""
    text = word.encode()
    yield message("json-garbage-text", b"this is not JSON at all" + text)
    yield message("json-garbage-bracket", b"}{" + text)
    yield message("json-garbage-xml", b"<params><name>x" + text + b"</name></params>")
    yield message("json-garbage-form", b"name=x" + text + b"&requests=y&accountSystemType=iam2")
    yield message("json-missing-colon", b'{"params" {' + (b'"x":1' if text else b"") + b"}}")
    yield message("json-top-level-string", encode(f"params{word}"))
    yield message("json-top-level-number", str(42 + len(word) * 1000 + sum(text)).encode())
    yield message("json-top-level-boolean", b"true")
    yield message("json-top-level-list-number", encode([1, *map(ord, word)]))
    yield message("json-top-level-list-string", encode([f"params{word}"]))
    yield message("body-empty", b"")
    yield message("body-blank", b"  " + b" " * (sum(text) % 1000) + b"\n")
    yield message("body-null", b"null")


def lenient_json(good: bytes) -> Iterator[Message]:
    """Yield what a lenient JSON reader takes and a strict one refuses."""
    yield message(
        "lenient-single-quotes", good.replace(b'"', b"'") if b"'" not in good else b"{'params':{}}", reading=good
    )
    yield message("lenient-comment", b"/* conformance */" + good, reading=good)
    yield message("lenient-line-comment", b"// conformance\n" + good, reading=good)
    yield message("lenient-comment-behind", good + b" // conformance", reading=good)
    yield message("lenient-byte-order-mark", b"\xef\xbb\xbf" + good)
    yield message("lenient-unquoted-key", good.replace(b'"params"', b"params", 1), reading=good)
    yield message("lenient-empty-list", b"[]")
    yield message("lenient-byte-order-mark-alone", b"\xef\xbb\xbf")
    for name, text in LENIENT.items():
        yield message(f"lenient-{name}", _inside(good, text), reading=good)


def _inside(good: bytes, text: bytes) -> bytes:
    """Return a good body with a text as the value of a member that the API does not know."""
    return good[:-1] + b',"conformanceExtra":' + text + b"}"
