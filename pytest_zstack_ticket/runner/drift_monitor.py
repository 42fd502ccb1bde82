"""Send the calibration draft again and again while a run goes on, so that a drift is noticed whatever test is running.

A target may break only after so many creates, in every k-th answer, after minutes or under load. Each process of a run
keeps marks of its own; they are judged when the test that pytest has come to ends, for a requirement of their own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_zstack_ticket.model.outcome import Unanswered, Unfinished
from pytest_zstack_ticket.verdicts.relevance import ASIDE

if TYPE_CHECKING:
    from pytest_zstack_ticket.client.call_result import CallResult
    from pytest_zstack_ticket.client.endpoint import TicketEndpoint
    from pytest_zstack_ticket.runner.examiner import Examiner, ReportedViolation
    from pytest_zstack_ticket.runner.record import ItemRecord

REQUIREMENT = ASIDE
"""The same draft is decided, answered and stored in the same way during the whole run."""
EVERY = {"smoke": 80, "standard": 60, "certify": 40}
"""Calls between two marks, by effort."""

EARLY = 3
"""So many of the first marks are kept, to look at their tickets at the end."""


@dataclass(frozen=True, slots=True)
class Probe:
    """The calibration draft at one moment of a run: its create, and a query for its name."""

    created: CallResult
    shown: CallResult | None

    @property
    def answered(self) -> bool:
        """True if the create was answered; what the line lost says nothing of the target's memory."""
        return not isinstance(self.created.outcome, Unanswered | Unfinished)


class DriftMonitor:
    """The marks of one process; `early` are the first of them, whose tickets should be there until the end.

    `reported` has the signatures of what was found: a target that has drifted stays so, and once is enough to say it.
    Safe to use from many threads: one mark at a time is made, by the thread that is due.
    """

    def __init__(self, endpoint: TicketEndpoint, *, every: int, has_spare_quota: Callable[[], bool]) -> None:
        self._endpoint = endpoint
        self._every = every
        self._roomy = has_spare_quota
        self._lock = threading.Lock()
        self._busy = False
        self._calls = 0
        self._waiting: list[Probe] = []
        self.early: list[Probe] = []
        self.reported: set[str] = set()
        self.on = False

    def attach(self) -> None:
        """Make marks from now on."""
        self.on = True
        self._endpoint.calls.add(self._count)

    @property
    def busy(self) -> bool:
        """True while a mark is made: its calls are no test's."""
        return self._busy

    def _count(self, _result: CallResult) -> None:
        """Count a call, and make a mark if one is due and the caps leave room for its ticket."""
        with self._lock:
            self._calls += not self._busy
            if self._busy or self._calls < self._every:
                return
            self._busy = True
        try:
            if self._roomy():
                mark = self.mark()
                with self._lock:
                    self._waiting.append(mark)
                    self.early += [mark] if len(self.early) < EARLY else []
                    self._calls = 0
        finally:
            self._busy = False

    def mark(self) -> Probe:
        """Send the calibration draft once more, and look at its ticket."""
        with self._endpoint.quota.sharing():
            created = self._endpoint.create(self._endpoint.plain_draft)
        if "query" not in self._endpoint.profile.capabilities:
            return Probe(created, None)
        shown = self._endpoint.find_by_name(created)
        # one that was taken away in between, to stay under a cap, is not lost
        return Probe(created, shown if self._endpoint.can_be_found(created) else None)

    def judge(self, examiner: Examiner, test: str) -> ItemRecord | None:
        """Judge the marks that were made during a test; None if there are none that were answered."""
        with self._lock:
            marks, self._waiting = [one for one in self._waiting if one.answered], []
        if not marks or not self.on:
            return None
        record = examiner.begin(REQUIREMENT, test)
        try:
            for one in marks:
                self.compare(examiner, one)
        finally:
            examiner.end()
        return record

    def compare(self, examiner: Examiner, mark: Probe) -> ReportedViolation | None:
        """Judge one mark against the first answer of the run, for the test that is on record."""
        first = self._endpoint.calibration
        if mark.shown is None:
            return examiner("same-treatment", subject=mark.created, sibling=first)
        return examiner("same-treatment", subject=mark.created, sibling=first, shown=mark.shown)
