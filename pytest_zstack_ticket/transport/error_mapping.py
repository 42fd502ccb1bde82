"""What each foreign exception means: a failure of its kind, in words to read.

Nothing that httpx, httpcore, h11, ssl, zlib or the operating system raises leaves the edge as an exception.
"""

from __future__ import annotations

import re
import socket
import ssl
import zlib
from collections.abc import Iterator

import h11
import httpcore
import httpx

from pytest_zstack_ticket.model.exchange import Failure, FailureKind
from pytest_zstack_ticket.model.settings import Patience
from pytest_zstack_ticket.transport.bounded_stream import TooLargeError, TooManyInterimError, TooSlowError

LONGEST_DETAIL = 300
_NOISE = re.compile(r"^\[[^]]*\] |^<[^>]*> | \(_ssl\.c:\d+\)$")


class MalformedEncodingError(Exception):
    """An answer is not compressed as it claims."""


Row = tuple[tuple[type[Exception], ...], FailureKind, str]

NOT_HTTP = "the answer is no valid HTTP: {error}"
CUT_SHORT = "peer closed connection without sending complete message body"
"""What h11 says of an answer that was cut short: it has no type and no attribute for that (h11/_readers.py)."""
NOT_ENDED = "the answer did not end within {read:g} s"
UNWRITABLE = "the request cannot be written as HTTP: {error}"
BROKEN = "the connection broke: {error}"

ROWS: tuple[Row, ...] = (
    ((TooLargeError,), "too-large", "the answer is longer than we read (8 MiB, or 128 KiB after many long ones)"),
    ((TooManyInterimError,), "protocol", "interim answers (1xx) came without an end"),
    ((MalformedEncodingError,), "protocol", "{error}"),
    ((TooSlowError,), "timeout", NOT_ENDED),
    ((httpx.ConnectTimeout, httpcore.ConnectTimeout), "timeout", "no connection within {connect:g} s"),
    ((httpx.WriteTimeout, httpcore.WriteTimeout), "timeout", "the request was not taken within {read:g} s"),
    ((httpx.TimeoutException, httpcore.TimeoutException), "timeout", "no answer within {read:g} s"),
    ((httpx.LocalProtocolError, httpcore.LocalProtocolError, h11.LocalProtocolError), "protocol", UNWRITABLE),
    ((httpx.UnsupportedProtocol, httpcore.UnsupportedProtocol, httpx.InvalidURL), "protocol", UNWRITABLE),
    ((httpx.ProtocolError, httpcore.ProtocolError, h11.ProtocolError), "protocol", NOT_HTTP),
    ((httpx.DecodingError, httpx.TooManyRedirects), "protocol", NOT_HTTP),
    ((httpx.TransportError, httpcore.NetworkError, httpcore.ProxyError), "reset", BROKEN),
    ((httpx.HTTPError, httpx.StreamError, httpx.CookieConflict), "protocol", NOT_HTTP),
    ((httpcore.ConnectionNotAvailable,), "reset", BROKEN),
    ((ssl.SSLError,), "tls", BROKEN),
    ((OSError,), "reset", BROKEN),
    ((zlib.error, UnicodeError, ValueError), "protocol", NOT_HTTP),
)
"""Exceptions, the kind of failure that they are, and its words; the first row that fits counts."""


def failure_of(error: Exception, *, sent: bool, patience: Patience, begun: bool = False) -> Failure:
    """Return what a foreign exception means. One of no known kind is a fault of ours, and is raised again.

    `begun` tells whether a part of the answer came.
    """
    if isinstance(error, httpx.ConnectError | httpcore.ConnectError) or (not sent and isinstance(error, UnicodeError)):
        return Failure(kind=_connect_kind(error), detail=_words(error), sent=False)
    if isinstance(error, httpx.RemoteProtocolError | httpcore.RemoteProtocolError) and (closed := _closed(error)):
        return Failure(kind="reset", detail=closed, sent=sent)
    alert = next((one for one in _causes(error) if "ALERT" in (getattr(one, "reason", None) or "")), None)
    if isinstance(alert, ssl.SSLError):
        # with TLS 1.3 a target refuses our certificate, or that there is none, only after the handshake
        return Failure(kind="tls", detail=_words(alert), sent=sent)
    for kinds, kind, words in ROWS:
        if isinstance(error, kinds):
            told = NOT_ENDED if begun and kind == "timeout" else words
            detail = told.format(error=_words(error), read=patience.read, connect=patience.connect)
            return Failure(kind=kind, detail=detail, sent=sent)
    raise error


def _closed(error: Exception) -> str:
    """Say when the target closed the connection, if that is what is wrong; empty if not.

    What h11 refuses of an answer is the cause of httpcore's exception. The one thing that httpcore finds by itself is
    that a connection ended before the answer began.
    """
    refused = next((one for one in _causes(error) if isinstance(one, h11.RemoteProtocolError)), None)
    if refused is None:
        return "the connection was closed before an answer began"
    return "the connection was closed before the answer ended" if CUT_SHORT in str(refused) else ""


def _connect_kind(error: Exception) -> FailureKind:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            return "tls"
        if isinstance(cause, socket.gaierror | UnicodeError):
            return "unresolved"
    return "refused"


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _words(error: Exception) -> str:
    """Return what an exception says, without numbers and source files that say nothing to readers."""
    text = str(error)
    while (shorter := _NOISE.sub("", text)) != text:
        text = shorter
    return text[:LONGEST_DETAIL] or type(error).__name__
