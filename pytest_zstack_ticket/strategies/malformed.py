"""Requests that are malformed or unusual below the body: JSON text, encodings, methods, paths, headers, sizes."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

from pytest_zstack_ticket.model.exchange import Headers
from pytest_zstack_ticket.model.profile import Limits
from pytest_zstack_ticket.model.ticket import JSON_UTF8, Edit, Message
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.strategies.base_draft import calibration_body, encode, put

JSON_TYPE: Headers = (("Content-Type", JSON_UTF8),)
MIB = 1 << 20


def malformed_requests(context: Context, _limits: Limits) -> tuple[Message, ...]:
    """List every malformed request that must be refused."""
    good = encode(calibration_body(context))
    return (*_malformed(good), *_methods(good), *_paths(good))


def unusual_requests(context: Context, _limits: Limits) -> tuple[Message, ...]:
    """List every unusual request that a healthy target may accept or refuse, but has to answer."""
    good = encode(calibration_body(context))
    return (
        *_lenient(good),
        *_deep(context),
        *_large(context),
        *_encodings(context),
        *_headers(good),
        *_open_paths(good),
    )


def message(
    name: str, body: bytes | None, *, note: str = "", headers: Headers = JSON_TYPE, reading: bytes | None = None
) -> Message:
    """Return a message whose body is broken."""
    edit = Edit(kind="breakage", name=name, note=note or name)
    return Message(edit=edit, body=body, headers=headers, reading=reading)


def _malformed(good: bytes) -> Iterator[Message]:
    for part in (1, len(good) // 3, len(good) // 2, len(good) - 1):
        yield message(
            f"json-truncated-{part * 100 // len(good)}", good[:part], note=f"the first {part} bytes only", reading=good
        )
    yield message("json-trailing-comma", good[:-1] + b",}", reading=good)
    yield message("json-trailing-comma-nested", good[:-2] + b",}}", reading=good)
    yield message("json-trailing-text", good + b"xyz", reading=good)
    yield message("json-trailing-object", good + b"{}", reading=good)
    yield message("json-trailing-bracket", good + b"}", reading=good)
    yield message("json-garbage-text", b"this is not JSON at all")
    yield message("json-garbage-bracket", b"}{")
    yield message("json-garbage-xml", b"<params><name>x</name></params>")
    yield message("json-garbage-form", b"name=x&requests=y&accountSystemType=iam2")
    yield message("json-unbalanced", good.replace(b"]", b"", 1), reading=good)
    yield message("json-missing-colon", b'{"params" {}}')
    yield message("json-top-level-string", b'"params"')
    yield message("json-top-level-number", b"42")
    yield message("json-top-level-boolean", b"true")
    yield message("json-top-level-list-number", b"[1]")
    yield message("json-top-level-list-string", b'["params"]')


def _methods(good: bytes) -> Iterator[Message]:
    for name, method, body in (
        ("method-put", "PUT", good),
        ("method-delete", "DELETE", None),
        ("method-patch", "PATCH", good),
        ("method-unknown", "CONFORM", good),
    ):
        headers = JSON_TYPE if body else ()
        edit = Edit(kind="breakage", name=name, note=f"{method} /v1/tickets")
        yield Message(edit=edit, method=method, body=body, headers=headers)


def _paths(good: bytes) -> Iterator[Message]:
    for name, path in (
        ("path-unknown", "/v1/no-such-api"),
        ("path-unknown-below", f"/v1/no-such-api/{uuid.uuid4().hex}/actions"),
        ("path-unknown-near", "/v1/ticketz"),
    ):
        yield Message(edit=Edit(kind="breakage", name=name, note=path), path=path, body=good)


def _open_paths(good: bytes) -> Iterator[Message]:
    for name, path in (
        ("path-trailing-slash", "/v1/tickets/"),
        ("path-wrong-case", "/v1/Tickets"),
        ("path-double-slash", "/v1//tickets"),
        ("path-bad-percent", "/v1/tickets/%zz"),
        ("path-encoded-slash", "/v1%2Ftickets"),
        ("path-encoded-letter", "/v1/ticket%73"),
        ("path-query", "/v1/tickets?conformance=1"),
        ("path-outside", "/v9/tickets"),
        ("path-long", f"/v1/tickets?conformance={'x' * 6000}"),
    ):
        yield Message(edit=Edit(kind="breakage", name=name, note=path[:60]), path=path, body=good)
    for method in ("HEAD", "OPTIONS"):
        edit = Edit(kind="breakage", name=f"method-{method.lower()}", note=f"{method} /v1/tickets")
        yield Message(edit=edit, method=method, headers=(), body=None)


def _lenient(good: bytes) -> Iterator[Message]:
    """Yield what a lenient JSON reader takes and a strict one refuses."""
    yield message(
        "lenient-single-quotes", good.replace(b'"', b"'") if b"'" not in good else b"{'params':{}}", reading=good
    )
    yield message("lenient-comment", b"/* conformance */" + good, reading=good)
    yield message("lenient-line-comment", b"// conformance\n" + good, reading=good)
    yield message("lenient-byte-order-mark", b"\xef\xbb\xbf" + good)
    yield message("lenient-unquoted-key", good.replace(b'"params"', b"params", 1), reading=good)
    yield message("lenient-nan", good[:-1] + b',"conformanceExtra":NaN}', reading=good)
    yield message("lenient-empty-list", b"[]")
    yield message("lenient-null", b"null")
    yield message("lenient-empty", b"")
    yield message("lenient-blank", b"  \n")


def _deep(context: Context) -> Iterator[Message]:
    for depth in (100, 1000):
        nested = b'{"d":' * depth + b"1" + b"}" * depth
        body = put(calibration_body(context), "params.requests[0].apiBody.conformanceMark", "@nested@")
        deep = encode(body).replace(b'"@nested@"', nested)
        yield message(f"json-deep-{depth}", deep, note=f"apiBody nested {depth} deep", reading=encode(body))
    yield message("json-deep-list-100000", b"[" * 100_000 + b"]" * 100_000, note="100000 nested lists")
    yield message("json-deep-open-100000", b'{"params":' * 20_000, note="20000 objects that never end")


def _large(context: Context) -> Iterator[Message]:
    body = calibration_body(context)
    yield message(
        "large-description", encode(put(body, "params.description", "d" * MIB)), note="a description of 1 MiB"
    )
    yield message("large-unknown-key", encode(put(body, "conformanceExtra", "x" * MIB)), note="an unknown key of 1 MiB")
    keys = {f"k{number}": number for number in range(20_000)}
    yield message("large-many-keys", encode(put(body, "conformanceExtra", keys)), note="20000 unknown keys")


def _encodings(context: Context) -> Iterator[Message]:
    text = json.dumps(put(calibration_body(context), "params.name", "conformance test 工单 é"), ensure_ascii=False)
    good = text.encode()
    yield message("encoding-invalid-utf8", good.replace("é".encode(), b"\xff\xfe\xc3"), reading=good)
    yield message("encoding-lone-surrogate", good.replace("é".encode(), b"\\ud800"))
    for name, charset in (("utf16", "UTF-16"), ("gbk", "GBK")):
        headers = (("Content-Type", f"application/json;charset={charset}"),)
        yield message(f"encoding-{name}", text.encode(charset, "replace"), headers=headers, reading=good)
    yield message("encoding-unknown", good, headers=(("Content-Type", "application/json;charset=no-such-charset"),))
    yield message("encoding-gzip-claimed", good, headers=(*JSON_TYPE, ("Content-Encoding", "gzip")))


def _headers(good: bytes) -> Iterator[Message]:
    for name, header in (
        ("header-long", ("X-Conformance", "x" * 7000)),
        ("header-empty", ("X-Conformance", "")),
        ("header-latin", ("X-Conformance", "é")),
        ("header-accept-xml", ("Accept", "application/xml")),
        ("header-accept-language", ("Accept-Language", "zh-CN,zh;q=0.9,xx;q=0.1")),
        ("header-origin", ("Origin", "http://conformance.invalid")),
        ("header-forwarded", ("X-Forwarded-For", "not an address, 999.999.999.999")),
        ("header-range", ("Range", "bytes=0-1")),
        ("header-cookie", ("Cookie", "JSESSIONID=conformance; ;=;")),
        ("header-web-hook-bad", ("X-Web-Hook", "not a url")),
        ("header-content-md5", ("Content-MD5", "not-a-digest")),
    ):
        yield message(name, good, headers=(*JSON_TYPE, header))
    many = tuple((f"X-Conformance-{number}", "1") for number in range(60))
    yield message("header-many", good, headers=(*JSON_TYPE, *many))
