"""The clock of everything that sends: the time, and sleep."""

from __future__ import annotations

import time
from typing import Protocol

from pytest_zstack_ticket.transport import interruption


class Clock(Protocol):
    """Seconds since the epoch, and sleep."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        ...


class SystemClock:
    """The machine's own clock, which never goes back."""

    def __init__(self) -> None:
        # differences of now() are elapsed times, so a clock that is set while a run goes on must not reach them
        self._began = time.time() - time.monotonic()

    def now(self) -> float:
        """Return seconds since the epoch."""
        return self._began + time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Sleep."""
        with interruption.breakable():
            time.sleep(max(0.0, seconds))
