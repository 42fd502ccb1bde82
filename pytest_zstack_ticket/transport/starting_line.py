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


class Crowd:
    """The lines of calls that share `places`: where all of these wait, no other can come, and the fullest line goes."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._waiting: list[StartingLine] = []
        self.changed = threading.Condition()

    def came(self, line: StartingLine) -> None:
        """Note a request that waits at a line; the lock of `changed` is held."""
        self._waiting.append(line)
        if len(self._waiting) >= self._places:
            max(self._waiting, key=self._waiting.count).go()

    def left(self, line: StartingLine) -> None:
        """Note a request that goes; the lock of `changed` is held."""
        self._waiting.remove(line)


class StartingLine:
    """Where up to `count` requests wait for each other, among all that wait in a crowd. Safe for many threads."""

    def __init__(self, count: int, crowd: Crowd | None = None) -> None:
        self._left = count
        self._last = 0.0
        self._gone = 0
        self._crowd = crowd or Crowd(count)

    def go(self) -> None:
        """Let those go that wait here now; the lock of the crowd is held."""
        self._gone += 1
        self._crowd.changed.notify_all()

    def wait(self) -> None:
        """Wait until all are here, no other has come for a while, or none can come."""
        with self._crowd.changed:
            self._left -= 1
            self._last = time.monotonic()
            before = self._gone
            self._crowd.came(self)
            if self._left <= 0:
                self.go()
            while self._gone == before and (rest := self._last + QUIET - time.monotonic()) > 0:
                self._crowd.changed.wait(rest)
            self._crowd.left(self)


_LINE: ContextVar[StartingLine | None] = ContextVar("zstack_starting_line", default=None)


@contextmanager
def shared(count: int, crowd: Crowd | None = None) -> Iterator[None]:
    """Let the first requests of so many calls, each in a context of its own, wait for each other."""
    token = _LINE.set(StartingLine(count, crowd))
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
