"""How long a clean-up waits for creates whose end is not known."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_zstack_ticket.cleanup.entries import Entry


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds after its POST in which a ticket may come of a create: `job` as long as any job may take.

    `denied`: while tests run, of a job that the target says it does not know, and of a message that ended too early.
    `lost`: at the end, of a provoking create without an answer, where none starts a job, nor is the one known that this
    one asked for.
    """

    job: float
    denied: float
    lost: float

    def until(self, entry: Entry, *, at_end: bool) -> float:
        """Return the moment from which no ticket comes of a create any more; in seconds since the epoch."""
        intent = entry.intent
        # a message that ended too early makes a ticket soon if at all; the end takes up again what a target denied
        soon = not intent.whole or (entry.denied and not at_end)
        seconds = self.denied if soon else self.job
        if at_end and intent.provoking and not entry.job and (entry.denied or not intent.job):
            seconds = min(seconds, self.lost)
        return intent.sent + seconds
