"""What a target has: its tickets of the time of a run, and which of the tickets asked for it was seen not to have.

A short form of every ticket is listed first, so that one row that cannot be read, or read whole, does not hide the
others; the rest of each ticket is then read in groups, and alone where that fails.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from pytest_zstack_ticket.cleanup.calls import CleanupCalls
from pytest_zstack_ticket.cleanup.entries import Row, in_window, nonces_of

SHORT = "fields=uuid,name,createDate&"
NEWEST = "sort=-createDate&"
FORMS = (NEWEST + SHORT, NEWEST, SHORT, "")
"""Ways to ask for a page, best first. Not every target sorts or shows a choice of fields."""
PAGE = 200
OVERLAP = 20
"""Rows of the last page that are asked for again: if none comes, tickets went away and the pages moved."""
MOST_PAGES = 2000
MOST_LISTINGS = 3
MOST_SKIPPED = 30
GROUP = 50
"""Tickets that are asked for in one query by UUID."""


@dataclass(slots=True)
class View:
    """What the target showed: tickets by UUID.

    `whole` says that every ticket of the time of the run is among them, with all its texts. `absent` are UUIDs that
    were asked for and not there.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    whole: bool = True

    @property
    def nonces(self) -> set[str]:
        """Every nonce that some ticket shows."""
        return {nonce for row in self.rows.values() for nonce in nonces_of(row)}


@dataclass(slots=True)
class ListingMemory:
    """What earlier looks at a target's tickets found out, for the next one.

    `rows` is what was read of each ticket. `answers_best` says that the target answers the best way to ask, and `page`
    is the largest number of tickets that a page was seen to hold: one with fewer has no other page behind it.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    answers_best: bool = False
    page: int = 0


@dataclass(slots=True)
class TicketListing:
    """Looks at the tickets of a target. A `quick` one trusts what earlier looks found out of its pages."""

    calls: CleanupCalls
    memory: ListingMemory
    quick: bool = False
    _form: str | None = None

    def view(self, window: tuple[float, float], wanted: set[str]) -> View:
        """Look at the tickets of a time, and at those wanted by UUID. Raises SilentTargetError."""
        listed, complete = self._listed(window)
        view = View(whole=complete)
        shown = {uuid: row for uuid, row in listed.items() if in_window(row.get("createDate"), window)}
        unread = [uuid for uuid in shown if uuid not in self.memory.rows]
        self.memory.rows.update(self._details(unread, view, there=True))
        view.whole = view.whole and all(uuid in self.memory.rows or uuid in view.absent for uuid in shown)
        there = (uuid for uuid in shown if uuid not in view.absent)
        view.rows = {uuid: self.memory.rows.get(uuid, {}) | shown[uuid] for uuid in there}
        view.rows |= self._details([uuid for uuid in sorted(wanted) if uuid not in view.rows], view, there=False)
        for uuid in view.absent:
            self.memory.rows.pop(uuid, None)
        return view

    def shown_of(self, window: tuple[float, float], keys: Collection[str]) -> dict[str, Row]:
        """Return the tickets of a time with one of some UUIDs, or nonces in their names. Raises SilentTargetError."""
        listed, _ = self._listed(window)
        found = [uuid for uuid, row in listed.items() if uuid in keys or not nonces_of(row).isdisjoint(keys)]
        details = self._details(found, View(), there=True)
        return {uuid: listed[uuid] | details.get(uuid, {}) for uuid in found}

    def lacks(self, nonce: str) -> bool:
        """Return True if the target was seen to have no ticket with a nonce in its name. Raises SilentTargetError."""
        return self.calls.rows(f"/v1/tickets?q={quote(f'name~=%{nonce}%', safe='')}&limit=2") == []

    def _listed(self, window: tuple[float, float]) -> tuple[dict[str, Row], bool]:
        """Return the short form of the tickets of a time, and whether that is all of them."""
        if self._form is None and self.quick and self.memory.answers_best:
            self._form = FORMS[0]
        if self._form is None:
            self._form = self._found_form()
            if self._form is None and self.calls.shows_tickets():
                self._form = self._found_form()
            if self._form is None:
                return {}, False
            self.memory.answers_best = self._form == FORMS[0]
        for _ in range(MOST_LISTINGS):
            pages = _Pages()
            if self._read_pages(self._form, pages, window):
                break
        return pages.rows, not pages.skipped

    def _found_form(self) -> str | None:
        """Find a way to ask that the target can answer, though the first rows may be unreadable."""
        for form in FORMS:
            for start, limit in ((0, PAGE), (0, 1), (1, 1), (2, 1)):
                if self.calls.rows(f"/v1/tickets?{form}limit={limit}&start={start}") is not None:
                    return form
        return None

    def _read_pages(self, form: str, pages: _Pages, window: tuple[float, float]) -> bool:
        """Read page after page until the tickets are older than the run; return False if they moved meanwhile."""
        start = first = 0
        for _ in range(MOST_PAGES):
            rows = [row for part in self._page(form, start, PAGE, pages) for row in part]
            fresh = pages.take(rows)
            if not start:
                first = len(rows)
                if self.quick and 0 < first < self.memory.page and not pages.skipped:
                    return True
            elif not fresh and not pages.skipped:
                self.memory.page = max(self.memory.page, first)
            if start and rows and len(fresh) == len(rows) and not pages.skipped:
                return False
            recent = (
                any(in_window(row.get("createDate"), window) for row in fresh) if form.startswith(NEWEST) else fresh
            )
            if not recent and (rows or not pages.goes_on):
                return True
            start += max(1, len(rows) - OVERLAP) if rows else PAGE
        pages.skipped = MOST_SKIPPED
        return True

    def _page(self, form: str, start: int, limit: int, pages: _Pages) -> Iterator[list[Row]]:
        """Yield the rows of a page, in halves where it cannot be read as a whole."""
        rows = self.calls.rows(f"/v1/tickets?{form}limit={limit}&start={start}")
        if rows is not None:
            yield rows
        elif limit == 1:
            pages.skipped += 1
        elif pages.skipped < MOST_SKIPPED:
            yield from self._page(form, start, limit // 2, pages)
            yield from self._page(form, start + limit // 2, limit - limit // 2, pages)

    def _details(self, uuids: Sequence[str], view: View, *, there: bool) -> dict[str, Row]:
        """Read tickets whole, in groups; `there` are known to exist. Those that do not are noted in the view."""
        groups = [uuids[start : start + GROUP] for start in range(0, len(uuids), GROUP)]
        found: dict[str, Row] = {}
        alone: list[str] = []
        for group, rows in zip(groups, self.calls.each(self._group, groups), strict=True):
            got = _by_uuid(rows, group)
            missing = [uuid for uuid in group if uuid not in got]
            trusted = rows is not None and len(got) == len(rows) and not there and view.whole
            found |= got
            view.absent.update(missing if trusted else ())
            alone += [] if trusted else missing
        for uuid, seen in zip(alone, self.calls.each(self._one, alone), strict=True):
            found |= _by_uuid(seen, [uuid])
            if seen is not None and uuid not in found:
                view.absent.add(uuid)
        return found

    def _group(self, uuids: Sequence[str]) -> list[Row] | None:
        listed = quote(f"uuid?={','.join(uuids)}", safe="")
        return self.calls.rows(f"/v1/tickets?q={listed}&limit={len(uuids)}")

    def _one(self, uuid: str) -> list[Row] | None:
        """Return the ticket with a UUID, or nothing if there is none; None if that is not known."""
        rows = self.calls.rows(f"/v1/tickets/{quote(uuid, safe='')}")
        if rows is None:
            asked = quote(f"uuid={uuid}", safe="")
            rows = self.calls.rows(f"/v1/tickets?q={asked}&{SHORT}limit=2")
        return rows


@dataclass(slots=True)
class _Pages:
    """Rows of the pages so far, and how many could not be read."""

    rows: dict[str, Row] = field(default_factory=dict)
    skipped: int = 0

    @property
    def goes_on(self) -> bool:
        """True while it is worth looking for rows that can be read."""
        return 0 < self.skipped < MOST_SKIPPED

    def take(self, rows: Iterable[Row]) -> list[Row]:
        """Add rows and return those that are new."""
        fresh = {uuid: row for row in rows if isinstance(uuid := row.get("uuid"), str) and uuid not in self.rows}
        self.rows |= fresh
        return list(fresh.values())


def _by_uuid(rows: Sequence[Row] | None, asked: Sequence[str]) -> dict[str, Row]:
    return {str(row["uuid"]): row for row in rows or () if row.get("uuid") in asked}
