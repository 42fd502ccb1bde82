"""Send every enumerated row once a worker, and let any number of requirements judge the same trail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from pytest_zstack_ticket.model.outcome import Accepted, Malformed, Refused
from pytest_zstack_ticket.model.ticket import Draft, Edit, Message

if TYPE_CHECKING:
    from pytest_zstack_ticket.client.call_result import CallResult
    from pytest_zstack_ticket.client.endpoint import TicketEndpoint
    from pytest_zstack_ticket.model.profile import Profile
    from pytest_zstack_ticket.model.ticket_context import Context


@lru_cache(maxsize=512)
def _pattern(text: str) -> re.Pattern[str]:
    """Read a pattern in which only `*` is special: brackets are part of paths."""
    return re.compile(".*".join(map(re.escape, text.split("*"))) + r"(?![\s\S])")


def _nothing(_partitions: Iterable[str]) -> None:
    """Tell nobody."""


def _edit(row: Draft | Message) -> Edit:
    if row.edit is None:
        raise ValueError("the calibration draft is no row of a catalogue")
    return row.edit


@dataclass(slots=False)
class CaseTable:
    """The catalogues of one run, with the trail of each row that was sent so far.

    Rows are chosen by their partition, such as `params.name/too-long`; `*` stands for any text.
    """

    endpoint: TicketEndpoint
    context: Context
    profile: Profile
    window: int = 1
    looks_through: Callable[[Iterable[str]], object] = _nothing
    _trails: dict[tuple[str, str], CallResult] = field(default_factory=dict)

    @cached_property
    def _catalogues(self) -> dict[str, tuple[Draft | Message, ...]]:
        from pytest_zstack_ticket import strategies  # noqa: PLC0415 - imports Hypothesis, which only suites pay for

        tags = self.profile.surely_since(3, 6)
        return {
            "mutations": strategies.mutations(self.context, self.profile.limits, tags=tags),
            "variations": strategies.variations(self.context, self.profile.limits),
            "open": strategies.open_questions(self.context, self.profile.limits),
            "malformed-requests": strategies.malformed_requests(self.context, self.profile.limits),
            "tolerated-malformed-requests": strategies.tolerated_malformed_requests(self.context, self.profile.limits),
        }

    def rows(self, catalogue: str, *patterns: str) -> tuple[Draft | Message, ...]:
        """Return the rows of a catalogue that fit any of the patterns; all of them if there is none.

        Raises LookupError if a pattern fits no row: a test that examines nothing would pass unearned.
        """
        rows = self._catalogues[catalogue]
        if not patterns:
            return rows
        for pattern in patterns:
            if not any(_pattern(pattern).match(_edit(row).partition) for row in rows):
                raise LookupError(f"no row of {catalogue} fits {pattern!r}")
        return tuple(row for row in rows if any(_pattern(p).match(_edit(row).partition) for p in patterns))

    def trail(self, row: Draft | Message) -> CallResult:
        """Return the trail of a row, sending it if it was not sent yet."""
        edit = _edit(row)
        key = (edit.kind, edit.partition)
        if key not in self._trails:
            sent = self.endpoint.create(row) if isinstance(row, Draft) else self.endpoint.send(row)
            self._trails[key] = sent
        return self._trails[key]

    def trails(self, catalogue: str, *patterns: str) -> Iterator[tuple[Edit, CallResult]]:
        """Yield each row's edit with its trail, having told `looks_through` which partitions those are."""
        chosen = self.rows(catalogue, *patterns)
        self.looks_through(_edit(row).partition for row in chosen)
        for rows in self._chunks(chosen):
            for row in rows:
                yield _edit(row), self.trail(row)

    def _chunks(self, rows: tuple[Draft | Message, ...]) -> Iterator[tuple[Draft | Message, ...]]:
        """Yield rows a few at a time, those that were not sent yet sent at once by several threads."""
        size = 2 * self.window if self.window > 1 else 1
        for chunk in (rows[place : place + size] for place in range(0, len(rows), size)):
            fresh = [row for row in chunk if (_edit(row).kind, _edit(row).partition) not in self._trails]
            if len(fresh) > 1:
                with ThreadPoolExecutor(self.window) as pool:
                    list(pool.map(self.trail, fresh))
            yield chunk

    def trails_if_any(self, catalogue: str, *patterns: str) -> Iterator[tuple[Edit, CallResult]]:
        """Yield what `trails` yields, leaving out patterns that fit no row of this catalogue."""
        rows = self._catalogues[catalogue]
        fitting = [p for p in patterns if any(_pattern(p).match(_edit(row).partition) for row in rows)]
        if fitting:
            yield from self.trails(catalogue, *fitting)

    def send_all(self, *catalogues: str) -> None:
        """Send every row of some catalogues that was not sent yet."""
        for catalogue in catalogues:
            for _ in self._chunks(self.rows(catalogue)):
                pass

    def accepted(self) -> Iterator[tuple[Edit | None, CallResult]]:
        """Yield the calibration and each variation that the target accepted."""
        if _accepted(self.endpoint.calibration):
            yield None, self.endpoint.calibration
        for edit, trail in self.trails("variations"):
            if _accepted(trail):
                yield edit, trail

    def structured_refusals(self) -> Iterator[tuple[Edit | None, CallResult]]:
        """Yield each mutation that was refused with JSON, well-formed or not."""
        if _structured(self.endpoint.calibration):
            yield None, self.endpoint.calibration
        for edit, trail in self.trails("mutations"):
            if _structured(trail):
                yield edit, trail


def _accepted(trail: CallResult) -> bool:
    outcome = trail.outcome
    return isinstance(outcome, Accepted) or (isinstance(outcome, Malformed) and outcome.leaning == "accepted")


def _structured(trail: CallResult) -> bool:
    outcome = trail.outcome
    if isinstance(outcome, Refused):
        return outcome.form == "error"
    return isinstance(outcome, Malformed) and outcome.leaning == "refused"
