"""One connection to the embedded endpoint: bytes in by h11, the engine's response out, whole or damaged."""

from __future__ import annotations

import asyncio
import socket
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import h11

from pytest_zstack_ticket.model.exchange import Request, Response
from pytest_zstack_ticket.simulator.http import container_pages
from pytest_zstack_ticket.simulator.json.json_writer import encode
from pytest_zstack_ticket.simulator.response import DamagedResponse
from pytest_zstack_ticket.simulator.server.wire_faults import damage

if TYPE_CHECKING:
    from pytest_zstack_ticket.simulator.server.server import SimulatorServer

CONTEXT = "/zstack"
_HEAD_LIMIT = 65_536
"""Bytes of a request's head; the target's maxHttpHeaderSize (dossier 1.1)."""
_BODY_LIMIT = 64 * 1024 * 1024
_DRAINED = 0.05


class ClientConnection(asyncio.Protocol):
    """One accepted connection; requests on it are answered one after the other."""

    def __init__(self, server: SimulatorServer) -> None:
        self.server = server
        self.http = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD_LIMIT)
        self.head: h11.Request | None = None
        self.body: list[bytes] = []
        self.size = 0
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
        except h11.RemoteProtocolError:
            self._refuse()
            return
        if self.http.their_state is h11.CLOSED and not self.busy:
            self.transport.close()
        elif self.http.they_are_waiting_for_100_continue:
            self._write(self.http.send(h11.InformationalResponse(status_code=100, headers=[])))

    def _take(self, event: object) -> None:
        if isinstance(event, h11.Request):
            self.head, self.body, self.size = event, [], 0
            if sum(len(name) + len(value) for name, value in event.headers) + len(event.target) > _HEAD_LIMIT:
                self._give_up(400)
        elif isinstance(event, h11.Data):
            self.size += len(event.data)
            if self.size > _BODY_LIMIT:
                self._give_up(413)
                return
            self.body.append(bytes(event.data))
        elif isinstance(event, h11.EndOfMessage):
            self._respond()

    def _respond(self) -> None:
        self.busy = True
        answer = self._answered(self._request())
        if isinstance(answer, Response):
            self._send(answer)
            self._done()
        else:
            self.task = asyncio.get_running_loop().create_task(self._damage(answer))

    def _request(self) -> Request:
        assert self.head is not None  # noqa: S101 - the end of a message follows its head
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in self.head.headers)
        target = self.head.target.decode("latin-1")
        if not target.startswith("/") and "://" in target:
            parts = urlsplit(target)
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        body = b"".join(self.body)
        return Request(method=self.head.method.decode(), path=target, headers=headers, body=body or None)

    def _answered(self, request: Request) -> Response | DamagedResponse:
        """Let the engine answer what lies below the context root; the container answers the rest."""
        path = request.path
        if path.startswith(CONTEXT) and path[len(CONTEXT) :][:1] in ("/", "?", ""):
            inner = path[len(CONTEXT) :]
            request = Request(
                method=request.method,
                path=inner if inner.startswith("/") else f"/{inner}",
                headers=request.headers,
                body=request.body,
            )
            return self.server.answer(request)
        page = container_pages.page("R2", 404, "The requested resource is not available.", ideal=404)
        return Response(status=404, headers=page.headers, body=encode(page.text))

    async def _damage(self, answer: DamagedResponse) -> None:
        """Send a damaged response; if the connection is still whole afterwards, it goes on."""
        whole = await damage(answer, self.transport)
        if whole and not self.transport.is_closing():
            self._send(answer.response)
        self._done()

    def _send(self, response: Response) -> None:
        bodiless = (self.head is not None and self.head.method == b"HEAD") or response.status in (204, 304)
        if response.status == 204:
            response = Response(status=204, headers=response.headers)
        headers = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in response.headers]
        names = {name.lower() for name, _ in headers}
        if b"content-length" not in names:
            headers.append((b"content-length", str(len(response.body)).encode()))
        headers.append((b"date", formatdate(time.time(), usegmt=True).encode()))
        self._write(self.http.send(h11.Response(status_code=response.status, headers=headers, reason=b"")))
        if response.body and not bodiless:
            self._write(self.http.send(h11.Data(data=response.body)))
        self._write(self.http.send(h11.EndOfMessage()))

    def _done(self) -> None:
        """Begin the next cycle, or end the connection."""
        self.busy = False
        if self.transport.is_closing():
            return
        if self.http.our_state is h11.DONE and self.http.their_state is h11.DONE:
            self.http.start_next_cycle()
            asyncio.get_running_loop().call_soon(self._advance)
        else:
            self.transport.close()

    def _give_up(self, status: int) -> None:
        """Answer with the container's page and end the connection."""
        page = container_pages.page("R33", status, "The request is not valid.", ideal=status)
        self.head = None
        self._send(Response(status=status, headers=(*page.headers, ("connection", "close")), body=encode(page.text)))
        self.transport.close()

    def _refuse(self) -> None:
        """Answer what is no HTTP with the container's page."""
        if self.http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._give_up(400)
        self.transport.close()

    def _write(self, data: bytes | None) -> None:
        if data:
            self.transport.write(data)
