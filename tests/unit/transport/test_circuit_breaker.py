"""The breaker: it stops for a dead target and for the time of a run, not for a body that kills its connection."""

import pytest

from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.transport.circuit_breaker import MOST_SILENT, PROBES, CircuitBreaker
from pytest_zstack_ticket.transport.page_limits import MOST_AGAIN, MOST_ASKED, THEN_EVERY
from pytest_zstack_ticket.transport.quota import waited
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


class Limited:
    """Refuses with a page as many requests as told after the first ones, whatever they are."""

    def __init__(self, first: int, refused: int, *, status: int = 403) -> None:
        self.first, self.refused, self.status, self.count = first, refused, status, 0

    def send(self, request: Request, /) -> Response | Failure:
        self.count += 1
        if self.first < self.count <= self.first + self.refused:
            return Response(status=self.status, body=b"<html>denied %d</html>" % self.count)
        return Response(status=200)

    def close(self) -> None:
        pass


@pytest.mark.parametrize("status", [403, 503])
def test_a_page_that_refuses_the_probe_for_a_while_too_is_a_limit(status: int):
    line = Limited(2, 6, status=status)
    through = CircuitBreaker(line, probe=PROBE, clock=ManualClock(), total=None)
    assert [through.send(one).status for one in (PROBE, POST, POST, POST)] == [200] * 4
    assert line.count == 2 + 6 + 2


def test_a_page_that_only_a_request_gets_is_its_own():
    line = Line(alive=True)
    line.send = lambda request: Response(status=200 if request == PROBE else 403, body=b"<html>denied</html>")
    through = breaker(line)
    through.send(PROBE)
    assert [through.send(POST).status for _ in range(9)] == [403] * 9


class Sparing(Line):
    """A front end that answers a page to the requests of some numbers, whatever they carry; its probe always passes."""

    def __init__(self, *refuses: int) -> None:
        super().__init__(alive=True)
        self.refuses, self.count = refuses, 0

    def send(self, request: Request, /) -> Response | Failure:
        if request == PROBE:
            return Response(status=200)
        self.count += 1
        return Response(status=403, body=b"<html>denied</html>") if self.count in self.refuses else Response(status=200)


def test_a_limit_whose_probe_finds_a_place_is_found_by_what_reads_only():
    read = Request(method="GET", path="/v1/tickets")
    through = CircuitBreaker(Sparing(1, 2, 5, 7), probe=PROBE, clock=ManualClock(), total=None)
    seen = [through.send(one).status for one in (PROBE, POST, read, POST, POST, POST)]
    assert seen == [200, 403, 200, 200, 200, 200]  # no create is sent again before the limit's words are known


def test_what_is_refused_for_what_it_carries_is_not_sent_for_ever_though_a_limit_says_the_same():
    line = Sparing(1, *range(3, 99))
    through = CircuitBreaker(line, probe=PROBE, clock=ManualClock(), total=None)
    read = Request(method="GET", path="/v1/tickets")
    assert [through.send(one).status for one in (PROBE, read, POST)] == [200, 200, 403]
    assert line.count == 2 + 1 + MOST_AGAIN


def test_pages_of_a_status_are_asked_about_again_at_times():
    class Wall(Line):
        def send(self, request: Request, /) -> Response | Failure:
            refused = request != PROBE or self.up
            return Response(status=403, body=b"<html>denied</html>") if refused else Response(status=200)

    line = Wall(alive=True)
    through = breaker(line)
    assert [through.send(one).status for one in (PROBE, *[POST] * MOST_ASKED)] == [200, *[403] * MOST_ASKED]
    line.up = True
    page = line.send(POST)
    asked = [through.limits.limits(page, line) for _ in range(THEN_EVERY)]
    assert asked.count(True) == THEN_EVERY - asked.index(True)
    assert asked[0] is False


def test_a_page_that_the_probe_always_gets_is_no_limit():
    line = Limited(0, 1000)
    through = CircuitBreaker(line, probe=PROBE, clock=ManualClock(), total=None)
    assert [through.send(one).status for one in (PROBE, POST, POST)] == [403] * 3
    assert line.count == 3


def test_a_dead_target_stops_a_run():
    line = Line(alive=False)
    through = breaker(line)
    for _ in range(MOST_SILENT):
        through.send(POST)
    answer = through.send(POST)
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.sent) == ("stopped", False)
    assert "the target stopped answering at " in answer.detail
    assert len(line.sent) == MOST_SILENT + PROBES


def test_a_run_that_was_told_to_stop_does_not_ask_whether_the_target_lives():
    line = Line(alive=False)
    through = breaker(line)
    through.hurried = True
    assert [through.send(POST) for _ in range(2 * MOST_SILENT)] == [RESET] * (2 * MOST_SILENT)
    assert PROBE not in line.sent
    assert through.stopped == ""


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
    assert waited() == 6.0  # none of it is the target's time


@pytest.mark.parametrize("wish", ["999999999999", "86400"])
def test_a_wish_to_stay_away_for_long_stops_the_run(wish: str):
    clock, line = ManualClock(), Busy(9, wish)
    through = breaker(line, clock=clock)
    through.send(POST)
    answer = through.send(POST)
    assert isinstance(answer, Failure)
    assert "stay away" in answer.detail


@pytest.mark.parametrize("wish", ["-1", "soon", "1e9", "NaN", "٣"])
def test_where_no_wish_can_be_understood_it_sends_more_slowly(wish: str):
    clock, line = ManualClock(), Busy(2, wish)
    through = breaker(line, clock=clock)
    assert through.send(POST).status == 200
    assert line.sent == 3
    before = clock.now()
    for _ in range(10):
        through.send(POST)
    assert clock.now() - before > 9 * 0.02


class Limiter:
    """A line that lets 15 requests a second pass, 15 at once, and turns down all others without Retry-After."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock, self.tokens, self.last, self.refused = clock, 15.0, clock.now(), 0

    def send(self, request: Request, /) -> Response:
        now = self.clock.now()
        self.tokens, self.last = min(15.0, self.tokens + 15 * (now - self.last)), now
        if self.tokens < 1:
            self.refused += 1
            return Response(
                status=429, headers=(("content-type", "application/json"),), body=b'{"message":"slow down"}'
            )
        self.tokens -= 1
        return Response(status=200, body=b"{}")

    def close(self) -> None:
        """Nothing is open."""


def test_it_finds_the_pace_of_a_limit_that_names_none():
    clock = ManualClock()
    line = Limiter(clock)
    through = breaker(line, clock=clock)
    begun = clock.now()
    assert all(through.send(POST).status == 200 for _ in range(300))
    assert line.refused < 12
    assert clock.now() - begun < 40
    assert through.stopped == ""


def test_a_limit_that_never_lets_pass_is_named_as_one():
    line = Busy(999, "")
    through = breaker(line)
    for _ in range(MOST_SILENT):
        through.send(POST)
    assert "429" in through.stopped
    assert "--zstack-max-rate" in through.stopped


def test_pages_of_a_front_end_do_not_stop_a_run():
    class Wall(Line):
        def send(self, request: Request, /) -> Response | Failure:
            super().send(request)
            return Response(status=403, body=b"<html><center>nginx</center></html>")

    through = breaker(Wall())
    for _ in range(3 * MOST_SILENT):
        through.send(POST)
    assert through.stopped == ""


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_front_end_that_reaches_nothing_stops_a_run(status: int):
    class Gone(Line):
        def send(self, request: Request, /) -> Response | Failure:
            super().send(request)
            return Response(status=status, body=b"<html><center>nginx</center></html>")

    clock = ManualClock()
    through = breaker(Gone(), clock=clock)
    for _ in range(MOST_SILENT):
        through.send(POST)
    assert f"something in front of it answers {status}" in through.lost
