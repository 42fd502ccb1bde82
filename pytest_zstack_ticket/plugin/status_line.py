"""Paint one line below the cursor of a terminal, and take it away before anything else is written."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

BELOW = "\x1bD\x1bM\x1b7\x1b[1B\r\x1b[2K"
"""Make room below the cursor, remember the cursor, and go to an empty line; at the last row the screen moves up."""
BACK = "\x1b8"
CLEAR = "\x1b7\x1b[1B\r\x1b[2K\x1b8"
PAUSE = 0.1
"""Seconds between two paints."""


class StatusLine:
    """A line on a terminal that a thread of its own paints, at most ten times a second, while `show` says so.

    `text` makes the line for a number of columns. The file descriptor is a copy, so a capture of stdout does not catch
    what is painted.
    """

    def __init__(self, descriptor: int, text: Callable[[int], str]) -> None:
        self._file = os.dup(descriptor)
        self._text = text
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._painted = False
        self._held = 0
        self._thread: threading.Thread | None = None
        self.show = False

    def start(self) -> None:
        """Paint from now on."""
        self.show = True
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="zstack-status", daemon=True)
            self._thread.start()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Take the line away, and paint nothing meanwhile: something else writes."""
        with self._lock:
            self._held += 1
            self.clear()
        try:
            yield
        finally:
            with self._lock:
                self._held -= 1

    def hold(self) -> None:
        """Take the line away, and paint nothing until `release`."""
        with self._lock:
            self._held += 1
            self.clear()

    def release(self) -> None:
        """Paint again."""
        with self._lock:
            self._held -= 1

    def clear(self) -> None:
        """Take the line away if it is there."""
        with self._lock:
            if self._painted:
                self._write(CLEAR)
                self._painted = False

    def close(self) -> None:
        """Take the line away for good; a second call does nothing."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        if self._file >= 0:
            self.clear()
            os.close(self._file)
            self._file = -1

    def _work(self) -> None:
        while not self._stop.wait(PAUSE):
            with self._lock:
                if self.show and not self._held:
                    self._paint()

    def _paint(self) -> None:
        try:
            columns = os.get_terminal_size(self._file).columns
            self._write(f"{BELOW}{self._text(columns)}{BACK}")
        except Exception:  # noqa: BLE001 - the terminal is gone, or a count changed under our eyes: no run fails for that
            self._stop.set()
        self._painted = True

    def _write(self, text: str) -> None:
        with suppress(OSError):
            os.write(self._file, text.encode("utf-8", "backslashreplace"))
