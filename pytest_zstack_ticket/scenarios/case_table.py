"""Table of the enumerated cases: each row is sent once a worker, and any number of requirements judge its result."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING

from pytest_zstack_ticket.client.call_gate import in_context
from pytest_zstack_ticket.client.once import OncePerKey
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


def _ignore(_partitions: Iterable[str]) -> None:
    """Announce nothing: no test is being recorded."""


def _edit(row: Draft | Message) -> Edit:
    if row.edit is None:
        raise ValueError("the calibration draft is no row of a catalogue")
    return row.edit


def _key(row: Draft | Message) -> tuple[str, str]:
    edit = _edit(row)
    return edit.kind, edit.partition


@dataclass(slots=False)
class CaseTable:
    """The catalogues of one run, with the result of each row that was sent so far.

    Rows are chosen by their partition, such as `params.name/too-long`; `*` stands for any text. Rows that could harm
    the target are left out. `announce` is called with the partitions that a test is about to examine.
    """

    endpoint: TicketEndpoint
    context: Context
    profile: Profile
    window: int = 1
    announce: Callable[[Iterable[str]], object] = _ignore
    _results: OncePerKey[tuple[str, str], CallResult] = field(default_factory=OncePerKey)

    @cached_property
    def _catalogues(self) -> dict[str, tuple[Draft | Message, ...]]:
        from pytest_zstack_ticket import strategies  # noqa: PLC0415 - imports Hypothesis, which only suites pay for

        tags = self.profile.surely_since(3, 6)
        catalogues: dict[str, tuple[Draft | Message, ...]] = {
            "mutations": strategies.mutations(self.context, self.profile.limits, tags=tags),
            "variations": strategies.variations(self.context, self.profile.limits),
            "open": strategies.open_questions(self.context, self.profile.limits),
            "malformed-requests": strategies.malformed_requests(self.context, self.profile.limits),
            "unusual-requests": strategies.unusual_requests(self.context, self.profile.limits),
        }
        may_send = self.endpoint.may_send
        return {name: tuple(row for row in rows if may_send(row.body)) for name, rows in catalogues.items()}

    def rows(self, catalogue: str, *patterns: str) -> tuple[Draft | Message, ...]:
        """Rows of a catalogue that fit any of the patterns; all of them if there is no pattern.

        Raises LookupError if a pattern fits no row: a test that examines nothing would pass unearned.
        """
        rows = self._catalogues[catalogue]
        if not patterns:
            return rows
        for pattern in patterns:
            if not self._fits_any(catalogue, pattern):
                raise LookupError(f"no row of {catalogue} fits {pattern!r}")
        return tuple(row for row in rows if any(_pattern(p).match(_edit(row).partition) for p in patterns))

    def result_of(self, row: Draft | Message) -> CallResult:
        """Return the result of a row, which is sent if it was not sent yet."""
        return self._results.get(_key(row), partial(self._sent, row))

    def _sent(self, row: Draft | Message) -> CallResult:
        with self.endpoint.quota.sharing(), self.endpoint.quota.apart():
            return self.endpoint.create(row) if isinstance(row, Draft) else self.endpoint.send(row)

    def results(self, catalogue: str, *patterns: str) -> Iterator[tuple[Edit, CallResult]]:
        """Yield the edit and the result of each row that fits, after announcing their partitions."""
        chosen = self.rows(catalogue, *patterns)
        self.announce(_edit(row).partition for row in chosen)
        for rows in self._chunks(chosen):
            for row in rows:
                yield _edit(row), self.result_of(row)

    def _fits_any(self, catalogue: str, pattern: str) -> bool:
        return any(_pattern(pattern).match(_edit(row).partition) for row in self._catalogues[catalogue])

    def _chunks(self, rows: tuple[Draft | Message, ...]) -> Iterator[tuple[Draft | Message, ...]]:
        """Yield rows a few at a time; those that were not sent yet are sent concurrently."""
        size = 2 * self.window if self.window > 1 else 1
        for chunk in (rows[place : place + size] for place in range(0, len(rows), size)):
            unsent = [row for row in chunk if _key(row) not in self._results]
            if len(unsent) > 1:
                with ThreadPoolExecutor(self.window) as pool:
                    list(pool.map(in_context(self.result_of), unsent))
            yield chunk

    def send_catalogues(self, *catalogues: str) -> None:
        """Send every row of some catalogues that was not sent yet."""
        for catalogue in catalogues:
            for rows in self._chunks(self.rows(catalogue)):
                for row in rows:
                    self.result_of(row)

    def accepted_results(self) -> Iterator[tuple[Edit | None, CallResult]]:
        """Yield the calibration and each variation that the target accepted."""
        if _accepted(self.endpoint.calibration):
            yield None, self.endpoint.calibration
        for edit, result in self.results("variations"):
            if _accepted(result):
                yield edit, result

    def structured_refusals(self) -> Iterator[tuple[Edit | None, CallResult]]:
        """Yield each mutation that was refused with JSON, well-formed or not."""
        if _structured(self.endpoint.calibration):
            yield None, self.endpoint.calibration
        for edit, result in self.results("mutations"):
            if _structured(result):
                yield edit, result


def _accepted(result: CallResult) -> bool:
    outcome = result.outcome
    return isinstance(outcome, Accepted) or (isinstance(outcome, Malformed) and outcome.leaning == "accepted")


def _structured(result: CallResult) -> bool:
    outcome = result.outcome
    if isinstance(outcome, Refused):
        return outcome.form == "error"
    return isinstance(outcome, Malformed) and outcome.leaning == "refused"
