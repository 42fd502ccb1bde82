"""Table of the enumerated cases: each row is sent once a worker, and any number of requirements judge its result."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from pytest_zstack_ticket.client.call_gate import in_context, settled
from pytest_zstack_ticket.client.once import OncePerKey
from pytest_zstack_ticket.client.rounds import round_number
from pytest_zstack_ticket.model.outcome import Accepted, Malformed, Refused
from pytest_zstack_ticket.model.ticket import Draft, Edit, Message

if TYPE_CHECKING:
    from pytest_zstack_ticket.client.call_result import CallResult
    from pytest_zstack_ticket.client.endpoint import TicketEndpoint
    from pytest_zstack_ticket.model.profile import Profile
    from pytest_zstack_ticket.model.ticket_context import Context


DRAFTS = ("mutations", "variations", "open")
"""Catalogues whose rows may come in any order; malformed requests of one kind share a sibling."""


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


def _key(row: Draft | Message) -> tuple[int, str, str]:
    edit = _edit(row)
    return round_number(), edit.kind, edit.partition


@dataclass(slots=False)
class CaseTable:
    """The catalogues of one run, with the result of each row that was sent so far.

    Rows are chosen by their partition, such as `params.name/too-long`; `*` stands for any text. Rows that could harm
    the target are left out. In a further round of a test they are edits of its varied draft.
    `order` is the seed of the order in which drafts are sent, None for that of the catalogues.
    `announce` is called with the partitions that a test is about to examine.
    """

    endpoint: TicketEndpoint
    context: Context
    profile: Profile
    window: int = 1
    order: int | None = None
    announce: Callable[[Iterable[str]], object] = _ignore
    _rows: OncePerKey[int, dict[str, tuple[Draft | Message, ...]]] = field(default_factory=OncePerKey)
    _results: OncePerKey[tuple[int, str, str], CallResult] = field(default_factory=OncePerKey)

    @property
    def _catalogues(self) -> dict[str, tuple[Draft | Message, ...]]:
        """The catalogues of this round: each row is one edit away from the round's draft."""
        return self._rows.get(round_number(), self._made)

    def _made(self) -> dict[str, tuple[Draft | Message, ...]]:
        from pytest_zstack_ticket import strategies  # noqa: PLC0415 - imports Hypothesis, which only suites pay for

        tags, limits = self.profile.surely_since(3, 6), self.profile.limits
        body = json.loads(self.endpoint.calibration_draft.body) if round_number() else None
        catalogues: dict[str, tuple[Draft | Message, ...]] = {
            "mutations": strategies.mutations(self.context, limits, tags=tags, body=body),
            "variations": strategies.variations(self.context, limits, body=body),
            "open": strategies.open_questions(self.context, limits, body=body),
            "malformed-requests": strategies.malformed_requests(self.context, limits, body=body),
            "unusual-requests": strategies.unusual_requests(self.context, limits, body=body),
        }
        may_send = self.endpoint.may_send
        found = {name: [row for row in rows if may_send(row.body)] for name, rows in catalogues.items()}
        if self.order is not None:
            for name in DRAFTS:
                random.Random(self.order).shuffle(found[name])
        return {name: tuple(rows) for name, rows in found.items()}

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
                    inside = in_context(self.result_of)
                    for one in settled([pool.submit(inside, row) for row in unsent]):
                        one.result()
            yield chunk

    def send_catalogues(self, *catalogues: str) -> None:
        """Send every row of some catalogues that was not sent yet."""
        for catalogue in catalogues:
            for rows in self._chunks(self.rows(catalogue)):
                for row in rows:
                    self.result_of(row)

    def unfinished(self) -> list[Draft]:
        """List the variations whose jobs had not ended when polling stopped; nothing is sent for it."""
        sent = [row for row in self.rows("variations") if _key(row) in self._results]
        return [row for row in sent if isinstance(row, Draft) and self.result_of(row).reading == "unfinished"]

    def accepted_results(self) -> Iterator[tuple[Edit | None, CallResult]]:
        """Yield the calibration and each variation that the target accepted."""
        if _accepted(self.endpoint.calibration):
            yield None, self.endpoint.calibration
        for edit, result in self.results("variations"):
            if _accepted(result):
                yield edit, result

    def structured_refusals(
        self, beside: Iterable[tuple[Edit, CallResult]] = ()
    ) -> Iterator[tuple[Edit | None, CallResult]]:
        """Yield each mutation, and each call of those `beside` them, that was refused with JSON, well-formed or not."""
        yield from ((edit, result) for edit, result in beside if _structured(result))
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
