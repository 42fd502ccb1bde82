"""How long a clean-up may take, and how long it waits for creates whose end is not known."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_zstack_ticket.cleanup.entries import LedgerEntries
from pytest_zstack_ticket.model.settings import Patience

SECONDS_EACH = 5.0
"""Seconds that a clean-up may take more for each ticket that is to be deleted, if they are deleted one by one."""
LEAST_DENIED, JOBS_DENIED = 10.0, 10.0
"""Seconds, and how many times as long as jobs take, for which a ticket may come of a job that the target denies."""
LEAST_LOST, REQUESTS_LOST = 5.0, 5.0
"""Seconds, and how many times as long as the slowest create, for which one without an answer may leave a ticket."""


def longest(patience: Patience, tickets: int, window: int) -> float:
    """Return the seconds that a clean-up may take: more where there is more to do."""
    return patience.sweep + SECONDS_EACH * tickets / window


def patience_denied(patience: Patience, job: float | None) -> float:
    """Return the seconds after which, while tests run, a create counts no more whose job the target denies to know.

    `job` is what a job took lately, None if that is not known. Each such create takes the place of a ticket that may
    exist; a distant cloud that loses the jobs of some texts had a third of its places taken by them. The end of a run
    takes them up again and waits as long as any job may take.
    """
    return patience.job if job is None else min(patience.job, max(LEAST_DENIED, JOBS_DENIED * job))


def patience_lost(patience: Patience, book: LedgerEntries, books: Iterable[LedgerEntries]) -> float:
    """Return the seconds after which, where no create starts a job, a provoking one without an answer counts no more.

    It comes as late as other creates may, so `book` has to know how long those took. `books` are those of all users:
    one job in any of them shows that there are jobs, which may take much longer.
    """
    known = [book, *books]
    if any(one.started for one in known) or not (book.direct and book.slowest):
        return patience.job
    return min(patience.job, max(LEAST_LOST, REQUESTS_LOST * max(one.slowest for one in known)))
