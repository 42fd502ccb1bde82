"""One kept HTTP/1.1 connection to the target: a request out, its whole answer in, nothing ever repeated.

h11 reads and writes HTTP on a stream of httpcore. The layers that httpx has above that (redirects, authentication,
cookies, a pool) are not used here and would take two thirds of a request's CPU time.
"""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import h11
import httpcore

from pytest_zstack_ticket.model.exchange import Response
from pytest_zstack_ticket.model.settings import Patience
from pytest_zstack_ticket.transport.bounded_stream import Allowance, BoundedBackend
from pytest_zstack_ticket.transport.content_decoding import read_body

KEPT = 5.0
"""Seconds for which an idle connection is used again."""
AT_ONCE = 1 << 16
"""Bytes that are read at once."""
MOST_EVENT_BYTES = 100 << 10
"""Bytes of an answer's head, and of a chunk's."""
SWITCHING = 101


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request as HTTP has it; `parts` are those of its body, one for each chunk."""

    method: bytes
    target: bytes
    headers: list[tuple[bytes, bytes]]
    parts: Sequence[bytes]


class HttpConnection:
    """One connection, used by one request at a time; opened when it is needed, and again when it has ended.

    `version` is the HTTP version of the last answer.
    """

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self.allowance = Allowance()
        self.version = ""
        self._host = host
        self._port = port
        self._tls = tls
        self._backend = BoundedBackend(self.allowance)
        self._stream: httpcore.NetworkStream | None = None
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST_EVENT_BYTES)
        self._expires = 0.0

    def exchange(self, message: Message, patience: Patience, *, most: int) -> Response:
        """Send a message and read the whole answer, at most so many bytes. Raises foreign exceptions."""
        stream = self._opened(patience.connect)
        try:
            self._send(stream, message, patience.read)
            head = self._head(stream, patience.read)
            headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)
            encoding = ", ".join(value for name, value in headers if name == "content-encoding")
            body, ending = read_body(self._parts(stream, patience.read), encoding, most=most)
        except BaseException:
            self.close()
            raise
        self.version = f"HTTP/{head.http_version.decode('ascii')}"
        self._keep(b"\n" if any(name == "transfer-encoding" for name, _ in headers) else ending)
        return Response(status=head.status_code, headers=headers, body=body)

    def close(self) -> None:
        """Close the connection; the next request opens another one."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    def _opened(self, seconds: float) -> httpcore.NetworkStream:
        """Return the kept stream if it is still good, else a new one."""
        kept = self._stream
        # what can be read before anything was asked is the end of the connection
        if kept is not None and time.monotonic() <= self._expires and not kept.get_extra_info("is_readable"):
            return kept
        self.close()
        stream = self._backend.connect_tcp(self._host, self._port, seconds)
        if self._tls is not None:
            stream = stream.start_tls(self._tls, self._host, seconds)
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST_EVENT_BYTES)
        self._stream = stream
        return stream

    def _send(self, stream: httpcore.NetworkStream, message: Message, seconds: float) -> None:
        head = h11.Request(method=message.method, target=message.target, headers=message.headers)
        # a target may have answered and closed before it took everything: its answer is what counts
        with contextlib.suppress(httpcore.WriteError):
            for event in (head, *(h11.Data(data=part) for part in message.parts), h11.EndOfMessage()):
                written = self._http.send(event)
                if written:
                    stream.write(written, seconds)

    def _head(self, stream: httpcore.NetworkStream, seconds: float) -> h11.Response | h11.InformationalResponse:
        """Read the head of the answer, past interim ones."""
        while True:
            event = self._event(stream, seconds)
            if isinstance(event, h11.Response) or (
                isinstance(event, h11.InformationalResponse) and event.status_code == SWITCHING
            ):
                self.allowance.in_head = False
                return event

    def _parts(self, stream: httpcore.NetworkStream, seconds: float) -> Iterator[bytes]:
        """Yield the body of the answer as it comes."""
        while True:
            event = self._event(stream, seconds)
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage) or event is h11.PAUSED:
                return

    def _event(self, stream: httpcore.NetworkStream, seconds: float) -> h11.Event | type[h11.PAUSED]:
        """Read until something has come as a whole. Raises httpcore.RemoteProtocolError for what is no HTTP."""
        while True:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as error:
                raise httpcore.RemoteProtocolError(str(error)) from error
            if event is not h11.NEED_DATA:
                return event  # type: ignore[return-value] # mypy does not narrow a sentinel that is compared
            data = stream.read(AT_ONCE, seconds)
            if not data and self._http.their_state is h11.SEND_RESPONSE:
                raise httpcore.RemoteProtocolError("the connection was closed without sending a response")
            self._http.receive_data(data)

    def _keep(self, ending: bytes) -> None:
        """Keep the connection for the next request, if it may be used again."""
        # bytes after the end of an answer would be taken for the beginning of the next one
        whole = self.allowance.tail.endswith(ending)
        if whole and self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
            self._expires = time.monotonic() + KEPT
        else:
            self.close()
