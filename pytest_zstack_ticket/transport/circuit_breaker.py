"""Stop sending once the target is gone or the time of the run is over, so that no run hangs on a dead target."""

from __future__ import annotations

import threading

from pytest_zstack_ticket.api.classify import BUSY, announced_wait, from_gateway
from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.transport.base import Transport
from pytest_zstack_ticket.transport.clock import Clock

MOST_SILENT = 4
"""After this many requests in a row without an answer the target is asked whether it lives."""


PROBES = 6
BETWEEN = 0.5
"""Seconds between the probes of a target that is silent."""
MOST_BUSY = 4
"""So often a request is sent that the target is too busy for."""
MAX_RETRY_AFTER = 60.0
"""Seconds that we stay away at most, if asked to."""


class CircuitBreaker:
    """A transport that passes requests on until the target no longer answers its probe, or the time is over.

    A body that kills its connection does not stop a run: the probe is answered then.
    """

    def __init__(self, transport: Transport, *, probe: Request, clock: Clock, total: float | None) -> None:
        self._transport = transport
        self._probe = probe
        self._clock = clock
        self._total = total
        self._began = clock.now()
        self._silent = 0
        self._resume = 0.0
        self._lock = threading.Lock()
        self.stopped = ""

    def send(self, request: Request, /) -> Response | Failure:
        """Send one request, or say why nothing is sent any more."""
        if self._total and self._clock.now() - self._began > self._total:
            self.stopped = f"the time of the run (--zstack-total-timeout, {self._total:g} s) is over"
        if self.stopped:
            return Failure(kind="stopped", detail=self.stopped, sent=False)
        answer = self._sent(request)
        with self._lock:
            if not is_lost(answer):
                self._silent = 0
            elif not isinstance(answer, Failure) or answer.kind != "stopped":
                self._silent += 1
            due = self._silent >= MOST_SILENT
        if due:
            self._ask()
        return answer

    def _sent(self, request: Request) -> Response | Failure:
        """Send one request when the target lets us; what it was too busy for (429) was not done and is sent again."""
        for _ in range(MOST_BUSY):
            self._wait()
            answer = self._transport.send(request)
            if isinstance(answer, Failure) or answer.status not in (429, 503):
                return answer
            wish = announced_wait(answer, self._clock.now())
            if wish is not None and from_gateway(answer):
                with self._lock:
                    self._resume = max(self._resume, self._clock.now() + wish)
            if wish is None or answer.status != BUSY:
                return answer
        return answer

    def _wait(self) -> None:
        """Stay away as long as the target asked for, or stop if that is too long."""
        seconds = self._resume - self._clock.now()
        if seconds > MAX_RETRY_AFTER:
            self.stopped = f"the target asks us to stay away for {seconds:.0f} s (Retry-After)"
        elif seconds > 0:
            self._clock.sleep(seconds)

    def close(self) -> None:
        """Give up connections."""
        self._transport.close()

    def _ask(self) -> None:
        """Ask whether the target lives, for some seconds: it may be on its way up again."""
        for _ in range(PROBES):
            self._wait()
            answer = self._transport.send(self._probe)
            if not is_lost(answer):
                break
            self._clock.sleep(BETWEEN)
        with self._lock:
            self._silent = 0
        if isinstance(answer, Failure):
            self.stopped = f"the target no longer answers ({answer.kind}: {answer.detail})"
        elif is_lost(answer):
            self.stopped = f"something in front of the target answers for it (status {answer.status})"


def is_lost(answer: Response | Failure) -> bool:
    """Return True if what came back is not the API's."""
    return isinstance(answer, Failure) or from_gateway(answer)
