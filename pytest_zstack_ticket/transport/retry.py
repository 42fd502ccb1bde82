"""Stay away as long as a target asks, and then ask again: for cleanup, which no breaker holds."""

from __future__ import annotations

import threading

from pytest_zstack_ticket.api.classify import BUSY, UNAVAILABLE, announced_wait, from_gateway
from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.transport.base import Transport
from pytest_zstack_ticket.transport.clock import Clock
from pytest_zstack_ticket.transport.page_limits import PageLimits

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
"""Seconds between tries at least: they grow while a target refuses, whatever small wish it names."""


class RetryTransport:
    """A transport that sends again what a target was too busy for: 429, a gateway's 503 with Retry-After, or a limit.

    `patience` is for how many seconds it waits in a row; after that, what is refused is not sent again until something
    is answered. `limits` knows the pages that limit, if any. Nothing that creates goes over it, so nothing is done
    twice. `refused` is the last such refusal.
    """

    def __init__(
        self, transport: Transport, *, clock: Clock, patience: float, limits: PageLimits | None = None
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._patience = patience
        self._limits = limits
        self._since: float | None = None
        self._pause = FIRST_PAUSE
        self._lock = threading.Lock()
        self.refused: Response | None = None

    def send(self, request: Request, /) -> Response | Failure:
        """Send one request until it is not refused, or for as long as patience lasts."""
        pages = self._limits.of(request) if self._limits is not None else None
        while True:
            answer = self._transport.send(request)
            later = pages is not None and pages.is_for_later(answer, self._transport)
            wait = self._wait(answer, later=later)
            if wait is None:
                return answer
            self._clock.sleep(wait)

    def close(self) -> None:
        """Give up connections."""
        self._transport.close()

    def _wait(self, answer: Response | Failure, *, later: bool) -> float | None:
        """Return the seconds to wait before the request is sent again, None if it is not."""
        if isinstance(answer, Failure):
            return None
        wish = announced_wait(answer, self._clock.now())
        refused = answer.status == BUSY or (answer.status == UNAVAILABLE and wish is not None and from_gateway(answer))
        refused = refused or later
        with self._lock:
            if not refused:
                self._since, self._pause = None, FIRST_PAUSE
                return None
            self.refused = answer
            now = self._clock.now()
            self._since = now if self._since is None else self._since
            wait = max(wish or 0.0, self._pause)
            if now + wait - self._since > self._patience:
                return None
            self._pause = min(LONGEST_PAUSE, self._pause * 2)
            return wait
