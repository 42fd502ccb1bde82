"""What a sweep works on: the entries of a ledger, and the choice of those that it deletes while tests run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from pytest_zstack_ticket.cleanup.entries import Entry, LedgerEntries


class Books(Protocol):
    """What a sweeper needs of a ledger: its entries, and a way to record findings."""

    @property
    def book(self) -> LedgerEntries:
        """The entries."""
        ...

    def know(self, number: int, known: Mapping[str, Any]) -> None:
        """Add what is known of an entry."""
        ...


class Selection(Protocol):
    """Chooses what a sweep deletes while tests run."""

    def held(self, entry: Entry) -> bool:
        """Return True for an entry whose ticket a test that runs looks at."""
        ...

    def asks(self, entry: Entry) -> bool:
        """Return True for an entry whose job no test follows, and that was not asked about in vain before."""
        ...

    def choose(self, there: Mapping[str, Entry]) -> set[str]:
        """Choose the tickets to delete among those that are there, by UUID."""
        ...
