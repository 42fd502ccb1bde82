"""A status line while tests run: only on a terminal that a user is looking at."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Generator, Mapping
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from typing import Any, TextIO

import pytest

from pytest_zstack_ticket.plugin.forecasting import Forecasting
from pytest_zstack_ticket.plugin.status_line import StatusLine
from pytest_zstack_ticket.report.text.progress_text import Progress, progress_text
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.runner.forecast import Forecast
from pytest_zstack_ticket.runner.run import Run

STDOUT = 1
RECENT = 20
"""So many of the last paints are what the rate of exchanges is taken from."""
Holding = Generator[None, object, object]


def is_wanted(config: pytest.Config, environment: Mapping[str, str]) -> bool:
    """Return True on a terminal that can move its cursor and that no log is made of."""
    if not os.isatty(STDOUT) or environment.get("TERM", "dumb") == "dumb" or environment.get("CI"):
        return False
    # live logs are written while a test runs, at the very place of the line
    logs = config.getini("log_cli") or config.getoption("log_cli_level", None)
    quiet = config.option.verbose <= -2 or config.pluginmanager.is_blocked("terminal")
    return not (logs or quiet or hasattr(config, "workerinput"))


class LiveLine:
    """The hooks that keep the line beside what pytest writes; the process that writes to the terminal has one."""

    def __init__(self, run: Run, config: pytest.Config, forecasting: Forecasting) -> None:
        self._run = run
        self._forecasting = forecasting
        self._left_at = 0.0
        self._forecast: Forecast | None = None
        self._line = StatusLine(STDOUT, self._text)
        self._bare = config.option.capture == "no"
        self._counts: deque[tuple[float, int]] = deque(maxlen=RECENT)
        self._running: dict[str, None] = {}

    def _text(self, columns: int) -> str:
        return progress_text(self._beat(), translations(), self._run.lang, columns=columns)

    def _beat(self) -> Progress:
        run, usage_counter = self._run, self._run.usage_counter
        used = usage_counter.used if usage_counter else run.used
        results = list(run.results.tallies.values())
        findings = sum(len(found) for found in list(run.results.findings.values()))
        item = run.examiner.shown if run.role == "alone" else None
        if item is not None:
            tally = item.tally
            examples = tally.held + tally.failed + tally.undecided + tally.legal
            return self._progress(item.requirement, examples, findings + bool(tally.failed), used)
        return self._progress(self._names(), sum(one.held + one.failed for one in results), findings, used)

    def _progress(self, what: str, examples: int, findings: int, used: Any) -> Progress:
        rate = self._rate(used.requests)
        ahead = self._ahead()
        known = self._left()
        return Progress(
            what=what,
            examples=examples,
            rate=rate,
            findings=findings,
            alive=used.alive,
            left=ahead.seconds if ahead is not None and known is None else known,
            cleanup=ahead.cleanup if ahead is not None and not self._run.options.embedded else None,
            done=self._forecasting.done,
            total=self._forecasting.total,
        )

    def _ahead(self) -> Forecast | None:
        """Return what is left of the run, forecast once a second."""
        now = time.monotonic()
        if now - self._left_at >= 1.0:
            self._left_at = now
            self._forecast = self._forecasting.left(next(iter(self._running), ""))
        return self._forecast

    def _names(self) -> str:
        """Return the tests that workers run, without their folders."""
        return ", ".join(nodeid.rpartition("::")[2] for nodeid in list(self._running)) or "…"

    def _rate(self, requests: int) -> float:
        """Return the exchanges per second of the last two seconds."""
        now = time.monotonic()
        self._counts.append((now, requests))
        began, before = self._counts[0]
        return (requests - before) / (now - began) if now > began else 0.0

    def _left(self) -> float | None:
        """Return the seconds of the budget, or of the whole run, that are left."""
        options, budget = self._run.options, self._run.budget
        if budget.seconds and self._run.role == "alone":
            return budget.left
        total = float(options["total-timeout"] or 0.0)
        return self._run.started + total - time.time() if total else None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self) -> Holding:
        """Show the line while a test of this process runs; what it prints uncaptured takes the line away first."""
        self._line.start()
        try:
            with ExitStack() as prints:
                if self._bare:
                    prints.enter_context(redirect_stdout(_Print(sys.stdout, self._line)))
                    prints.enter_context(redirect_stderr(_Print(sys.stderr, self._line)))
                return (yield)
        finally:
            self._line.show = False
            self._line.clear()

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtestloop(self) -> Holding:
        """Show the line again after all tests, while what they left of a budget is spent."""
        done = yield
        if self._run.role == "alone" and self._run.budget.seconds:
            self._line.start()
        return done

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> Holding:
        """Show the line where workers run the tests."""
        with self._line.held():
            found = yield
        self._running[nodeid] = None
        if self._run.role == "controller":
            self._line.start()
        return found

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self) -> Holding:
        """Let pytest write."""
        with self._line.held():
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logfinish(self, nodeid: str) -> Holding:
        """Let pytest write."""
        self._running.pop(nodeid, None)
        with self._line.held():
            return (yield)

    def pytest_enter_pdb(self) -> None:
        """Leave the terminal to a debugger."""
        self._line.hold()

    def pytest_leave_pdb(self) -> None:
        """Show the line again."""
        self._line.release()

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_testnodedown(self) -> None:
        """Let xdist say that a worker broke down."""
        self._line.clear()

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self) -> None:
        """Take the line away."""
        self._line.close()

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self) -> None:
        """Take the line away."""
        self._line.close()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Take the line away."""
        self._line.close()

    def pytest_unconfigure(self) -> None:
        """Let go of the terminal, however the run ended."""
        self._line.close()


class _Print:
    """A stream that takes the line away before it is written to."""

    def __init__(self, stream: TextIO, line: StatusLine) -> None:
        self._stream = stream
        self._line = line

    def write(self, text: str) -> int:
        with self._line.held():
            written = self._stream.write(text)
            self._stream.flush()
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
