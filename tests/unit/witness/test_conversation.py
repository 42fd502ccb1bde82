"""Both directions of one connection, read as HTTP: whatever a run sends on purpose, and whatever a target answers."""

import gzip
from typing import get_args

import pytest

from pytest_zstack_ticket.model.exchange import ENDING_EARLY, Framing, Request, Response
from pytest_zstack_ticket.transport.bounded_stream import MOST_INTERIM
from pytest_zstack_ticket.transport.framings import framed
from pytest_zstack_ticket.witness.conversation import MOST_KEPT, Conversation, Overheard

ASK = b"GET /zstack/v1/tickets HTTP/1.1\r\nHost: cloud\r\n\r\n"
POST = b"POST /zstack/v1/tickets HTTP/1.1\r\nHost: cloud\r\nContent-Length: 2\r\n\r\n{}"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
NOT_READ = {
    "two-lengths",
    "length-no-number",
    "length-negative",
    "blank-before-colon",
    "no-colon",
    "no-host",
    "bad-method",
    "two-hosts",
    "bare-cr",
    "blank-line-first",
    "unknown-coding",
    "cut-length",
    "cut-chunks",
    "length-without-chunks",
    "length-without-capital-chunks",
}
"""Framings that are no HTTP to a careful reader."""


def overheard(*steps: tuple[str, bytes], by: str = "client", size: int = 1 << 20) -> list[Overheard]:
    """Return what a conversation comes to; each step is a side, `>` or `<`, and its bytes, none for its end."""
    talk = Conversation(lambda _: None)
    found = []
    for second, (side, data) in enumerate(steps):
        parts = [data[start : start + size] for start in range(0, len(data), size)] or [b""]
        for part in parts:
            (talk.asked if side == ">" else talk.answered)(part, float(second))
            found += talk.take_finished()
    talk.closed(by, 99.0)  # type: ignore[arg-type] # one of two words
    return found + talk.take_finished()


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_requests_on_one_connection_are_read_one_by_one(size: int):
    first, second = overheard((">", ASK), ("<", ANSWER), (">", POST), ("<", ANSWER), size=size)
    assert first.request == Request(method="GET", path="/zstack/v1/tickets", headers=(("host", "cloud"),), body=b"")
    assert second.request is not None
    assert (second.request.method, second.request.body, second.end) == ("POST", b"{}", "complete")
    assert (bytes(first.raw), bytes(second.raw)) == (ASK, POST)
    assert first.answer == second.answer == Response(status=200, headers=(("content-length", "2"),), body=b"{}")
    assert (first.started, first.ended, second.started, second.ended) == (0.0, 1.0, 2.0, 3.0)


@pytest.mark.parametrize("size", [1, 1 << 20])
def test_requests_that_come_together_get_the_answers_in_their_order(size: int):
    other = ANSWER.replace(b"200 OK", b"404 -")
    found = overheard((">", POST + ASK), ("<", ANSWER + other), size=size)
    assert [(one.request and one.request.method, one.answer and one.answer.status) for one in found] == [
        ("POST", 200),
        ("GET", 404),
    ]


@pytest.mark.parametrize("framing", sorted(set(get_args(Framing)) - {""}))
def test_every_framing_of_the_suites_is_kept_with_its_bytes_and_its_answer(framing: Framing):
    request = Request(
        method="POST", path="/v1/tickets", headers=(("Content-Type", "a/b"),), body=b"{}", framing=framing
    )
    raw = framed(request, host="cloud", root="/zstack")
    ends = [(">", b"")] if framing in ENDING_EARLY else []
    (one,) = overheard((">", raw), *ends, ("<", ANSWER.replace(b"200", b"400")), ("<", b""), size=9)
    assert (one.request is None) == (framing in NOT_READ)
    assert one.answer is not None
    assert (bytes(one.raw), one.answer.status, one.end) == (raw, 400, "complete")


def test_an_answer_to_head_has_no_body_and_interim_answers_are_no_answers():
    head = ASK.replace(b"GET", b"HEAD")
    (one,) = overheard((">", head), ("<", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"))
    assert one.answer is not None
    assert (one.answer.status, one.answer.body) == (200, b"")


def test_a_body_is_unpacked_and_may_end_with_the_connection():
    packed = gzip.compress(b"{}")
    (one,) = overheard((">", ASK), ("<", b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + packed), ("<", b""))
    assert one.answer is not None
    assert (one.answer.body, one.end) == (b"{}", "complete")


ENDS = {
    "no answer, the target closes": ([("<", b"")], "target", "target"),
    "no answer, the client closes": ([(">", b"")], "client", "client"),
    "cut short": ([("<", ANSWER[:-1]), ("<", b"")], "target", "target"),
    "no HTTP": ([("<", b"SSH-2.0-OpenSSH\r\n\r\n")], "client", "unreadable"),
    "not packed as it says": (
        [("<", ANSWER.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n"))],
        "client",
        "unreadable",
    ),
    "interim answers without an end": (
        [("<", b"HTTP/1.1 100 Continue\r\n\r\n" * (MOST_INTERIM + 1) + ANSWER)],
        "client",
        "unreadable",
    ),
    "packed bomb": (
        [("<", b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(9 << 20))), ("<", b"")],
        "client",
        "too-large",
    ),
}


@pytest.mark.parametrize(("steps", "by", "end"), ENDS.values(), ids=ENDS)
def test_an_exchange_without_a_whole_answer_says_why(steps: list[tuple[str, bytes]], by: str, end: str):
    (one,) = overheard((">", POST), *steps, by=by)
    assert (one.answer, one.end) == (None, end)


def test_an_answer_before_the_end_of_its_request_is_its_answer():
    (one,) = overheard((">", POST[:-1]), ("<", ANSWER.replace(b"200", b"413")), (">", POST[-1:]))
    assert one.request is not None
    assert one.answer is not None
    assert (one.request.body, one.answer.status) == (b"{}", 413)


def test_bytes_behind_an_answer_are_nobodys_answer():
    first, second = overheard((">", ASK), ("<", ANSWER + b"{}"), (">", ASK), ("<", ANSWER))
    assert (first.end, second.end) == ("complete", "complete")


def test_a_request_that_is_too_long_is_passed_on_but_not_kept():
    long = POST.replace(b"Length: 2", b"Length: %d" % (MOST_KEPT + 9)).removesuffix(b"{}")
    (one,) = overheard((">", long), (">", bytes(MOST_KEPT + 9)), ("<", ANSWER), size=1 << 24)
    assert (one.overlong, bytes(one.raw)) == (True, b"")
