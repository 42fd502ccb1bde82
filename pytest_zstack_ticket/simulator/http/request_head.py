"""Why Tomcat's HTTP parser refuses the head of a request, from its bytes. Source: facts.md, Http11InputBuffer."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pytest_zstack_ticket.simulator.http.host_header import refused_host
from pytest_zstack_ticket.simulator.http.tomcat_pages import connector_report, status_report
from pytest_zstack_ticket.simulator.json.java_values import LONG_MAX

HEAD_LIMIT = 65_536
"""Bytes of a request's head; the target's maxHttpHeaderSize (dossier 1.1)."""

MOST_HEADERS = 100
"""The target's maxHeaderCount."""
_HEADERS = "org.apache.tomcat.util.http.MimeHeaders"
_LOOSE_LINE = re.compile(rb"\A([!-~]+)[ \t]+(\S+)[ \t]+(HTTP/1\.[01]\r?\n)")
_OLD_LINE = re.compile(rb"[\r\n]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]+([^\s]+)\r?\n")
_OLD_VERSION = re.compile(rb"\A([^\r\n]* HTTP/1\.)0\r?\n")
_STAYS = re.compile(
    rb"(?is)\A[^\r\n]* HTTP/1\.0\r?\n(?=.*?^host:)(?=.*?^connection:[ \t]*keep-alive[ \t]*\r?$)", re.MULTILINE
)
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]*")
_NOT_TARGET = re.compile(rb'[\x00-\x1f\x7f-\xff"#<>\\^`{|}]')
_VERSION = re.compile(rb"[HTP/.0-9]*\Z")
_KNOWN_VERSIONS = (b"HTTP/1.1", b"HTTP/1.0")
_BAD_VALUE = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_BLANKS = re.compile(rb"[ \t]*")


def refused_head(raw: bytes) -> tuple[int, str]:
    """Status and page for a head that the HTTP parser did not take."""
    head = raw.lstrip(b"\r\n")
    if len(head) > HEAD_LIMIT:
        return 400, too_large()
    line, _, rest = head.partition(b"\n")
    complaint = _request_line(head, line)
    if complaint is not None:
        return complaint
    complaint = _header_lines(rest)
    if complaint is not None:
        return complaint
    unknown = re.search(rb"(?im)^transfer-encoding:[ \t]*(?!chunked\s*(?:,|$))\S", head)
    return (501, status_report(501)) if unknown else (400, status_report(400))


def _header_lines(rest: bytes) -> tuple[int, str] | None:
    """Complaint about the first header line that is none; a line that begins with a blank belongs to the one before."""
    for number, each in enumerate(rest.split(b"\n")):
        if not each.rstrip(b"\r"):
            break
        complaint = _header(each, first=number == 0)
        if complaint is not None:
            return complaint
    return None


def refused_headers(raw: bytes, headers: list[tuple[bytes, bytes]]) -> tuple[int, str] | None:
    """Status and page for headers that the parser here takes and Http11Processor.prepareRequest does not."""
    found = dict(headers)
    head = raw.partition(b"\r\n\r\n")[0]
    lengths = re.findall(rb"(?im)^content-length[ \t]*:([^\r\n]*)", head)
    if len(headers) > MOST_HEADERS:
        text = f"More than the maximum allowed number of headers, [{MOST_HEADERS}], were detected."
        above = (f"{_HEADERS}.createHeader(MimeHeaders.java:237)", f"{_HEADERS}.addValue(MimeHeaders.java:282)")
        return 400, connector_report(text, "parseHeader:898", "parseHeaders:606", kind="State", above=above)
    complaint = _header_lines(head.partition(b"\n")[2])
    if complaint is not None:
        return complaint
    if found.get(b"expect", b"100-continue").strip().lower() != b"100-continue":
        return 417, status_report(417)
    page = refused_host(found.get(b"host", b"").decode("latin-1"))
    if page:
        return 400, page
    long = any(one.strip().isdigit() and int(one) > LONG_MAX for one in lengths)
    return (400, status_report(400)) if len(lengths) > 1 or b"," in b"".join(lengths) or long else None


def tolerated(data: bytes) -> bytes:
    """Beginning of a head without what Tomcat's parser skips: blank lines before it, and more than one blank."""
    return _LOOSE_LINE.sub(rb"\1 \2 \3", data.lstrip(b"\r\n"), count=1)


def kept_open(data: bytes) -> bytes:
    """Read a request of HTTP/1.0 that asks for a connection that stays open as one of HTTP/1.1, as it is answered."""
    return _OLD_VERSION.sub(rb"\g<1>1\r\n", data, count=1) if _STAYS.search(data) else data


def keeps_alive(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a request asks in so many words for a connection that stays open; the answer then says so, too."""
    words = [word.strip().lower() for name, value in headers if name == b"connection" for word in value.split(b",")]
    return b"keep-alive" in words and b"close" not in words


def old_request(raw: bytes) -> tuple[str, str] | None:
    """Read the method and target of a request of HTTP/0.9, which is a line without a version."""
    match = _OLD_LINE.match(raw)
    return (match[1].decode("ascii"), match[2].decode("latin-1")) if match else None


def too_large() -> str:
    """Page for a head beyond the limit."""
    return connector_report("Request header is too large", "fill:775", "parseHeader:964", "parseHeaders:606")


def _request_line(head: bytes, line: bytes) -> tuple[int, str] | None:
    method, _, after = line.partition(b" ")
    token = _TOKEN.match(head)
    assert token is not None  # noqa: S101 - it matches nothing, too
    if head[token.end() : token.end() + 1] not in (b" ", b"\t"):
        shown = _until_space(head)
        text = f"Invalid character found in method name [{shown}]. HTTP method names must be tokens"
        return 400, connector_report(text, "parseRequestLine:422")
    target, blank, version = after.partition(b" ")
    if _NOT_TARGET.search(target.rstrip(b"\r")):
        text = f"Invalid character found in the request target [{_until_space(head[len(method) + 1 :])}]. "
        text += "The valid characters are defined in RFC 7230 and RFC 3986"
        return 400, connector_report(text, "parseRequestLine:505")
    version = version.rstrip(b"\r")
    if not _VERSION.match(version):
        shown = _until_space(head[len(method) + len(target) + len(blank) + 1 :])
        text = f"Invalid character found in the HTTP protocol [{shown}]"
        return 400, connector_report(text, "parseRequestLine:543")
    return None if version in _KNOWN_VERSIONS else (505, status_report(505))


def _header(line: bytes, *, first: bool = False) -> tuple[int, str] | None:
    """Complaint about one header line; the parser has put the name in lower case by then."""
    if line[:1] in (b" ", b"\t") and not first:
        return None
    token = _TOKEN.match(line)
    end = token.end() if token else 0
    value = line[end + 1 :].rstrip(b"\r")
    named = line[end : end + 1] == b":" and end
    bad = _BAD_VALUE.search(value) if named else None
    if named and not bad:
        return None
    # a line that ends where the colon ought to be is shown with its end
    shown = line if line[end : end + 1] == b"\r" else line.rstrip(b"\r")
    shown = shown[:end].lower() + (shown[end:] if bad is None else b":" + _moved(value, bad.start()))
    text = f"The HTTP header line [{_printable(shown)}] does not conform to RFC 7230. The request has been rejected."
    place = "parseHeader:911" if bad is None else "parseHeader:980"
    return 400, connector_report(text, "skipLine:1080", place, "parseHeaders:606")


def _moved(value: bytes, bad: int) -> bytes:
    """Show a value as it lies in the parser's buffer: its first `bad` bytes have moved over the blanks before it."""
    blanks = _BLANKS.match(value)
    start = blanks.end() if blanks else 0
    good = value[start:bad]
    return good + value[len(good) :]


def _until_space(data: bytes) -> str:
    """Print up to and with the next space; all of it, and dots, if there is none."""
    end = data.find(b" ")
    return _printable(data[: end + 1]) if end >= 0 else f"{_printable(data)}..."


def _printable(data: bytes) -> str:
    return "".join(chr(one) if 0x20 <= one < 0x7F else f"0x{one:02x}" for one in data)
