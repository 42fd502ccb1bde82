"""Clean-up of a run: find its tickets, prove that it created them, cancel, delete, and check that they are gone.

Only calls that the target was seen to answer are used, and only tickets are touched that the ledger proves to be ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from pytest_zstack_ticket.api.classify import classify
from pytest_zstack_ticket.api.messages import final_answer
from pytest_zstack_ticket.api.sayings import NO_DELETION, says
from pytest_zstack_ticket.cleanup.calls import CleanupCalls, SilentTargetError, is_answered
from pytest_zstack_ticket.cleanup.entries import Entry, Finder, Row, learned
from pytest_zstack_ticket.cleanup.listing import ListingMemory, TicketListing
from pytest_zstack_ticket.cleanup.progress import Progress, no_progress
from pytest_zstack_ticket.cleanup.requests import cancel_request, delete_request, job_request
from pytest_zstack_ticket.cleanup.result import CleanupResult
from pytest_zstack_ticket.cleanup.selection import Books, Selection
from pytest_zstack_ticket.cleanup.settlement import Settlement, uuids_of
from pytest_zstack_ticket.cleanup.waits import Waits
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Request
from pytest_zstack_ticket.model.outcome import Accepted
from pytest_zstack_ticket.model.profile import Profile

MOST_RETURNS, RETURNING = 10, 5.0
"""Times that a run's end looks for deleted tickets that are shown again, and seconds between two such looks."""
ENDED = frozenset({"Cancelled", "Rejected", "FinalApproved"})
PAUSE, LONGEST_PAUSE = 0.5, 5.0
"""Seconds between two looks; they grow while nothing is left to do but to wait for creates that may still come."""
MOST_TRIES = 3
FRESH = 10.0
"""Seconds after which an accepted ticket that no query shows counts as gone while tests run; queries may lag behind."""


class Sweeper:
    """Sweeps the tickets of one ledger with one session.

    All tickets are cancelled and deleted at once first, without waiting for any job; what a look then still finds is
    cancelled and deleted again, each job followed to its end.
    """

    def __init__(  # noqa: PLR0913 - what a sweep needs of a run
        self,
        calls: CleanupCalls,
        ledger: Books,
        *,
        profile: Profile,
        patience: float,
        patience_denied: float | None = None,
        patience_lost: float | None = None,
        memory: ListingMemory | None = None,
        dry: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self._calls = calls
        self._ledger = ledger
        self._profile = profile
        self._waits = Waits(patience, *(min(patience, one or patience) for one in (patience_denied, patience_lost)))
        self._listing = TicketListing(calls, memory or ListingMemory())
        self._dry = dry
        self._progress = progress or no_progress
        calls.when_silent = self._target_is_silent
        self._traces: dict[int, set[str]] = {}
        self._tries = Counter[str]()
        self._selection: Selection | None = None
        self._may_go: set[str] | None = None
        self._pause = PAUSE
        self._accepted: set[str] = set()
        self._result = CleanupResult()

    def sweep(self, *, selection: Selection | None = None, wait: bool = True) -> CleanupResult:
        """Delete every ticket of the ledger, or those of a selection, and return the result.

        `wait` waits, as long as a job may take, for creates whose outcome is not known yet.
        """
        self._selection = selection
        self._listing.quick = selection is not None  # the end of a run looks again, at all of it
        try:
            if "query" not in self._profile.capabilities:
                self._sweep_unseen()
            else:
                self._calls.begin()
                self._doubt()
                while not self._is_swept(wait=wait):
                    pass
                if selection is None and not self._dry:
                    self._delete_what_returned()
        except SilentTargetError as error:
            self._give_up(error.why)
        return self._result

    def _doubt(self) -> None:
        """At the end, take up again what was settled sooner than a job may take, and wait for it in full."""
        if self._selection is None:
            for entry in self._ledger.book.settled():
                if entry.open and entry.denied and self._may_come(entry):
                    self._ledger.know(entry.intent.number, {"gone": False})

    def _delete_what_returned(self) -> None:
        """Delete tickets that were seen to be gone and are shown again, until none is or all were tried often."""
        for _ in range(MOST_RETURNS):
            if not self._take_up_again():
                return
            while not self._is_swept(wait=False):
                pass
            self._calls.clock.sleep(RETURNING)

    def _take_up_again(self) -> bool:
        """Take settled entries up again whose tickets the target shows after all; False if there are none."""
        book = self._ledger.book
        settled = book.settled()
        finder = Finder(book, settled)
        try:
            rows = self._listing.shown_of(book.window, finder.by_key.keys()) if settled else {}
        except SilentTargetError:
            return False  # all that is known of was seen to be gone
        back = {entry.intent.number for row in rows.values() if (entry := finder.entry_of(row))}
        for number in sorted(back):
            self._ledger.know(number, {"gone": False})
        return bool(back)

    def _is_swept(self, *, wait: bool) -> bool:
        """Look once and delete what was found; return True if nothing more can be done."""
        self._follow()
        chosen = self._ledger.book.pending()
        # what could still come while we looked is not settled by that look
        ripe = [one for one in chosen if not (one.open and self._may_come(one)) and not self._is_fresh(one)]
        if not chosen:
            return True
        found = self._look(chosen)
        if self._dry:
            self._result.left = sorted(found.ours)
            return True
        unseen = self._settle(found, ripe)
        there = found.ours | {uuid: {} for uuid in found.hidden}
        due = {uuid: row for uuid, row in there.items() if self._tries[uuid] < MOST_TRIES and self._goes(uuid, found)}
        self._result.deleted = sorted(self._tries.keys() - there.keys())
        self._result.left = sorted((found.left | there.keys()) - due.keys())
        self._result.unseen = unseen
        if due:
            self._take_away(due)
            return False
        if not wait or len(ripe) == len(chosen):
            return True
        self._wait(chosen)
        return False

    def _wait(self, chosen: Sequence[Entry]) -> None:
        """Wait for creates that may still come, longer each time, no longer than they may."""
        ends = [self._until(one) for one in chosen if one.open and self._may_come(one)]
        seconds = max(0.0, max(ends, default=0.0) - self._calls.clock.now())
        self._progress(len(self._result.deleted), len(self._result.left), unended=len(ends), seconds=seconds)
        self._calls.clock.sleep(min(self._pause, seconds) if seconds else PAUSE)
        self._pause = min(self._pause * 1.5, LONGEST_PAUSE)

    def _target_is_silent(self, seconds: float) -> None:
        self._progress(len(self._result.deleted), len(self._result.left), silent=True, seconds=seconds)

    def _goes(self, uuid: str, found: Settlement) -> bool:
        """Return True for a ticket that is to be deleted; a selection is made once, after the first look."""
        if self._selection is None:
            return True
        if self._may_go is None:
            self._may_go = self._selection.choose(found.entries)
        return uuid in self._may_go

    def _look(self, chosen: Collection[Entry]) -> Settlement:
        """Look at the target; what was just deleted is given time to go, as long as some of it does."""
        window, before = self._ledger.book.window, -1
        while True:
            wanted = {uuid for one in chosen for uuid in uuids_of(one)}.union(*self._traces.values(), self._tries)
            view = self._listing.view(window, wanted)
            found = Settlement(self._ledger.book, view, chosen, self._traces)
            going = sum(self._tries[uuid] == 1 for uuid in found.ours)
            if found.ours:
                self._progress(len(self._tries) - len(self._tries.keys() & found.ours.keys()), len(found.ours))
            if not going or going == before:
                return found
            before = going
            self._calls.clock.sleep(PAUSE)

    def _settle(self, found: Settlement, ripe: Sequence[Entry]) -> int:
        """Record the entries of which no ticket is left, and count those that cannot be looked up."""
        fates = self._calls.each(lambda entry: found.fate(entry, self._listing.lacks), ripe)
        for entry, fate in zip(ripe, fates, strict=True):
            if fate == "gone":
                self._ledger.know(entry.intent.number, {"gone": True})
        return fates.count("unseen")

    def _may_come(self, entry: Entry) -> bool:
        return self._calls.clock.now() < self._until(entry)

    def _until(self, entry: Entry) -> float:
        return self._waits.until(entry, at_end=self._selection is None)

    def _is_fresh(self, entry: Entry) -> bool:
        """Return True, while tests run, for a ticket that may only not be shown yet: the end of the run looks again.

        A create that a test still waits for may be answered, however long a job may take.
        """
        if self._selection is None or not self._tries.keys().isdisjoint(uuids_of(entry)):
            return False
        if entry.end != "accepted":
            return entry.open and self._selection.held(entry)
        return self._selection.held(entry) or self._calls.clock.now() < entry.intent.sent + FRESH

    def _follow(self) -> None:
        """Ask once for each job that has not ended as far as we know."""
        # a POST whose answer was lost may have started the job that it asked for
        asks = self._selection.asks if self._selection is not None else (lambda _entry: True)
        asked = [(one, one.job or one.intent.job) for one in self._ledger.book.pending() if one.open and asks(one)]
        polls = [(one, job_request(job)) for one, job in asked if job]
        trails = self._calls.each(lambda one: self._sent(one[1]), polls)
        for (entry, _), trail in zip(polls, trails, strict=True):
            if trail and (known := entry.news(learned(trail[-1].request, trail[-1].answer))):
                self._ledger.know(entry.intent.number, known)

    def _take_away(self, due: Mapping[str, Row]) -> None:
        """Cancel tickets if that is due, and delete them: the first time without waiting for each."""
        first = [uuid for uuid in due if not self._tries[uuid]]
        again = [uuid for uuid in due if self._tries[uuid]]
        self._tries.update(list(due))
        self._send_all([(uuid, cancel_request(uuid)) for uuid in first if due[uuid].get("status") not in ENDED])
        self._send_all([(uuid, delete_request(uuid)) for uuid in first])
        self._calls.each(self._take_one_away, again)

    def _send_all(self, requests: Sequence[tuple[str, Request]]) -> None:
        """Send requests at once; the job of the last one is followed, so that the others have most likely ended too."""
        done = 0

        def send(one: tuple[str, Request]) -> None:
            nonlocal done
            trail = self._sent(one[1], follow=one is requests[-1])
            done += 1
            if one[1].method == "DELETE":
                self._note(one[0], trail)
                self._progress(len(self._tries) - len(requests) + done, len(requests) - done)

        self._calls.each(send, requests)

    def _take_one_away(self, uuid: str) -> None:
        """Cancel and delete one ticket, whatever status an earlier look saw: it may be another one since."""
        self._sent(cancel_request(uuid), follow=True)
        self._note(uuid, self._sent(delete_request(uuid), follow=True))

    def _sent(self, request: Request, *, follow: bool = False) -> tuple[Exchange, ...]:
        """Send a request; where it was lost, go on only when the target is there again. Raises SilentTargetError.

        A front end may word every refusal itself: that is no silence but where a ticket of ours was to be deleted.
        """
        seen, trail = self._calls.recoveries, self._calls.send(request, follow=follow)
        lost = not trail or isinstance(trail[-1].answer, Failure)
        if lost or (request.method == "DELETE" and not is_answered(trail[:1])):
            self._calls.recover(seen)
        return trail

    def _note(self, uuid: str, trail: tuple[Exchange, ...]) -> None:
        """Note whether a deletion was accepted, and whether the target has such a call at all."""
        if isinstance(classify(trail, self._profile, call="delete"), Accepted):
            self._accepted.add(uuid)
        answer = final_answer(trail)
        if answer is not None and (answer.status in (404, 405, 501) or says(answer, NO_DELETION)):
            self._result.offered = False

    def _sweep_unseen(self) -> None:
        """Take away what the target answered us with our nonce in it; it cannot be asked for anything else."""
        self._follow()
        shown = {one.ticket: one for one in self._ledger.book.pending() if one.ticket and one.answered_ours}
        chosen = shown if self._selection is None else self._selection.choose(shown)
        if not self._dry:
            self._calls.each(self._take_one_away, sorted(chosen))
        for entry in self._ledger.book.pending():
            if entry.end == "refused" or entry.ticket in self._accepted:
                self._ledger.know(entry.intent.number, {"gone": True})
        self._result.deleted, rest = sorted(self._accepted), self._ledger.book.pending()
        self._result.left = sorted(one.ticket for one in rest if one.ticket)
        self._result.unseen = sum(not one.ticket for one in rest)

    def _give_up(self, why: str) -> None:
        """List what is left as far as is known: what was deleted and not seen to be gone counts as left."""
        rest = self._ledger.book.pending()
        known = {one.intent.number: uuids_of(one) | self._traces.get(one.intent.number, set()) for one in rest}
        self._result.left = sorted(set().union(*known.values()) - set(self._result.deleted))
        self._result.unseen = sum(one.end != "refused" and not known[one.intent.number] for one in rest)
        self._result.why = why
