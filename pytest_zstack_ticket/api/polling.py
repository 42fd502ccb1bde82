"""The polling flow as a generator: it yields requests and waits, and is sent what came back.

It knows no socket and no clock, so the same flow runs one at a time, hundreds at once, or in a test. Only the last
path segment of a location is used, on the configured base URL: a session never goes to a host that a target names.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from typing import TypeAlias

from pytest_zstack_ticket.api.classify import from_gateway, last_segment
from pytest_zstack_ticket.api.strict_json import decode
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Request, Response, Wait

Flow: TypeAlias = Generator[Request | Wait, Exchange, None]

GROWTH = 1.5
LONGEST_WAIT = 0.25
SHORTEST_WAIT = 0.002
ENOUGH = 4
"""Jobs that have to be seen before their times say anything."""
UNKNOWN_JOB, SHORTEST_HOOK, LONGEST_HOOK = 2.0, 0.25, 10.0
"""Seconds to wait for a delivery: while too little is known of jobs, at least, and at most."""
STUCK, LEAST_PATIENCE = 3, 0.5
"""After so many jobs in a row that did not end, each next one is given half the time, at least so many seconds."""
LOST_POLLS = 3
"""A poll is a GET and may be repeated; after this many without an answer in a row the flow gives up."""


def submit(request: Request, *, job_limit: float, first_wait: float, hook_wait: float = 0.0) -> Flow:
    """Send a request and, if it started a job, follow the job for at most `job_limit` seconds.

    A request without an answer is not repeated: a POST may have been carried out. Polls carry the Authorization of the
    request. The flow ends; what it led to is read from its exchanges.

    With a `hook_wait` the job's end is expected to be delivered within so many seconds, and read by a poll then: a
    delivery only ends the wait. Without one the job is polled as ever.
    """
    exchange = yield request
    job = _job(exchange)
    if job is None or job_limit <= 0:
        return
    headers = tuple(pair for pair in request.headers if pair[0].lower() in ("authorization", "x-json-schema"))
    poller = Request(method="GET", path=f"/v1/api-jobs/{job}", headers=headers)
    spent = 0.0
    if hook_wait > 0:
        yield Wait(min(hook_wait, job_limit), until=job)
        read = yield poller
        if _is_over(read):
            return
        spent = max(0.0, read.started - exchange.started - exchange.elapsed) + read.elapsed
    yield from poll(poller, job_limit=job_limit - spent, first_wait=first_wait)


def poll(request: Request, *, job_limit: float, first_wait: float) -> Flow:
    """Repeat a GET until it is answered with another status than 202, at most `job_limit` seconds long."""
    spent, wait, lost = 0.0, first_wait, 0
    while spent < job_limit:
        pause = min(wait, job_limit - spent)
        yield Wait(pause)
        exchange = yield request
        spent += pause + exchange.elapsed
        wait = min(max(wait * GROWTH, SHORTEST_WAIT), LONGEST_WAIT)
        answer = exchange.answer
        if isinstance(answer, Failure) or from_gateway(answer):
            lost += 1
            if lost >= LOST_POLLS or (isinstance(answer, Failure) and answer.kind == "stopped"):
                return
        elif answer.status != 202:
            return
        else:
            lost = 0


def _is_over(read: Exchange) -> bool:
    """Return True if a poll says that its job has ended, or that nothing more can be sent."""
    answer = read.answer
    if isinstance(answer, Failure):
        return answer.kind == "stopped"
    return answer.status != 202 and not from_gateway(answer)


def _job(exchange: Exchange) -> str | None:
    answer = exchange.answer
    if not isinstance(answer, Response) or answer.status != 202:
        return None
    body = decode(answer.body)
    return (last_segment(body.get("location")) if isinstance(body, dict) else None) or None


class PollingPace:
    """How long jobs took lately, and so how long to wait before the first poll of the next one; in seconds."""

    def __init__(self, least: float = 0.004) -> None:
        self._least = least
        self._lately: deque[float] = deque(maxlen=64)
        self._stuck = 0

    def learn(self, exchanges: Sequence[Exchange]) -> None:
        """Take in the time of a job that ended, or that one did not end in the time that it was given."""
        if len(exchanges) < 2 or not isinstance(exchanges[-1].answer, Response):
            return
        if exchanges[-1].answer.status == 202:
            self._stuck += 1
        else:
            first, last = exchanges[0], exchanges[-1]
            self._lately.append(max(0.0, last.started - first.started - first.elapsed))
            self._stuck = 0

    def patience(self, limit: float) -> float:
        """Return for how many of `limit` seconds a job is followed: where none ends, a run would take hours."""
        if self._stuck < STUCK:
            return limit
        halved = limit / 2.0 ** min(self._stuck - STUCK + 1, 16)
        return min(limit, max(LEAST_PATIENCE, halved, 2 * max(self._lately.copy(), default=0.0)))

    @property
    def hook_wait(self) -> float:
        """Seconds in which a job's end should have been delivered: twice as long as jobs took lately."""
        lately = self._lately.copy()
        longest = 2 * max(lately) if len(lately) >= ENOUGH else UNKNOWN_JOB
        return min(max(longest, SHORTEST_HOOK), LONGEST_HOOK)

    @property
    def first_wait(self) -> float:
        """The tenth percentile of the last 64 job times, or the least wait while too little is known."""
        lately = sorted(self._lately.copy())
        return max(self._least, lately[len(lately) // 10]) if len(lately) >= ENOUGH else self._least
