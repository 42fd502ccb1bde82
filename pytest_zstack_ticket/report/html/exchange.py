"""Exchanges as text: the request as it went, the answer as it came; long bodies lose their end, and say so."""

from __future__ import annotations

import base64
from typing import Any

from pytest_zstack_ticket.report.html.markup import Markup, joined, lines_of
from pytest_zstack_ticket.report.html.page_context import Json

LONGEST_BODY = 6_000


def exchange_text(told: Json) -> Markup:
    """Return an exchange as the evidence has it."""
    answer = told.get("response") or told.get("failure")
    return _text(told["id"], told["request"], answer, f" · {told['elapsed'] * 1000:.1f} ms")


def message_text(told: Json) -> Markup:
    """Return the message of a finding: its request and the last answer to it."""
    return _text(told["exchange"], told["request"], told.get("answer") or told.get("failure"), "")


def _text(key: str, request: Json, answer: Any, took: str) -> Markup:
    sent = [f"{request['method']} {request['path']}", *_headers(request), *_body(request["body"])]
    if "status" in answer:
        got = [str(answer["status"]), *_headers(answer), *_body(answer["body"])]
    else:
        got = [f"{answer['kind']}: {answer['detail']}"]
    return joined(*(lines_of(line) for line in [f"# {key}{took}", *sent, "", *got]), between="\n")


def _headers(message: Json) -> list[str]:
    return [f"{name}: {value}" for name, value in message["headers"]]


def _body(body: Any) -> list[str]:
    if body is None:
        return []
    text = body_text(body)
    cut = len(text) > LONGEST_BODY
    return ["", f"{text[:LONGEST_BODY]} … ({len(text)})" if cut else text]


def body_text(body: Any) -> str:
    """Return a body as text; bytes that are no UTF-8 are written as escapes."""
    if isinstance(body, str):
        return body
    if "cut" in body:
        return f"{body['cut']} … ({body['bytes']})"
    return base64.b64decode(body["base64"]).decode("utf-8", "backslashreplace")
