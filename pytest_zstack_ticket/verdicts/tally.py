"""Counts of the examples behind one verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pytest_zstack_ticket.model.outcome import Phrase, Undecided, Violation
from pytest_zstack_ticket.model.verdict import Example

LEGAL = frozenset({"legal-acceptance", "legal-refusal", "no-log-out", "not-shown"})
"""Reasons that say what the target chose where the contract leaves it open; none may depend on who was quicker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What all examples of one requirement said so far.

    `errors`, `lost`, `ran` and `known` are in no example: how tests broke off, that there was a test at all, and which
    partitions its tests look through. `inputs` are those that differ. Neither are, of a run with a budget, the distinct
    examples that were `explored`, those that the effort had `wanted`, and those that are `missing` for a verdict.
    """

    requirement: str
    held: int = 0
    failed: int = 0
    undecided: int = 0
    legal: int = 0
    reason: Phrase | None = None
    partitions: frozenset[str] = frozenset()
    inputs: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    errors: tuple[str, ...] = ()
    lost: tuple[Phrase, ...] = ()
    ran: bool = False
    explored: int = 0
    wanted: int = 0
    missing: int = 0

    @property
    def without_example(self) -> list[str]:
        """The partitions that tests looked through and that gave no example, so that their number is no boast."""
        return sorted(self.known - self.partitions)

    def plus(self, other: Tally) -> Tally:
        """Return both tallies as one."""
        return replace(
            self,
            held=self.held + other.held,
            failed=self.failed + other.failed,
            undecided=self.undecided + other.undecided,
            legal=self.legal + other.legal,
            reason=_first(self.reason, other.reason),
            partitions=self.partitions | other.partitions,
            inputs=self.inputs | other.inputs,
            known=self.known | other.known,
            errors=self.errors + other.errors,
            lost=self.lost + other.lost,
            ran=self.ran or other.ran,
            explored=self.explored + other.explored,
            wanted=self.wanted + other.wanted,
            missing=self.missing + other.missing,
        )


def _first(one: Phrase | None, other: Phrase | None) -> Phrase | None:
    """Return the same one of two reasons in whatever order they come."""
    return min((one, other), key=_order) if one and other else one or other


def _order(phrase: Phrase) -> tuple[str, tuple[tuple[str, str], ...]]:
    return phrase.key, phrase.parameters


def tally_of(example: Example) -> Tally:
    """Return what one example says."""
    judgement = example.judgement
    legal = isinstance(judgement, Undecided) and judgement.reason.key in LEGAL
    return Tally(
        requirement=example.requirement,
        held=int(judgement is None),
        failed=int(isinstance(judgement, Violation)),
        undecided=int(isinstance(judgement, Undecided) and not legal),
        legal=int(legal),
        reason=judgement.reason if isinstance(judgement, Undecided) and not legal else None,
        partitions=frozenset({example.partition} if example.partition else ()),
        inputs=frozenset({example.input} if example.input else ()),
        ran=True,
    )


def tallies(examples: Iterable[Example]) -> dict[str, Tally]:
    """Return the tally of each requirement that has examples."""
    found: dict[str, Tally] = {}
    for example in examples:
        one = tally_of(example)
        known = found.get(example.requirement)
        found[example.requirement] = known.plus(one) if known else one
    return found
