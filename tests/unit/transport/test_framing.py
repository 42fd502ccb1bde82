"""Requests in framings that no HTTP client writes: what stands in the bytes."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from dataclasses import replace
from typing import get_args

import pytest

from pytest_zstack_ticket.model.exchange import (
    ANSWERED_AGAIN,
    ENDING_EARLY,
    NOT_TOLD_TO_GO_ON,
    Failure,
    Framing,
    Request,
    Response,
)
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.simulator.server.server import started
from pytest_zstack_ticket.transport.framing import KEPT_OPEN, PAUSES, FramingSender
from pytest_zstack_ticket.transport.framings import FRAMINGS, SLOW, framed

BODY = b'{"params":{}}'
REQUEST = Request(method="POST", path="/v1/tickets", headers=(("Content-Type", "application/json"),), body=BODY)


def bytes_of(framing: Framing) -> bytes:
    return framed(replace(REQUEST, framing=framing), host="target", root="/zstack")


def head_of(framing: Framing) -> list[bytes]:
    return bytes_of(framing).partition(b"\r\n\r\n")[0].split(b"\r\n")


def test_every_framing_has_its_own_bytes() -> None:
    assert set(FRAMINGS) == set(get_args(Framing)) - {""}
    assert set(PAUSES) == set(SLOW)
    assert len({bytes_of(framing) for framing in FRAMINGS}) == len(FRAMINGS) - len(PAUSES), (
        "the slow ones differ in time"
    )


def test_a_plain_request_is_what_a_client_would_write() -> None:
    assert bytes_of("plain") == (
        b"POST /zstack/v1/tickets HTTP/1.1\r\nHost: target\r\nContent-Type: application/json\r\nConnection: close\r\n"
        b"Content-Length: 13\r\n\r\n" + BODY
    )


def test_two_lengths_both_end_behind_the_json() -> None:
    lengths = [int(line.split(b": ")[1]) for line in head_of("two-lengths") if line.startswith(b"Content-Length")]
    sent = bytes_of("two-lengths").partition(b"\r\n\r\n")[2]
    assert [sent[:length].strip() for length in lengths] == [BODY, BODY]
    assert len(sent) == max(lengths)


def test_a_length_beside_chunks_covers_them_all() -> None:
    chunks = bytes_of("length-and-chunks").partition(b"\r\n\r\n")[2]
    assert f"Content-Length: {len(chunks)}".encode() in head_of("length-and-chunks")
    assert b"Transfer-Encoding: chunked" in head_of("length-and-chunks")


@pytest.mark.parametrize("framing", ["length-without-chunks", "length-without-capital-chunks"])
def test_a_length_beside_chunks_that_are_none_covers_the_json_and_what_ends_a_last_chunk(framing: Framing) -> None:
    sent = bytes_of(framing).partition(b"\r\n\r\n")[2]
    assert sent == BODY + b"\r\n\r\n"
    assert f"Content-Length: {len(sent)}".encode() in head_of(framing)
    assert any(line.lower() == b"transfer-encoding: chunked" for line in head_of(framing))


@pytest.mark.parametrize("framing", sorted(ENDING_EARLY))
def test_a_message_that_ends_early_holds_the_whole_json_but_not_its_end(framing: Framing) -> None:
    raw = bytes_of(framing)
    assert BODY in raw
    assert b"Content-Length: 23" in raw or not raw.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize(
    ("framing", "line"),
    [
        ("blank-before-colon", b"Content-Type : application/json"),
        ("length-no-number", b"Content-Length: 13x"),
        ("length-negative", b"Content-Length: -1"),
        ("bad-method", b"PO<ST /zstack/v1/tickets HTTP/1.1"),
        ("no-colon", b"X-Conformance"),
        ("other-host", b"POST http://conformance.invalid/zstack/v1/tickets HTTP/1.1"),
    ],
)
def test_a_broken_head_has_the_line_that_breaks_it(framing: Framing, line: bytes) -> None:
    assert line in head_of(framing)


def test_what_trails_stands_behind_the_chunks_and_not_in_the_head() -> None:
    named = (*REQUEST.headers, ("X-Trailing-Authorization", "OAuth none"))
    raw = framed(replace(REQUEST, headers=named, framing="trailing-headers"), host="target", root="/zstack")
    head, _, chunks = raw.partition(b"\r\n\r\n")
    assert b"Trailer: Authorization" in head.split(b"\r\n")
    assert b"OAuth" not in head
    assert chunks == b"d\r\n" + BODY + b"\r\n0\r\nAuthorization: OAuth none\r\n\r\n"


def test_no_host_has_none() -> None:
    assert not any(line.startswith(b"Host") for line in head_of("no-host"))


def test_the_answer_is_read_and_a_broken_head_is_refused_by_the_simulator() -> None:
    server = started("embedded")
    try:
        sender = FramingSender(Settings(url=server.url), None)
        answers = {name: sender.send(replace(REQUEST, framing=name)) for name in ("plain", "no-host", "two-lengths")}
    finally:
        server.stop()
    statuses = {name: answer.status for name, answer in answers.items() if isinstance(answer, Response)}
    assert statuses.pop("plain") != 202
    assert statuses == {"no-host": 400, "two-lengths": 400}


@pytest.mark.parametrize("framing", sorted(KEPT_OPEN))
def test_a_connection_that_is_kept_open_says_nothing_of_closing(framing: Framing) -> None:
    assert not any(line.lower().startswith(b"connection") for line in head_of(framing))


def test_a_connection_that_is_kept_open_has_the_same_message() -> None:
    plain, kept = (bytes_of(framing).replace(b"Connection: close\r\n", b"") for framing in ("plain", "kept-open"))
    assert plain == kept


@pytest.mark.parametrize(
    ("fault", "method", "path", "framing"),
    [
        ("leave-refused-body", "POST", "/v1/no-such-api", "kept-open"),
        ("leave-trailers", "POST", "/v1/tickets", "kept-open-chunks"),
        ("leave-further-trailers", "POST", "/v1/tickets", "kept-open-chunks"),
        ("head-with-body", "HEAD", "/v1/tickets?limit=1", "kept-open"),
    ],
)
def test_what_stands_behind_an_answer_is_heard(fault: str, method: str, path: str, framing: Framing) -> None:
    heard = []
    for url in ("embedded", f"embedded?fault={fault}"):
        server = started(url)
        try:
            headers, body = (("Authorization", "OAuth none"),), None if method == "HEAD" else BODY + b"\r\n\r\n"
            request = replace(REQUEST, method=method, path=path, framing=framing, headers=headers, body=body)
            heard.append(FramingSender(Settings(url=server.url), None).send(request))
        finally:
            server.stop()
    healthy, careless = heard
    assert isinstance(healthy, Response)
    assert careless == Failure(kind="protocol", detail=ANSWERED_AGAIN)


def heard_of(sent: bytes) -> Response | Failure:
    """Return what the sender makes of bytes that a server answers with."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            line, _ = listener.accept()
            with line:
                line.recv(1 << 16)
                line.sendall(sent)

        thread = threading.Thread(target=answer)
        thread.start()
        sender = FramingSender(Settings(url=f"http://127.0.0.1:{listener.getsockname()[1]}"), None)
        heard = sender.send(replace(REQUEST, framing="kept-open"))
        thread.join()
    return heard


@pytest.mark.parametrize(
    ("sent", "more"),
    [
        (b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n{}", False),
        (b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n{}\r\n", False),  # a blank line counts for nothing
        (b"HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\n{}", True),
        (b"HTTP/1.1 200 \r\nContent-Length: 1\r\nConnection: close\r\n\r\n{}", False),  # no answer comes behind it
        (b"HTTP/1.1 200 \r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}HTTP/1.1 400 \r\n\r\n", True),
    ],
)
def test_more_than_an_answer_said_is_heard_where_another_one_could_come(sent: bytes, more: bool) -> None:
    heard = heard_of(sent)
    assert heard == Failure(kind="protocol", detail=ANSWERED_AGAIN) if more else isinstance(heard, Response)


@pytest.mark.parametrize(
    ("fault", "path", "told"),
    [("", "/v1/tickets", True), ("", "/v2/no-such-root", True), ("?fault=no-continue", "/v1/tickets", False)],
)
def test_a_client_that_waits_for_100_continue_hears_of_it_or_that_nothing_came(
    fault: str, path: str, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_zstack_ticket.transport.framing.TOLD_WITHIN", 0.2 if fault else 5.0)
    server = started(f"embedded{fault}")
    try:
        request = replace(REQUEST, path=path, framing="expecting")
        heard = FramingSender(Settings(url=server.url), None).send(request)
    finally:
        server.stop()
    assert isinstance(heard, Response) if told else heard == Failure(kind="protocol", detail=NOT_TOLD_TO_GO_ON)


@pytest.mark.parametrize("fault", ["", "?fault=answer-beside-slow"])
def test_a_slow_body_holds_up_others_by_a_fault_alone(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PAUSES, "slow-body", 0.3)
    server = started(f"embedded{fault}")
    try:
        sender, ended = FramingSender(Settings(url=server.url), None), []
        request = replace(REQUEST, framing="slow-body")
        slow = threading.Thread(target=lambda: ended.append((sender.send(request), time.monotonic())))
        slow.start()
        time.sleep(0.1)
        beside = sender.send(replace(REQUEST, framing="plain"))
        answered = time.monotonic()
        slow.join()
    finally:
        server.stop()
    assert isinstance(beside, Response)
    assert isinstance(ended[0][0], Response)
    assert (answered > ended[0][1] - 0.05) is bool(fault)


@pytest.mark.parametrize(("body", "heard"), [(gzip.compress(b"{}"), b"{}"), (b"{}", None)], ids=["packed", "a lie"])
def test_an_answer_may_be_compressed_where_no_coding_was_asked_for(body: bytes, heard: bytes | None):
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    said = heard_of(head.encode() + body)
    if isinstance(said, Response):
        assert said.body == heard
    else:
        assert (heard, said.kind) == (None, "protocol")
