"""What the container answers before the API sees a request: HTML pages, OPTIONS, forbidden characters.

Source: dossier 1.1, 1.4 and rows R2, R18, R33, R36.
"""

from __future__ import annotations

import codecs
import re
from http import HTTPStatus

from pytest_zstack_ticket.model.exchange import Request
from pytest_zstack_ticket.simulator.errors import Refusal
from pytest_zstack_ticket.simulator.http.routes import split_target
from pytest_zstack_ticket.simulator.state import first_header

API_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
_ALLOW = ", ".join((*API_METHODS, "OPTIONS"))
_BAD_PATH = re.compile(r"%(?![0-9a-fA-F]{2})|%2[fF]|[<>\"{}|\\^`\x00-\x20\x7f-\U0010ffff]")
_BAD_QUERY = re.compile('[<>"{}|\\\\^`\x00-\x20\x7f-\U0010ffff]')
_PAGE = (
    '<!doctype html><html lang="en"><head><title>HTTP Status {status} – {phrase}</title></head>'
    "<body><h1>HTTP Status {status} – {phrase}</h1><hr/><p>{text}</p></body></html>"
)
_NO_CHARSETS = frozenset({"idna", "punycode", "unicode_escape", "raw-unicode-escape", "unicode-escape", "undefined"})
"""Codecs of Python that are no charsets of any platform."""

HTML = (("content-type", "text/html;charset=utf-8"), ("content-language", "en"))


def page(row: str, status: int, text: str, *, ideal: int, headers: tuple[tuple[str, str], ...] = ()) -> Refusal:
    """Build a page of the container."""
    body = _PAGE.format(status=status, phrase=HTTPStatus(status).phrase, text=text)
    return Refusal(row=row, status=status, text=body, form="page", ideal=ideal, headers=(*HTML, *headers))


def check_container(request: Request) -> None:
    """Raise the refusals that the container and its dispatcher make."""
    path, query = split_target(request.path)
    if _BAD_PATH.search(path) or _BAD_QUERY.search(query):
        raise page("R33", 400, "Invalid character found in the request target.", ideal=400)
    if not (path == "/v1" or path.startswith("/v1/")):
        raise page("R2", 404, "The requested resource is not available.", ideal=404)
    if request.method == "OPTIONS":
        return
    if request.method not in API_METHODS:
        text = f"Request method {request.method!r} is not supported."
        raise page("R18", 405, text, ideal=405, headers=(("allow", _ALLOW),))
    charset(request)


def preflight(request: Request) -> tuple[int, str, tuple[tuple[str, str], ...]]:
    """Answer OPTIONS: empty with Allow, or a refused cross-origin preflight (dossier 1.4)."""
    if first_header(request, "Origin") and first_header(request, "Access-Control-Request-Method"):
        return 403, "Invalid CORS request", ()
    return 200, "", (("allow", _ALLOW),)


def charset(request: Request) -> str:
    """Return the charset in which the body is read: ISO-8859-1 unless the Content-Type names another (dossier 1.3)."""
    match = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", first_header(request, "Content-Type") or "", re.IGNORECASE)
    if match is None:
        return "latin-1"
    try:
        name = codecs.lookup(match[1]).name
        if name not in _NO_CHARSETS:
            "a".encode(name)
            return name
    except (LookupError, ValueError):
        pass
    raise page("R36", 500, "UnsupportedEncodingException", ideal=415)
