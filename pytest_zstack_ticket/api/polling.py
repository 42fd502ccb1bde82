"""The polling flow as a generator: it yields requests and waits, and is sent what came back.

It knows no socket and no clock, so the same flow runs one at a time, hundreds at once, or in a test. Only the last
path segment of a location is used, on the configured base URL: a session never goes to a host that a target names.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeAlias

from pytest_zstack_ticket.api.classify import from_gateway, last_segment
from pytest_zstack_ticket.api.strict_json import decode
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Request, Response, Wait

Flow: TypeAlias = Generator[Request | Wait, Exchange, None]

KEPT = ("authorization", "x-json-schema", "user-agent")
"""Headers of a request that its polls carry, too."""
GROWTH = 2.0
CLOSE = 0.15
"""Where the first poll came too early, the job is nearly over: the second one follows after this part of the wait."""
SHORTEST_WAIT = 0.002
LONGEST_WAIT = 0.25
SHARE = 0.25
"""Seconds between two polls at least and at most, but always up to this share of what a job has taken already."""
LOST_POLLS = 3
"""A poll is a GET and may be repeated; after this many without an answer in a row the flow gives up."""


def submit(
    request: Request, *, job_limit: float | Callable[[], float], first_wait: float, hook_wait: float = 0.0
) -> Flow:
    """Send a request and, if it started a job, follow the job for at most `job_limit` seconds.

    A limit that is called is asked for again before each poll: what other jobs show may shorten it.

    A request without an answer is not repeated: a POST may have been carried out. Polls carry the Authorization and
    the User-Agent of the request. The flow ends; what it led to is read from its exchanges.

    With a `hook_wait` the job's end is expected to be delivered within so many seconds, and read by a poll then: a
    delivery only ends the wait. Without one the job is polled as ever.
    """
    exchange = yield request
    job = _job(exchange)
    limit = job_limit if callable(job_limit) else lambda: job_limit
    if job is None or limit() <= 0:
        return
    headers = tuple(pair for pair in request.headers if pair[0].lower() in KEPT)
    poller = Request(method="GET", path=f"/v1/api-jobs/{job}", headers=headers)
    spent = 0.0
    if hook_wait > 0:
        yield Wait(min(hook_wait, limit()), until=job)
        read = yield poller
        if _is_over(read):
            return
        spent = max(0.0, read.started - exchange.started - exchange.elapsed) + read.elapsed
    yield from poll(poller, job_limit=lambda: limit() - spent, first_wait=first_wait)


def poll(request: Request, *, job_limit: Callable[[], float], first_wait: float) -> Flow:
    """Repeat a GET until it is answered with another status than 202, at most `job_limit` seconds long."""
    spent, wait, lost = 0.0, first_wait, 0
    growing = max(first_wait * CLOSE, SHORTEST_WAIT)
    while (left := job_limit() - spent) > 0:
        pause = min(wait, left)
        yield Wait(pause)
        exchange = yield request
        spent += pause + exchange.elapsed
        wait = min(growing, max(LONGEST_WAIT, spent * SHARE))
        growing *= GROWTH
        answer = exchange.answer
        if isinstance(answer, Failure) or from_gateway(answer):
            lost += 1
            if lost >= LOST_POLLS or (isinstance(answer, Failure) and answer.kind == "stopped"):
                return
        elif answer.status != 202:
            return
        else:
            lost = 0


def is_accepted(exchange: Exchange) -> bool:
    """Return True if a request was answered by 202: it started a job, whether or not its id can be read."""
    return isinstance(exchange.answer, Response) and exchange.answer.status == 202


def pause(seconds: float) -> Flow:
    """Let time pass, and send nothing."""
    yield Wait(seconds)


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
