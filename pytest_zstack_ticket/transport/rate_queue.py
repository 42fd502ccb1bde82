"""The order in which requests of a process get what the rate allows: those of clean-ups first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class RateQueue:
    """Lets one request after another wait until it may be sent, in their order, but those of clean-ups first.

    What waits for room for its tickets waits for clean-ups, each of which sends several requests one after the other;
    behind all others each of them would wait a second on a distant target. Safe for many threads.
    """

    def __init__(self) -> None:
        self._taken = False
        self._waiting_first = 0
        lock = threading.Lock()
        self._turn_of_first, self._turn_of_others = threading.Condition(lock), threading.Condition(lock)

    @contextmanager
    def turn(self, *, first: bool) -> Iterator[None]:
        """Wait for the turn of a request, and keep it during the block; `first` passes before others."""
        self._take(first=first)
        try:
            yield
        finally:
            with self._turn_of_first:
                self._taken = False
                (self._turn_of_first if self._waiting_first else self._turn_of_others).notify()

    def _take(self, *, first: bool) -> None:
        if not first:
            with self._turn_of_others:
                self._turn_of_others.wait_for(lambda: not (self._taken or self._waiting_first))
                self._taken = True
            return
        with self._turn_of_first:
            self._waiting_first += 1
            try:
                self._turn_of_first.wait_for(lambda: not self._taken)
                self._taken = True
            finally:
                self._waiting_first -= 1
