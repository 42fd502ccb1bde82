"""What the container and its dispatcher answer before the API sees a request: HTML pages, OPTIONS, redirects.

Source: dossier 1.1, 1.4 and rows R2, R18, R33, R36; facts.md, "HTTP".
"""

from __future__ import annotations

import re

from pytest_zstack_ticket.model.exchange import Request, Response
from pytest_zstack_ticket.simulator.errors import Refusal
from pytest_zstack_ticket.simulator.http.charsets import LEGAL_NAME, charset_parameter, java_codec, java_decoded
from pytest_zstack_ticket.simulator.http.locations import (
    CONTEXT,
    bare,
    normalized,
    reaches_api,
    refused_escape,
    servlet_path,
)
from pytest_zstack_ticket.simulator.http.routes import decoded, split_target
from pytest_zstack_ticket.simulator.http.tomcat_pages import (
    HTML,
    connector_report,
    illegal_charset_report,
    servlet_report,
    status_report,
)
from pytest_zstack_ticket.simulator.json.json_writer import encode
from pytest_zstack_ticket.simulator.state import first_header

API_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
_NOT_TARGET = re.compile('[<>"{}|\\\\^`#\x00-\x20\x7f-\U0010ffff]')
_NOT_QUERY = re.compile(r"[\[\]]")
_NOT_PATH = re.compile(r"[\[\]]")
_VARY = tuple(("vary", name) for name in ("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"))
_TOMCAT = "org.apache.tomcat.util.buf.B2CConverter"
_CATALINA = "org.apache.catalina.connector"
_NO_CHARSET_STACK = (
    f"{_TOMCAT}.getCharsetLower(B2CConverter.java:85)",
    f"{_TOMCAT}.getCharset(B2CConverter.java:63)",
    "org.apache.coyote.Request.getCharset(Request.java:389)",
    f"{_CATALINA}.InputBuffer.checkConverter(InputBuffer.java:573)",
    f"{_CATALINA}.Request.getReader(Request.java:1241)",
    f"{_CATALINA}.RequestFacade.getReader(RequestFacade.java:392)",
)
_MALFORMED_STACK = (
    "java.base/java.nio.charset.CoderResult.throwException(CoderResult.java:274)",
    f"{_TOMCAT}.convert(B2CConverter.java:262)",
    f"{_CATALINA}.InputBuffer.realReadChars(InputBuffer.java:438)",
    f"{_CATALINA}.InputBuffer.checkCharBufferEof(InputBuffer.java:652)",
    f"{_CATALINA}.InputBuffer.read(InputBuffer.java:470)",
    f"{_CATALINA}.CoyoteReader.read(CoyoteReader.java:96)",
    "org.apache.commons.io.IOUtils.copyLarge(IOUtils.java:1282)",
    "org.apache.commons.io.IOUtils.copyLarge(IOUtils.java:1261)",
    "org.apache.commons.io.IOUtils.copy(IOUtils.java:1108)",
    "org.apache.commons.io.IOUtils.toString(IOUtils.java:2723)",
)


def page(row: str, status: int, text: str, *, ideal: int, headers: tuple[tuple[str, str], ...] = ()) -> Refusal:
    """Refusal with a page of the container; it opens no HTTP session, so it sets no cookie."""
    return Refusal(row=row, status=status, text=text, form="page", ideal=ideal, headers=(*HTML, *headers), cookie=False)


def outside(path: str, method: str = "GET") -> Response | None:
    """Answer to a path that is not below the context root; None for one that is."""
    if (method, path) == ("OPTIONS", "*"):
        # the adapter's ping, which needs no application
        return Response(status=200, headers=(("allow", "GET, HEAD, POST, PUT, DELETE, OPTIONS"),), body=b"")
    if method == "CONNECT":
        text = status_report(501, "HTTP requests using the CONNECT method are not supported")
        return Response(status=501, headers=(*HTML, ("connection", "close")), body=encode(text))
    root, mark, query = path.partition("?")
    if root == CONTEXT:
        place = f"{CONTEXT}/{mark if query else ''}{query}"
        return Response(status=302, headers=(("location", place), ("transfer-encoding", "chunked")), body=b"")
    text = status_report(404)
    try:
        if not path.startswith("/"):
            raise _invalid_uri("Invalid URI")
        _check_target(path)
        if normalized(bare(root)).startswith(f"{CONTEXT}/"):
            return None
    except Refusal as error:
        text = error.text
        return Response(status=error.status, headers=(*error.headers, ("connection", "close")), body=encode(text))
    return Response(status=404, headers=HTML, body=encode(text))


def check_container(request: Request) -> None:
    """Raise the refusals that the container and its dispatcher make of a path below the context root."""
    _check_target(request.path)
    path = split_target(request.path)[0]
    if request.method == "TRACE":
        allowed = (("allow", "HEAD, DELETE, POST, GET, OPTIONS, PUT"),)
        raise page("R18", 405, status_report(405, "TRACE method is not allowed"), ideal=405, headers=allowed)
    if not reaches_api(path):
        static = f"{servlet_path(path)}/".startswith("/static/")
        message = f"The requested resource [{CONTEXT}{path}] is not available" if static else ""
        raise page("R2", 404, status_report(404, message), ideal=404)
    if request.method != "OPTIONS" and request.method not in API_METHODS:
        allowed = (("allow", "POST, PUT, DELETE, GET, HEAD"),)
        text = status_report(405, f"Request method '{request.method}' not supported")
        raise page("R18", 405, text, ideal=405, headers=allowed)


def _check_target(target: str) -> None:
    """Raise what the HTTP parser and the adapter refuse of a target."""
    path, query = split_target(target)
    if _NOT_TARGET.search(target) or _NOT_QUERY.search(query):
        shown = target if target.startswith(CONTEXT) else CONTEXT + target
        text = f"Invalid character found in the request target [{shown} ]. "
        text += "The valid characters are defined in RFC 7230 and RFC 3986"
        raise page("R33", 400, connector_report(text, "parseRequestLine:505"), ideal=400)
    if _NOT_PATH.search(path):
        raise page("R33", 400, status_report(400), ideal=400)
    complaint = refused_escape(path)
    if complaint:
        raise _invalid_uri(f"Invalid URI: [{complaint}]")
    if set(decoded(path)) & {"\0", "\\"} or normalized(bare(path)) == "":
        raise _invalid_uri("Invalid URI")


def _invalid_uri(text: str) -> Refusal:
    return page("R33", 400, status_report(400, text), ideal=400)


def preflight(request: Request) -> tuple[int, str, tuple[tuple[str, str], ...]]:
    """Answer OPTIONS: empty with Allow, or as a cross-origin preflight that nothing is configured for (dossier 1.4)."""
    origin = first_header(request, "Origin")
    if origin is None or first_header(request, "Access-Control-Request-Method") is None:
        return 200, "", (("allow", "POST,PUT,DELETE,GET,HEAD,OPTIONS"),)
    if origin.removesuffix("/") == f"http://{first_header(request, 'Host') or ''}":
        return 200, "", _VARY  # Spring alone adds Allow; a measured node had none
    return 403, "Invalid CORS request", (*_VARY, ("transfer-encoding", "chunked"))


def body_text(request: Request) -> str:
    """Body in its charset, ISO-8859-1 unless the Content-Type names another; raises Refusal (dossier 1.3)."""
    data = request.body or b""
    name = charset_parameter(first_header(request, "Content-Type") or "")
    if name is None:
        return data.decode("latin-1")
    codec = java_codec(name)
    if codec is None and not LEGAL_NAME.match(name):
        raise page("R36", 500, illegal_charset_report(request.method, name), ideal=415)
    if codec is None:
        shown = f"java.io.UnsupportedEncodingException: The character encoding [{name}] is not supported"
        raise _unreadable("R36", request, shown, _NO_CHARSET_STACK)
    text, unread = java_decoded(data, codec)
    if unread:
        raise _unreadable("R37", request, f"java.nio.charset.{unread}", _MALFORMED_STACK)
    return text


def _unreadable(row: str, request: Request, exception: str, stack: tuple[str, ...]) -> Refusal:
    """Refusal of a body that cannot be read, thrown outside of the API's own error handling."""
    text = servlet_report(request.method, exception, stack)
    return Refusal(row=row, status=500, text=text, form="page", ideal=415, headers=HTML)


def is_page(response: Response) -> bool:
    """Return True if a response is a page for a browser."""
    return any(name.lower() == "content-type" and value.startswith("text/html") for name, value in response.headers)
