"""Why the container refuses a request's head; the texts are those of recorded pages."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.simulator.http.request_head import HEAD_LIMIT, refused_head

FIRST = b"GET /zstack/v1/tickets HTTP/1.1\r\nHost: x\r\n"
TARGET = "Invalid character found in the request target [&#47;zstack&#47;v1&#47;a{shown}]. The valid characters"
HEADER = "The HTTP header line [{shown}] does not conform to RFC 7230. The request has been rejected."
REFUSED = [
    (b"GARBAGE\r\n\r\n", 400, "Invalid character found in method name [GARBAGE0x0d0x0a0x0d0x0a...]. HTTP method names"),
    (b"G{T /x HTTP/1.1\r\n\r\n", 400, "Invalid character found in method name [G{T ]."),
    (b"\r\nGET /zstack/v1/a\xe4 HTTP/1.1\r\n\r\n", 400, TARGET.format(shown="0xe4 ")),
    (b"GET /zstack/v1/a<b HTTP/1.1\r\n\r\n", 400, TARGET.format(shown="&lt;b ")),
    (b"GET /x HTTX/1.1\r\n\r\n", 400, "Invalid character found in the HTTP protocol [HTTX&#47;1.1]"),
    (b"GET /x HTTP/2.0\r\n\r\n", 505, "HTTP Status 505 – HTTP Version Not Supported"),
    (FIRST + b"foo\r\n\r\n", 400, HEADER.format(shown="foo0x0d")),
    (FIRST + b"Authorization : OAuth x\r\n\r\n", 400, HEADER.format(shown="authorization : OAuth x")),
    (FIRST + b"X: a\x01b\r\n\r\n", 400, HEADER.format(shown="x: a0x01b")),
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
