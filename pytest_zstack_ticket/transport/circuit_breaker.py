"""Stop sending once the target is gone or the time of the run is over, so that no run hangs on a dead target."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from pytest_zstack_ticket.api.classify import BUSY, UNAVAILABLE, announced_wait, from_gateway, is_policy
from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.transport.base import Transport
from pytest_zstack_ticket.transport.clock import Clock
from pytest_zstack_ticket.transport.page_limits import PageLimits
from pytest_zstack_ticket.transport.quota import forget_wait

MOST_SILENT = 4
"""After this many requests in a row without an answer the target is asked whether it lives."""


PROBES = 6
BETWEEN = 0.5
"""Seconds between the probes of a target that is silent."""
MOST_BUSY = 8
"""So often a request is sent that the target is too busy for."""
FIRST_GAP, LONGEST_GAP = 0.02, 0.08
"""Seconds between two requests once a target was too busy and did not say for how long; doubled when it is again.

Clean-up sends beside, and what it uses up is refused here: slower limits are kept by the pauses alone.
"""
SETTLING = 0.5
"""Seconds in which nothing is sent then."""
EASED, EASED_AFTER, MOST_PATIENCE = 0.8, 50, 200
"""By what the gap shrinks, and after how many requests that were let pass; twice as many each time it was too much."""
MAX_RETRY_AFTER = 60.0
"""Seconds that we stay away at most, if asked to."""


class CircuitBreaker:
    """A transport that passes requests on until the target no longer answers its probe, or the time is over.

    A body that kills its connection does not stop a run: the probe is answered then. Nor do pages by which something
    in front of the target turns requests down. `stopped` is why nothing is sent any more, `lost` the same where that is
    because the target stopped answering; a run that was told to stop is `hurried` and does not ask for it.
    """

    def __init__(self, transport: Transport, *, probe: Request, clock: Clock, total: float | None) -> None:
        self._transport = transport
        self._probe = probe
        self._clock = clock
        self._total = total
        self._began = clock.now()
        self._silent = 0
        self._lost_at = 0.0
        self._resume = 0.0
        self._gap = self._next = self._settled = 0.0
        self._kept = 0.0
        self._passed, self._patience = 0, EASED_AFTER
        self._lock = threading.Lock()
        self.limits = PageLimits(probe)
        self.hurried = False
        self.stopped = ""
        self.lost = ""

    def send(self, request: Request, /) -> Response | Failure:
        """Send one request, or say why nothing is sent any more."""
        if self._total and self._clock.now() - self._began > self._total:
            self.stopped = f"the time of the run (--zstack-total-timeout, {self._total:g} s) is over"
        if self.stopped:
            return Failure(kind="stopped", detail=self.stopped, sent=False)
        began = self._clock.now()
        answer = self._sent(request)
        with self._lock:
            if not is_lost(answer):
                self._silent = 0
            elif not isinstance(answer, Failure) or answer.kind != "stopped":
                self._lost_at = self._lost_at if self._silent else began
                self._silent += 1
            due = self._silent >= MOST_SILENT
        if due:
            self._ask()
        return answer

    def _sent(self, request: Request) -> Response | Failure:
        """Send one request when the target lets us; what it was too busy for was not done and is sent again.

        It says so by 429, and something in front of it also by any page that refuses our probe for a while, too, or
        that is no longer given when what reads only is sent again.

        Where it says for how long it is (Retry-After), that is waited for; where it does not, all requests slow down.
        """
        began = self._clock.now()
        pages = self.limits.of(request)
        for _ in range(MOST_BUSY):
            self._wait()
            sent = self._clock.now()
            forget_wait(sent - began)
            answer = self._transport.send(request)
            later = pages.is_for_later(answer, self._transport)
            if isinstance(answer, Failure) or not (later or answer.status in (BUSY, UNAVAILABLE)):
                self._ease()
                return answer
            wish = announced_wait(answer, self._clock.now())
            if wish is not None and from_gateway(answer):
                with self._lock:
                    self._resume = max(self._resume, self._clock.now() + wish)
            if answer.status != BUSY and not later:
                return answer
            if wish is None and (pages.limited or answer.status == BUSY):
                self._slow_down(sent)
            elif wish is None:
                self._clock.sleep(LONGEST_GAP)
        return answer

    def _slow_down(self, sent: float) -> None:
        """Send less often from now on: a limit that names no time to wait is still one.

        What had been sent before all slowed down last says nothing new.
        """
        with self._lock:
            now = self._clock.now()
            if sent >= self._settled:
                self._gap = self._kept or min(LONGEST_GAP, 2 * self._gap or FIRST_GAP)
                self._patience = min(MOST_PATIENCE, self._patience * (2 if self._kept else 1))
                self._next = self._settled = now + SETTLING
                self._passed = self._kept = 0

    def _ease(self) -> None:
        """Send a little more often again after many requests that were let pass."""
        with self._lock:
            self._passed += 1
            if self._gap and self._passed >= self._patience:
                self._kept, self._gap, self._passed = self._gap, self._gap * EASED, 0

    def _wait(self) -> None:
        """Stay away as long as the target asked for, or stop if that is too long."""
        seconds = self._resume - self._clock.now()
        if seconds > MAX_RETRY_AFTER:
            self.stopped = f"the target asks us to stay away for {seconds:.0f} s (Retry-After)"
        elif seconds > 0:
            self._clock.sleep(seconds)
        while (early := self._early()) > 0:
            self._clock.sleep(early)

    def _early(self) -> float:
        """Return for how long the next request must wait for its turn; take the turn if it need not.

        No turn is held in advance: all that wait slow down as soon as one of them is refused.
        """
        with self._lock:
            now = self._clock.now()
            if now < self._next:
                return self._next - now
            self._next = now + self._gap
            return 0.0

    def close(self) -> None:
        """Give up connections."""
        self._transport.close()

    def _ask(self) -> None:
        """Ask whether the target lives, for some seconds: it may be on its way up again."""
        for _ in range(PROBES):
            if self.stopped or self.hurried:  # another thread knows it, or the run is told to stop
                return
            self._wait()
            answer = self._transport.send(self._probe)
            if not is_gone(answer):
                break
            self._clock.sleep(BETWEEN)
        with self._lock:
            self._silent = 0
        if not is_gone(answer):
            return
        if not isinstance(answer, Failure) and answer.status == BUSY:
            self.stopped = self.lost = (
                "the target, or something in front of it, goes on answering 429: it takes fewer requests. Lower "
                "--zstack-max-rate and --zstack-concurrency"
            )
            return
        when = datetime.fromtimestamp(self._lost_at, UTC).astimezone().strftime("%H:%M:%S")
        said = (
            f"{answer.kind}: {answer.detail}"
            if isinstance(answer, Failure)
            else f"something in front of it answers {answer.status}"
        )
        self.stopped = self.lost = f"the target stopped answering at {when} ({said})"


def is_lost(answer: Response | Failure) -> bool:
    """Return True if what came back is not the API's."""
    return isinstance(answer, Failure) or from_gateway(answer)


def is_gone(answer: Response | Failure) -> bool:
    """Return True if what came back says that the target cannot be reached, not merely that a front end has rules."""
    return isinstance(answer, Failure) or (from_gateway(answer) and not is_policy(answer))
