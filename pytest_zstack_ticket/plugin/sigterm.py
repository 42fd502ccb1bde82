"""End a run on SIGTERM, as `timeout` and a cancelled CI job send it, the way Ctrl-C does: with cleanup and report."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from types import FrameType
from typing import Any

import pytest

AT_ONCE = 1.0
"""Seconds in which a second SIGTERM counts as the first: `timeout` signals the process and then its group."""
LONGEST_START = 60.0
"""Seconds that a worker may take to start and to send its process id."""


class Termination:
    """The handler of SIGTERM while a run lasts: the first one interrupts the run, a later one kills as usual."""

    def __init__(self) -> None:
        self._former: Any = None
        self._first = 0.0
        self._ending = False
        self._workers: dict[Any, int] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Handle SIGTERM, if this is the main thread and the signal is not ignored."""
        if threading.current_thread() is threading.main_thread():
            former = signal.getsignal(signal.SIGTERM)
            if former not in (None, signal.SIG_IGN):
                self._former = former
                signal.signal(signal.SIGTERM, self._handle)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Ask a worker of xdist on this machine for its process id, to pass SIGTERM on to it."""
        if node.gateway.spec.popen:
            channel = node.gateway.remote_exec("import os; channel.send(os.getpid())")
            self._workers[node] = channel.receive(timeout=LONGEST_START)
            channel.waitclose(timeout=LONGEST_START)

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Forget a worker that has ended."""
        self._workers.pop(node, None)

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self) -> None:
        """Note that the run is ending already: its cleanup and report are not broken off by a first SIGTERM."""
        self._ending = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Note the same of a run that came to its end."""
        self._ending = True

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Give SIGTERM back to whom it belonged."""
        if self._former is not None:
            signal.signal(signal.SIGTERM, self._former)
            self._former = None

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._first and now - self._first > AT_ONCE:
            self.pytest_unconfigure()
            os.kill(os.getpid(), number)
            return
        if self._first:
            return
        self._first = now
        if not self._ending:
            self._ending = True
            for process in self._workers.values():
                with suppress(ProcessLookupError):
                    os.kill(process, number)
            raise KeyboardInterrupt("SIGTERM")
