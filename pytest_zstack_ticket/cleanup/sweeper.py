"""Clean-up of a run: find its tickets, prove that it created them, cancel, delete, and check that they are gone.

Only calls that the target was seen to answer are used, and only tickets are touched that the ledger proves to be ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import quote

from pytest_zstack_ticket.api.classify import classify, session_died
from pytest_zstack_ticket.api.messages import final_answer, json_object
from pytest_zstack_ticket.api.polling import Flow, submit
from pytest_zstack_ticket.cleanup.entries import Entry, Finder, LedgerEntries, in_window, learned
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Headers, Json, Request
from pytest_zstack_ticket.model.outcome import Accepted, Unanswered
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.ticket import JSON_UTF8
from pytest_zstack_ticket.transport.clock import Clock

PAGE = 200
MOST_PAGES = 200
MOST_SILENT = 3
"""After this many unanswered calls in a row the rest is left to a later sweep."""
ENDED = frozenset({"Cancelled", "Rejected", "FinalApproved"})
PAUSE = 0.5
MOST_TRIES = 3
CANCEL = b'{"changeTicketStatus": {"statusEvent": "cancel"}}'
Row = dict[str, Json]


class Books(Protocol):
    """What a sweeper needs of a ledger: its entries, and a way to record findings."""

    @property
    def book(self) -> LedgerEntries:
        """The entries."""
        ...

    def know(self, number: int, known: Mapping[str, Any]) -> None:
        """Add what is known of an entry."""
        ...


@dataclass(slots=True)
class CleanupResult:
    """Result of a sweep. `deleted` and `left` are UUIDs; `unseen` counts creates that could not be looked up.

    `why` names what prevented the look-up; `offered` is False on a target that has no call to delete a ticket.
    """

    deleted: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    unseen: int = 0
    why: str = ""
    offered: bool = True

    @property
    def clean(self) -> bool:
        """True if nothing is left and everything could be looked up."""
        return not self.left and not self.unseen and not self.why

    @staticmethod
    def joined(parts: Sequence[CleanupResult]) -> CleanupResult:
        """Return the sum of several sweeps."""
        return CleanupResult(
            deleted=sorted({uuid for one in parts for uuid in one.deleted}),
            left=sorted({uuid for one in parts for uuid in one.left}),
            unseen=sum(one.unseen for one in parts),
            why=next((one.why for one in parts if one.why), ""),
            offered=all(one.offered for one in parts),
        )


class Sweeper:
    """Sweeps the tickets of one ledger with one session."""

    def __init__(  # noqa: PLR0913 - what a sweep needs of a run
        self,
        *,
        run: Callable[[Flow], tuple[Exchange, ...]],
        headers: Callable[[], Headers],
        profile: Profile,
        clock: Clock,
        patience: float,
        renew: Callable[[], object],
        longest: float,
        dry: bool = False,
    ) -> None:
        self._run = run
        self._headers = headers
        self._profile = profile
        self._clock = clock
        self._patience = patience
        self._renew = renew
        self._end = clock.now() + longest
        self._dry = dry
        self._silent = 0
        self._deleted: set[str] = set()
        self._offered = True

    def sweep(self, ledger: Books, *, before: int | None = None, wait: bool = True) -> CleanupResult:
        """Delete every ticket of a ledger, or of the entries before a number, and return the result.

        `wait` waits, as long as a job may take, for creates whose outcome is not known yet.
        """
        self._silent = 0
        if "query" not in self._profile.capabilities:
            return self._sweep_unseen(ledger, before)
        swept, tries = CleanupResult(), Counter[str]()
        while True:
            self._follow(ledger)
            # what could still come while we looked is not settled by that look
            ripe = {one.intent.number for one in _chosen(ledger, before) if not (one.open and self._may_come(one))}
            found = self._ours(ledger, before)
            if found is None:
                return self._gave_up(swept, ledger, before)
            if self._dry:
                return CleanupResult(left=sorted(found))
            for uuid, (row, _) in found.items():
                tries[uuid] += tries[uuid] < MOST_TRIES and self._take_away(uuid, row)
            for number in ripe - {entry.intent.number for _, entry in found.values()}:
                ledger.know(number, {"gone": True})
            swept.left = sorted(uuid for uuid in found if tries[uuid] >= MOST_TRIES)
            swept.deleted = sorted(set(tries) - set(found))
            waiting = wait and any(one.intent.number not in ripe for one in _chosen(ledger, before))
            swept.offered = self._offered
            if len(swept.left) == len(found) and not waiting:
                return swept
            if waiting and not found:
                self._clock.sleep(PAUSE)

    def _sweep_unseen(self, ledger: Books, before: int | None) -> CleanupResult:
        """Take away what the target answered us with our nonce in it; it cannot be asked for anything else."""
        swept = CleanupResult()
        self._follow(ledger)
        for entry in _chosen(ledger, before):
            if entry.ticket and entry.shown and not self._dry:
                self._take_away(entry.ticket, {})
            if entry.end == "refused" or (entry.ticket in self._deleted and entry.ticket):
                ledger.know(entry.intent.number, {"gone": True})
        swept.deleted, swept.offered = sorted(self._deleted), self._offered
        rest = _chosen(ledger, before)
        swept.left = sorted(one.ticket for one in rest if one.ticket)
        swept.unseen = sum(not one.ticket for one in rest)
        return swept

    def _may_come(self, entry: Entry) -> bool:
        return self._clock.now() < entry.intent.sent + self._patience

    def _follow(self, ledger: Books) -> None:
        """Ask once for each job that has not ended as far as we know."""
        for entry in ledger.book.pending():
            # a POST whose answer was lost may have started the job that it asked for
            job = entry.job or entry.intent.job
            if not entry.open or not job or self._silent >= MOST_SILENT:
                continue
            poll = Request(method="GET", path=f"/v1/api-jobs/{quote(job, safe='')}")
            trail = self._call(poll, follow=False, counts=False)
            if trail and (known := learned(trail[-1].request, trail[-1].answer)):
                ledger.know(entry.intent.number, known)

    def _ours(self, ledger: Books, before: int | None) -> dict[str, tuple[Row, Entry]] | None:
        """Return the tickets that exist and are proven ours, by UUID; None if the target does not show any now."""
        finder, found = Finder(ledger.book), dict[str, tuple[Row, Entry]]()
        chosen = _chosen(ledger, before)
        numbers = {one.intent.number for one in chosen}
        rows = self._rows(ledger) if chosen else []
        if rows is None:
            return None
        for row in rows:
            entry = finder.entry_of(row)
            if entry is not None and entry.intent.number in numbers:
                found[str(row["uuid"])] = (row, entry)
        for known in chosen:
            one = self._one(known.ticket) if known.ticket and known.ticket not in found else None
            if one is not None and finder.entry_of(one) is not None:
                found[known.ticket] = (one, known)
        return None if self._silent >= MOST_SILENT else found

    def _rows(self, ledger: Books) -> list[Row] | None:
        """Return the tickets of the time of the run, latest first; a target that cannot sort shows all it has."""
        kept: dict[str, Row] = {}
        for page in range(MOST_PAGES):
            rows = self._page(f"/v1/tickets?sort=-createDate&limit={PAGE}&start={page * PAGE}")
            if rows is None and not page:
                rows = self._page(f"/v1/tickets?limit={PAGE * 5}")
            if rows is None:
                return None if not page else list(kept.values())
            fresh = {uuid: row for row in rows if isinstance(uuid := row.get("uuid"), str) and uuid not in kept}
            kept |= fresh
            recent = any(in_window(row.get("createDate"), ledger.book.window) for row in fresh.values())
            if len(rows) < PAGE or not recent:
                break
        return list(kept.values())

    def _page(self, path: str) -> list[Row] | None:
        trail = self._call(Request(method="GET", path=path), follow=False)
        answer = final_answer(trail)
        if answer is None or answer.status != 200:
            return None
        rows = json_object(answer.body).get("inventories")
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else None

    def _one(self, uuid: str) -> Row | None:
        rows = self._page(f"/v1/tickets/{quote(uuid, safe='')}")
        return next((row for row in rows or () if row.get("uuid") == uuid), None)

    def _take_away(self, uuid: str, row: Row) -> bool:
        """Cancel a ticket if that is due, and delete it; always True, for a try is a try."""
        path = f"/v1/tickets/{quote(uuid, safe='')}"
        if row.get("status") not in ENDED:
            headers = (("Content-Type", JSON_UTF8),)
            self._call(Request(method="PUT", path=f"{path}/actions", headers=headers, body=CANCEL), counts=False)
        trail = self._call(Request(method="DELETE", path=path))
        if isinstance(classify(trail, self._profile, call="delete"), Accepted):
            self._deleted.add(uuid)
        answer = final_answer(trail)
        if answer is not None and (answer.status in (404, 405, 501) or b"No delete API" in answer.body):
            self._offered = False
        return True

    def _gave_up(self, swept: CleanupResult, ledger: Books, before: int | None) -> CleanupResult:
        rest = _chosen(ledger, before)
        swept.left = sorted({one.ticket for one in rest if one.ticket} - self._deleted)
        swept.unseen = sum(one.end != "refused" and not one.ticket for one in rest)
        swept.why = "no-answer"
        return swept

    def _call(self, request: Request, *, follow: bool = True, counts: bool = True) -> tuple[Exchange, ...]:
        """Send a request of ours; `counts` unless the clean-up can do without its answer, whatever that is.

        A front end may word every refusal itself: that is silence only where we asked for something that exists.
        """
        if self._clock.now() > self._end:
            self._silent = MOST_SILENT
        if self._silent >= MOST_SILENT:
            return ()
        trail = self._sent(request, follow=follow)
        outcome = classify(trail, self._profile, call="query")
        if session_died(outcome):
            self._renew()
            trail = self._sent(request, follow=follow)
            outcome = classify(trail, self._profile, call="query")
        if not isinstance(outcome, Unanswered):
            self._silent = 0
        elif counts or isinstance(trail[-1].answer, Failure):
            self._silent += 1
        return trail

    def _sent(self, request: Request, *, follow: bool) -> tuple[Exchange, ...]:
        asked = replace(request, headers=(*request.headers, *self._headers()))
        return self._run(submit(asked, job_limit=self._patience if follow else 0.0, first_wait=0.01))


def _chosen(ledger: Books, before: int | None) -> list[Entry]:
    return [one for one in ledger.book.pending() if before is None or one.intent.number < before]
