"""No exception of a library that the edge stands on is without a meaning."""

from __future__ import annotations

import http.cookiejar
import inspect
import socket
import ssl
import zlib
from collections.abc import Iterator
from typing import get_args

import h11
import httpcore
import httpx
import pytest

from pytest_zstack_ticket.model.exchange import FailureKind
from pytest_zstack_ticket.model.settings import Patience
from pytest_zstack_ticket.transport.error_mapping import CUT_SHORT, LONGEST_DETAIL, ROWS, failure_of

PATIENCE = Patience(connect=3, read=7)


def exceptions_of(*modules: object) -> Iterator[type[Exception]]:
    for module in modules:
        for _, found in inspect.getmembers(module, inspect.isclass):
            foreign = found.__module__.split(".")[0] in ("httpx", "httpcore", "h11")
            if issubclass(found, Exception) and foreign and found is not h11.ProtocolError:  # which is abstract
                yield found


FOREIGN = sorted(
    {
        *exceptions_of(httpx, httpcore, h11),
        ssl.SSLError,
        ssl.SSLCertVerificationError,
        ssl.SSLEOFError,
        ssl.SSLZeroReturnError,
        socket.gaierror,
        TimeoutError,
        ConnectionResetError,
        BrokenPipeError,
        OSError,
        UnicodeEncodeError,
        UnicodeDecodeError,
        zlib.error,
        http.cookiejar.LoadError,
    },
    key=lambda kind: f"{kind.__module__}.{kind.__name__}",
)


def example_of(kind: type[Exception]) -> Exception:
    if issubclass(kind, UnicodeEncodeError):
        return kind("ascii", "é", 0, 1, "ordinal not in range")
    if issubclass(kind, UnicodeDecodeError):
        return kind("ascii", b"\xe9", 0, 1, "ordinal not in range")
    if kind is httpx.HTTPStatusError:
        request = httpx.Request("GET", "http://example.invalid")
        return kind("seen", request=request, response=httpx.Response(500))
    if kind in (httpx.StreamConsumed, httpx.StreamClosed, httpx.ResponseNotRead, httpx.RequestNotRead):
        return kind()
    return kind("seen")


@pytest.mark.parametrize("head", [b"Content-Length: 5", b"Transfer-Encoding: chunked"])
def test_h11_says_of_an_answer_cut_short_what_is_looked_for(head: bytes) -> None:
    line = h11.Connection(h11.CLIENT)
    line.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    line.send(h11.EndOfMessage())
    line.receive_data(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n5\r\na")
    while not isinstance(line.next_event(), h11.Data):
        continue
    line.receive_data(b"")
    with pytest.raises(h11.RemoteProtocolError, match=CUT_SHORT):
        line.next_event()


def test_the_exceptions_of_httpx_are_all_there() -> None:
    assert {httpx.ReadTimeout, httpx.CookieConflict, httpx.InvalidURL, httpx.StreamConsumed} <= set(FOREIGN)
    assert {httpcore.PoolTimeout, httpcore.ConnectionNotAvailable, h11.RemoteProtocolError} <= set(FOREIGN)


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: f"{kind.__module__.split('.')[0]}.{kind.__name__}")
def test_every_foreign_exception_is_a_failure_in_words(kind: type[Exception], *, sent: bool) -> None:
    found = failure_of(example_of(kind), sent=sent, patience=PATIENCE)
    assert found.kind in get_args(FailureKind)
    assert found.detail
    assert found.sent is (sent and kind not in (httpx.ConnectError, httpcore.ConnectError))


def refused_by_h11(text: str) -> Exception:
    error = httpx.RemoteProtocolError(text)
    error.__cause__ = httpcore.RemoteProtocolError(text)
    error.__cause__.__cause__ = h11.RemoteProtocolError(text)
    return error


@pytest.mark.parametrize(
    ("error", "kind", "detail"),
    [
        (httpx.ConnectTimeout("timed out"), "timeout", "no connection within 3 s"),
        (httpx.ReadTimeout("timed out"), "timeout", "no answer within 7 s"),
        (httpx.WriteTimeout("timed out"), "timeout", "the request was not taken within 7 s"),
        (refused_by_h11("illegal status line"), "protocol", "the answer is no valid HTTP: illegal status line"),
        (
            refused_by_h11(f"{CUT_SHORT} (received 1 bytes)"),
            "reset",
            "the connection was closed before the answer ended",
        ),
        (
            httpx.RemoteProtocolError("Server disconnected without sending a response."),
            "reset",
            "the connection was closed before an answer began",
        ),
        (
            httpx.ReadError("[Errno 104] Connection reset by peer"),
            "reset",
            "the connection broke: Connection reset by peer",
        ),
        (ssl.SSLError(1, "[SSL: BAD] bad record (_ssl.c:1)"), "tls", "the connection broke: bad record"),
    ],
)
def test_details_are_words_for_people(error: Exception, kind: str, detail: str) -> None:
    found = failure_of(error, sent=True, patience=PATIENCE)
    assert (found.kind, found.detail) == (kind, detail)


def test_what_was_before_a_failed_connection_tells_its_kind() -> None:
    for cause, kind in (
        (ssl.SSLError("handshake"), "tls"),
        (socket.gaierror(-2, "Name or service not known"), "unresolved"),
        (ConnectionRefusedError("refused"), "refused"),
    ):
        error = httpcore.ConnectError(str(cause))
        error.__cause__ = cause
        assert failure_of(error, sent=True, patience=PATIENCE).kind == kind


def test_words_of_a_target_are_cut() -> None:
    found = failure_of(refused_by_h11("x" * 9000), sent=True, patience=PATIENCE)
    assert len(found.detail) < LONGEST_DETAIL + 60


def test_an_exception_of_ours_is_no_failure() -> None:
    with pytest.raises(KeyError):
        failure_of(KeyError("ours"), sent=True, patience=PATIENCE)


def test_every_row_is_reached_by_its_own_exceptions() -> None:
    for number, (kinds, _, _) in enumerate(ROWS):
        for kind in kinds:
            first = next(at for at, (others, _, _) in enumerate(ROWS) if issubclass(kind, others))
            assert first == number, kind
