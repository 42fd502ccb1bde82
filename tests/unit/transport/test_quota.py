"""Caps: what the transport lets through, alone and shared."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.client.client import Client
from pytest_zstack_ticket.client.recorder import NoRecorder
from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.model.quotas import Quotas
from pytest_zstack_ticket.transport.quota import QuotaTransport, size_of
from pytest_zstack_ticket.transport.usage_counter import SharedUsageCounter
from tests.support.manual_clock import ManualClock

POST = Request(method="POST", path="/v1/tickets", body=b"{}")
GET = Request(method="GET", path="/v1/tickets")


class Line:
    """Counts what comes through."""

    def __init__(self) -> None:
        self.sent: list[Request] = []

    def send(self, request: Request, /) -> Response:
        self.sent.append(request)
        return Response(status=200, body=b"{}")

    def close(self) -> None:
        """Nothing is open."""


def through(caps: Quotas, requests: list[Request], *, cleaning: bool = False) -> tuple[Line, list[str], ManualClock]:
    """Send requests under caps; return the line, what was refused, and the clock."""
    usage_counter, line, clock = SharedUsageCounter(caps), Line(), ManualClock()
    transport = QuotaTransport(line, usage_counter=usage_counter, clock=clock, cleaning=cleaning)
    answers = [transport.send(request) for request in requests]
    usage_counter.close()
    return line, [one.detail for one in answers if isinstance(one, Failure)], clock


@pytest.mark.parametrize(
    ("caps", "sent", "named"),
    [
        (Quotas(requests=3), 3, "--zstack-max-requests 3"),
        (Quotas(created=2), 2, "--zstack-max-created 2"),
        (Quotas(alive=4), 4, "--zstack-max-alive 4"),
        (Quotas(bytes=3 * size_of(POST)), 3, "--zstack-max-bytes"),
    ],
)
def test_a_cap_ends_what_is_sent_and_is_named(caps: Quotas, sent: int, named: str):
    line, refused, _ = through(caps, [POST] * 10)
    assert len(line.sent) == sent
    assert len(refused) == 10 - sent
    assert all(named in one for one in refused)


def test_any_unknown_method_counts_as_a_creation():
    line, refused, _ = through(
        Quotas(created=2), [Request(method=name, path="/") for name in ("PATCH", "post", "BREW")]
    )
    assert len(line.sent) == 2
    assert len(refused) == 1


def test_a_query_is_no_creation():
    line, _, _ = through(Quotas(created=1, alive=1), [POST, GET, GET, POST])
    assert [request.method for request in line.sent] == ["POST", "GET", "GET"]


def test_the_rate_is_waited_for():
    line, refused, clock = through(Quotas(rate=2.0), [GET] * 5)
    assert (len(line.sent), refused) == (5, [])
    assert clock.now() - ManualClock().now() == pytest.approx(2.0)


def test_clean_up_passes_every_cap_but_creates_nothing():
    line, refused, _ = through(Quotas(requests=1, created=0), [GET, GET, POST], cleaning=True)
    assert [request.method for request in line.sent] == ["GET", "GET"]
    assert len(refused) == 1


def test_what_is_gone_may_be_created_again():
    usage_counter = SharedUsageCounter(Quotas(alive=1))
    assert usage_counter.reserve(1, creates=True) is None
    assert usage_counter.reserve(1, creates=True) == "alive"
    usage_counter.give_back(1)
    assert usage_counter.reserve(1, creates=True) is None
    assert (usage_counter.used.alive, usage_counter.used.most_alive, usage_counter.used.created) == (1, 1, 2)
    usage_counter.close()


def test_two_meters_of_one_file_share_their_counts():
    first = SharedUsageCounter(Quotas(requests=3))
    second = SharedUsageCounter(Quotas(requests=3), first.path)
    taken = [usage_counter.reserve(1, creates=False) for usage_counter in (first, second, first, second)]
    assert taken == [None, None, None, "requests"]
    second.close()
    assert first.path.exists()
    first.close()
    assert not first.path.exists()


def test_what_a_request_waits_for_the_rate_is_no_latency_of_the_target() -> None:
    usage_counter, clock = SharedUsageCounter(Quotas(rate=2.0)), ManualClock()
    transport = QuotaTransport(Line(), usage_counter=usage_counter, clock=clock)
    client = Client(transport=transport, clock=clock, redact=lambda exchange: exchange, recorder=NoRecorder())
    begun = clock.now()
    exchanges = [client.send(GET)[0] for _ in range(3)]
    usage_counter.close()
    assert [round(one.started - begun, 3) for one in exchanges] == [0.0, 0.5, 1.0]
    assert [one.elapsed for one in exchanges] == [0.0, 0.0, 0.0]
