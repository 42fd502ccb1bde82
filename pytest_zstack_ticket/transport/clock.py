"""The clock of everything that sends: the time, and sleep."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Seconds since the epoch, and sleep."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        ...


class SystemClock:
    """The machine's own clock, which never goes back; its sleep can be ended for good by `interrupt`."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        # differences of now() are elapsed times, so a clock that is set while a run goes on must not reach them
        self._began = time.time() - time.monotonic()

    def now(self) -> float:
        """Return seconds since the epoch."""
        return self._began + time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Sleep, or return at once after `interrupt`."""
        if seconds > 0:
            self._stop.wait(seconds)

    def interrupt(self) -> None:
        """End every sleep, now and later."""
        self._stop.set()
