"""Deletes the tickets of a run: all at its end, and those that no test needs any more while it goes on."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import permutations

from pytest_zstack_ticket.cleanup.calls import FIRST_WAIT, CleanupCalls, Silence
from pytest_zstack_ticket.cleanup.entries import LedgerEntries
from pytest_zstack_ticket.cleanup.idle_tickets import KEPT, IdleTickets
from pytest_zstack_ticket.cleanup.ledger import Ledger, SavedLedger
from pytest_zstack_ticket.cleanup.progress import Progress
from pytest_zstack_ticket.cleanup.result import CleanupResult
from pytest_zstack_ticket.cleanup.sweep_turns import AT_ONCE, SweepTurns
from pytest_zstack_ticket.cleanup.sweeper import Sweeper
from pytest_zstack_ticket.cleanup.ticket_holds import TicketHolds, sharing
from pytest_zstack_ticket.client import call_gate
from pytest_zstack_ticket.client.target_state import TargetState
from pytest_zstack_ticket.model.settings import Patience
from pytest_zstack_ticket.target.actors import ActorConnection
from pytest_zstack_ticket.target.cleanup_limits import longest, patience_denied, patience_lost
from pytest_zstack_ticket.transport.clock import Clock
from pytest_zstack_ticket.transport.usage_counter import SharedUsageCounter

LONGEST_WAIT = 60.0
"""Seconds to wait for other tests, or another process, to let go of their tickets."""
PATIENCE = 5.0
"""Seconds for which tests wait for each other, or one for its own creates, before something has to be given up."""
MOST_OF_ONE = 2
"""The part of the quota that one test may hold next to others, as the divisor of the whole."""
PAUSE = 0.1
OVERSHOOT = 1.1
"""How many times as long as quick jobs took lately a job of the clean-up is waited for before it is polled."""
ROOMY = 0.5
"""The part of the quota above which tickets are deleted in the background."""
BATCH = 64
"""Creates after which the background looks at what can be deleted, and fewer where few tickets may exist."""


@dataclass(slots=True)
class TicketCleanup:
    """The tickets of all users of a run, in one process. Safe to use from many threads.

    Each user's tickets are deleted over that user's own connection, for others may not see them. `connections` begins
    with the run's own. `window` calls are under way at once.
    """

    state: TargetState
    patience: Patience
    usage_counter: SharedUsageCounter
    clock: Clock
    connections: list[ActorConnection] = field(default_factory=list)
    holds: TicketHolds = field(default_factory=TicketHolds)
    window: int = 1
    asked: Counter[tuple[str, int]] = field(default_factory=Counter)
    silence: Silence = field(default_factory=Silence)
    turns: SweepTurns = field(default_factory=SweepTurns)
    _deciding: threading.Lock = field(default_factory=threading.Lock)
    _background: bool = False
    _workers: list[threading.Thread] = field(default_factory=list)
    _looked_at: int = 0
    _swept_at: tuple[int, int, int, Hashable] = (-1, -1, -1, None)
    _test: Hashable = None

    def protect(self, body: Hashable = None) -> None:
        """Keep what a body of a test creates until it ends; without one, what this context creates until the next."""
        if body is None:
            self.holds.end(self._test)
            body = self._test = object()
            self.holds.enter(body)
        self.holds.begin(body)

    def release(self, body: Hashable = None) -> None:
        """Keep no tickets for a body any more, or for the test that began last."""
        self.holds.end(self._test if body is None else body)
        self._tidy()

    def created(self, part: str, number: int) -> None:
        """Note that a ticket is about to be created as a user."""
        self.holds.created((part, number))

    def keep(self, *keys: str) -> bool:
        """Keep the ticket with these nonces or UUIDs until the running test ends; False if the run deleted it."""
        return self.holds.keep(*keys)

    @staticmethod
    def sharing() -> AbstractContextManager[None]:
        """Let later tests use what the block creates, too: it is deleted last."""
        return sharing()

    def apart(self) -> AbstractContextManager[None]:
        """Keep what the block creates or asks about until its end only: the test does not look at it again."""
        return self.holds.apart()

    def free(self, count: int = 1, /) -> None:
        """Delete tickets until `count` more may exist: those that no test needs, then all but the latest of this one.

        Where other tests, or processes of the run, have used up the quota, wait for them. The transport counts in any
        case. Raises RunStoppedError.
        """
        self._tidy()
        if not self._full(count) or all(one.ledger is None for one in self.connections):
            return
        began, stuck = self.clock.now(), 0.0
        while self._full(count) and self.clock.now() - began < LONGEST_WAIT:
            call_gate.check()
            waited = self.clock.now() - began
            if not self._make_room(count, own=self._must_give_up_own(stuck, waited)) and self._full(count):
                if not self._may_get_room(waited):
                    return
                with self.holds.waiting():
                    self.clock.sleep(PAUSE)
                    stuck = stuck + PAUSE if self.holds.stuck else 0.0

    def _must_give_up_own(self, stuck: float, waited: float) -> bool:
        """Return True if the test of this context has to give up its own earlier tickets: others cannot make room."""
        many = self.holds.own_count > (self.usage_counter.caps.alive or 0) // MOST_OF_ONE
        others = self.holds.others or self.turns.taken
        return many or not others or stuck >= PATIENCE or waited >= LONGEST_WAIT / 2

    def _may_get_room(self, waited: float) -> bool:
        """Return True while others may let go of tickets, or creates under way may turn out to leave none."""
        under_way = any(entry.open for book in self._books for entry in book.pending())
        others = self.holds.others or self.usage_counter.shared or bool(self.turns.taken)
        return others or (under_way and waited < PATIENCE)

    def _make_room(self, count: int, *, own: bool) -> bool:
        """Delete what may go; False if nothing has changed since the last time, so that nothing more would go."""
        with self.turns.one():
            if not self._has_changed(count, own=own):
                return False
            for one in list(self.connections):
                if self._full(count):
                    self._sweep(one, selection=self._idle(one, own=own), wait=False)
            return True

    @property
    def _books(self) -> list[LedgerEntries]:
        return [one.ledger.book for one in list(self.connections) if one.ledger is not None]

    def _has_changed(self, count: int, *, own: bool) -> bool:
        """Return True if there is no room, and something is different from when room was made last."""
        with self._deciding:
            ended = sum(not entry.open for book in self._books for entry in book.pending())
            now = (self.holds.ended, self.usage_counter.used.created, ended, self.holds.current() if own else None)
            changed = self._full(count) and now != self._swept_at
            if changed:
                self._swept_at = now
            return changed

    def in_background(self, allowed: bool) -> None:  # noqa: FBT001 - it is what the function sets
        """Allow deletions next to the tests that run, or wait until the last ones have ended and allow none."""
        with self._deciding:
            self._background = allowed
            under_way = () if allowed else list(self._workers)
        for worker in under_way:
            worker.join()

    def _tidy(self) -> None:
        """Delete in the background what no test needs, if there is enough of it."""
        alive = self.usage_counter.caps.alive
        with self._deciding:
            if not self._background or alive is None or self.turns.taken >= AT_ONCE:
                return
            used = self.usage_counter.used
            enough = min(BATCH, max(1, int(alive) // 6))
            crowded = alive <= BATCH and used.alive > alive * ROOMY
            if used.created - self._looked_at >= (enough if crowded else max(enough, BATCH)):
                self._looked_at = used.created
                worker = threading.Thread(target=self._tidied, name="zstack-tidy", daemon=True)
                self._workers = [one for one in self._workers if one.is_alive()] + [worker]
                worker.start()

    def _tidied(self) -> None:
        with self.turns.one():
            for one in list(self.connections):
                self._sweep(one, selection=self._idle(one), wait=False)

    @property
    def has_spare_quota(self) -> bool:
        """True if one more ticket needs no deletion of one that the running test may still look at."""
        alive = self.usage_counter.caps.alive
        return alive is None or self.usage_counter.used.alive + KEPT < alive

    def _full(self, count: int) -> bool:
        alive = self.usage_counter.caps.alive
        return alive is not None and self.usage_counter.used.alive + min(count, alive) > alive

    def sweep(self, *, wait: bool = True, progress: Progress | None = None) -> CleanupResult:
        """Delete what this process created, and check that it is gone, for its owner and for the other users."""
        with self.turns.alone():
            parts = [self._sweep(one, wait=wait, progress=progress) for one in list(self.connections)]
            parts += [self._sweep(other, ledger, wait=False) for other, ledger in self._seen_by_others()]
        return CleanupResult.joined(parts)

    def _seen_by_others(self) -> Iterator[tuple[ActorConnection, Ledger]]:
        """Yield the ledgers of which all is gone as their users see it, with the users who may see more of it.

        A ticket may have come to belong to another user: whoever created it does not see it any more.
        """
        for one, other in permutations(list(self.connections), 2):
            book = one.ledger.book if one.ledger is not None else None
            if one.ledger and book and book.settled() and not book.pending() and other.sessions is not one.sessions:
                yield other, one.ledger

    def longest(self, tickets: int) -> float:
        """Return the seconds that a clean-up of so many tickets may take, once the answers under way have come."""
        return self.patience.read + longest(self.patience, tickets, self.window)

    def sweep_ledger(self, one: ActorConnection, saved: SavedLedger) -> CleanupResult:
        """Delete what another process recorded in its ledger, over the connection of the same user."""
        return self._sweep(one, saved)

    def _sweep(
        self,
        one: ActorConnection,
        saved: Ledger | SavedLedger | None = None,
        *,
        selection: IdleTickets | None = None,
        wait: bool = True,
        progress: Progress | None = None,
    ) -> CleanupResult:
        """Delete the tickets of one user: those of a selection, or all."""
        ledger = saved or one.ledger
        if ledger is None:
            return CleanupResult()
        sweeper = Sweeper(
            self._calls(one, len(ledger.book.pending())),
            ledger,
            profile=self.state.profile,
            patience=self.patience.job,
            patience_denied=patience_denied(self.patience, one.client.pace.job),
            patience_lost=patience_lost(self.patience, ledger.book, self._books),
            memory=one.listing,
            progress=progress,
        )
        try:
            swept = sweeper.sweep(selection=selection, wait=wait)
        finally:
            if selection is not None:
                selection.end()
        self._give_back(one, ledger)
        return swept

    def _calls(self, one: ActorConnection, tickets: int) -> CleanupCalls:
        return CleanupCalls(
            run=one.cleaner.run,
            sessions=one.sessions,
            profile=self.state.profile,
            clock=self.clock,
            patience=self.patience.job,
            longest=longest(self.patience, tickets, self.window),
            window=self.window,
            outage=self.patience.outage,
            silence=self.silence,
            first_wait=max(FIRST_WAIT, OVERSHOOT * (one.client.pace.quick_job or 0.0)),
        )

    def _idle(self, one: ActorConnection, *, own: bool = False) -> IdleTickets:
        """Return what selects the tickets of a user that no test needs any more."""

        def count_gone() -> None:
            self._give_back(one, one.ledger)

        return IdleTickets(one.settings.part, self.holds, self.usage_counter, self.asked, count_gone, own)

    def _give_back(self, one: ActorConnection, ledger: Ledger | SavedLedger | None) -> None:
        """Forget what is gone, so that as many more may exist."""
        gone = ledger.drop_gone() if ledger is not None else []
        for entry in gone:
            self.holds.forget(one.settings.part, entry)
        self.usage_counter.give_back(len(gone))

    def forget_gone(self, nonce: str) -> None:
        """Note that no ticket with a nonce exists any more: a query showed that after its deletion."""
        for one, ledger in [(one, one.ledger) for one in self.connections if one.ledger is not None]:
            for entry in ledger.book.pending():
                if entry.intent.nonce == nonce:
                    ledger.know(entry.intent.number, {"gone": True})
                    self._give_back(one, ledger)

    @property
    def broken(self) -> str:
        """Why no intent can be written any more, so that nothing may be created; empty if it can."""
        return next((one.ledger.trouble for one in self.connections if one.ledger and one.ledger.trouble), "")

    @property
    def pending(self) -> bool:
        """True while a ticket of the run may exist."""
        return any(book.pending() for book in self._books)

    def close_ledgers(self, *, clean: bool) -> None:
        """Close every ledger, and remove those of which nothing is left to sweep."""
        for one in self.connections:
            if one.ledger is not None:
                one.ledger.close(remove=clean and not one.ledger.book.pending())
