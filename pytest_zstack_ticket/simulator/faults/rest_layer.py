"""Faults below the API: rows of the master table answered otherwise, wire faults, headers, redirects."""

from __future__ import annotations

from typing import get_args

from pytest_zstack_ticket.simulator.faults import response_edits as edits
from pytest_zstack_ticket.simulator.faults.effects import Damage, Edit
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.faults.persistence import TRACE
from pytest_zstack_ticket.simulator.faults.scope import parse_scope
from pytest_zstack_ticket.simulator.response import WireKind

_ROWS: dict[str, str] = {
    "R1": "a path without an API",
    "R2": "a path outside /v1",
    "R3": "malformed JSON",
    "R4": "a doubled key",
    "R5": "a missing Authorization",
    "R6": "another scheme",
    "R7": "an access key without Date",
    "R8": "an access key with a bad Date",
    "R9": "an access key's old Date",
    "R10": "an access key without signature",
    "R11": "a wrong signature",
    "R12": "an unknown wrapper",
    "R13": "an action without a body",
    "R14": "POST to a path that has no POST",
    "R15": "GET of a path that has no GET",
    "R16": "DELETE of a path that has no DELETE",
    "R17": "HEAD, or a method that is not allowed",
    "R18": "a method that does not exist",
    "R19": "params that is not an object",
    "R20": "tags that are not a list",
    "R21": "a boolean field that is not true or false",
    "R22": "a value of a wrong type",
    "R23": "an X-Job-UUID of another length",
    "R24": "a used X-Job-UUID",
    "R25": "an X-API-Timeout that is not a number",
    "R26": "a limit that is not a number",
    "R27": "a condition without an operator",
    "R28": "a condition without a field",
    "R29": "a doubled parameter",
    "R30": "a doubled map parameter",
    "R33": "a character that is not allowed in a target",
    "R36": "an unknown charset",
}
_INSTEAD: tuple[tuple[str, int, str, str], ...] = (
    ("200", 200, "object", "is answered 200 {}"),
    ("202", 202, "object", "is answered 202 {}"),
    ("204", 204, "empty", "is answered 204"),
    ("page", 500, "html", "is answered with a 500 page"),
    ("hidden", 503, "object", "is answered 503 {}"),
)


def _rows() -> list[Fault]:
    made = []
    for row, about in _ROWS.items():
        scope = parse_scope(row)
        for name, code, body, how in _INSTEAD:
            change = edits.chain(edits.body(body), edits.status(code))
            made.append(Fault(name=f"{row}:{name}", description=f"{about} {how}", effects=(Edit(change, scope),)))
        trace = edits.chain(edits.text_body(TRACE), edits.status(500))
        text = f"{about} is answered with a stack trace"
        made.append(Fault(name=f"{row}:trace", description=text, effects=(Edit(trace, scope),)))
        closed = Damage("close", 0.0, scope)
        made.append(Fault(name=f"{row}:close", description=f"{about} closes the connection", effects=(closed,)))
        hung = Damage("never", 0.0, scope)
        made.append(Fault(name=f"{row}:hang", description=f"{about} is never answered", effects=(hung,)))
    return made


_WIRES: dict[str, str] = {
    "close": "the connection is closed without an answer",
    "reset": "the connection is reset without an answer",
    "never": "there is never an answer",
    "trickle": "the answer comes byte by byte",
    "long-length": "Content-Length is longer than the body",
    "short-length": "Content-Length is shorter than the body",
    "half": "the connection is closed half-way through the body",
    "garbage-status": "there is no status line",
    "many-100": "thousands of interim answers come first",
    "huge-header": "a header is a million bytes long",
    "endless": "the body never ends",
    "gzip-lie": "the body says gzip and is not",
    "gzip-bomb": "the body is a gzip bomb",
    "silent-close": "the connection is closed after each answer without saying so",
    "chunked": "the answer is chunked (allowed)",
    "http10": "the answer is HTTP/1.0 (allowed)",
    "gzip": "the answer is gzipped (allowed)",
}
_PLACES = {"create": "create/accepted", "poll": "create/result/polled", "query": "query", "login": "login", "all": "*"}


def _wires() -> list[Fault]:
    made = []
    for kind, about in _WIRES.items():
        for place, scope in _PLACES.items():
            damage = Damage(_kind(kind), 0.0, parse_scope(scope))
            made.append(Fault(name=f"wire-{kind}:{place}", description=f"{about}: {place}", effects=(damage,)))
    for place, scope in _PLACES.items():
        for seconds in (1, 5):
            damage = Damage("slow", float(seconds), parse_scope(scope))
            text = f"the answer takes {seconds} s: {place}"
            made.append(Fault(name=f"wire-slow-{seconds}:{place}", description=text, effects=(damage,)))
    return made


def _kind(word: str) -> WireKind:
    return next(kind for kind in get_args(WireKind) if kind == word)


_OTHERS: tuple[tuple[str, str, str], ...] = (
    ("slash-is-nothing", "when-path-trailing-slash(R1:200)", "a path with a slash at its end is answered 200 {}"),
    ("case-is-nothing", "when-path-upper-case(R1:200)", "a path in another case is answered 200 {}"),
    ("large-body-crash", "when-body-over:20000(crash)", "a large body ends in a 500 with a stack trace"),
    ("large-body-close", "when-body-over:20000(wire:create=close)", "a large body closes the connection"),
    ("deep-body-crash", "when-deeper:50(crash)", "a deep apiBody ends in a 500 with a stack trace"),
    ("deep-body-close", "when-deeper:50(wire:create=close)", "a deep apiBody closes the connection"),
    ("trace-echoes", "when-method-trace(leak-authorization+status:R18=200)", "TRACE is answered with the request"),
    ("content-type-html", "header:*=content-type=text/html;charset=utf-8", "every answer says that it is HTML"),
    ("content-type-garbage", "header:*=content-type=;;;", "every answer has a malformed Content-Type"),
    ("mojibake", "body:*=mojibake", "every answer has its UTF-8 encoded twice"),
    ("utf16", "body:*=utf16", "every answer is in UTF-16"),
    ("no-json", "body:*=text", "no answer is JSON"),
    ("html-always", "body:*=html", "every answer is a page"),
    ("redirect-always", "status:*=302+header:*=location=/zstack/login", "every answer is a redirect"),
    ("redirect-create", "status:create/accepted=301+header:create/accepted=location=/zstack/v1/tickets2", "301"),
    ("busy-always", "status:*=429", "every answer is 429"),
    ("unavailable", "text:*=Service Unavailable+status:*=503", "every answer is 503 with a text"),
    ("gateway", "body:*=html+status:*=502", "every answer is a gateway's 502 page"),
    ("job-never-ends", "latency:1e9", "no job ever ends"),
    ("slow-jobs", "latency:0.2", "jobs take 200 ms (allowed)"),
    ("very-slow-jobs", "latency:30", "jobs take 30 s"),
    ("page-on-refusal", "refusal-body:html", "every refusal is a page"),
    ("trace-on-crash", "R22:trace+R3:trace", "what cannot be read is answered with a stack trace"),
    ("double-delivery", "serve-twice", "each create is delivered twice"),
)

HTTPS: tuple[Fault, ...] = (
    *_rows(),
    *_wires(),
    *(Fault(name=name, description=about, expression=text) for name, text, about in _OTHERS),
)
"""Every fault below the API."""
