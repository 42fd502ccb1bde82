"""An exchange as text: the request as it was sent, the answer as it came; long bodies lose their end, and say so."""

from __future__ import annotations

import base64
from typing import Any

from pytest_zstack_ticket.report.html.page_context import Json

MAX_BODY = 6_000
"""Characters of a body."""


def exchange_text(exchange: Json) -> str:
    """Write an exchange of the evidence."""
    answer = exchange.get("response") or exchange.get("failure")
    return _text(exchange["id"], exchange["request"], answer, f" · {exchange['elapsed'] * 1000:.1f} ms")


def message_text(message: Json) -> str:
    """Write the message of a finding: its request and the last answer to it."""
    return _text(message["exchange"], message["request"], message.get("answer") or message.get("failure"), "")


def _text(key: str, request: Json, answer: Any, elapsed: str) -> str:
    sent = [f"{request['method']} {request['path']}", *_headers(request), *_body(request["body"])]
    if "status" in answer:
        received = [str(answer["status"]), *_headers(answer), *_body(answer["body"])]
    else:
        received = [f"{answer['kind']}: {answer['detail']}"]
    return "\n".join([f"# {key}{elapsed}", *sent, "", *received])


def _headers(message: Json) -> list[str]:
    return [f"{name}: {value}" for name, value in message["headers"]]


def _body(body: Any) -> list[str]:
    if body is None:
        return []
    text = body_text(body)
    cut = len(text) > MAX_BODY
    return ["", f"{text[:MAX_BODY]} … ({len(text)})" if cut else text]


def body_text(body: Any) -> str:
    """Write a body of a report as text; bytes that are not UTF-8 are written as escapes."""
    if isinstance(body, str):
        return body
    if "cut" in body:
        return f"{body['cut']} … ({body['bytes']})"
    return base64.b64decode(body["base64"]).decode("utf-8", "backslashreplace")
