"""When a job is polled first: nearly the shortest wait that is enough, on steady and on unsteady targets."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from pytest_zstack_ticket.api.polling import Flow, submit
from pytest_zstack_ticket.client.polling_pace import LEAST_WAIT, PollingPace
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Request, Response, Wait

CREATE = Request(method="POST", path="/v1/tickets", body=b"{}")
STARTED = Response(status=202, body=b'{"location":"http://cloud/v1/api-jobs/j"}')
RUNNING, ENDED = Response(status=202), Response(status=200, body=b"{}")
MOST_POLLS = 1.3
"""Polls a job on a steady target."""
OVERHEAD = 0.0005
"""Seconds that a machine takes for a step, on average."""


class Target:
    """Jobs on a target with a latency, followed by so many threads at once; time is only counted.

    `duration` gives the time of the job with a number. Every `held`th job is said to run by its first poll, whatever
    is true.
    """

    def __init__(
        self, duration: Callable[[int], float], *, window: int = 1, latency: float = 0.002, held: int = 0
    ) -> None:
        self.duration = duration
        self.window = window
        self.latency = latency
        self.held = held
        self.pace = PollingPace()
        self.polls = 0
        self.late = 0.0
        """Seconds between the ends of jobs and of the calls that followed them."""
        self._random = random.Random(1)
        self._events: list[tuple[float, int, _Job]] = []
        self._numbers = itertools.count()
        self._jobs = itertools.count(1)

    def run(self, jobs: int, call: str = "create") -> float:
        """Follow so many jobs, the first one alone as a run's calibration is; return the polls for each."""
        before, left = self.polls, jobs - 1
        self._begin(0.0, call)
        under_way = 1
        while self._events:
            now, _, job = heapq.heappop(self._events)
            if job.go_on(now):
                continue
            under_way -= 1
            while left and under_way < self.window:
                left, under_way = left - 1, under_way + 1
                self._begin(now, call)
        return (self.polls - before) / jobs

    def at(self, moment: float, job: _Job) -> None:
        """Come back to a job, a little late as machines are."""
        delay = self._random.expovariate(1 / OVERHEAD)
        heapq.heappush(self._events, (moment + delay, next(self._numbers), job))

    def _begin(self, now: float, call: str) -> None:
        number = next(self._jobs)
        wait = self.pace.first_wait(call)
        self.at(now, _Job(self, number, call, wait, submit(CREATE, job_limit=600.0, first_wait=wait)))


class _Job:
    def __init__(self, target: Target, number: int, call: str, wait: float, flow: Flow) -> None:
        self.target = target
        self.number = number
        self.call = call
        self.wait = wait
        self.flow = flow
        self.step = next(flow)
        self.seen: list[Exchange] = []
        self.over = 0.0

    def go_on(self, now: float) -> bool:
        """Take the next step; return False if the flow has ended."""
        if isinstance(self.step, Wait):
            seconds = self.step.seconds
            self.step = next(self.flow)
            self.target.at(now + seconds, self)
            return True
        if self.seen:
            self.target.polls += 1
            held = self.target.held and self.number % self.target.held == 0 and len(self.seen) == 1
            answer = ENDED if now + self.target.latency / 2 >= self.over and not held else RUNNING
        else:
            answer = STARTED
            self.over = now + self.target.latency / 2 + self.target.duration(self.number)
        latency = self.target.latency
        exchange = Exchange(id="m-1", request=self.step, answer=answer, started=now, elapsed=latency)
        self.seen.append(exchange)
        try:
            self.step = self.flow.send(exchange)
        except StopIteration:
            self.target.pace.learn(self.call, self.seen, self.wait)
            self.target.late += now + latency - self.over
            return False
        self.target.at(now + latency, self)
        return True


@pytest.mark.parametrize("latency", [0.002, 0.15])
@pytest.mark.parametrize("window", [1, 16, 32])
@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.2, 1.0, 3.0])
def test_a_job_of_a_steady_target_is_polled_little_more_than_once(seconds: float, window: int, latency: float) -> None:
    target = Target(lambda _: seconds, window=window, latency=latency)
    assert target.run(100) <= MOST_POLLS
    assert target.run(200) <= 1.1
    assert target.late / 300 <= 0.15 * seconds + 2 * latency + 0.02


@pytest.mark.parametrize("window", [1, 16])
def test_where_jobs_differ_a_little_a_fifth_of_them_may_need_a_second_poll(window: int) -> None:
    lengths = random.Random(2)
    target = Target(lambda _: lengths.uniform(0.9, 1.1), window=window)
    target.run(100)
    assert target.run(400) <= MOST_POLLS
    assert target.late / 500 <= 0.3


@pytest.mark.parametrize("window", [1, 16])
def test_calls_that_are_refused_at_once_do_not_hide_how_long_the_others_take(window: int) -> None:
    kinds = random.Random(3)
    target = Target(lambda _: kinds.choice((0.005, 1.0)), window=window)
    target.run(100)
    assert target.run(400) <= 2.5
    assert target.late / 500 <= 0.8


@pytest.mark.parametrize("window", [1, 16])
def test_a_target_that_becomes_slower_or_faster_is_followed(window: int) -> None:
    target = Target(lambda number: 0.02 if number <= 100 or number > 300 else 1.0, window=window)
    target.run(100)
    assert target.run(200) <= 3.5
    assert 0.9 <= target.pace.first_wait("create") <= 1.3
    target.run(400)
    assert target.pace.first_wait("create") <= 0.05
    assert target.run(100) <= 1.1


def test_a_few_very_slow_jobs_do_not_slow_down_all_others() -> None:
    slow = random.Random(4)
    target = Target(lambda _: 20.0 if slow.random() < 0.05 else 0.2)
    target.run(300)
    assert target.late / 300 <= 0.2


@pytest.mark.parametrize("held", [1, 4])
def test_a_target_that_says_once_that_an_ended_job_runs_is_not_waited_for_longer_and_longer(held: int) -> None:
    target = Target(lambda _: 0.2, held=held)
    target.run(1000)
    assert target.pace.first_wait("create") <= 0.5


@pytest.mark.parametrize("held", [4, 5])
def test_nor_while_many_jobs_are_under_way_that_take_now_this_long_and_now_that(held: int) -> None:
    chance = random.Random(2)
    target = Target(lambda _: 0.005 + chance.expovariate(1 / 0.02), window=16, held=held)
    target.run(6000)
    assert target.pace.first_wait("create") < 0.25


def test_each_kind_of_call_has_its_own_wait_and_begins_with_the_shortest_known_one() -> None:
    target = Target(lambda number: 1.0 if number <= 50 else 0.02)
    assert target.pace.first_wait("create") == LEAST_WAIT
    target.run(50)
    create = target.pace.first_wait("create")
    assert target.pace.first_wait("delete") == pytest.approx(create, rel=0.2)
    assert target.run(50, call="delete") <= MOST_POLLS
    assert target.pace.first_wait("delete") <= 0.03
    assert target.pace.first_wait("create") >= 0.9


def test_only_one_job_at_a_time_tries_a_shorter_wait() -> None:
    pace = PollingPace()
    pace.learn("create", ended_after(1.0), 1.0)
    pace.learn("create", ended_after(1.0), pace.first_wait("create"))
    waits = [pace.first_wait("create") for _ in range(5)]
    assert len({wait for wait in waits if wait < 1.0}) == 1
    assert waits.count(1.0) == 4
    pace.learn("create", (ended_after(0)[0],), min(waits))
    assert pace.first_wait("create") == min(waits)


def ended_after(seconds: float, answer: Response = ENDED) -> tuple[Exchange, ...]:
    first = Exchange(id="m-1", request=CREATE, answer=STARTED, started=100.0, elapsed=0.5)
    last = Exchange(id="m-2", request=CREATE, answer=answer, started=100.5 + seconds, elapsed=0.1)
    return (first, last)


def unended() -> tuple[Exchange, ...]:
    return (ended_after(0)[0], Exchange(id="m-3", request=CREATE, answer=RUNNING, started=160.0))


def test_only_jobs_that_ended_are_learned_from() -> None:
    pace = PollingPace()
    first, _ = ended_after(0)
    broken = Exchange(id="m-3", request=CREATE, answer=Failure(kind="reset", detail=""), started=200.0)
    for exchanges in ((first,), unended(), (first, broken)):
        pace.learn("create", exchanges, LEAST_WAIT)
    assert pace.first_wait("create") == LEAST_WAIT


def test_where_no_job_ends_the_next_ones_are_given_little_time_until_one_does() -> None:
    pace = PollingPace()
    for _ in range(2):
        pace.learn("create", unended(), None)
    assert pace.patience(60.0, "create") == 60.0
    pace.learn("create", unended(), None)
    assert pace.patience(60.0, "create") == 30.0
    for _ in range(20):
        pace.learn("create", unended(), None)
    assert (pace.patience(60.0, "create"), pace.patience(0.2, "create")) == (0.5, 0.2)
    pace.learn("create", ended_after(7.0), None)
    assert pace.patience(60.0, "create") == 60.0
    for _ in range(20):
        pace.learn("create", unended(), None)
    assert pace.patience(60.0, "create") == pytest.approx(14.0)
    assert pace.patience(60.0, "action") == 60.0


def test_a_refusal_that_ends_does_not_lengthen_the_wait_for_jobs_that_do_not() -> None:
    pace = PollingPace()
    for _ in range(20):
        pace.learn("create", unended(), None)
    pace.learn("create", ended_after(0.1, replace(ENDED, status=503)), None)
    assert pace.patience(60.0, "create") == 0.5


def test_a_delivery_is_waited_for_twice_as_long_as_jobs_took() -> None:
    pace = PollingPace()
    assert pace.hook_wait == 2.0
    for seconds in (0.5, 1.0, 3.0, 2.0):
        pace.learn("create", ended_after(seconds), None)
    assert pace.hook_wait == pytest.approx(6.0)
    pace.learn("create", ended_after(60.0), None)
    assert pace.hook_wait == 10.0


def test_an_error_that_takes_its_time_slows_down_no_other_job() -> None:
    pace = PollingPace()
    for _ in range(8):
        pace.learn("create", ended_after(1.0), pace.first_wait("create"))
    before = pace.first_wait("create")
    first, last = ended_after(16.0)
    refused = Exchange(id="m-3", request=CREATE, answer=Response(status=503, body=b"{}"), started=116.5, elapsed=0.1)
    running = Exchange(id="m-2", request=CREATE, answer=RUNNING, started=last.started - 8.0, elapsed=0.1)
    for _ in range(16):
        pace.learn("create", (first, running, refused), pace.first_wait("create"))
    assert pace.first_wait("create") <= before


def test_the_pace_of_a_target_is_known_from_its_first_calls() -> None:
    pace = PollingPace()
    assert (pace.latency, pace.job) == (None, None)
    first, last = ended_after(1.0)
    running = Exchange(id="m-2", request=CREATE, answer=RUNNING, started=last.started - 0.4, elapsed=0.1)
    pace.learn("create", (first, running, last), LEAST_WAIT)
    assert pace.latency == pytest.approx(0.1)
    assert pace.job == pytest.approx(0.8)
    for _ in range(9):
        pace.learn("create", ended_after(0.7), 0.7)
    assert pace.job == pytest.approx(0.7)
    for _ in range(20):  # polls that had to wait for their turn
        pace.learn("create", ended_after(1.4), 0.7)
    assert pace.job == pytest.approx(1.4)
    assert pace.quick_job == pytest.approx(0.7)
