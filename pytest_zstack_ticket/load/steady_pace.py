"""Polls begin at one moment after a job's start for as long as a load lasts, so that latencies can be compared."""

from __future__ import annotations

from pytest_zstack_ticket.client.polling_pace import LEAST_WAIT, PollingPace

SHARE = 0.9
"""The part of a job's usual time that is waited for: a learned wait would grow under load and hide a recovery."""


class SteadyPace(PollingPace):
    """A pace that learns nothing more from jobs. `job`: seconds that one took before the load, None if unknown."""

    def __init__(self, job: float | None) -> None:
        super().__init__()
        self._wait = max(LEAST_WAIT, SHARE * (job or 0.0))

    def first_wait(self, call: str) -> float:
        """Seconds until the first poll of a job."""
        del call
        return self._wait
