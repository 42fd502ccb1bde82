"""Send one request and read its answer, within bounds, over httpx.

An answer is read up to 8 MiB after decompression, within one time limit for the whole exchange, however it trickles.
Redirects are never followed, of cookies only those of balancers are kept, and nothing is ever repeated.
"""

from __future__ import annotations

import ssl
import time
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import httpx

from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.exchange import Failure, Headers, Request, Response
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.transport.bounded_stream import Wire
from pytest_zstack_ticket.transport.content_decoding import MOST_BYTES, read_body
from pytest_zstack_ticket.transport.cookies import BalancerCookies
from pytest_zstack_ticket.transport.disconnect import DisconnectingSender
from pytest_zstack_ticket.transport.error_mapping import failure_of
from pytest_zstack_ticket.transport.framing import FramingSender

LARGE = 128 << 10
MOST_KEPT = 8 << 20
"""Bytes of answers over `LARGE` that a run takes; after that no answer may be longer: they stay in memory."""


class HttpxTransport:
    """Sends over httpx, from any number of threads: each request has a client and a connection to itself.

    Clients are kept for the next request, all share one TLS context. No proxy and no credentials from elsewhere.
    `certificates` are the SHA-256 of every TLS certificate that the target has shown.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        root = urlsplit(settings.url)
        self._root = root.path.rstrip("/")
        self._url = httpx.URL(scheme=root.scheme, host=root.hostname or "", port=root.port, path="/")
        self._tls = tls_context(settings) if root.scheme == "https" else None
        self._cutter = DisconnectingSender(settings, self._tls)
        self._framer = FramingSender(settings, self._tls)
        self._cookies = BalancerCookies(self._root)
        self._idle: deque[_Line] = deque()
        self._kept = 0
        self.certificates: set[str] = set()
        self.versions: set[str] = set()
        patience = settings.patience
        self._limits = {
            "connect": patience.connect,
            "read": patience.read,
            "write": patience.read,
            "pool": patience.connect,
        }

    def send(self, request: Request, /) -> Response | Failure:
        """Send one request. Anything but a whole answer is a Failure."""
        kept = self._cookies.added_to(request)
        if request.cut:
            return self._cutter.send(kept)
        if request.framing:
            return self._framer.send(kept)
        line = self._borrowed()
        patience = self._settings.patience
        line.wire.allowance.renew(patience.read)
        try:
            answer = line.exchange(self._message(kept), most=LARGE if self._full else MOST_BYTES)
        except Exception as error:  # noqa: BLE001 - every foreign exception becomes a Failure, by kind
            self._give_back(line)
            known = line.wire.allowance
            return failure_of(error, sent=known.sent, patience=patience, begun=known.received > 0)
        except BaseException:
            line.wire.abandon()  # its answer must not become that of another request
            raise
        self._give_back(line)
        self._weigh(request, answer)
        self._cookies.learn(request, answer, time.time())
        self.versions.add(line.version)
        return answer

    def _give_back(self, line: _Line) -> None:
        self.certificates.update({line.wire.allowance.certificate} - {""})
        self._idle.append(line)

    @property
    def _full(self) -> bool:
        return self._kept >= MOST_KEPT

    def _weigh(self, request: Request, answer: Response) -> None:
        """Count long answers, which a run keeps; the pages of a query are not kept."""
        if len(answer.body) > LARGE and not request.path.startswith("/v1/tickets?"):
            self._kept += len(answer.body)

    def close(self) -> None:
        """Close the connections that no request is using."""
        while self._idle:
            self._idle.pop().wire.close()

    def _borrowed(self) -> _Line:
        try:
            return self._idle.pop()
        except IndexError:
            return _Line(self._tls)

    def _message(self, request: Request) -> httpx.Request:
        headers = [(_bytes(name), _bytes(value)) for name, value in request.headers]
        named = {name.lower() for name, _ in headers}
        if b"accept-encoding" not in named:
            headers.append((b"Accept-Encoding", b"gzip"))
        content: bytes | Iterator[bytes] | None = request.body
        if b"transfer-encoding" in named:
            content = _halves(request.body or b"")
        target = (self._root + request.path).encode("utf-8", "surrogateescape")
        extensions: dict[str, Any] = {"target": target, "timeout": self._limits}
        return httpx.Request(request.method, self._url, headers=headers, content=content, extensions=extensions)


class _Line:
    """One connection, used by one request at a time.

    Requests go straight to httpx's transport: what its client adds (redirects, authentication, cookies, environment) is
    not wanted here, and takes a third of a request's CPU time.
    """

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self.wire = Wire(tls)
        self.version = ""

    def exchange(self, message: httpx.Request, *, most: int) -> Response:
        """Send a message and read the whole answer, at most so many bytes. Raises foreign exceptions."""
        with closing(self.wire.handle_request(message)) as answer:
            self.version = answer.http_version
            body, ending = read_body(answer.iter_raw(), answer.headers.get("content-encoding", ""), most=most)
            headers = _texts(answer.headers.raw)
        if not self.wire.allowance.tail.endswith(ending if "transfer-encoding" not in answer.headers else b"\n"):
            # bytes after the end of an answer would be taken for the beginning of the next one
            self.wire.forget()
        return Response(status=answer.status_code, headers=headers, body=body)


def tls_context(settings: Settings) -> ssl.SSLContext:
    """Return the TLS context of the settings. Raises SettingsError if the CA file cannot be read."""
    try:
        context = ssl.create_default_context(cafile=settings.ca or None)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            f"--zstack-ca {settings.ca}: {error}. Give a PEM file with the CA's certificate."
        ) from error
    if settings.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _texts(raw: list[tuple[bytes, bytes]]) -> Headers:
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw)


def _bytes(text: str) -> bytes:
    """Return a header as bytes: latin-1 as HTTP has it, UTF-8 where that does not do."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")


def _halves(body: bytes) -> Iterator[bytes]:
    """Yield a body in two chunks."""
    middle = len(body) // 2
    yield from filter(None, (body[:middle], body[middle:]))
