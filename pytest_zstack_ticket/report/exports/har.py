"""HTTP Archive 1.2: every redacted exchange as one entry, made one after the other so that memory stays flat."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from pytest_zstack_ticket.model.errors import EvidenceError
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Headers, Request, Response
from pytest_zstack_ticket.report.exports.plain_text import Report
from pytest_zstack_ticket.report.text.columns import visible

_encode = json.JSONEncoder(ensure_ascii=False).encode
HTTP = "HTTP/1.1"


def har(report: Report, exchanges: Iterable[Exchange]) -> Iterator[str]:
    """Yield the parts of a HAR document, line by line; headers and bodies are those of the evidence, pseudonyms too."""
    run, url = report["run"], str(report["target"]["url"]).rstrip("/")
    creator = {"name": run["suite"]["name"], "version": run["suite"]["version"]}
    comment = f"run {run['id']}, verdict {report['verdict']}; secrets are replaced by pseudonyms of the same shape"
    fields = {"version": "1.2", "creator": creator, "comment": comment}
    yield '{"log": ' + _encode(fields)[:-1] + ', "entries": [\n'
    between = ""
    for exchange in exchanges:
        yield between + _encode(entry(exchange, url))
        between = ",\n"
    yield "\n]}}\n"


def entry(exchange: Exchange, url: str) -> dict[str, Any]:
    """Write one exchange as an entry; one without an answer has status 0 and `_error`, as browsers write it.

    Raises EvidenceError for a time that does not exist.
    """
    milliseconds = round(exchange.elapsed * 1000, 3)
    answer = exchange.answer
    fields = {
        "startedDateTime": _date(exchange),
        "time": milliseconds,
        "request": _request(exchange.request, url),
        "response": _no_response(answer) if isinstance(answer, Failure) else _response(answer),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "_exchange": exchange.id,
    }
    return fields | ({"_leaks": list(exchange.leaks)} if exchange.leaks else {})


def _date(exchange: Exchange) -> str:
    try:
        return datetime.fromtimestamp(exchange.started, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError, OSError) as error:
        raise EvidenceError(f"exchange {exchange.id}: {exchange.started} is not a time of the calendar.") from error


def _request(request: Request, url: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "method": visible(request.method),
        "url": visible(url + request.path),
        "httpVersion": HTTP,
        "cookies": _cookies(request.headers, "cookie"),
        "headers": _headers(request.headers),
        "queryString": _query(request.path),
        "headersSize": -1,
        "bodySize": len(request.body or b""),
    }
    if request.body is not None:
        text, encoding = _text(request.body)
        mime = next((value for name, value in request.headers if name.lower() == "content-type"), "")
        fields["postData"] = {"mimeType": visible(mime), "params": [], "text": text}
        # HAR has no way to write the bytes of a request that are no text
        fields["postData"] |= {"_encoding": encoding} if encoding else {}
    return fields


def _response(response: Response) -> dict[str, Any]:
    text, encoding = _text(response.body)
    content = {"size": len(response.body), "mimeType": visible(response.header("content-type") or ""), "text": text}
    return {
        "status": response.status,
        "statusText": "",  # the evidence does not keep it
        "httpVersion": HTTP,
        "cookies": _cookies(response.headers, "set-cookie"),
        "headers": _headers(response.headers),
        "content": content | ({"encoding": encoding} if encoding else {}),
        "redirectURL": visible(response.header("location") or ""),
        "headersSize": -1,
        "bodySize": -1,
    }


def _no_response(failure: Failure) -> dict[str, Any]:
    return {
        "status": 0,
        "statusText": "",
        "httpVersion": "",
        "cookies": [],
        "headers": [],
        "content": {"size": 0, "mimeType": "x-unknown"},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
        "_error": visible(f"{failure.kind}: {failure.detail}"),
    }


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": visible(name), "value": visible(value)} for name, value in headers]


def _cookies(headers: Headers, wanted: str) -> list[dict[str, str]]:
    """Read names and values; what else a cookie says is in its header."""
    found = [value for name, value in headers if name.lower() == wanted]
    pairs = [pair for value in found for pair in (value.split(";") if wanted == "cookie" else value.split(";")[:1])]
    split = (pair.strip().partition("=") for pair in pairs)
    return [{"name": visible(name), "value": visible(value)} for name, _, value in split if name]


def _query(path: str) -> list[dict[str, str]]:
    pairs = parse_qsl(path.partition("?")[2], keep_blank_values=True, errors="replace", max_num_fields=None)
    return [{"name": visible(name), "value": visible(value)} for name, value in pairs]


def _text(body: bytes) -> tuple[str, str]:
    """Write a body as text, or in base64 with the name of that encoding."""
    try:
        return body.decode("utf-8"), ""
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), "base64"
