"""Send a request whose framing is wrong or unusual, as bytes that no HTTP client would write. Source: RFC 9112.

Each goes over a connection of its own, which is closed afterwards, so that no byte can be taken for another request.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import h11

from pytest_zstack_ticket.model.exchange import (
    ANSWERED_AGAIN,
    ENDING_EARLY,
    NOT_TOLD_TO_GO_ON,
    Failure,
    Framing,
    Request,
    Response,
)
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.transport.bounded_stream import TooLargeError
from pytest_zstack_ticket.transport.content_decoding import read_body
from pytest_zstack_ticket.transport.disconnect import connected
from pytest_zstack_ticket.transport.error_mapping import MalformedEncodingError, failure_of
from pytest_zstack_ticket.transport.framings import framed

MOST_BYTES = 1 << 20
ENDS_WITHIN = 2.0
"""Seconds that a server has to answer a message that ended too early."""
AGAIN_WITHIN = 0.3
"""Seconds that a server has to answer what it left unread, on a connection that stays open behind the first answer."""
TOLD_WITHIN = 3.0
"""Seconds that a client waits for 100 Continue or an answer before it sends the body all the same."""
PAUSES: dict[Framing, float] = {"slow-body": 3.0, "slow-body-near": 1.0, "two-segments": 0.2}
"""Seconds between the two halves of a body that comes slowly; the shorter one is for a target that answers at once.

Two segments are cut within a character, if there is one of several bytes.
"""
FIRST_LONG = 0xC0
"""The least first byte of a character of several bytes in UTF-8."""
EXPECTING = frozenset({"expecting"})
"""Framings whose body waits for the server's word (RFC 9110 section 10.1.1)."""
KEPT_OPEN = frozenset({"kept-open", "kept-open-chunks"})
"""Framings behind which we listen for an answer to what the server left unread."""
STATUS_LINE = b"HTTP/1"
CLOSED = "the connection was closed without an answer"
HEAD_END = b"\r\n\r\n"
CONTINUE = re.compile(rb"HTTP/1\.\d 100\b")


class FramingSender:
    """Sends requests with a `framing`, and reads the answer until the connection is closed."""

    def __init__(self, settings: Settings, tls: ssl.SSLContext | None) -> None:
        self._settings = settings
        self._tls = tls
        self._root = urlsplit(settings.url)

    def send(self, request: Request) -> Response | Failure:
        """Send one request."""
        patience, sent = self._settings.patience, False
        try:
            with connected(self._settings, self._tls) as line:
                line.settimeout(patience.read)
                raw = framed(request, host=self._root.netloc.rpartition("@")[2], root=self._root.path)
                told = _delivered(line, request.framing, raw, patience.read)
                sent = True
                if request.framing in ENDING_EARLY:
                    line.shutdown(socket.SHUT_WR)
                    line.settimeout(min(patience.read, ENDS_WITHIN))
                answer, rest = _answer(line, request.method, told or b"")
                if told is None and isinstance(answer, Response):
                    return Failure(kind="protocol", detail=NOT_TOLD_TO_GO_ON)
                if request.framing in KEPT_OPEN and isinstance(answer, Response) and _says_more(line, answer, rest):
                    return Failure(kind="protocol", detail=ANSWERED_AGAIN)
                return answer
        except (OSError, ValueError, h11.RemoteProtocolError, MalformedEncodingError, TooLargeError) as error:
            return failure_of(error, sent=sent, patience=patience)


def _delivered(line: socket.socket, framing: Framing, raw: bytes, longest: float) -> bytes | None:
    """Send a request; return what the server said before its end, None if it ought to have said something."""
    if framing in EXPECTING:
        return _sent_when_told(line, raw, longest)
    if framing in PAUSES:
        half = _cut(raw) if framing == "two-segments" else len(raw) - len(raw.partition(HEAD_END)[2]) // 2
        line.sendall(raw[:half])
        time.sleep(PAUSES[framing])
        raw = raw[half:]
    line.sendall(raw)
    return b""


def _cut(raw: bytes) -> int:
    """Return a place within the first character of several bytes of a body, or behind its first byte."""
    start = raw.index(HEAD_END) + len(HEAD_END)
    return next((place for place in range(start, len(raw)) if raw[place] >= FIRST_LONG), start) + 1


def _sent_when_told(line: socket.socket, raw: bytes, longest: float) -> bytes | None:
    """Send a head, and its body once the server says so or says nothing; return what it said, None if nothing.

    A server that answers at once, as many that refuse do, wants no body.
    """
    head, end, body = raw.partition(HEAD_END)
    line.sendall(head + end)
    line.settimeout(min(TOLD_WITHIN, longest))
    try:
        said = line.recv(1 << 16)
    except TimeoutError:
        said = None
    line.settimeout(longest)
    if said is None or CONTINUE.match(said):
        line.sendall(body)
    return said


def _answer(line: socket.socket, method: str, heard: bytes = b"") -> tuple[Response | Failure, bytes]:
    """Read one answer, of which some was `heard`; return it with the bytes behind it that were read along.

    That to a HEAD ends with its head.
    """
    reader = h11.Connection(h11.CLIENT)
    asked = method if method == "HEAD" else "GET"
    reader.send(h11.Request(method=asked, target="/", headers=[("Host", "conformance")]))
    reader.send(h11.EndOfMessage())
    if heard:
        reader.receive_data(heard)
    head, parts = None, []
    for event in _events(reader, line, len(heard)):
        if isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            parts.append(bytes(event.data))
    if head is None:
        return Failure(kind="reset", detail=CLOSED), b""
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)
    answer = Response(status=head.status_code, headers=headers, body=b"")
    # without Accept-Encoding any coding may be chosen (RFC 9110, 12.5.3)
    body, _ = read_body(iter(parts), answer.header("content-encoding") or "" if parts else "")
    return replace(answer, body=body), reader.trailing_data[0]


def _says_more(line: socket.socket, answer: Response, rest: bytes) -> bool:
    """Tell whether more comes behind an answer and the `rest` read along with it, though nothing was asked.

    That is another answer, or what is longer than the answer said and would be read as the next one's beginning. A
    connection that ends is neither; nor is anything but an answer where it was said to end.
    """
    line.settimeout(AGAIN_WITHIN)
    try:
        while len(rest.lstrip()) < len(STATUS_LINE) and (data := line.recv(1 << 10)):
            rest += data
    except OSError:
        pass
    ending = "close" in (answer.header("connection") or "").lower()
    return rest.startswith(STATUS_LINE) or (bool(rest.strip()) and not ending)


def _events(reader: h11.Connection, line: socket.socket, size: int) -> Iterator[object]:
    """Yield what h11 reads, until the end of the answer or of the connection; `size` bytes of it were read before."""
    while True:
        event = reader.next_event()
        if event is h11.NEED_DATA:
            data = line.recv(1 << 16)
            size += len(data)
            if not data and size == 0:
                return
            reader.receive_data(data if size <= MOST_BYTES else b"")
            continue
        yield event
        if isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
            return
