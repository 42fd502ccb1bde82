"""Send one request and read its answer, within bounds, over httpx; every foreign exception ends here.

An answer is read up to 8 MiB, before and after decompression, and within one time limit for the whole exchange, however
it trickles. Redirects are never followed and nothing is ever repeated.
"""

from __future__ import annotations

import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from typing import Protocol
from urllib.parse import urlsplit

import h11
import httpx

from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.exchange import Failure, FailureKind, Request, Response
from pytest_zstack_ticket.model.settings import Settings

MOST_BYTES = 8 << 20
MOST_HEADERS = 1 << 18


class Transport(Protocol):
    """One method: whatever limits, records or breaks sits between two transports."""

    def send(self, request: Request, /) -> Response | Failure:
        """Send one request; never raises for anything that the target or the line does."""
        ...

    def close(self) -> None:
        """Give up connections."""
        ...


class TooLargeError(Exception):
    """An answer went over the read limit."""


class TooSlowError(Exception):
    """An answer did not end in time."""


class MalformedEncodingError(Exception):
    """An answer is not compressed as it claims."""


class HttpxTransport:
    """Sends over httpx: one client a thread, one TLS context for all, no proxy and no credentials from elsewhere."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._root = urlsplit(settings.url)
        self._tls = tls_context(settings) if self._root.scheme == "https" else None
        self._threads = threading.local()
        self._clients: list[httpx.Client] = []
        self._lock = threading.Lock()

    def send(self, request: Request, /) -> Response | Failure:
        """Send one request. Anything but a whole answer is a Failure."""
        started = time.monotonic()
        try:
            message = self._message(request)
            answer = self._client().send(message, stream=True, follow_redirects=False)
        except Exception as error:  # noqa: BLE001 - every foreign exception becomes a Failure, by kind
            return failure_of(error, sent=was_sent(error))
        try:
            body = _body(answer, deadline=started + self._settings.patience.read)
        except Exception as error:  # noqa: BLE001 - as above
            return failure_of(error, sent=True)
        finally:
            answer.close()
        headers = tuple((name.lower(), value) for name, value in _texts(answer.headers.raw))
        return Response(status=answer.status_code, headers=headers, body=body)

    def close(self) -> None:
        """Close every thread's connections."""
        with self._lock:
            clients, self._clients = self._clients, []
        for client in clients:
            client.close()
        self._threads = threading.local()

    def _message(self, request: Request) -> httpx.Request:
        target = (self._root.path.rstrip("/") + request.path).encode("utf-8", "surrogateescape")
        url = httpx.URL(scheme=self._root.scheme, host=self._root.hostname or "", port=self._root.port, path="/")
        headers = [(_bytes(name), _bytes(value)) for name, value in request.headers]
        named = {name.lower() for name, _ in headers}
        if b"accept-encoding" not in named:
            headers.append((b"Accept-Encoding", b"gzip"))
        chunked = b"transfer-encoding" in named
        content: bytes | Iterator[bytes] | None = _chunks(request.body or b"") if chunked else request.body
        return httpx.Request(
            request.method, url, headers=headers, content=content, extensions={"target": target, **self._limits()}
        )

    def _limits(self) -> dict[str, dict[str, float]]:
        patience = self._settings.patience
        limits = {"connect": patience.connect, "read": patience.read, "write": patience.read, "pool": patience.connect}
        return {"timeout": limits}

    def _client(self) -> httpx.Client:
        client: httpx.Client | None = getattr(self._threads, "client", None)
        if client is None:
            client = httpx.Client(
                verify=self._tls if self._tls is not None else False,
                trust_env=False,
                limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            )
            client.headers.clear()
            self._threads.client = client
            with self._lock:
                self._clients.append(client)
        return client


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


def _texts(raw: list[tuple[bytes, bytes]]) -> Iterator[tuple[str, str]]:
    for name, value in raw:
        yield name.decode("latin-1"), value.decode("latin-1")


def _bytes(text: str) -> bytes:
    """Return a header as bytes: latin-1 as HTTP has it, UTF-8 where that does not do."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")


def _chunks(body: bytes) -> Iterator[bytes]:
    middle = len(body) // 2
    yield body[:middle] or b" "
    yield body[middle:] or b" "


def _body(answer: httpx.Response, *, deadline: float) -> bytes:
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("gzip", "x-gzip", "deflate", "identity", ""):
        raise MalformedEncodingError(f"the answer is encoded as {encoding[:40]!r}, which nobody asked for")
    unpack = None if encoding in ("identity", "") else zlib.decompressobj(47)
    kept = bytearray()
    read = 0
    for part in answer.iter_raw():
        read += len(part)
        if time.monotonic() > deadline:
            raise TooSlowError
        kept += _unpacked(unpack, part, MOST_BYTES + 1 - len(kept)) if unpack else part
        if len(kept) > MOST_BYTES or read > MOST_BYTES:
            raise TooLargeError
    if unpack is not None and read and not unpack.eof:
        raise MalformedEncodingError("the compressed answer is cut short")
    return bytes(kept)


def _unpacked(unpack: zlib._Decompress, part: bytes, most: int) -> bytes:
    try:
        return unpack.decompress(part, most)
    except zlib.error as error:
        raise MalformedEncodingError(f"the answer is not compressed as it claims: {error}") from error


KINDS: tuple[tuple[type[Exception], FailureKind], ...] = (
    (TooLargeError, "too-large"),
    (TooSlowError, "timeout"),
    (MalformedEncodingError, "protocol"),
    (httpx.TimeoutException, "timeout"),
    (httpx.RemoteProtocolError, "protocol"),
    (httpx.LocalProtocolError, "protocol"),
    (httpx.ProtocolError, "protocol"),
    (httpx.DecodingError, "protocol"),
    (httpx.NetworkError, "reset"),
    (httpx.TransportError, "reset"),
    (httpx.HTTPError, "protocol"),
    (httpx.InvalidURL, "protocol"),
    (h11.ProtocolError, "protocol"),
    (ssl.SSLError, "tls"),
    (OSError, "reset"),
    (UnicodeError, "protocol"),
    (ValueError, "protocol"),
)
"""Foreign exceptions and what they mean, most special first."""

WORDS: dict[str, str] = {
    "too-large": f"the answer is longer than {MOST_BYTES >> 20} MiB",
    "timeout": "the answer did not end in time",
}


def failure_of(error: Exception, *, sent: bool) -> Failure:
    """Return what an exception means. An exception of no known kind is ours and is raised again."""
    if isinstance(error, httpx.ConnectError):
        return Failure(kind=_connect_kind(error), detail=str(error) or "no connection", sent=False)
    for known, kind in KINDS:
        if isinstance(error, known):
            text = str(error) or WORDS.get(kind, type(error).__name__)
            closed = kind == "protocol" and ("without sending" in text or "incomplete" in text or "peer closed" in text)
            return Failure(kind="reset" if closed else kind, detail=text[:300], sent=sent)
    raise error


def was_sent(error: Exception) -> bool:
    """Return False if no byte of the request can have reached the target."""
    return not isinstance(
        error,
        httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.LocalProtocolError | httpx.InvalidURL,
    )


def _connect_kind(error: httpx.ConnectError) -> FailureKind:
    seen: BaseException | None = error
    text = str(error).lower()
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return "tls"
        if type(seen).__name__ == "gaierror":
            return "unresolved"
        seen = seen.__cause__ or seen.__context__
    unresolved = "name or service" in text or "getaddrinfo" in text or "nodename" in text
    return "tls" if "ssl" in text or "certificate" in text else "unresolved" if unresolved else "refused"
