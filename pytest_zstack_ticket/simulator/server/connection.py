"""One connection to the embedded endpoint: bytes in by h11, the engine's response out, whole or damaged."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from dataclasses import replace
from email.utils import formatdate
from typing import Protocol, cast
from urllib.parse import urlsplit

import h11

from pytest_zstack_ticket.model.exchange import Request, Response
from pytest_zstack_ticket.simulator.http.container_pages import is_page, outside
from pytest_zstack_ticket.simulator.http.locations import below_root
from pytest_zstack_ticket.simulator.http.request_head import (
    HEAD_LIMIT,
    keeps_alive,
    kept_open,
    old_request,
    refused_head,
    refused_headers,
    tolerated,
    too_large,
)
from pytest_zstack_ticket.simulator.http.tomcat_pages import HTML, broken_chunk_report, status_report
from pytest_zstack_ticket.simulator.json.json_writer import encode
from pytest_zstack_ticket.simulator.response import DamagedResponse
from pytest_zstack_ticket.simulator.server.loose_framing import believing_length, by_part, loose_request
from pytest_zstack_ticket.simulator.server.wire_faults import damage

_BODY_LIMIT = 64 * 1024 * 1024
_PADDED = re.compile(rb":[ \t]{2,}")
_CODED = re.compile(rb"(?i)\ntransfer-encoding:")
_DROPPING = (400, 408, 411, 413, 414, 500, 501, 503)
"""Statuses after which the container says that it ends the connection (statusDropsConnection)."""
_KEEP_ALIVE = b"timeout=120"
"""The connector's time for the next request (connectionTimeout of install.sh)."""
_HELD_UP = 0.02  # seconds after which a connection that waits for another one looks again
_UNCHUNKED = 8192
"""The container's output buffer: a longer body is sent in chunks."""


class Server(Protocol):
    """What a connection needs of the server that accepted it."""

    def opened(self, connection: ClientConnection, /) -> None:
        """Add a new connection."""
        ...

    def closed(self, connection: ClientConnection, /) -> None:
        """Remove a connection."""
        ...

    def answer(self, request: Request, /) -> Response | DamagedResponse:
        """Answer one request."""
        ...

    def cookie(self) -> str:
        """Begin an HTTP session for a request that the API began to read."""
        ...

    def ignores(self, rule: str, /) -> bool:
        """Whether a fault switches off a rule."""
        ...

    def reads_beside(self, connection: ClientConnection, /) -> bool:
        """Whether a request on another connection has begun, and its end is still to come."""
        ...


class ClientConnection(asyncio.Protocol):
    """One accepted connection; requests on it are answered one after the other."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.http = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_LIMIT)
        self.raw = b""
        self.head: h11.Request | None = None
        self.body: list[bytes] = []
        self.size = 0
        self.footers: tuple[tuple[bytes, bytes], ...] = ()
        self.unread = b""
        self.busy = False
        self.task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection; without TCP_NODELAY a kept-alive exchange waits 40 ms for nothing."""
        self.transport = cast("asyncio.Transport", transport)
        plug: socket.socket = self.transport.get_extra_info("socket")
        plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.server.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the connection."""
        del exc
        if self.task is not None:
            self.task.cancel()
        self.server.closed(self)

    def data_received(self, data: bytes) -> None:
        """Feed bytes to the parser."""
        if self.head is None and len(self.raw) <= HEAD_LIMIT:
            data = data if self.raw else kept_open(tolerated(data))
            if _CODED.search(data) and self.server.ignores("believe-length"):
                data = believing_length(data)
            self.raw += data
        self.http.receive_data(data)
        self._advance()

    def eof_received(self) -> bool:
        """Finish what is on its way; the client has nothing more to say."""
        self.http.receive_data(b"")
        self._advance()
        return self.busy

    def abort(self) -> None:
        """End the connection at once."""
        self.transport.abort()

    def _advance(self) -> None:
        """Work off what the parser has, until it needs more bytes or an answer is on its way."""
        try:
            while not self.busy and not self.transport.is_closing():
                event = self.http.next_event()
                if event in (h11.NEED_DATA, h11.PAUSED) or isinstance(event, h11.ConnectionClosed):
                    break
                self._take(event)
        except h11.RemoteProtocolError as error:
            if self.head is not None and self.server.ignores("carry-out-cut"):
                self._respond()
            elif self.head is not None and any(name == b"transfer-encoding" for name, _ in self.head.headers):
                page = broken_chunk_report(self.head.method.decode(), ended="footer" in str(error))
                self._give_up(500, page, cookie=self.server.cookie())
            else:
                self._refuse()
            return
        if self.http.their_state is h11.CLOSED and not self.busy:
            self.transport.close()
        elif self.http.they_are_waiting_for_100_continue and not self.server.ignores("no-continue"):
            self._write(self.http.send(h11.InformationalResponse(status_code=100, headers=[])))

    def _take(self, event: object) -> None:
        if isinstance(event, h11.Request):
            self.head, self.body, self.size = event, [], 0
            self._check_head(event)
        elif isinstance(event, h11.Data):
            self.size += len(event.data)
            if self.size > _BODY_LIMIT:
                self._give_up(413, status_report(413))
                return
            if not (event.chunk_start and self.body and self.server.ignores("first-chunk-only")):
                self.body.append(bytes(event.data))
        elif isinstance(event, h11.EndOfMessage):
            self.footers = tuple(event.headers)
            self._respond()

    def _respond(self) -> None:
        self.busy = True
        if self.transport.is_closing():
            return
        if self.server.ignores("answer-beside-slow") and self.server.reads_beside(self):
            asyncio.get_running_loop().call_later(_HELD_UP, self._respond)
            return
        if isinstance(answer := self._answered(self._request()), Response):
            self._send(answer)
            self._done()
        else:
            self.task = asyncio.get_running_loop().create_task(self._damage(answer))

    def _request(self) -> Request:
        assert self.head is not None  # noqa: S101 - the end of a message follows its head
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in self.head.headers)
        if _PADDED.search(self.raw) and self.server.ignores("keep-header-blanks"):
            headers = tuple((name, f" {value}") for name, value in headers)
        target = self.head.target.decode("latin-1")
        if not target.startswith("/") and "://" in target:
            parts = urlsplit(target)
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if self.footers and self.server.ignores("merge-trailers"):
            headers += tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in self.footers)
        body = by_part(self.body) if self.server.ignores("decode-by-part") else self.body
        return Request(method=self.head.method.decode(), path=target, headers=headers, body=b"".join(body) or None)

    def _answered(self, request: Request) -> Response | DamagedResponse:
        """Let the engine answer what lies below the context root; the container answers the rest."""
        answer = outside(request.path, request.method)
        return self.server.answer(replace(request, path=below_root(request.path))) if answer is None else answer

    async def _damage(self, answer: DamagedResponse) -> None:
        """Send a damaged response; if the connection is still whole afterwards, it goes on."""
        whole = await damage(answer, self.transport)
        if whole and not self.transport.is_closing():
            self._send(answer.response)
        self._done()

    def _send(self, response: Response) -> None:
        self.unread = self._left_over(response)
        bodiless = (self.head is not None and self.head.method == b"HEAD") or response.status in (204, 304)
        if response.status == 204:
            response = Response(status=204, headers=response.headers)
        headers = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in response.headers]
        names = {name.lower() for name, _ in headers}
        if bodiless and is_page(response) and b"transfer-encoding" not in names:
            headers.append((b"transfer-encoding", b"chunked"))
            names.add(b"transfer-encoding")
        if not names & {b"content-length", b"transfer-encoding"} and len(response.body) <= _UNCHUNKED:
            headers.append((b"content-length", str(len(response.body)).encode()))
        headers.append((b"date", formatdate(time.time(), usegmt=True).encode()))
        if self.head is not None and b"connection" not in names and keeps_alive(self.head.headers):
            headers += [(b"keep-alive", _KEEP_ALIVE), (b"connection", b"keep-alive")]
        self._write(self.http.send(h11.Response(status_code=response.status, headers=headers, reason=b"")))
        if response.body and not bodiless:
            self._write(self.http.send(h11.Data(data=response.body)))
        self._write(self.http.send(h11.EndOfMessage()))
        if self.head is not None and self.head.method == b"HEAD" and self.server.ignores("head-with-body"):
            self._write(response.body)

    def _left_over(self, response: Response) -> bytes:
        """Return what a server that does not read all of a request takes for the next one."""
        if response.status >= 400 and self.server.ignores("leave-refused-body"):
            return b"".join(self.body)
        further = self.server.ignores("leave-further-trailers")
        trailer = b"".join(b"%b: %b\r\n" % pair for pair in self.footers[further:])
        return trailer + b"\r\n" if trailer and (further or self.server.ignores("leave-trailers")) else b""

    def _done(self) -> None:
        """Begin the next cycle, or end the connection."""
        self.busy, self.head, self.raw = False, None, b""
        if self.transport.is_closing():
            return
        if self.http.our_state is h11.DONE and self.http.their_state is h11.DONE:
            self.http.start_next_cycle()
            if self.unread:  # no bytes at all would be the end of the connection
                self.http.receive_data(self.unread)
            asyncio.get_running_loop().call_soon(self._advance)
        else:
            self.transport.close()

    def _check_head(self, head: h11.Request) -> None:
        """Refuse what the parser here takes and the container does not: size, version, lengths, host."""
        size = sum(len(name) + len(value) + 4 for name, value in head.headers) + len(head.target)
        refused = refused_headers(self.raw, list(head.headers))
        target = urlsplit(head.target.decode("latin-1"))
        absolute = b"://" in head.target and not head.target.startswith(b"/")
        host = next((value.decode("latin-1") for name, value in head.headers if name == b"host"), "")
        if size > HEAD_LIMIT:
            self._give_up(400, too_large())
        elif head.http_version not in (b"1.0", b"1.1"):
            self._give_up(505, status_report(505))
        elif absolute and target.scheme not in ("http", "https"):
            self._give_up(400, status_report(400, "Invalid URI"))
        elif absolute and target.netloc.rpartition("@")[2] != host:
            self._give_up(400, status_report(400))
        elif refused is not None:
            self._give_up(*refused)

    def _give_up(self, status: int, page: str, *, cookie: str = "") -> None:
        """Answer with the container's page and end the connection, which the page says for some statuses only."""
        bodiless = self.raw.startswith(b"HEAD ")
        self.head = None
        headers = [*HTML, ("date", formatdate(time.time(), usegmt=True))]
        headers += [("connection", "close")] if status in _DROPPING else []
        headers += [("set-cookie", cookie)] if cookie else []
        body = encode(page)
        headers += [("transfer-encoding", "chunked") if bodiless else ("content-length", str(len(body)))]
        head = "".join(f"{name}: {value}\r\n" for name, value in headers)
        self._write(f"HTTP/1.1 {status} \r\n{head}\r\n".encode("latin-1") + (b"" if bodiless else body))
        self.transport.close()

    def _refuse(self) -> None:
        """Answer what is no HTTP with the container's page."""
        loose = loose_request(self.raw) if self.server.ignores("any-framing") else None
        if loose is not None:
            self._send_alone(loose)
        elif self.http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._answer_old(*old) if (old := old_request(self.raw)) else self._give_up(*refused_head(self.raw))
        self.transport.close()

    def _send_alone(self, request: Request) -> None:
        """Answer a request that the parser did not take."""
        answer = self._answered(request)
        response = answer if isinstance(answer, Response) else answer.response
        head = f"HTTP/1.1 {response.status} \r\nContent-Length: {len(response.body)}\r\n\r\n"
        self._write(head.encode("latin-1") + response.body)

    def _answer_old(self, method: str, target: str) -> None:
        """Answer a request of HTTP/0.9: with a body alone."""
        answer = self._answered(Request(method=method, path=target))
        self._write(answer.body if isinstance(answer, Response) else answer.response.body)

    def _write(self, data: bytes | None) -> None:
        if data:
            self.transport.write(data)
