"""A server that answers what a test tells it, byte by byte, and remembers what it was sent."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeAlias

from pytest_zstack_ticket.model.settings import Patience, Settings

PATIENCE = 60.0
"""Seconds that nothing waits for which comes: only a test of a limit asks for less."""
Step: TypeAlias = bytes | Callable[[socket.socket], object]
"""What is done with one request: bytes to answer, or something to do with the connection."""


def answer(status: int = 200, body: bytes = b"{}", *headers: str) -> bytes:
    """Return a whole answer with its length."""
    lines = [f"HTTP/1.1 {status} ", *headers, f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def hang_up(plug: socket.socket) -> None:
    """Close without a word."""
    plug.shutdown(socket.SHUT_RDWR)


def reset(plug: socket.socket) -> None:
    """Close with RST."""
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    plug.close()


def silence(plug: socket.socket) -> None:
    """Say nothing until the client goes."""
    with contextlib.suppress(OSError):
        plug.recv(1)


def trickle(text: bytes, *, pause: float = 0.02) -> Step:
    """Send bytes one by one."""

    def step(plug: socket.socket) -> None:
        for byte in text:
            plug.sendall(bytes((byte,)))
            time.sleep(pause)

    return step


def repeat(text: bytes, *, until: int = 1 << 30) -> Step:
    """Send the same bytes again and again until the client goes."""

    def step(plug: socket.socket) -> None:
        for _ in range(until):
            plug.sendall(text)

    return step


class ScriptedServer:
    """Serves connections from a thread each; every request takes the next step, the last step repeats.

    With `rude`, a connection is not read at all: that is done with it instead.
    """

    def __init__(
        self, *steps: Step, tls: ssl.SSLContext | None = None, rude: Callable[[socket.socket], object] | None = None
    ) -> None:
        self._steps = list(steps)
        self._tls = tls
        self._rude = rude
        self._changed = threading.Condition()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.requests: list[bytes] = []
        self.connections = 0
        self.closed = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        port: int = self._server.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/zstack"

    def settings(
        self, *, read: float = PATIENCE, connect: float = PATIENCE, insecure: bool = False, ca: str = ""
    ) -> Settings:
        """Return settings that reach this server."""
        return Settings(url=self.url, patience=Patience(read=read, connect=connect), insecure=insecure, ca=ca)

    def wait_for(self, *, requests: int = 0, closed: int = 0) -> bool:
        """Wait until so many requests came and so many connections were closed."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.requests) >= requests and self.closed >= closed, PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                plug, _ = self._server.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(plug,), daemon=True).start()

    def _serve(self, plug: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            if self._rude is not None:
                self._rude(plug)
            if self._tls is not None:
                plug = self._tls.wrap_socket(plug, server_side=True)
            while (request := _request(plug)) is not None:
                with self._changed:
                    self.requests.append(request)
                    self._changed.notify_all()
                    step = self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]
                if isinstance(step, bytes):
                    plug.sendall(step)
                else:
                    step(plug)
                    break
        plug.close()
        with self._changed:
            self.closed += 1
            self._changed.notify_all()


def _request(plug: socket.socket) -> bytes | None:
    """Read one request, or None where the client has gone."""
    seen = b""
    while b"\r\n\r\n" not in seen:
        part = plug.recv(65_536)
        if not part:
            return None
        seen += part
    head, _, body = seen.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
    chunked = b"transfer-encoding" in fields
    length = int(fields.get(b"content-length", 0))
    while not (body.endswith(b"0\r\n\r\n") if chunked else len(body) >= length):
        part = plug.recv(65_536)
        if not part:
            return None
        body += part
    return head + b"\r\n\r\n" + body
