"""Conducts a fleet: waves one after the other, targets of a wave at once within the limits, results as they come."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from shutil import rmtree
from typing import Any
from zipfile import BadZipFile, ZipFile

from pytest_zstack_ticket.artifacts.bundle import REPORT
from pytest_zstack_ticket.fleet.decisions import Tries, stop_reason
from pytest_zstack_ticket.fleet.engine import Engine, EngineLostError
from pytest_zstack_ticket.fleet.job import WITH_REPORT, Outcome, job_of, stop_mark
from pytest_zstack_ticket.fleet.plan import Plan, Wave
from pytest_zstack_ticket.fleet.result import examined, requirements_of, without_report
from pytest_zstack_ticket.fleet.store import FleetStore, baseline_of, check_baselines, seconds_before, trend_before
from pytest_zstack_ticket.fleet.summary import FleetFacts, fleet_json
from pytest_zstack_ticket.fleet.target_lock import is_free
from pytest_zstack_ticket.model.errors import EvidenceError, FleetError

TICK = 0.5
REOPENED = 10
"""How often an engine may break down before a fleet gives up."""
REOPEN_PAUSE = 2.0
LOOKED_FOR = 15.0
"""Seconds between two looks for workers."""
LONGEST_GOODBYE = 900.0
"""Seconds that an interrupted fleet waits for its runs to delete their tickets."""
Notify = Callable[[str, Mapping[str, Any]], None]
"""Is told of a wave that starts or stops, and of each target that ended: a key and its parameters."""


@dataclass
class Conductor:
    """Runs the plan of a fleet on engines that `open_engine` makes, and keeps what comes of it."""

    plan: Plan
    store: FleetStore
    open_engine: Callable[[], Engine]
    work: Path
    locks: Path
    notify: Notify = lambda *_: None
    _engine: Engine | None = None
    _lost: int = 0
    _looked: float = field(default_factory=time.monotonic)
    _tries: dict[str, Tries] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """Examine wave after wave, and return the result of the fleet. Raises FleetError, EvidenceError and OSError."""
        check_baselines(self.plan)
        with suppress(OSError):  # workers elsewhere may share a folder that this machine does not have
            self.work.mkdir(parents=True, exist_ok=True)
            stop_mark(self.work).unlink(missing_ok=True)
        waves: list[dict[str, Any]] = []
        stopped: dict[str, str] | None = None
        interrupted = False
        try:
            for wave in self.plan.waves:
                state = "not-started" if stopped or interrupted else "done"
                if state == "done":
                    self.notify("fleet-wave", {"wave": wave.name, "targets": len(wave.targets)})
                    interrupted = not self._run_wave(wave)
                    reason = None if interrupted else stop_reason(wave, self._results_of(wave))
                    if reason is not None:
                        stopped = {"wave": wave.name, "reason": reason}
                    state = "interrupted" if interrupted else "stopped" if reason else "done"
                waves.append(_wave_json(wave, state))
        finally:
            self._close()
        return self._result(waves, stopped, interrupted=interrupted)

    def _result(
        self, waves: list[dict[str, Any]], stopped: dict[str, str] | None, *, interrupted: bool
    ) -> dict[str, Any]:
        known = self.store.results()
        order = [name for wave in self.plan.waves for name in wave.targets if name in known]
        facts = FleetFacts(
            id=self.store.fleet,
            name=self.plan.name,
            started=self.store.started,
            ended=datetime.now(UTC).isoformat(timespec="seconds"),
            waves=waves,
            # what the last wave misses stops nothing
            stopped=stopped if any(one["state"] == "not-started" for one in waves) else None,
            interrupted=interrupted,
            baseline=bool(self.plan.baseline),
        )
        results = [known[name] for name in order]
        return fleet_json(facts, results, self.store.requirements, trend=trend_before(self.plan.baseline))

    def _results_of(self, wave: Wave) -> list[dict[str, Any]]:
        known = self.store.results()
        return [known[name] for name in wave.targets]

    def _run_wave(self, wave: Wave) -> bool:
        """Examine the targets of a wave that have no result with a report yet; False if Ctrl-C ended it."""
        known = self.store.results()
        due = {name: 0.0 for name in self._longest_first(wave) if name not in known or known[name]["state"] == "error"}
        running: set[str] = set()
        try:
            while due or running:
                try:
                    self._start(due, running)
                    self._take(wave, due, running)
                except EngineLostError:
                    due.update(dict.fromkeys(running, 0.0))
                    running.clear()
                    self._reopen()
        except KeyboardInterrupt:
            self._say_goodbye(running)
            return False
        except OSError:  # a full disk: what runs is ended, so that nothing is left behind
            self._say_goodbye(running)
            raise
        return True

    def _longest_first(self, wave: Wave) -> list[str]:
        """Order targets so that none that took long in the earlier fleet is the last to start, nor a new one."""
        before = seconds_before(self.plan.baseline)
        return sorted(wave.targets, key=lambda name: -before.get(name, math.inf))

    def _start(self, due: dict[str, float], running: set[str]) -> None:
        if self._engine is None:
            try:
                self._engine = self.open_engine()
            except FleetError as error:
                if not self._lost:
                    raise
                raise EngineLostError(str(error)) from error  # a scheduler that restarts may need a while
        now = time.monotonic()
        ready = [name for name, moment in due.items() if moment <= now]
        for name in ready[: max(0, self.plan.limits.at_once - len(running))]:
            self._engine.submit(
                job_of(self.plan, name, fleet=self.store.fleet, work=str(self.work), locks=str(self.locks))
            )
            del due[name]
            running.add(name)

    def _take(self, wave: Wave, due: dict[str, float], running: set[str]) -> None:
        if self._engine is None:
            return
        ended = self._engine.finished(TICK)
        if ended is None:
            self._look_for_workers(self._engine)
        if ended is None or ended[0] not in running:
            return
        name, message = ended
        lost = Outcome(target=name, kind="killed", text="the worker died")
        outcome = lost if message is None else Outcome(**message)
        running.discard(name)
        tries = self._tries.setdefault(name, Tries())
        pause = tries.pause_before_next(outcome.kind, self.plan.limits)
        if pause is not None:
            self.notify("fleet-again", {"target": name, "kind": outcome.kind, "seconds": f"{pause:g}"})
            due[name] = time.monotonic() + pause
            return
        try:
            self._start(due, running)  # the worker need not wait until the result is written
        finally:
            self._keep(wave, outcome, tries.attempts)

    def _look_for_workers(self, engine: Engine) -> None:
        """Say now and then that a fleet waits for workers: with none, nothing would ever happen."""
        now = time.monotonic()
        if now < self._looked + LOOKED_FOR:
            return
        self._looked = now
        if not engine.has_workers:
            self.notify("fleet-no-workers", {})

    def _keep(self, wave: Wave, outcome: Outcome, attempts: int) -> None:
        """Write the bundle and then the result of a target, which says that it is done."""
        target = self.plan.target(outcome.target)
        if outcome.kind not in WITH_REPORT:
            result, requirements = without_report(target, wave.name, outcome, attempts=attempts), {}
        else:
            self.store.save_bundle(target.name, outcome.bundle)
            report = _report_in(outcome)
            _, baseline = baseline_of(target.name, target.baseline, self.plan.baseline)
            result = examined(target, wave.name, outcome, report, baseline=baseline, attempts=attempts)
            requirements = requirements_of(report)
        self.store.save(result, requirements)
        if outcome.kind in WITH_REPORT and not (outcome.left or outcome.unswept):
            rmtree(self.work / target.name, ignore_errors=True)  # the bundle has all of it
        self.notify("fleet-target", result)

    def _reopen(self) -> None:
        """Make a new engine in place of one that broke down. Raises EvidenceError after too many."""
        self._close()
        self._lost += 1
        if self._lost > REOPENED:
            raise EvidenceError(f"the engine broke down {self._lost} times; go on later with --resume.")
        self.notify("fleet-engine", {})
        time.sleep(REOPEN_PAUSE)

    def _close(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            with suppress(Exception):  # a broken engine may break again
                engine.close()

    def _say_goodbye(self, running: set[str]) -> None:
        """Have workers end their runs, and wait until these have deleted their tickets; a second Ctrl-C ends that."""
        with suppress(OSError):
            stop_mark(self.work).touch()
        try:
            self.notify("fleet-interrupted", {"targets": len(running)})
            deadline = time.monotonic() + LONGEST_GOODBYE
            locks = [self.locks / f"{lock}.lock" for name in running if (lock := self.plan.target(name).lock_name)]
            while not all(map(is_free, locks)) and time.monotonic() < deadline:
                time.sleep(TICK)
        except KeyboardInterrupt:
            self.notify("fleet-left-alone", {})


def _wave_json(wave: Wave, state: str) -> dict[str, Any]:
    return {
        "name": wave.name,
        "targets": list(wave.targets),
        "continue-if": wave.continue_if,
        "tolerate": wave.tolerate,
        "state": state,
    }


def _report_in(outcome: Outcome) -> dict[str, Any]:
    """Read the report of a bundle, which the worker has checked: that takes half a second, in which all would wait."""
    try:
        with ZipFile(BytesIO(outcome.bundle)) as packed:
            report: dict[str, Any] = json.loads(packed.read(REPORT))
    except (BadZipFile, KeyError, ValueError) as error:
        raise EvidenceError(f"the bundle of {outcome.target} cannot be read ({error})") from error
    return report
