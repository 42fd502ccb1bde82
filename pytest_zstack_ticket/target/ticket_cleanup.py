"""Deletes the tickets of a run: all at its end, and earlier ones as soon as its quota is used up."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from dataclasses import dataclass, field

from pytest_zstack_ticket.cleanup.calls import CleanupCalls
from pytest_zstack_ticket.cleanup.ledger import SavedLedger
from pytest_zstack_ticket.cleanup.result import CleanupResult
from pytest_zstack_ticket.cleanup.sweeper import Progress, Sweeper
from pytest_zstack_ticket.client.target_state import TargetState
from pytest_zstack_ticket.model.settings import Patience
from pytest_zstack_ticket.target.actors import ActorConnection
from pytest_zstack_ticket.transport.clock import Clock
from pytest_zstack_ticket.transport.usage_counter import SharedUsageCounter

KEPT = 10
"""The latest tickets that stay, whatever the quota says: the test that created them may still look at them."""
LONGEST_WAIT = 60.0
"""Seconds to wait for another process to delete its tickets."""
SECONDS_EACH = 5.0
"""Seconds that a clean-up may take more for each ticket that is to be deleted, if they are deleted one by one."""


@dataclass(slots=True)
class TicketCleanup:
    """The tickets of all users of a run, in one process. Safe to use from many threads.

    Each user's tickets are deleted over that user's own connection, for others may not see them. `connections` begins
    with the run's own. `deleted` are nonces and UUIDs of deleted tickets. `window` calls are under way at once.
    """

    state: TargetState
    patience: Patience
    usage_counter: SharedUsageCounter
    clock: Clock
    connections: list[ActorConnection] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)
    window: int = 1
    _sweeping: threading.Lock = field(default_factory=threading.Lock)
    _first: dict[Hashable, dict[str, int]] = field(default_factory=dict)
    _marking: threading.Lock = field(default_factory=threading.Lock)

    def protect(self, body: Hashable = None) -> None:
        """Keep the tickets that are created from now on until a body of a test ends, or the next test begins."""
        with self._marking:
            numbers = {one.settings.part: one.ledger.next_number for one in self.connections if one.ledger is not None}
            self._first[body] = numbers
            self._mark()

    def release(self, body: Hashable = None) -> None:
        """Keep no tickets for a body any more, or for the test that began last."""
        with self._marking:
            if self._first.pop(body, None) is not None:
                self._mark()

    def _mark(self) -> None:
        """Protect the tickets of the oldest body that runs; those of a user who came after it are all newer."""
        for one in self.connections:
            if one.ledger is not None:
                numbers = [first.get(one.settings.part, 1) for first in self._first.values()]
                one.protected = min(numbers, default=one.ledger.next_number)

    def free(self, count: int = 1, /) -> None:
        """Delete tickets until `count` more may exist: first those of earlier tests, then all but the latest.

        Where other processes of the run have used up the quota, wait for them. The transport counts in any case.
        """
        if not self._full(count) or all(one.ledger is None for one in self.connections):
            return
        with self._sweeping:
            for latest in (False, True):
                for one in list(self.connections):
                    if self._full(count):
                        self._sweep(one, before=self._end_of_unprotected(one, latest=latest), wait=False)
            end = self.clock.now() + LONGEST_WAIT
            while self._full(count) and self.usage_counter.shared and self.clock.now() < end:
                self.clock.sleep(0.1)

    def _end_of_unprotected(self, one: ActorConnection, *, latest: bool) -> int:
        """Find the number before which tickets may be deleted: those of earlier tests, or all but the latest."""
        if one.ledger is None or not latest:
            return one.protected
        kept = (self.usage_counter.caps.alive or 0) // 4
        # next to other bodies many more: each of them looks at its own latest ones
        kept = kept if len(self._first) > 1 else min(KEPT, kept)
        return max(one.protected, one.ledger.next_number - kept)

    @property
    def held(self) -> int:
        """How many creates were sent since the oldest body that runs was started: their tickets are kept for it."""
        return sum(one.ledger.next_number - one.protected for one in self.connections if one.ledger is not None)

    def wait(self) -> None:
        """Wait while another thread deletes tickets: what that does to them is not the target's doing."""
        with self._sweeping:
            pass

    @property
    def has_spare_quota(self) -> bool:
        """True if one more ticket needs no deletion of one that the running test may still look at."""
        alive = self.usage_counter.caps.alive
        return alive is None or self.usage_counter.used.alive + KEPT < alive

    def _full(self, count: int) -> bool:
        alive = self.usage_counter.caps.alive
        return alive is not None and self.usage_counter.used.alive + min(count, alive) > alive

    def sweep(self, *, wait: bool = True, progress: Progress | None = None) -> CleanupResult:
        """Delete what this process created, and check that it is gone."""
        with self._sweeping:
            parts = [self._sweep(one, wait=wait, progress=progress) for one in list(self.connections)]
        return CleanupResult.joined(parts)

    def sweep_ledger(self, one: ActorConnection, saved: SavedLedger) -> CleanupResult:
        """Delete what another process recorded in its ledger, over the connection of the same user."""
        return self._sweep(one, saved)

    def _sweep(
        self,
        one: ActorConnection,
        saved: SavedLedger | None = None,
        *,
        before: int | None = None,
        wait: bool = True,
        progress: Progress | None = None,
    ) -> CleanupResult:
        """Delete the tickets of one user: those of the entries before a number, or all."""
        ledger = saved or one.ledger
        if ledger is None:
            return CleanupResult()
        calls = CleanupCalls(
            run=one.cleaner.run,
            sessions=one.sessions,
            profile=self.state.profile,
            clock=self.clock,
            patience=self.patience.job,
            longest=longest(self.patience, len(ledger.book.pending()), self.window),
            window=self.window,
            outage=self.patience.outage,
        )
        sweeper = Sweeper(
            calls, ledger, profile=self.state.profile, patience=self.patience.job, known=one.rows, progress=progress
        )
        swept = sweeper.sweep(before=before, wait=wait)
        gone = ledger.drop_gone()
        self.deleted.update(swept.deleted, (entry.intent.nonce for entry in gone if entry.intent.nonce))
        self.usage_counter.give_back(len(gone))
        return swept

    @property
    def broken(self) -> str:
        """Why no intent can be written any more, so that nothing may be created; empty if it can."""
        return next((one.ledger.trouble for one in self.connections if one.ledger and one.ledger.trouble), "")

    @property
    def pending(self) -> bool:
        """True while a ticket of the run may exist."""
        return any(one.ledger.book.pending() for one in self.connections if one.ledger is not None)

    def close_ledgers(self, *, clean: bool) -> None:
        """Close every ledger, and remove those of which nothing is left to sweep."""
        for one in self.connections:
            if one.ledger is not None:
                one.ledger.close(remove=clean and not one.ledger.book.pending())


def longest(patience: Patience, tickets: int, window: int) -> float:
    """Return the seconds that a clean-up may take: more where there is more to do."""
    return patience.sweep + SECONDS_EACH * tickets / window
