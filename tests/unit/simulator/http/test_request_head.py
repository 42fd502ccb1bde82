"""Why the container refuses a request's head; the texts are those of recorded pages."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.simulator.http.request_head import (
    HEAD_LIMIT,
    old_request,
    refused_head,
    refused_headers,
    tolerated,
)

FIRST = b"GET /zstack/v1/tickets HTTP/1.1\r\nHost: x\r\n"
TARGET = "Invalid character found in the request target [&#47;zstack&#47;v1&#47;a{shown}]. The valid characters"
HEADER = "The HTTP header line [{shown}] does not conform to RFC 7230. The request has been rejected."
REFUSED = [
    (b"GARBAGE\r\n\r\n", 400, "Invalid character found in method name [GARBAGE0x0d0x0a0x0d0x0a...]. HTTP method names"),
    (b"G{T /x HTTP/1.1\r\n\r\n", 400, "Invalid character found in method name [G{T ]."),
    (b"\r\nGET /zstack/v1/a\xe4 HTTP/1.1\r\n\r\n", 400, TARGET.format(shown="0xe4 ")),
    (b"GET /zstack/v1/a<b HTTP/1.1\r\n\r\n", 400, TARGET.format(shown="&lt;b ")),
    (b"GET /x HTTX/1.1\r\n\r\n", 400, "Invalid character found in the HTTP protocol [HTTX&#47;1.10x0d0x0a0x0d0x0a...]"),
    (b"GET /x HTTP/2.0\r\n\r\n", 505, "HTTP Status 505 – HTTP Version Not Supported"),
    (FIRST + b"foo\r\n\r\n", 400, HEADER.format(shown="foo0x0d")),
    (FIRST + b"Authorization : OAuth x\r\n\r\n", 400, HEADER.format(shown="authorization : OAuth x")),
    (FIRST + b"X: a\x01b\r\n\r\n", 400, HEADER.format(shown="x:aa0x01b")),
    (FIRST + b"X:abc\x7fd e\r\n\r\n", 400, HEADER.format(shown="x:abc0x7fd e")),
    (FIRST + b"X:   ab\x01 c\r\n\r\n", 400, HEADER.format(shown="x:ab ab0x01 c")),
    (b"GET /x HTTP/1.1\r\n Host: x\r\n\r\n", 400, HEADER.format(shown=" Host: x")),
    (b"GET /x b HTTP/1.1\r\n\r\n", 400, "Invalid character found in the HTTP protocol [b ]"),
    (FIRST + b"Transfer-Encoding: chunked, chunked\r\n\r\n", 400, "<b>Type</b> Status Report"),
    (FIRST + b": x\r\n\r\n", 400, HEADER.format(shown=": x")),
    (FIRST + b"X: a\r\n b\r\nTransfer-Encoding: foo\r\n\r\n", 501, "HTTP Status 501 – Not Implemented"),
    (FIRST + b"X: " + b"h" * HEAD_LIMIT, 400, "Request header is too large"),
    (FIRST + b"Content-Length: x\r\n\r\n", 400, "<p><b>Type</b> Status Report</p><p><b>Description</b>"),
]


@pytest.mark.parametrize(("raw", "status", "text"), REFUSED)
def test_each_fault_of_a_head_has_its_page(raw: bytes, status: int, text: str) -> None:
    found, page = refused_head(raw)
    assert found == status
    assert text in page


def test_a_page_shows_where_the_parser_stopped() -> None:
    _, page = refused_head(FIRST + b"foo\r\n\r\n")
    assert "\n\torg.apache.coyote.http11.Http11InputBuffer.skipLine(Http11InputBuffer.java:1080)\n" in page
    assert page.endswith('<hr class="line" /><h3>Apache Tomcat/8.5.100</h3></body></html>')


# as Http11Processor.prepareRequest of Tomcat 8.5.100 has it
@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([b"Host: h:8080", b"Content-Length: 2"], None),
        ([b"Host: [::1]:8080", b"Expect: 100-Continue"], None),
        ([b"Host:"], None),
        ([b"Host: a b"], 400),
        ([b"Host: h:80x"], 400),
        ([b"Host: h", b"Content-Length: 2", b"content-length: 2"], 400),
        ([b"Host: h", b"Content-Length: 2, 2"], 400),
        ([b"Host: h", b"Expect: a miracle"], 417),
        ([b"Host: h", *(b"X-%d: a" % number for number in range(100))], 400),
        ([b"Host: h", *(b"X-%d: a" % number for number in range(99))], None),
    ],
)
def test_headers_that_the_container_refuses(lines: list[bytes], status: int | None) -> None:
    raw = FIRST + b"".join(line + b"\r\n" for line in lines) + b"\r\ncontent-length: 7"
    headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    found = refused_headers(raw, headers)
    assert (found and found[0]) == status


@pytest.mark.parametrize("data", [b"\r\n\r\n" + FIRST, FIRST.replace(b" ", b" \t ", 2), FIRST])
def test_blanks_that_the_container_skips(data: bytes) -> None:
    assert tolerated(data) == FIRST


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"GET /zstack/v1/tickets\r\n\r\n", ("GET", "/zstack/v1/tickets")),
        (b"GET /zstack\n", ("GET", "/zstack")),
        (b"GARBAGE\n\n", None),
        (FIRST, None),
    ],
)
def test_a_line_without_a_version_is_http_0_9(raw: bytes, found: tuple[str, str] | None) -> None:
    assert old_request(raw) == found
