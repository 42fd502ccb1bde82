"""How many clean-ups of a run may be under way at once: a few during its tests, the last one alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pytest_zstack_ticket.transport import interruption

AT_ONCE = 2
"""Clean-ups under way at once: while the jobs of one run, another one sends. Three took no less time than two."""


class SweepTurns:
    """Turns of clean-ups. Safe for many threads; a thread that has a turn must not ask for another."""

    def __init__(self, most: int = AT_ONCE) -> None:
        self._most = most
        self._taken = 0
        self._changed = threading.Condition()

    @property
    def taken(self) -> int:
        """How many clean-ups are under way."""
        return self._taken

    @contextmanager
    def one(self) -> Iterator[None]:
        """Wait for a turn next to others."""
        with self._turns(1):
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until no other clean-up is under way, and let none begin."""
        with self._turns(self._most):
            yield

    @contextmanager
    def _turns(self, count: int) -> Iterator[None]:
        taken = False
        try:
            with interruption.deferred(), self._changed:
                self._changed.wait_for(lambda: self._taken + count <= self._most)
                self._taken += count
                taken = True
            yield
        finally:
            if taken:
                with interruption.deferred(), self._changed:
                    self._taken -= count
                    self._changed.notify_all()
