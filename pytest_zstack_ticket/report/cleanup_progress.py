"""A line every few seconds while tickets are deleted, on a terminal and in a log alike."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from pytest_zstack_ticket.report.text.translations import translations

EVERY = 3.0
"""Seconds between two lines."""


class CleanupProgress:
    """Says how many tickets were deleted and how many are to go. Safe to use from many threads."""

    def __init__(self, write: Callable[[str], None], lang: str) -> None:
        self._write = write
        self._lang = lang
        self._lock = threading.Lock()
        self._last = time.monotonic()

    def __call__(
        self, deleted: int, there: int, *, unended: int = 0, silent: bool = False, seconds: float = 0.0
    ) -> None:
        """Write a line if the last one, or the beginning, was some seconds ago."""
        with self._lock:
            if time.monotonic() - self._last < EVERY:
                return
            self._last = time.monotonic()
            words = translations()
            waited = {"count": unended, "seconds": f"{seconds:.0f}"}
            if silent:
                self._write(words.say("waiting-for-target", self._lang, deleted=deleted, **waited))
            elif unended and not there:
                self._write(words.say("waiting-for-creates", self._lang, deleted=deleted, **waited))
            else:
                self._write(words.say("cleaning-up", self._lang, deleted=deleted, there=there))
