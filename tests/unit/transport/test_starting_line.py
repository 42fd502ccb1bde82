"""Requests that are sent at the same time arrive at the same moment."""

import threading
import time

import httpcore
import pytest

from pytest_zstack_ticket.client.call_gate import in_context
from pytest_zstack_ticket.transport import starting_line
from pytest_zstack_ticket.transport.bounded_stream import Allowance, BoundedStream

REQUEST = b"POST / HTTP/1.1\r\n\r\n{}"


class Stream(httpcore.NetworkStream):
    """Notes what is written, and when."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.ended = 0.0

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.parts.append(buffer)
        self.ended = time.monotonic()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return b"HTTP/1.1 200 OK\r\n\r\n"


def send(stream: Stream) -> None:
    allowance = Allowance()
    allowance.renew(10.0)
    line = BoundedStream(stream, allowance)
    for _ in range(2):
        line.write(REQUEST)
        line.read(100)


@pytest.fixture
def streams() -> list[Stream]:
    return [Stream() for _ in range(4)]


def sent(streams: list[Stream], count: int) -> None:
    """Send over each stream from a context of its own, one every 50 ms, as connections are opened."""
    with starting_line.shared(count):
        threads = [threading.Thread(target=in_context(send), args=(one,)) for one in streams]
        for thread in threads:
            thread.start()
            time.sleep(0.05)
        for thread in threads:
            thread.join(10)


def test_the_last_bytes_of_first_requests_wait_for_each_other(streams: list[Stream]) -> None:
    sent(streams, len(streams))
    for one in streams:
        assert one.parts == [REQUEST[:-1], REQUEST[-1:], REQUEST]


def test_where_fewer_come_than_were_to_nothing_waits_for_ever(streams: list[Stream]) -> None:
    began = time.monotonic()
    sent(streams[:2], 100)
    assert time.monotonic() - began < 5
    assert [one.parts[:2] for one in streams[:2]] == [[REQUEST[:-1], REQUEST[-1:]]] * 2


def test_where_all_that_may_be_under_way_wait_at_lines_the_fullest_line_goes(
    streams: list[Stream], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting_line, "QUIET", 60.0)
    crowd, threads = starting_line.Crowd(2), []
    for pair in (streams[:1], streams[1:]):
        with starting_line.shared(2, crowd):
            threads += [threading.Thread(target=in_context(send), args=(one,)) for one in pair]
            for thread in threads[-len(pair) :]:
                thread.start()
                time.sleep(0.05)
    for thread in threads[1:]:
        thread.join(10)
        assert not thread.is_alive()
    assert streams[0].parts[:2] == [REQUEST[:-1], REQUEST[-1:]], "it went so that the others could come"


def test_without_a_line_a_request_leaves_as_one(streams: list[Stream]) -> None:
    send(streams[0])
    assert streams[0].parts == [REQUEST, REQUEST]
