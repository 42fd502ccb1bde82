"""Send a request whose framing is wrong or unusual, as bytes that no HTTP client would write. Source: RFC 9112.

Each goes over a connection of its own, which is closed afterwards, so that no byte can be taken for another request.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
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
from pytest_zstack_ticket.transport.disconnect import connected
from pytest_zstack_ticket.transport.error_mapping import failure_of

MOST_BYTES = 1 << 20
ENDS_WITHIN = 2.0
"""Seconds that a server has to answer a message that ended too early."""
AGAIN_WITHIN = 0.3
"""Seconds that a server has to answer what it left unread, on a connection that stays open behind the first answer."""
TOLD_WITHIN = 3.0
"""Seconds that a client waits for 100 Continue or an answer before it sends the body all the same."""
PAUSES: dict[Framing, float] = {"slow-body": 3.0, "slow-body-near": 1.0}
"""Seconds between the two halves of a body that comes slowly; the shorter one is for a target that answers at once."""
STATUS_LINE = b"HTTP/1"
CLOSED = "the connection was closed without an answer"
TRAILING = "X-Trailing-"
"""How the names of headers begin that are sent behind the body, without this beginning."""
HEAD_END = b"\r\n\r\n"
CONTINUE = re.compile(rb"HTTP/1\.\d 100\b")
Lines = list[str]
Framed = tuple[Lines, bytes]
"""The lines of a head, and the body behind it."""


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
        except (OSError, ValueError, h11.RemoteProtocolError) as error:
            return failure_of(error, sent=sent, patience=patience)


def framed(request: Request, *, host: str, root: str) -> bytes:
    """Return the bytes of a request in its framing."""
    body = request.body or b""
    lines = [
        f"{request.method} {root.rstrip('/')}{request.path} HTTP/1.1",
        f"Host: {host}",
        *(f"{name}: {value}" for name, value in request.headers),
        "Connection: close",
        f"Content-Length: {len(body)}",
    ]
    if request.framing:
        lines, body = FRAMINGS[request.framing](lines, body)
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def _delivered(line: socket.socket, framing: Framing, raw: bytes, longest: float) -> bytes | None:
    """Send a request; return what the server said before its end, None if it ought to have said something."""
    if framing in EXPECTING:
        return _sent_when_told(line, raw, longest)
    if framing in PAUSES:
        half = len(raw) - len(raw.partition(HEAD_END)[2]) // 2
        line.sendall(raw[:half])
        time.sleep(PAUSES[framing])
        raw = raw[half:]
    line.sendall(raw)
    return b""


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
    return Response(status=head.status_code, headers=headers, body=b"".join(parts)), reader.trailing_data[0]


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


def _without(lines: Lines, name: str) -> Lines:
    return [line for line in lines if not line.lower().startswith(f"{name}:")]


def _changed_line(start: str, change: Callable[[str], str]) -> Callable[[Lines, bytes], Framed]:
    """Change the lines that begin with a text."""
    return lambda lines, body: ([change(one) if one.startswith(start) else one for one in lines], body)


def _added(*more: str) -> Callable[[Lines, bytes], Framed]:
    return lambda lines, body: ([*lines, *more], body)


def _two_lengths(lines: Lines, body: bytes) -> Framed:
    """Announce a second length that covers two more line ends: either length ends behind the JSON.

    Line ends before a request are skipped by servers (RFC 9112 section 2.2), should these be left over.
    """
    return [*lines, f"Content-Length: {len(body) + 4}"], body + b"\r\n\r\n"


def _chunks(body: bytes, *, end: bytes = b"0\r\n\r\n", extension: bytes = b"") -> bytes:
    return f"{len(body):x}".encode() + extension + b"\r\n" + body + b"\r\n" + end


def _chunked(lines: Lines, body: bytes, *, coding: str = "chunked", end: bytes = b"0\r\n\r\n") -> Framed:
    return [*_without(lines, "content-length"), f"Transfer-Encoding: {coding}"], _chunks(body, end=end)


def _both(lines: Lines, body: bytes) -> Framed:
    """Send chunks with a length as well, that of all bytes: nothing is left over whichever counts."""
    chunks = _chunks(body)
    return [*_without(lines, "content-length"), f"Content-Length: {len(chunks)}", "Transfer-Encoding: chunked"], chunks


def _several(lines: Lines, body: bytes) -> Framed:
    """Send a body in three chunks, the first of a single byte."""
    cuts = (0, 1, len(body) // 2, len(body))
    chunks = [_chunks(body[start:end], end=b"") for start, end in pairwise(cuts) if end > start]
    return [*_without(lines, "content-length"), "Transfer-Encoding: chunked"], b"".join(chunks) + b"0\r\n\r\n"


def _no_chunks(lines: Lines, body: bytes, *, coding: str = "chunked") -> Framed:
    """Announce chunks and a length, and send only what has that length: read as chunks it is broken (RFC 9112, 6.3).

    The blank lines behind the JSON are part of the length. A reader that takes no number for a last chunk ends there.
    """
    body += b"\r\n\r\n"
    return [*_without(lines, "content-length"), f"Content-Length: {len(body)}", f"Transfer-Encoding: {coding}"], body


def _extended(lines: Lines, body: bytes) -> Framed:
    """Send chunks with an extension, and a trailer of two fields: a server may have read no more than one."""
    chunked = [*_without(lines, "content-length"), "Transfer-Encoding: chunked"]
    return chunked, _chunks(body, extension=b";conformance=1", end=b"0\r\nX-Conformance: 1\r\nX-Further: 1\r\n\r\n")


def _trailing(lines: Lines, body: bytes) -> Framed:
    """Send chunks, and behind them as a trailer what the headers named `X-Trailing-...` hold."""
    footers = [line[len(TRAILING) :] for line in lines if line.startswith(TRAILING)]
    named = ", ".join(line.partition(":")[0] for line in footers)
    kept = [line for line in _without(lines, "content-length") if not line.startswith(TRAILING)]
    end = "".join(f"{line}\r\n" for line in ("0", *footers, "")).encode("latin-1")
    return [*kept, f"Trailer: {named}", "Transfer-Encoding: chunked"], _chunks(body, end=end)


def _kept_open_chunks(lines: Lines, body: bytes) -> Framed:
    """Leave the connection open behind chunks with an extension and a trailer, of which nothing is a request line."""
    return _extended(_without(lines, "connection"), body)


def _padded(lines: Lines, body: bytes) -> Framed:  # but no tab around a length: Node takes none there, to be safe
    pads = ((line, "" if line.startswith("Content-Length") else "\t") for line in lines[1:])
    return [lines[0], *(line.replace(": ", f": {pad} ", 1) + f" {pad} " for line, pad in pads)], body


def _more_promised(lines: Lines, body: bytes) -> Framed:
    return [*_without(lines, "content-length"), f"Content-Length: {len(body) + 10}"], body


def _other_host(lines: Lines, body: bytes) -> Framed:
    method, path, version = lines[0].split(" ")
    return [f"{method} http://conformance.invalid{path} {version}", *lines[1:]], body


FRAMINGS: dict[Framing, Callable[[Lines, bytes], Framed]] = {
    "plain": lambda lines, body: (lines, body),
    "padded-values": _padded,
    "two-lengths": _two_lengths,
    "length-no-number": _changed_line("Content-Length", lambda line: f"{line}x"),
    "length-negative": _changed_line("Content-Length", lambda _: "Content-Length: -1"),
    "blank-before-colon": _changed_line("Content-Type", lambda line: line.replace(":", " :", 1)),
    "no-colon": _added("X-Conformance"),
    "no-host": lambda lines, body: (_without(lines, "host"), body),
    "bad-method": _changed_line("POST", lambda line: line.replace("POST", "PO<ST", 1)),
    "two-hosts": _added("Host: conformance.invalid"),
    "other-host": _other_host,
    "folded-header": _added("X-Conformance: 1", " 2"),
    "bare-cr": _added("X-Conformance: 1\r2"),
    "blank-line-first": lambda lines, body: (["", *lines], body),
    "length-and-chunks": _both,
    "length-without-chunks": _no_chunks,
    "length-without-capital-chunks": lambda lines, body: _no_chunks(lines, body, coding="Chunked"),
    "several-chunks": _several,
    "chunk-extension": _extended,
    "trailing-headers": _trailing,
    "unknown-coding": lambda lines, body: _chunked(lines, body, coding="conformance"),
    "cut-length": _more_promised,
    "cut-chunks": lambda lines, body: _chunked(lines, body, end=b""),
    "kept-open": lambda lines, body: (_without(lines, "connection"), body),
    "kept-open-chunks": _kept_open_chunks,
    "expecting": _added("Expect: 100-continue"),
    **dict.fromkeys(PAUSES, lambda lines, body: (lines, body)),
}
"""How the head and the body of a request are written."""
EXPECTING = frozenset({"expecting"})
"""Framings whose body waits for the server's word (RFC 9110 section 10.1.1)."""
KEPT_OPEN = frozenset({"kept-open", "kept-open-chunks"})
"""Framings behind which we listen for an answer to what the server left unread."""
