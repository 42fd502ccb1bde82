"""Bodies that failed beside others and are called once more alone: how many, how long, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_zstack_ticket.runner.record import ExaminedExample, ItemRecord

MOST = 10
"""Bodies that are repeated: where more fail, the first of them say enough."""
LONGEST = 90.0
"""Seconds that all of it may take."""
PATIENCE = 20.0
"""Seconds to wait until nothing else runs."""


@dataclass(slots=True)
class Repetitions:
    """What may still be repeated in a process."""

    left: int = MOST
    seconds: float = LONGEST

    def allow(self, record: ItemRecord, seconds: float | None) -> bool:
        """Return True for a body that failed and may be repeated; it took `seconds`, None if it ran alone."""
        if seconds is None or record.failing is None:
            return False
        return self.left > 0 and seconds <= self.seconds

    def used(self, seconds: float) -> None:
        """Count one repetition with what it took, the wait before it included."""
        self.left -= 1
        self.seconds -= seconds


def count_again(record: ItemRecord, again: ItemRecord) -> None:
    """Count a repetition of a failed body, unless it looked at what was sent the first time."""
    if record.failing is None or not (again.tally.failed or again.tally.held):
        return
    if again.failing is not None and _sent(again.failing) & _sent(record.failing):
        return
    record.tried += 1
    record.seen += bool(again.tally.failed)


def _sent(one: ExaminedExample) -> set[str]:
    return {exchange.id for exchange in one.trails.get("subject", ())}
