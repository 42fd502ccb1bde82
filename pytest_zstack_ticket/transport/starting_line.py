"""Lets requests that are sent at the same time arrive at the same moment: the last byte of each waits for the others.

Threads alone start some milliseconds after one another, and longer where connections have yet to be opened; a target
that looks, and then writes a millisecond later, would seem to do both at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

QUIET = 0.4
"""Seconds without another request at the line after which those that wait go: no more may be under way at once."""


class StartingLine:
    """Where up to `count` requests wait for each other. Safe for many threads."""

    def __init__(self, count: int) -> None:
        self._left = count
        self._last = 0.0
        self._changed = threading.Condition()

    def wait(self) -> None:
        """Wait until all are here, or no other has come for a while."""
        with self._changed:
            self._left -= 1
            self._last = time.monotonic()
            if self._left <= 0:
                self._changed.notify_all()
            while self._left > 0 and (rest := self._last + QUIET - time.monotonic()) > 0:
                self._changed.wait(rest)


_LINE: ContextVar[StartingLine | None] = ContextVar("zstack_starting_line", default=None)


@contextmanager
def shared(count: int) -> Iterator[None]:
    """Let the first requests of so many calls, each in a context of its own, wait for each other."""
    token = _LINE.set(StartingLine(count))
    try:
        yield
    finally:
        _LINE.reset(token)


def take() -> StartingLine | None:
    """Return the line that the request of this context waits at, once; None if there is none."""
    line = _LINE.get()
    if line is not None:
        _LINE.set(None)
    return line
