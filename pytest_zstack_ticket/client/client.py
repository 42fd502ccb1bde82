"""Drive flows over a transport: give each exchange its id and times, redact it, record it."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from pytest_zstack_ticket.api.polling import Flow
from pytest_zstack_ticket.client import call_gate
from pytest_zstack_ticket.client.job_notifications import JobNotifications
from pytest_zstack_ticket.client.polling_pace import PollingPace
from pytest_zstack_ticket.client.recorder import Recorder
from pytest_zstack_ticket.model.exchange import Exchange, Request, Wait
from pytest_zstack_ticket.model.http_client import JAVA_SDK, HttpClient
from pytest_zstack_ticket.transport import interruption
from pytest_zstack_ticket.transport.base import Transport
from pytest_zstack_ticket.transport.clock import Clock
from pytest_zstack_ticket.transport.quota import forget_wait, waited


class Client:
    """Sends requests one by one in the calling thread; safe to use from many threads at once.

    `looks_like` is the HTTP client whose headers they carry.
    """

    def __init__(  # noqa: PLR0913 - what a client brings together
        self,
        *,
        transport: Transport,
        clock: Clock,
        redact: Callable[[Exchange], Exchange],
        recorder: Recorder,
        worker: str = "m",
        notifications: JobNotifications | None = None,
        looks_like: HttpClient = JAVA_SDK[0],
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._redact = redact
        self._recorder = recorder
        self._numbers = itertools.count(1)
        self._worker = worker
        self.pace = PollingPace()
        self._notifications = notifications or JobNotifications()
        self.looks_like = looks_like

    @property
    def transport(self) -> Transport:
        """What requests are sent over."""
        return self._transport

    @property
    def hook_url(self) -> str:
        """The URL to name to a target that delivers the ends of jobs; empty if they are polled."""
        return self._notifications.url

    def send(self, request: Request) -> tuple[Exchange, Exchange]:
        """Send one request; return the exchange as it was, and as it is kept."""
        call_gate.check()
        with interruption.deferred():
            return self._sent(request)

    def _sent(self, request: Request) -> tuple[Exchange, Exchange]:
        request = self.looks_like.dressed(request)
        number = next(self._numbers)
        forget_wait()
        begun = self._clock.now()
        answer = self._transport.send(request)
        started = begun + waited()
        elapsed = max(0.0, self._clock.now() - started)
        raw = Exchange(
            id=f"{self._worker}-{number:06}",
            request=request,
            answer=answer,
            started=round(started, 6),
            elapsed=round(elapsed, 6),
        )
        kept = self._redact(raw)
        self._recorder.exchange(kept)
        return raw, kept

    def run(self, flow: Flow) -> tuple[Exchange, ...]:
        """Drive a flow to its end and return its exchanges as they are kept."""
        with call_gate.one_call():
            return self._driven(flow)

    def _driven(self, flow: Flow) -> tuple[Exchange, ...]:
        kept: list[Exchange] = []
        try:
            step = next(flow)
            while True:
                if isinstance(step, Wait):
                    # before the first poll a job takes its usual time
                    with call_gate.waiting(step.seconds if len(kept) > 1 else 0.0):
                        self._wait(step)
                    step = next(flow)
                else:
                    raw, redacted = self.send(step)
                    kept.append(redacted)
                    if len(kept) == 1:
                        call_gate.answered()
                    step = flow.send(raw)
        except StopIteration:
            return tuple(kept)

    def _wait(self, step: Wait) -> None:
        if step.until and self._notifications.listening:
            self._notifications.wait(step.until, step.seconds)
        else:
            self._clock.sleep(step.seconds)
