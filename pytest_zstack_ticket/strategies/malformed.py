"""Requests that are malformed or unusual below the body: JSON text, encodings, methods, paths, headers, sizes."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

from pytest_zstack_ticket.model.nonce import NONCE
from pytest_zstack_ticket.model.profile import Limits
from pytest_zstack_ticket.model.ticket import Edit, Message
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.strategies.base_draft import Body, calibration_body, encode, get, put
from pytest_zstack_ticket.strategies.ill_formed_utf8 import ill_formed_requests
from pytest_zstack_ticket.strategies.malformed_json import JSON_TYPE, lenient_json, malformed_json, message

MIB = 1 << 20
LONGEST_WORD = 40


def malformed_requests(context: Context, _limits: Limits, *, body: Body | None = None) -> tuple[Message, ...]:
    """List every malformed request that must be refused, made of the calibration draft or of another valid body."""
    good = encode(body or calibration_body(context))
    word = str(get(body, "params.name")).partition(NONCE)[0][-LONGEST_WORD:] if body else ""
    return (*malformed_json(good, word=word), *_methods(good, with_body=bool(body)), *_paths(good))


def unusual_requests(context: Context, _limits: Limits, *, body: Body | None = None) -> tuple[Message, ...]:
    """List every unusual request that a healthy target may accept or refuse, but has to answer."""
    body = body or calibration_body(context)
    good = encode(body)
    return (
        *lenient_json(good),
        *ill_formed_requests(body),
        *_deep(body),
        *_large(body),
        *_encodings(body),
        *_headers(good),
        *_open_paths(good),
    )


def _methods(good: bytes, *, with_body: bool) -> Iterator[Message]:
    """Yield methods that no create has; a deletion has a body where that is what tells one round from another."""
    for name, method, body in (
        ("method-put", "PUT", good),
        ("method-delete", "DELETE", good if with_body else None),
        ("method-patch", "PATCH", good),
        ("method-unknown", "CONFORM", good),
        ("method-trace", "TRACE", None),
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


def _deep(plain: Body) -> Iterator[Message]:
    for depth in (100, 1000):
        nested = b'{"d":' * depth + b"1" + b"}" * depth
        body = put(plain, "params.requests[0].apiBody.conformanceMark", "@nested@")
        deep = encode(body).replace(b'"@nested@"', nested)
        yield message(f"json-deep-{depth}", deep, note=f"apiBody nested {depth} deep", reading=encode(body))
    yield message("json-deep-list-100000", b"[" * 100_000 + b"]" * 100_000, note="100000 nested lists")
    yield message("json-deep-open-100000", b'{"params":' * 20_000, note="20000 objects that never end")


def _large(body: Body) -> Iterator[Message]:
    yield message(
        "large-description", encode(put(body, "params.description", "d" * MIB)), note="a description of 1 MiB"
    )
    yield message("large-unknown-key", encode(put(body, "conformanceExtra", "x" * MIB)), note="an unknown key of 1 MiB")
    keys = {f"k{number}": number for number in range(20_000)}
    yield message("large-many-keys", encode(put(body, "conformanceExtra", keys)), note="20000 unknown keys")


def _encodings(body: Body) -> Iterator[Message]:
    text = json.dumps(put(body, "params.name", "conformance test 工单 é"), ensure_ascii=False)
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
        ("header-empty-timeout", ("X-API-Timeout", "")),
        ("header-empty-job", ("X-Job-UUID", "")),
        ("header-empty-web-hook", ("X-Web-Hook", "")),
        ("header-utf8", ("X-Web-Hook", "http://工单\u200b\u0301.invalid".encode().decode("latin-1"))),
    ):
        yield message(name, good, headers=(*JSON_TYPE, header))
    many = tuple((f"X-Conformance-{number}", "1") for number in range(60))
    yield message("header-many", good, headers=(*JSON_TYPE, *many))
