"""The breaker: it stops for a dead target and for the time of a run, not for a body that kills its connection."""

import pytest

from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.transport.circuit_breaker import MOST_SILENT, PROBES, CircuitBreaker
from tests.support.manual_clock import ManualClock

PROBE = Request(method="PUT", path="/alive")
POST = Request(method="POST", path="/v1/tickets")
RESET = Failure(kind="reset", detail="closed")


class Line:
    """Answers a probe as told, and everything else with a reset unless `up`."""

    def __init__(self, *, alive: bool = True, up: bool = False) -> None:
        self.alive = alive
        self.up = up
        self.sent: list[Request] = []
        self.closed = False

    def send(self, request: Request, /) -> Response | Failure:
        self.sent.append(request)
        answered = self.alive if request == PROBE else self.up
        return Response(status=200) if answered else RESET

    def close(self) -> None:
        self.closed = True


def breaker(line: Line, *, total: float | None = None, clock: ManualClock | None = None) -> CircuitBreaker:
    return CircuitBreaker(line, probe=PROBE, clock=clock or ManualClock(), total=total)


def test_bodies_that_kill_their_connection_do_not_stop_a_run():
    line = Line(alive=True)
    through = breaker(line)
    answers = [through.send(POST) for _ in range(3 * MOST_SILENT)]
    assert answers == [RESET] * len(answers)
    assert line.sent.count(PROBE) == 3
    assert through.stopped == ""


def test_a_dead_target_stops_a_run():
    line = Line(alive=False)
    through = breaker(line)
    for _ in range(MOST_SILENT):
        through.send(POST)
    answer = through.send(POST)
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.sent) == ("stopped", False)
    assert "no longer answers (reset: closed)" in answer.detail
    assert len(line.sent) == MOST_SILENT + PROBES


def test_the_time_of_a_run_is_named_when_it_is_over():
    clock = ManualClock()
    through = breaker(Line(up=True), total=60.0, clock=clock)
    through.send(POST)
    clock.sleep(61)
    answer = through.send(POST)
    assert isinstance(answer, Failure)
    assert "--zstack-total-timeout, 60 s" in answer.detail


def test_an_answer_starts_the_count_anew():
    line = Line(alive=False)
    through = breaker(line)
    for up in (False, False, False, True, False, False, False):
        line.up = up
        through.send(POST)
    assert through.stopped == ""


def test_closing_closes_what_is_below():
    line = Line()
    breaker(line).close()
    assert line.closed


class Busy:
    """A line that answers 429 some times before it answers."""

    def __init__(self, times: int, wish: str) -> None:
        self.times, self.wish, self.sent = times, wish, 0

    def send(self, request: Request, /) -> Response:
        self.sent += 1
        if self.sent <= self.times:
            return Response(status=429, headers=(("retry-after", self.wish),))
        return Response(status=200, body=b"{}")

    def close(self) -> None:
        """Nothing is open."""


def test_a_busy_target_is_left_alone_as_long_as_it_asks():
    clock, line = ManualClock(), Busy(2, "3")
    begun = clock.now()
    assert breaker(line, clock=clock).send(POST) == Response(status=200, body=b"{}")
    assert clock.now() - begun == 6.0
    assert line.sent == 3


@pytest.mark.parametrize("wish", ["999999999999", "86400"])
def test_a_wish_to_stay_away_for_long_stops_the_run(wish: str):
    clock, line = ManualClock(), Busy(9, wish)
    through = breaker(line, clock=clock)
    through.send(POST)
    answer = through.send(POST)
    assert isinstance(answer, Failure)
    assert "stay away" in answer.detail


@pytest.mark.parametrize("wish", ["-1", "soon", "1e9", "NaN", "٣"])
def test_a_wish_that_is_none_is_not_waited_for(wish: str):
    clock = ManualClock()
    begun = clock.now()
    breaker(Busy(9, wish), clock=clock).send(POST)
    assert clock.now() == begun
