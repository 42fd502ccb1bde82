"""Deletes the tickets of a run: all at its end, and those that no test needs any more while it goes on."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Hashable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from pytest_zstack_ticket.cleanup.calls import CleanupCalls
from pytest_zstack_ticket.cleanup.entries import Entry
from pytest_zstack_ticket.cleanup.ledger import Ledger, SavedLedger
from pytest_zstack_ticket.cleanup.result import CleanupResult
from pytest_zstack_ticket.cleanup.sweeper import Progress, Sweeper
from pytest_zstack_ticket.cleanup.ticket_holds import TicketHolds, sharing
from pytest_zstack_ticket.client import call_gate
from pytest_zstack_ticket.client.target_state import TargetState
from pytest_zstack_ticket.model.settings import Patience
from pytest_zstack_ticket.target.actors import ActorConnection
from pytest_zstack_ticket.transport.clock import Clock
from pytest_zstack_ticket.transport.usage_counter import SharedUsageCounter

KEPT = 10
"""The latest tickets that stay, whatever the quota says: the test that created them may still look at them."""
LONGEST_WAIT = 60.0
"""Seconds to wait for other tests, or another process, to let go of their tickets."""
PATIENCE = 5.0
"""Seconds for which tests wait for each other, or one for its own creates, before something has to be given up."""
MOST_OF_ONE = 2
"""The part of the quota that one test may hold next to others, as the divisor of the whole."""
PAUSE = 0.1
MOST_ASKED = 2
"""Times that a job which no test follows is asked for during a run: some never end. The end asks once more."""
SECONDS_EACH = 5.0
"""Seconds that a clean-up may take more for each ticket that is to be deleted, if they are deleted one by one."""
TIGHT = 0.8
"""The part of the quota above which tickets that tests share are deleted, too."""
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
    _sweeping: threading.Lock = field(default_factory=threading.Lock)
    _background: bool = False
    _worker: threading.Thread | None = None
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
        return many or not self.holds.others or stuck >= PATIENCE or waited >= LONGEST_WAIT / 2

    def _may_get_room(self, waited: float) -> bool:
        """Return True while others may let go of tickets, or creates under way may turn out to leave none."""
        under_way = any(entry.open for one in self.connections if one.ledger for entry in one.ledger.book.pending())
        return self.holds.others or self.usage_counter.shared or (under_way and waited < PATIENCE)

    def _make_room(self, count: int, *, own: bool) -> bool:
        """Delete what may go; False if nothing has changed since the last time, so that nothing more would go."""
        with self._sweeping:
            books = [one.ledger.book for one in self.connections if one.ledger is not None]
            ended = sum(not entry.open for book in books for entry in book.pending())
            now = (self.holds.ended, self.usage_counter.used.created, ended, self.holds.current() if own else None)
            if not self._full(count) or now == self._swept_at:
                return False
            self._swept_at = now
            for one in list(self.connections):
                if self._full(count):
                    self._sweep(one, selection=_Idle(self, one, own=own), wait=False)
            return True

    def in_background(self, allowed: bool) -> None:  # noqa: FBT001 - it is what the function sets
        """Allow deletions next to the tests that run, or wait until the last ones have ended and allow none."""
        self._background = allowed
        if not allowed and self._worker is not None:
            self._worker.join()

    def _tidy(self) -> None:
        """Delete in the background what no test needs, if there is enough of it."""
        alive = self.usage_counter.caps.alive
        if not self._background or alive is None or (self._worker is not None and self._worker.is_alive()):
            return
        used = self.usage_counter.used
        enough = min(BATCH, max(1, int(alive) // 6))
        crowded = alive <= BATCH and used.alive > alive * ROOMY
        if used.created - self._looked_at >= (enough if crowded else max(enough, BATCH)):
            self._looked_at = used.created
            self._worker = threading.Thread(target=self._tidied, name="zstack-tidy", daemon=True)
            self._worker.start()

    def _tidied(self) -> None:
        with self._sweeping:
            for one in list(self.connections):
                self._sweep(one, selection=_Idle(self, one, own=False), wait=False)

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
        selection: _Idle | None = None,
        wait: bool = True,
        progress: Progress | None = None,
    ) -> CleanupResult:
        """Delete the tickets of one user: those of a selection, or all."""
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
        swept = sweeper.sweep(selection=selection, wait=wait)
        self._give_back(one, ledger)
        return swept

    def _give_back(self, one: ActorConnection, ledger: Ledger | SavedLedger) -> None:
        """Forget what is gone, so that as many more may exist."""
        gone = ledger.drop_gone()
        for entry in gone:
            self.holds.forget(one.settings.part, entry)
        self.usage_counter.give_back(len(gone))

    def forget_gone(self, nonce: str) -> None:
        """Note that no ticket with a nonce exists any more: a query showed that after its deletion."""
        for one in self.connections:
            ledger = one.ledger
            if ledger is None:
                continue
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
        return any(one.ledger.book.pending() for one in self.connections if one.ledger is not None)

    def close_ledgers(self, *, clean: bool) -> None:
        """Close every ledger, and remove those of which nothing is left to sweep."""
        for one in self.connections:
            if one.ledger is not None:
                one.ledger.close(remove=clean and not one.ledger.book.pending())


def longest(patience: Patience, tickets: int, window: int) -> float:
    """Return the seconds that a clean-up may take: more where there is more to do."""
    return patience.sweep + SECONDS_EACH * tickets / window


@dataclass(slots=True)
class _Idle:
    """Selects the tickets of one user that no test holds; those that tests share where the quota is nearly used up.

    With `own`, the earlier tickets of the test of this context go, too.
    """

    cleanup: TicketCleanup
    one: ActorConnection
    own: bool

    def held(self, entry: Entry) -> bool:
        """Return True for an entry whose ticket a test that runs looks at."""
        return self.cleanup.holds.held(self.one.settings.part, entry)

    def asks(self, entry: Entry) -> bool:
        """Return True for an entry whose job no test follows, and that was not asked about in vain before."""
        place, asked = (self.one.settings.part, entry.intent.number), self.cleanup.asked
        if self.held(entry) or asked[place] >= MOST_ASKED:
            return False
        asked[place] += 1
        return True

    def choose(self, there: Mapping[str, Entry]) -> set[str]:
        """Choose the tickets to delete among those that are there, by UUID."""
        cleanup, part = self.cleanup, self.one.settings.part
        if self.one.ledger is not None:
            cleanup._give_back(self.one, self.one.ledger)  # noqa: SLF001 - a part of it
        chosen = {uuid for uuid, entry in there.items() if cleanup.holds.take(part, entry, uuid, shared=False)}
        used, alive = cleanup.usage_counter.used.alive, cleanup.usage_counter.caps.alive
        if alive is not None and used - len(chosen) > alive * TIGHT:
            own = cleanup.holds.own_before(part, max(1, min(KEPT, int(alive) // 4))) if self.own else 0
            chosen |= {uuid for uuid, entry in there.items() if cleanup.holds.take(part, entry, uuid, own=own)}
        return chosen
