"""Stop sending once the target is gone or the time of the run is over, so that no run hangs on a dead target."""

from __future__ import annotations

import threading

from pytest_zstack_ticket.edge.clock import Clock
from pytest_zstack_ticket.edge.transport import Transport
from pytest_zstack_ticket.model.exchange import Failure, Request, Response

MOST_SILENT = 4
"""After this many requests in a row without an answer the target is asked whether it lives."""


class Breaker:
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
        self._lock = threading.Lock()
        self.stopped = ""

    def send(self, request: Request, /) -> Response | Failure:
        """Send one request, or say why nothing is sent any more."""
        if self._total and self._clock.now() - self._began > self._total:
            self.stopped = f"the time of the run (--zstack-total-timeout, {self._total:g} s) is over"
        if self.stopped:
            return Failure(kind="stopped", detail=self.stopped, sent=False)
        answer = self._transport.send(request)
        with self._lock:
            if not isinstance(answer, Failure):
                self._silent = 0
            elif answer.kind != "stopped":
                self._silent += 1
            due = self._silent >= MOST_SILENT
        if due:
            self._ask()
        return answer

    def close(self) -> None:
        """Give up connections."""
        self._transport.close()

    def _ask(self) -> None:
        answer = self._transport.send(self._probe)
        with self._lock:
            self._silent = 0
        if isinstance(answer, Failure):
            self.stopped = f"the target no longer answers ({answer.kind}: {answer.detail})"
