"""Send one request and read its answer, within bounds, over HTTP/1.1.

An answer is read up to 8 MiB after decompression, within one time limit for the whole exchange, however it trickles.
Redirects are never followed, of cookies only those of balancers are kept, and nothing is ever repeated.
"""

from __future__ import annotations

import ssl
import time
from collections import deque
from urllib.parse import urlsplit

import httpx

from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.transport.content_decoding import MOST_BYTES
from pytest_zstack_ticket.transport.cookies import BalancerCookies
from pytest_zstack_ticket.transport.disconnect import DisconnectingSender
from pytest_zstack_ticket.transport.error_mapping import failure_of
from pytest_zstack_ticket.transport.http_connection import HttpConnection, Message

LARGE = 128 << 10
MOST_KEPT = 8 << 20
"""Bytes of answers over `LARGE` that a run takes; after that no answer may be longer: they stay in memory."""


PORTS = {"http": 80, "https": 443}
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
"""Methods of which a request without a body says so."""


class HttpTransport:
    """Sends from any number of threads: each request has a connection to itself, which is kept for the next one.

    All share one TLS context. No proxy and no credentials from elsewhere. `certificates` are the SHA-256 of every TLS
    certificate that the target has shown, `versions` the HTTP versions of its answers.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        root = urlsplit(settings.url)
        self._root = root.path.rstrip("/")
        self._url = httpx.URL(scheme=root.scheme, host=root.hostname or "", port=root.port, path="/")
        self._tls = tls_context(settings) if root.scheme == "https" else None
        self._cutter = DisconnectingSender(settings, self._tls)
        self._cookies = BalancerCookies(self._root)
        self._idle: deque[HttpConnection] = deque()
        self._kept = 0
        self.certificates: set[str] = set()
        self.versions: set[str] = set()

    def send(self, request: Request, /) -> Response | Failure:
        """Send one request. Anything but a whole answer is a Failure."""
        kept = self._cookies.added_to(request)
        if request.cut:
            return self._cutter.send(kept)
        line = self._borrowed()
        patience = self._settings.patience
        line.allowance.renew(patience.read)
        try:
            answer = line.exchange(self._message(kept), patience, most=LARGE if self._full else MOST_BYTES)
        except Exception as error:  # noqa: BLE001 - every foreign exception becomes a Failure, by kind
            return failure_of(error, sent=line.allowance.sent, patience=patience)
        else:
            self._weigh(request, answer)
            self._cookies.learn(request, answer, time.time())
            self.versions.add(line.version)
            return answer
        finally:
            if line.allowance.certificate:
                self.certificates.add(line.allowance.certificate)
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
            self._idle.pop().close()

    def _borrowed(self) -> HttpConnection:
        try:
            return self._idle.pop()
        except IndexError:
            port = self._url.port or PORTS[self._url.scheme]
            return HttpConnection(self._url.raw_host.decode("ascii"), port, self._tls)

    def _message(self, request: Request) -> Message:
        """Return a request with the headers that HTTP needs and it does not have."""
        headers = [(_bytes(name), _bytes(value)) for name, value in request.headers]
        named = {name.lower() for name, _ in headers}
        method, body = request.method.upper(), request.body or b""
        if b"accept-encoding" not in named:
            headers.append((b"Accept-Encoding", b"gzip"))
        chunked = b"transfer-encoding" in named
        if not (chunked or b"content-length" in named) and (body or method in WITH_BODY):
            headers.append((b"Content-Length", b"%d" % len(body)))
        if b"host" not in named:
            headers.insert(0, (b"Host", self._url.netloc))
        target = (self._root + request.path).encode("utf-8", "surrogateescape")
        parts = _halves(body) if chunked else (body,)
        return Message(method=method.encode("ascii"), target=target, headers=headers, parts=parts)


def tls_context(settings: Settings) -> ssl.SSLContext:
    """Return the TLS context of the settings. Raises SettingsError if the CA file cannot be read."""
    try:
        context = ssl.create_default_context(cafile=settings.ca or None)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            f"--zstack-ca {settings.ca}: {error}. Give a PEM file with the CA's certificate."
        ) from error
    context.set_alpn_protocols(["http/1.1"])
    if settings.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _bytes(text: str) -> bytes:
    """Return a header as bytes: latin-1 as HTTP has it, UTF-8 where that does not do."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")


def _halves(body: bytes) -> tuple[bytes, ...]:
    """Return a body in two parts."""
    middle = len(body) // 2
    return tuple(filter(None, (body[:middle], body[middle:])))
