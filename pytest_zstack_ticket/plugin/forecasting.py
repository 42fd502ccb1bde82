"""Says before the first test what a run will take on its target, and during the run what is left of it."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

import pytest

from pytest_zstack_ticket.config.atomic_write import write_atomically
from pytest_zstack_ticket.model.errors import EvidenceError, TargetError, UsageError
from pytest_zstack_ticket.plugin.planned_tests import planned
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.runner import promise
from pytest_zstack_ticket.runner.forecast import Forecast, Pace, PlannedTest, forecast
from pytest_zstack_ticket.runner.limits import quotas_of
from pytest_zstack_ticket.runner.residue import give_up
from pytest_zstack_ticket.runner.run import Run
from pytest_zstack_ticket.verdicts.judge import NO_TARGET

STEADY = 0.1
"""The part of a run after which what it took so far says more than what was forecast."""
PLAN = "plan.json"


class Forecasting:
    """The hooks that forecast a run; nothing is forecast where workers run the tests, or for tests of a project."""

    def __init__(self, run: Run, config: pytest.Config) -> None:
        self._run = run
        self._config = config
        self._tests: list[PlannedTest] = []
        self._places: dict[str, int] = {}
        self._pace: Pace | None = None
        self._whole = 0.0
        self._began = 0.0
        self.total = 0
        self.done = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Say before anything is sent which limits are too small; probe the target where a plan asks for that."""
        options = self._run.options
        if self._config.option.collectonly or self._run.role == "worker":
            return
        whole = self._run.shipped and not (self._config.option.keyword or self._config.option.markexpr)
        if whole and not options["plan"]:
            self._write(promise.shortfalls(promise.least(options, self._run.catalogue), options))
        if options["plan"] == "probe":
            self._probe()

    def _probe(self) -> None:
        run = self._run
        try:
            run.probe()
            self._pace = promise.pace_of(run)
        except TargetError as error:
            pytest.exit(str(error), returncode=NO_TARGET)
        except (UsageError, EvidenceError) as error:
            raise pytest.UsageError(str(error)) from None
        finally:
            give_up(run)
            run.close()

    def _write(self, lines: Sequence[str]) -> None:
        reporter: Any = self._config.pluginmanager.get_plugin("terminalreporter")
        for line in lines if reporter is not None else ():
            reporter.write_line(line)

    def pytest_report_collectionfinish(self, items: Sequence[pytest.Item]) -> list[str]:
        """Say what the tests will take, once they and the pace of the target are known."""
        self.total = len(items)
        if self._run.target is None or self._run.role != "alone":
            return []
        self._tests, self._places = [], {}
        for item in items:
            self._places[item.nodeid] = len(self._tests)
            self._tests += planned(self._run, [item])
        self._began = time.monotonic()
        if not promise.is_measured(self._tests):
            self._tests = []
            return []
        self._pace = promise.pace_of(self._run, may_lose=any(test.load.lost for test in self._tests))
        found = self._forecast(0)
        self._whole = found.seconds
        whole = promise.is_whole(self._run.options, self._tests)
        return promise.lines(found, self._pace, self._run.options, whole=whole)

    def pytest_runtest_logfinish(self) -> None:
        """Count the tests that are over."""
        self.done += 1

    def left(self, nodeid: str) -> Forecast | None:
        """Forecast what is left of the run from a test on, corrected by how long the tests before it took."""
        if not self._tests or self._pace is None:
            return None
        found = self._forecast(self._places.get(nodeid, len(self._tests)))
        expected = self._whole - found.seconds
        if expected < self._whole * STEADY:
            return found
        ratio = (time.monotonic() - self._began) / expected
        return Forecast(
            requests=found.requests,
            posts=found.posts,
            tickets=found.tickets,
            seconds=found.seconds * ratio,
            cleanup=found.cleanup,
        )

    def _forecast(self, place: int) -> Forecast:
        assert self._pace is not None  # noqa: S101 - asked for only once it is known
        counter = self._run.usage_counter
        alive = counter.glimpse.alive if counter is not None else 0
        return forecast(self._tests[place:], self._pace, promise.bounds_of(self._run.options), left=alive)

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Add the forecast to a plan, and write it for machines where a report was asked for."""
        run, options = self._run, self._run.options
        if run.planned is None or not promise.is_measured(self._tests):
            return
        found = forecast(self._tests, self._pace or Pace(latency=0.0, job=0.0, work=0.0), promise.bounds_of(options))
        words, lang = translations(), options["lang"]
        counts = words.say("plan-forecast", lang, requests=found.requests, posts=found.posts, tickets=found.tickets)
        shown = [counts, *promise.shortfalls(found, options), words.say("forecast-unknown", lang)]
        whole = promise.is_whole(options, self._tests)
        for line in shown if self._pace is None else promise.lines(found, self._pace, options, whole=whole):
            terminalreporter.write_line(line)
        if run.place is not None:
            plan = promise.as_json(found, self._pace, options, quotas_of(options))
            run.place.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(run.place.folder / PLAN, json.dumps(plan, indent=2).encode() + b"\n")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep what a plan is made from."""
        if self._run.options["plan"]:
            self._tests = planned(self._run, session.items)
