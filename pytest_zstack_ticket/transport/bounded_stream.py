"""One connection of httpx to the target, bounded: in time as a whole, in bytes, and in what may precede an answer.

httpx limits each read, not their sum, so a target that trickles bytes or sends interim answers for ever would hold a
request as long as it likes. Here every read and write takes from one allowance per request.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import ssl
import time
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore
import httpx

from pytest_zstack_ticket.transport import starting_line

MOST_RAW_BYTES = 20 << 20
"""Bytes off the line for one answer, all framing included."""
MOST_HEAD_BYTES = 1 << 18
MOST_INTERIM = 20
SLICE = 1 << 14
"""A body is written in parts of this size, so that a target that reads slowly is noticed between them."""
_INTERIM = re.compile(rb"HTTP/1\.[01] 1\d\d")
_OVERLAP = 11
"""One byte less than an interim status line's beginning, so that none is missed and none is counted twice."""


class TooLargeError(Exception):
    """An answer went over the read limit."""


class TooSlowError(Exception):
    """An answer did not end in time."""


class TooManyInterimError(Exception):
    """Interim answers (1xx) came without an end."""


class Allowance:
    """What the request that is under way may still use, and what became of it so far.

    `certificate` is the SHA-256 of the latest TLS certificate, in hexadecimal, empty without TLS; `stream` the latest
    connection.
    """

    def __init__(self) -> None:
        self.certificate = ""
        self.stream: BoundedStream | None = None
        self.renew(0.0)

    def renew(self, seconds: float) -> None:
        """Begin a request that may take so many seconds."""
        self.deadline = time.monotonic() + seconds
        self.sent = False
        self.in_head = True
        self.received = 0
        self.interim = 0
        self.tail = b""

    def wait(self, most: float | None) -> float:
        """Return the seconds that the next step may take. Raises TooSlowError when there are none left."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TooSlowError
        return left if most is None else min(left, most)

    def take(self, part: bytes) -> None:
        """Account for received bytes. Raises TooLargeError or TooManyInterimError."""
        self.received += len(part)
        seen = self.tail + part
        self.tail = seen[-_OVERLAP:]
        if self.in_head:
            self.interim += len(_INTERIM.findall(seen))
            if self.interim > MOST_INTERIM:
                raise TooManyInterimError
        if self.received > (MOST_HEAD_BYTES if self.in_head else MOST_RAW_BYTES):
            raise TooLargeError


class BoundedStream(httpcore.NetworkStream):
    """A network stream whose reads and writes take from an allowance.

    What is written is held back until the next read, so that the head and the body of a request leave as one.
    """

    def __init__(self, stream: httpcore.NetworkStream, allowance: Allowance) -> None:
        self._stream = stream
        self._allowance = allowance
        self._held = b""
        allowance.stream = self

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Send what is held back, and read what there is."""
        if self._held:
            # a target may have answered and closed before it took everything: its answer is what counts
            with contextlib.suppress(httpcore.WriteError):
                self._flush(timeout)
        part = self._stream.read(max_bytes, self._allowance.wait(timeout))
        self._allowance.take(part)
        return part

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Hold bytes back, or send them if they have become many."""
        self._held += buffer
        if len(self._held) > SLICE:
            self._flush(timeout)

    def _flush(self, timeout: float | None) -> None:
        held, self._held = self._held, b""
        self._allowance.sent = True
        line = starting_line.take()
        if line is not None:
            self._write(held[:-1], timeout)
            line.wait()
            held = held[-1:]
        self._write(held, timeout)

    def _write(self, held: bytes, timeout: float | None) -> None:
        for start in range(0, len(held), SLICE):
            self._stream.write(held[start : start + SLICE], self._allowance.wait(timeout))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Go on under TLS."""
        secure = self._stream.start_tls(ssl_context, server_hostname, self._allowance.wait(timeout))
        shown = secure.get_extra_info("ssl_object").getpeercert(True)
        self._allowance.certificate = hashlib.sha256(shown or b"").hexdigest()
        return BoundedStream(secure, self._allowance)

    def get_extra_info(self, info: str) -> Any:
        """Pass a question on."""
        return self._stream.get_extra_info(info)


class BoundedBackend(httpcore.NetworkBackend):
    """Opens bounded streams."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect."""
        seconds = self._allowance.wait(timeout)
        stream = self._backend.connect_tcp(host, port, seconds, local_address, socket_options)
        return BoundedStream(stream, self._allowance)


class Wire(httpx.BaseTransport):
    """What an httpx client of ours sends over: one kept connection, no proxy, nothing ever repeated."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self.allowance = Allowance()
        self._tls = tls
        self._pool = self._fresh_pool()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and return its answer as soon as its head is there."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        self.allowance.in_head = False
        extensions = {"http_version": answer.extensions.get("http_version", b"HTTP/1.1")}
        return httpx.Response(answer.status, headers=answer.headers, stream=_Parts(answer), extensions=extensions)

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()

    def abandon(self) -> None:
        """Close the connection itself: an exchange that was interrupted may hold the lock of its pool for ever."""
        if self.allowance.stream is not None:
            self.allowance.stream.close()

    def forget(self) -> None:
        """Close the connection, and open another one for the next request."""
        self._pool.close()
        self._pool = self._fresh_pool()

    def _fresh_pool(self) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(
            ssl_context=self._tls,
            max_connections=1,
            max_keepalive_connections=1,
            keepalive_expiry=5.0,
            network_backend=BoundedBackend(self.allowance),
        )


class _Parts(httpx.SyncByteStream):
    """The body of an answer as it comes, with the exceptions of httpcore left as they are."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
