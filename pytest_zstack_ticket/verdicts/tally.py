"""Counts of the examples behind one verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pytest_zstack_ticket.model.outcome import Phrase, Undecided, Violation
from pytest_zstack_ticket.model.verdict import Example

LEGAL = frozenset(
    {"legal-acceptance", "legal-refusal", "never-pending", "no-log-out", "not-shown", "unending-list", "was-lost"}
)
"""Reasons that say what the target chose where the contract leaves it open.

None may depend on who was quicker by chance: `never-pending` is said only after many jobs had ended before their first
poll, as all do on a target that is farther away than its jobs take.
"""

LEFT_OPEN = LEGAL | {"left-open"}
"""Reasons of a requirement of which a run saw only such examples; `left-open` is that of reports that name none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of all examples of one requirement so far.

    `errors`, `lost`, `ran` and `known` come from the tests, not from examples: how tests broke off, whether there was a
    test at all, and which partitions its tests examine. `inputs` are the distinct ones. `reason` is why an example was
    undecided, `chosen` what the target chose where one decides nothing, legally. For a run with a budget, `explored`
    counts distinct examples, `wanted` what the effort asks for, `missing` what is missing for a verdict.
    `causes` has for each way of failing the other requirements that would explain it, none for a failure of its own.
    """

    requirement: str
    held: int = 0
    failed: int = 0
    undecided: int = 0
    legal: int = 0
    reason: Phrase | None = None
    chosen: Phrase | None = None
    causes: frozenset[tuple[str, ...]] = frozenset()
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
        """The partitions that tests were to examine but gave no example."""
        return sorted(self.known - self.partitions)

    @property
    def examples(self) -> int:
        """How many examples there are, decided or not."""
        return self.held + self.failed + self.undecided + self.legal

    def plus(self, other: Tally) -> Tally:
        """Add another tally."""
        return replace(
            self,
            held=self.held + other.held,
            failed=self.failed + other.failed,
            undecided=self.undecided + other.undecided,
            legal=self.legal + other.legal,
            reason=_first(self.reason, other.reason),
            chosen=_first(self.chosen, other.chosen),
            causes=self.causes | other.causes,
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
    """Choose the same one of two reasons in whatever order they come."""
    return min((one, other), key=phrase_order) if one and other else one or other


def phrase_order(phrase: Phrase) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Key by which reasons are sorted, so that the same one is chosen in whatever order they come."""
    return phrase.key, phrase.parameters


def tally_of(example: Example) -> Tally:
    """Count one example."""
    judgement = example.judgement
    legal = isinstance(judgement, Undecided) and judgement.reason.key in LEGAL
    return Tally(
        requirement=example.requirement,
        held=int(judgement is None),
        failed=int(isinstance(judgement, Violation)),
        undecided=int(isinstance(judgement, Undecided) and not legal),
        legal=int(legal),
        reason=judgement.reason if isinstance(judgement, Undecided) and not legal else None,
        chosen=judgement.reason if isinstance(judgement, Undecided) and legal else None,
        causes=frozenset({_others(example)} if isinstance(judgement, Violation) else ()),
        partitions=frozenset({example.partition} if example.partition else ()),
        inputs=frozenset({example.input} if example.input else ()),
        ran=True,
    )


def _others(example: Example) -> tuple[str, ...]:
    """Other requirements that would explain a violation."""
    because = example.judgement.because if isinstance(example.judgement, Violation) else ()
    return tuple(one for one in because if one != example.requirement)


def tallies(examples: Iterable[Example]) -> dict[str, Tally]:
    """Count the examples of each requirement that has any."""
    found: dict[str, Tally] = {}
    for example in examples:
        one = tally_of(example)
        known = found.get(example.requirement)
        found[example.requirement] = known.plus(one) if known else one
    return found
