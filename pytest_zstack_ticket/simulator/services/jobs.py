"""The job rows: made by a 202, done when their time has come, read by anybody, purged late. Source: dossier 3."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.fault_points import Facts
from pytest_zstack_ticket.simulator.response import Answer
from pytest_zstack_ticket.simulator.state import CallContext

EXPIRES_AFTER = 10_800.0
"""Age in seconds, counted from the request, beyond which a scan purges a done row."""
SCAN_EVERY = 3_600.0
JOB_ID_LENGTH = 32
"""What the column of the ids holds; the row of a longer one is not saved."""
KEPT = 50_000
"""Done rows that are kept at most, so that a long run does not grow without bound.

A real node keeps all for three hours: a run at effort certify reads jobs again that some thirty thousand followed.
"""


@dataclass(slots=True, kw_only=True)
class Job:
    """A job row. `context` is dropped once the job is done; `facts` are those of the request that made it.

    `pending` is the answer of a job that takes its time to say how it ended. The first poll of a `held` job is answered
    as that of a running one.
    """

    id: str
    call: str
    created: float
    due: float
    context: CallContext | None
    failure: ApiError | None = None
    answer: Answer | None = None
    webhook: str = ""
    facts: Facts | None = None
    reads: int = 0
    pending: Answer | None = None
    held: bool = False


class Jobs:
    """All job rows and the order in which they end.

    Every `held_every`-th job, if any, is answered as running when it is first polled, however late that is.
    """

    def __init__(self, fold: Callable[[str], str] = str) -> None:
        self.held_every = 0
        self.rows: dict[str, Job] = {}
        self._fold = fold
        self._due: list[tuple[float, int, Job]] = []
        self._number = 0
        self._scanned: float | None = None

    @property
    def open(self) -> int:
        """How many jobs have not ended."""
        return len(self._due)

    @property
    def newest(self) -> Job | None:
        """The job that was made last."""
        return next(reversed(self.rows.values()), None)

    def find(self, identity: str, *, whole: bool = True) -> Job | None:
        """Find a job by its id, as the database compares ids, or by the beginning of its id."""
        wanted = self._fold(identity)
        if whole or wanted in self.rows:
            return self.rows.get(wanted)
        return next((job for one, job in self.rows.items() if one.startswith(wanted)), None)

    def add(self, job: Job, *, lost: bool = False) -> None:
        """Take a job; a used id keeps its first row, while the second message is executed too (V28).

        A lost one has no row that a poll could find, and is executed all the same.
        """
        if not lost:
            self.rows.setdefault(self._fold(job.id), job)
        self._wait(job)
        job.held = bool(self.held_every) and self._number % self.held_every == 0 and not job.webhook

    def _wait(self, job: Job) -> None:
        self._number += 1
        heapq.heappush(self._due, (job.due, self._number, job))

    def run_due(self, now: float, finish: Callable[[Job], None]) -> None:
        """End every job whose time has come, in order, and purge old rows."""
        while self._due and self._due[0][0] <= now:
            _, _, job = heapq.heappop(self._due)
            finish(job)
            if job.pending is None:
                job.context = None
            else:
                self._wait(job)
        self._purge(now)

    def _purge(self, now: float) -> None:
        if self._scanned is None:
            self._scanned = now
        if now - self._scanned >= SCAN_EVERY:
            self._scanned = now
            old = [key for key, job in self.rows.items() if job.answer and now - job.created > EXPIRES_AFTER]
            for key in old:
                del self.rows[key]
        if len(self.rows) > KEPT:
            oldest = next((key for key, job in self.rows.items() if job.answer), None)
            if oldest is not None:
                del self.rows[oldest]
