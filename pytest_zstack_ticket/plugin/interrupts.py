"""End a run on Ctrl-C, or on SIGTERM as `timeout` and a cancelled CI job send it: with clean-up and report.

The first signal says at once what is being cleaned up. A second one leaves it, and says how to delete it later.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import pytest

from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.runner.residue import alive, sweep_command
from pytest_zstack_ticket.runner.run import Run
from pytest_zstack_ticket.transport import interruption

AT_ONCE = 1.0
"""Seconds in which a second signal counts as the first: `timeout` signals the process and then its group."""
LONGEST_START = 60.0
"""Seconds that a worker may take to start and to send its process id."""
STDERR = 2
DEFAULT = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
"""What handles each signal if nothing else asked for it."""


class Interrupts:
    """Handles both signals while a run lasts: the first interrupts the run, a later one ends the process at once.

    `stops` are called at the first: what waits for other threads would wait for all that these still have to send.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self.stops: list[Callable[[], None]] = []
        self._former: dict[signal.Signals, Any] = {}
        self._first = 0.0
        self._ending = self._debugging = self._arrived = False
        self._raised: tuple[str, ...] = ()
        self._screen = -1
        self._nodes: set[Any] = set()
        self._workers: dict[Any, int] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Handle the signals, if this is the main thread and nothing else does."""
        if threading.current_thread() is not threading.main_thread():
            return
        translations()  # nothing is to be read from a disk in the handler of a signal
        self._screen = os.dup(STDERR) if self._run.role != "worker" else -1
        for number, handler in DEFAULT.items():
            former = signal.getsignal(number)
            if former is handler or (number is signal.SIGTERM and former not in (None, signal.SIG_IGN)):
                self._former[number] = former
                signal.signal(number, self._handle)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Ask a worker of xdist on this machine for its process id, to pass signals on to it."""
        self._nodes.add(node)
        if node.gateway.spec.popen:
            channel = node.gateway.remote_exec("import os; channel.send(os.getpid())")
            self._workers[node] = channel.receive(timeout=LONGEST_START)
            channel.waitclose(timeout=LONGEST_START)

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Forget a worker that has ended."""
        self._workers.pop(node, None)
        self._nodes.discard(node)

    def pytest_enter_pdb(self) -> None:
        """Leave Ctrl-C to a debugger."""
        self._debugging = True

    def pytest_leave_pdb(self) -> None:
        """Take it back."""
        self._debugging = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self) -> None:
        """Interrupt the run again if nothing came of a signal: Python drops what some of its callbacks raise."""
        if self._ending and not self._arrived:
            raise KeyboardInterrupt(*self._raised)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> None:
        """Interrupt the run again if a library that an interrupt passed through raised an error of its own instead."""
        if self._ending and not self._arrived and call.excinfo is not None and interruption.led_to(call.excinfo.value):
            raise KeyboardInterrupt(*self._raised)

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note that the run is ending already: its clean-up and report are not broken off by a first signal."""
        self._ending = self._arrived = True
        # CPython 3.11 has instructions without a line, at which pytest cannot show an interrupt
        excinfo.traceback = excinfo.traceback.filter(_has_line)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Note the same of a run that came to its end, and let its workers clean up: xdist gives them ten seconds."""
        self._ending = True
        self._wait_for_workers()

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Give the signals back to whom they belonged."""
        while self._former:
            signal.signal(*self._former.popitem())
        if self._screen >= 0:
            os.close(self._screen)
            self._screen = -1

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self._debugging and number == signal.SIGINT:
            raise KeyboardInterrupt
        now = time.monotonic()
        if self._first and now - self._first > AT_ONCE:
            self._leave(number)
            return
        if self._first:
            return
        self._first = now
        self._say("interrupted")
        if self._ending:
            return
        self._ending = True
        self._pass_on(number)
        for stop in self.stops:
            stop()
        if number == signal.SIGTERM:
            self._raised = ("SIGTERM",)
        interruption.interrupt(KeyboardInterrupt(*self._raised))

    def _wait_for_workers(self) -> None:
        """Wait until the workers have ended, no longer than their clean-up may take."""
        if not self._nodes or self._run.target is None:
            return
        end = time.monotonic() + self._run.target.cleanup.longest(alive(self._run))
        for node in list(self._nodes):
            node.shutdown()
            with suppress(Exception):  # it broke down, or takes too long: its ledger is swept
                node.channel.waitclose(max(0.0, end - time.monotonic()))

    def _pass_on(self, number: int) -> None:
        """Send a signal to the workers; one that a terminal sent them too counts once."""
        for process in self._workers.values():
            with suppress(ProcessLookupError):
                os.kill(process, number)

    def _leave(self, number: int) -> None:
        """End this process at once, as an unhandled signal does; what it created is in its ledger."""
        self._say("leaving")
        self._pass_on(number)
        if self._run.role != "worker" and self._run.usage_counter is not None:
            with suppress(OSError):
                self._run.usage_counter.path.unlink(missing_ok=True)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def _say(self, phrase: str) -> None:
        """Say what becomes of the tickets, where there can be any; nothing is waited for, whatever was interrupted."""
        run = self._run
        if run.target is None or run.options.embedded or self._screen < 0:
            return
        with suppress(OSError):
            facts = {"count": alive(run), "url": run.url, "command": sweep_command(run)}
            text = translations().say(phrase, run.lang, **facts)
            os.write(self._screen, f"\r\n{text}\r\n".encode("utf-8", "backslashreplace"))


def _has_line(entry: Any) -> bool:
    """Return True unless an entry of a traceback has no line, which pytest takes for a number."""
    try:
        return entry.lineno is not None
    except TypeError:
        return False
