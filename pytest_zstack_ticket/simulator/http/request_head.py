"""Why Tomcat's HTTP parser refuses the head of a request, from its bytes. Source: facts.md, Http11InputBuffer."""

from __future__ import annotations

import re

from pytest_zstack_ticket.simulator.http.tomcat_pages import connector_report, status_report

HEAD_LIMIT = 65_536
"""Bytes of a request's head; the target's maxHttpHeaderSize (dossier 1.1)."""

MOST_HEADERS = 100
"""The target's maxHeaderCount."""
_HEADERS = "org.apache.tomcat.util.http.MimeHeaders"
_HOST = re.compile(r"(?:[A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::\d*)?\Z", re.ASCII)
_LOOSE_LINE = re.compile(rb"\A([!-~]+)[ \t]+(\S+)[ \t]+(HTTP/1\.[01]\r?\n)")
_OLD_LINE = re.compile(rb"[\r\n]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]+([^\s]+)\r?\n")
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]*")
_NOT_TARGET = re.compile(rb'[\x00-\x1f\x7f-\xff"#<>\\^`{|}]')
_VERSION = re.compile(rb"[HTP/.0-9]*\Z")
_KNOWN_VERSIONS = (b"HTTP/1.1", b"HTTP/1.0")
_BAD_VALUE = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")


def refused_head(raw: bytes) -> tuple[int, str]:
    """Status and page for a head that the HTTP parser did not take."""
    head = raw.lstrip(b"\r\n")
    if len(head) > HEAD_LIMIT:
        return 400, too_large()
    line, _, rest = head.partition(b"\n")
    complaint = _request_line(head, line)
    if complaint is not None:
        return complaint
    for each in rest.split(b"\n"):
        if not each.rstrip(b"\r"):
            break
        complaint = _header(each)
        if complaint is not None:
            return complaint
    unknown = re.search(rb"(?im)^transfer-encoding:[ \t]*(?!chunked\s*$)\S", head)
    return (501, status_report(501)) if unknown else (400, status_report(400))


def refused_headers(raw: bytes, headers: list[tuple[bytes, bytes]]) -> tuple[int, str] | None:
    """Status and page for headers that the parser here takes and Http11Processor.prepareRequest does not."""
    found = dict(headers)
    lengths = re.findall(rb"(?im)^content-length[ \t]*:([^\r\n]*)", raw.partition(b"\r\n\r\n")[0])
    if len(headers) > MOST_HEADERS:
        text = f"More than the maximum allowed number of headers, [{MOST_HEADERS}], were detected."
        above = (f"{_HEADERS}.createHeader(MimeHeaders.java:237)", f"{_HEADERS}.addValue(MimeHeaders.java:282)")
        return 400, connector_report(text, "parseHeader:898", "parseHeaders:606", kind="State", above=above)
    if found.get(b"expect", b"100-continue").strip().lower() != b"100-continue":
        return 417, status_report(417)
    host = found.get(b"host", b"").decode("latin-1")
    return (400, status_report(400)) if len(lengths) > 1 or b"," in b"".join(lengths) or not _HOST.match(host) else None


def tolerated(data: bytes) -> bytes:
    """Beginning of a head without what Tomcat's parser skips: blank lines before it, and more than one blank."""
    return _LOOSE_LINE.sub(rb"\1 \2 \3", data.lstrip(b"\r\n"), count=1)


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
    target, _, version = after.partition(b" ")
    if _NOT_TARGET.search(target.rstrip(b"\r")):
        text = f"Invalid character found in the request target [{_until_space(head[len(method) + 1 :])}]. "
        text += "The valid characters are defined in RFC 7230 and RFC 3986"
        return 400, connector_report(text, "parseRequestLine:505")
    version = version.rstrip(b"\r")
    if not _VERSION.match(version):
        text = f"Invalid character found in the HTTP protocol [{_printable(version)}]"
        return 400, connector_report(text, "parseRequestLine:543")
    return None if version in _KNOWN_VERSIONS else (505, status_report(505))


def _header(line: bytes) -> tuple[int, str] | None:
    """Complaint about one header line; the parser has put the name in lower case by then."""
    if line[:1] in (b" ", b"\t"):
        return None
    token = _TOKEN.match(line)
    end = token.end() if token else 0
    value = line[end + 1 :].rstrip(b"\r")
    if line[end : end + 1] == b":" and end and not _BAD_VALUE.search(value):
        return None
    # a line that ends where the colon ought to be is shown with its end
    shown = line if line[end : end + 1] == b"\r" else line.rstrip(b"\r")
    name = _printable(shown[:end].lower() + shown[end:])
    text = f"The HTTP header line [{name}] does not conform to RFC 7230. The request has been rejected."
    return 400, connector_report(text, "skipLine:1080", "parseHeader:911", "parseHeaders:606")


def _until_space(data: bytes) -> str:
    """Print up to and with the next space; all of it, and dots, if there is none."""
    end = data.find(b" ")
    return _printable(data[: end + 1]) if end >= 0 else f"{_printable(data)}..."


def _printable(data: bytes) -> str:
    return "".join(chr(one) if 0x20 <= one < 0x7F else f"0x{one:02x}" for one in data)
