"""What a look at the target settles: which tickets are the run's, and which creates left none for certain.

A create is settled only if the target was seen not to have its ticket, by UUID or by nonce.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pytest_zstack_ticket.cleanup.entries import Entry, Finder, LedgerEntries, Row, in_window
from pytest_zstack_ticket.cleanup.listing import View

Fate: TypeAlias = Literal["gone", "there", "unseen"]
"""The ticket of a create is not there, is there, or cannot be looked up."""


@dataclass(slots=True)
class Settlement:
    """The entries of a ledger beside what the target shows now.

    `ours` are the tickets that exist and are proven ours, `entries` what they came of; `traces` are the UUIDs that each
    entry's tickets were seen with in this and earlier looks.
    """

    book: LedgerEntries
    view: View
    chosen: Collection[Entry]
    traces: dict[int, set[str]]
    ours: dict[str, Row] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    _nonces: set[str] = field(default_factory=set)
    _strangers: bool = False

    def __post_init__(self) -> None:
        finder, numbers = Finder(self.book), {one.intent.number for one in self.chosen}
        for uuid, row in self.view.rows.items():
            entry = finder.entry_of(row)
            if entry is None:
                self._strangers = self._strangers or in_window(row.get("createDate"), self.book.window)
            elif entry.intent.number in numbers:
                self.ours[uuid], self.entries[uuid] = row, entry
                self.traces.setdefault(entry.intent.number, set()).add(uuid)
        self._nonces = self.view.nonces

    @property
    def hidden(self) -> set[str]:
        """Tickets that an answer named with our nonce in it, and that the target does not let us look at."""
        named = {one.ticket: one for one in self.chosen if one.ticket and one.answered_ours}
        found = named.keys() - self.view.absent - self.view.rows.keys()
        self.entries |= {uuid: named[uuid] for uuid in found}
        return found

    def fate(self, entry: Entry, lacks: Callable[[str], bool]) -> Fate:
        """Tell what became of an entry whose create has ended; `lacks` asks the target for the nonce in names.

        A ticket that is there, or may be, and that nothing proves ours is added to `left`.
        """
        traces = self.traces.get(entry.intent.number, set())
        if traces & self.ours.keys():
            return "there"
        known = uuids_of(entry)
        unproven = {uuid for uuid in known if self._may_be_ours(uuid)}
        if unproven:
            self.left |= unproven
            return "there"
        looked = bool(traces | known) and traces | known <= self.view.absent | self.view.rows.keys()
        if self._is_gone(entry, looked=looked, lacks=lacks):
            return "gone"
        self.left |= known
        return "there" if known else "unseen"

    def _may_be_ours(self, uuid: str) -> bool:
        """Return True for a ticket of the time of the run that an answer named, though nothing proves it ours."""
        row = self.view.rows.get(uuid)
        return row is not None and uuid not in self.ours and in_window(row.get("createDate"), self.book.window)

    def _is_gone(self, entry: Entry, *, looked: bool, lacks: Callable[[str], bool]) -> bool:
        intent = entry.intent
        if not intent.nonce:
            return looked or self._left_no_trace(entry)
        if intent.nonce in self._nonces:
            return False
        named = "name" in intent.places
        return self.view.whole or looked or entry.end == "refused" or (named and lacks(intent.nonce))

    def _left_no_trace(self, entry: Entry) -> bool:
        """Judge a create without nonce and UUID: where others' tickets are, one of them may be its own."""
        if entry.end == "refused" or (entry.open and entry.intent.name is None):
            return True
        return self.view.whole and not self._strangers


def uuids_of(entry: Entry) -> set[str]:
    """UUIDs that the ticket of a create may have: the one that was answered, else the one that was asked for."""
    if entry.end == "refused":
        return set()
    return {entry.ticket or entry.intent.resource} - {""}
