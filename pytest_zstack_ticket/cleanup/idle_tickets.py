"""Which tickets a clean-up deletes while tests run: those that no test looks at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pytest_zstack_ticket.cleanup.entries import Entry
from pytest_zstack_ticket.cleanup.ticket_holds import TicketHolds
from pytest_zstack_ticket.transport.usage_counter import SharedUsageCounter

KEPT = 10
"""The latest tickets that stay, whatever the quota says: the test that created them may still look at them."""
MOST_ASKED = 2
"""Times that a job which no test follows is asked for during a run: some never end. The end asks once more."""
TIGHT = 0.8
"""The part of the quota above which tickets that tests share are deleted, too."""


@dataclass(slots=True)
class IdleTickets:
    """Selects the tickets of one user that no test holds; those that tests share where the quota is nearly used up.

    With `own`, the earlier tickets of the test of this context go, too. `count_gone` counts what is known to be gone,
    so that the quota is right. `asked` counts how often each job was asked for, by the part of the user and number.
    """

    part: str
    holds: TicketHolds
    usage_counter: SharedUsageCounter
    asked: Counter[tuple[str, int]]
    count_gone: Callable[[], None]
    own: bool = False
    chosen: set[str] = field(default_factory=set)

    def held(self, entry: Entry) -> bool:
        """Return True for an entry whose ticket a test that runs looks at."""
        return self.holds.held(self.part, entry)

    def asks(self, entry: Entry) -> bool:
        """Return True for an entry whose job no test follows, and that was not asked about in vain before."""
        place = (self.part, entry.intent.number)
        if self.held(entry) or self.asked[place] >= MOST_ASKED:
            return False
        self.asked[place] += 1
        return True

    def choose(self, there: Mapping[str, Entry]) -> set[str]:
        """Choose the tickets to delete among those that are there, by UUID; another clean-up may not until `end`."""
        self.count_gone()
        take = self.holds.take
        self.chosen |= {uuid for uuid, entry in there.items() if take(self.part, entry, uuid, shared=False)}
        used, alive = self.usage_counter.used.alive, self.usage_counter.caps.alive
        if alive is not None and used - len(self.chosen) > alive * TIGHT:
            own = self.holds.own_before(self.part, max(1, min(KEPT, int(alive) // 4))) if self.own else 0
            self.chosen |= {uuid for uuid, entry in there.items() if take(self.part, entry, uuid, own=own)}
        return self.chosen

    def end(self) -> None:
        """Let another clean-up try what this one could not delete."""
        self.holds.give_up(self.part, self.chosen)
