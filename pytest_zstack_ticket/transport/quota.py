"""Hold every request to the caps of the run, below everything that could send one."""

from __future__ import annotations

from contextvars import ContextVar

from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.transport.base import Transport
from pytest_zstack_ticket.transport.clock import Clock
from pytest_zstack_ticket.transport.usage_counter import SharedUsageCounter

OVERHEAD = 256
"""Bytes of a request that do not stand in it, generously: version, Host, Content-Length, Accept-Encoding, line ends."""
OPTIONS = {
    "requests": "--zstack-max-requests",
    "bytes": "--zstack-max-bytes",
    "created": "--zstack-max-created",
    "alive": "--zstack-max-alive",
}

_WAITED: ContextVar[float] = ContextVar("zstack_waited", default=0.0)


def forget_wait(so_far: float = 0.0) -> None:
    """Begin a request that has not waited for the rate limit yet, or only for so many seconds."""
    _WAITED.set(so_far)


def waited() -> float:
    """Return the seconds that the request of this context waited for a rate limit: they are not the target's."""
    return _WAITED.get()


class QuotaTransport:
    """A transport that sends a request only if the meter grants it, and waits as the rate asks.

    Any method but GET, PUT, DELETE and HEAD counts as a creation: a faulty target may do anything with it. On a
    transport for `cleaning` only the rate binds GET, PUT and DELETE: what was created has to be taken away.
    """

    def __init__(
        self, transport: Transport, *, usage_counter: SharedUsageCounter, clock: Clock, cleaning: bool = False
    ) -> None:
        self._transport = transport
        self._meter = usage_counter
        self._clock = clock
        self._cleaning = cleaning
        self.hit = ""

    def send(self, request: Request, /) -> Response | Failure:
        """Send one request, or say which cap forbids it."""
        creates = counts_as_creation(request)
        if self._cleaning and not creates:
            self._meter.count(size_of(request))
        else:
            cap = self._meter.reserve(size_of(request), creates=creates)
            if cap is not None:
                bound = getattr(self._meter.caps, cap)
                self.hit = f"the cap {OPTIONS[cap]} {bound} is reached"
                return Failure(kind="stopped", detail=self.hit, sent=False)
        if self._meter.caps.rate:
            self._wait_for_the_rate()
        return self._transport.send(request)

    def _wait_for_the_rate(self) -> None:
        began = self._clock.now()
        with self._meter.rate_queue.turn(first=self._cleaning):
            wait = self._meter.wait(now=self._clock.now())
            if wait > 0:
                self._clock.sleep(wait)
        _WAITED.set(_WAITED.get() + max(0.0, self._clock.now() - began))

    def close(self) -> None:
        """Give up connections."""
        self._transport.close()


def counts_as_creation(request: Request) -> bool:
    """Return True for a request of any method that could make a faulty target create a ticket."""
    return request.method.upper() not in ("GET", "PUT", "DELETE", "HEAD", "OPTIONS")


def is_over_alive_quota(answer: Response | Failure) -> bool:
    """Return True if a request was not sent because so many tickets are alive already."""
    return isinstance(answer, Failure) and answer.kind == "stopped" and OPTIONS["alive"] in answer.detail


def size_of(request: Request) -> int:
    """Return about how many bytes a request has on the line, never fewer."""
    head = len(request.method) + len(request.path.encode("utf-8", "surrogateescape")) + OVERHEAD
    pairs = sum(
        len(name.encode("utf-8", "surrogateescape")) + len(value.encode("utf-8", "surrogateescape")) + 4
        for name, value in request.headers
    )
    return head + pairs + len(request.body or b"")
