"""How many requests, tickets and seconds a run takes on its target, from what its tests send and the target's pace.

A run is as slow as the slowest of what bounds it: the bodies of tests that run next to each other and make one call
after the other, the tests that explore one after the other, the calls that may be under way at once, this machine, and
the rate that is allowed.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from math import ceil

from pytest_zstack_ticket.config.suite_load import Load

POLLS = 1.15
"""Polls of a job, once the wait before the first one is learned."""
OVERSHOOT = 1.12
"""How much longer a job is waited for than it takes: the wait is a little too long, and now and then tried shorter."""
LEARNING = 30
"""Requests that are sent before the first test, to learn what the target is."""
DELETION = 2
"""Requests for each ticket that is deleted: it is cancelled first."""
LOOK = 8
"""Requests of a look at what is left, with the listing before it."""
SHARE_FREED = 0.5
"""The part of the tickets that may exist which one clean-up during the run frees."""
UNEVEN = 1.25
"""How much longer tests take than their calls one after the other: what calls wait for each other is not modelled.

Chosen from what five targets from 1 ms to 300 ms took beside the forecast without it; `docs/reference/figures.md`.
"""
LAST_LOST = 0.2
"""The part of the tests' time after which the last of those creates is sent whose jobs real nodes lose."""
STALL = 2
"""Calls one after the other for which creates wait at each such clean-up: tickets are cancelled, then deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds that one request takes on the line, one job on the target, and one request on this machine.

    `exception` is what a job takes longer that ends by an exception of the target. One that `loses` jobs never answers
    for some creates.
    """

    latency: float
    job: float
    work: float
    exception: float = 0.0
    loses: bool = False

    @property
    def call(self) -> float:
        """Seconds of a call that starts a job, with its polls."""
        return self.latency * (1 + POLLS) + self.job * OVERSHOOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What bounds a run's speed: calls under way at once, requests a second, tickets that may exist at once.

    A target that is thrown away needs no `cleanup`; others are waited for `patience` seconds for creates that may still
    come.
    """

    window: int = 1
    rate: float | None = None
    alive: int | None = None
    cleanup: bool = True
    patience: float = 0.0


@dataclass(frozen=True, slots=True)
class PlannedTest:
    """One test to come: what it sends, which tests it may run next to (None for none), and whether it explores.

    Those that explore run one after the other, and the rest next to them. Those that take turns do so, too, next to
    those that need no quiet, if there are any.
    """

    load: Load
    group: str | None
    explores: bool = False
    in_turn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a run will take: `seconds` for its tests, `cleanup` for deleting what is left at their end."""

    requests: int
    posts: int
    tickets: int
    seconds: float
    cleanup: float

    @property
    def total(self) -> float:
        """Seconds in all."""
        return self.seconds + self.cleanup


@dataclass(slots=True)
class _Sum:
    """What several tests send together."""

    calls: float = 0.0
    jobs: float = 0.0
    posts: float = 0.0
    tickets: float = 0.0
    lost: float = 0.0
    chains: list[float] = field(default_factory=list)
    explored: float = 0.0
    in_turn: float = 0.0

    @property
    def requests(self) -> float:
        return self.calls + self.jobs * (1 + POLLS)


def forecast(tests: Sequence[PlannedTest], pace: Pace, bounds: Bounds, *, left: float = 0.0) -> Forecast:
    """Forecast the tests to come, in their order; `left` tickets exist already."""
    seconds, requests, posts, tickets, lost = 0.0, 0.0, 0.0, left, 0.0
    crowded = bounds.alive is not None and sum(test.load.posts for test in tests) + left > bounds.alive
    for part in _parts(tests, pace, bounds):
        sweeping = _sweeping(part.posts, part.tickets, bounds) if crowded else 0.0
        seconds += _seconds(part, pace, bounds, more=sweeping)
        if crowded and bounds.alive:
            seconds += part.tickets / (bounds.alive * SHARE_FREED) * STALL * pace.call
        requests += part.requests + sweeping
        posts, tickets, lost = posts + part.posts, tickets + part.tickets, lost + part.lost
    at_end = tickets if bounds.alive is None else min(tickets, bounds.alive * SHARE_FREED)
    at_end = at_end if bounds.cleanup else 0.0
    cleanup = _cleanup(at_end, pace, bounds)
    if bounds.cleanup and pace.loses and lost:
        # a lost create may still leave a ticket until it has had its time
        cleanup = max(cleanup, bounds.patience - seconds * (1 - LAST_LOST))
    return Forecast(
        requests=round(requests + (DELETION * at_end + LOOK if at_end else 0)),
        posts=round(posts),
        tickets=round(tickets),
        seconds=seconds,
        cleanup=cleanup,
    )


def _parts(tests: Sequence[PlannedTest], pace: Pace, bounds: Bounds) -> Iterator[_Sum]:
    """Yield the sums of tests that run next to each other; a test that runs alone is a part of its own."""
    if any(test.group == "" for test in tests):
        tests = sorted(tests, key=lambda test: 1 if test.in_turn else 0 if test.group == "" else 2)
        tests = [replace(test, group="") if test.in_turn else test for test in tests]
    alone = range(len(tests))
    keys = (test.group if test.group is not None else place for place, test in zip(alone, tests, strict=True))
    for _, pairs in groupby(zip(keys, tests, strict=True), key=lambda pair: pair[0]):
        part = _Sum()
        for _, test in pairs:
            load = test.load
            part.calls += load.plain + load.pooled_plain
            part.jobs += load.jobs + load.pooled_jobs
            part.posts += load.posts
            part.tickets += load.tickets
            part.lost += load.lost
            # a pool that is not full takes as long as one that is
            pooled = ceil(load.pooled_plain / bounds.window) * pace.latency
            pooled += ceil(load.pooled_jobs / bounds.window) * pace.call
            waiting = load.broken * pace.exception
            chain = load.plain * pace.latency + load.jobs * pace.call + pooled + waiting
            if test.explores:
                part.explored += chain
            elif test.in_turn:
                part.in_turn += chain
            else:
                part.chains.append(chain)
        yield part


def _seconds(part: _Sum, pace: Pace, bounds: Bounds, *, more: float) -> float:
    calls = (part.calls * pace.latency + part.jobs * pace.call) / bounds.window
    requests = part.requests + more
    by_rate = requests / bounds.rate if bounds.rate else 0.0
    in_order = UNEVEN * max(_makespan(part.chains, bounds.window), part.explored, part.in_turn)
    return max(in_order, calls, requests * pace.work, by_rate)


def _makespan(chains: Sequence[float], window: int) -> float:
    """Return when the last of several bodies ends, if so many run at once and each begins when another has ended."""
    ends = [0.0] * window
    for chain in chains:
        heapq.heapreplace(ends, ends[0] + chain)
    return max(ends)


def _sweeping(posts: float, tickets: float, bounds: Bounds) -> float:
    """Return the requests that clean-up sends during the run, to stay under the tickets that may exist at once."""
    looks = posts / (bounds.alive * SHARE_FREED) if bounds.alive is not None else 0.0
    return DELETION * tickets + LOOK * looks


def _cleanup(tickets: float, pace: Pace, bounds: Bounds) -> float:
    """Return the seconds of the clean-up: all are cancelled and deleted at once, and looked for afterwards."""
    if not tickets:
        return 0.0
    requests = DELETION * tickets + LOOK
    at_once = DELETION * tickets * pace.latency / bounds.window + LOOK * pace.latency + 2 * (pace.call + pace.job)
    return max(at_once, requests * pace.work, requests / bounds.rate if bounds.rate else 0.0)
