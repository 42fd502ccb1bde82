"""What one test has examined, collected while it runs; `record_json` makes its JSON once, when the test is over."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.model.codec import phrase_from_json, phrase_to_json
from pytest_zstack_ticket.model.exchange import Trails
from pytest_zstack_ticket.model.verdict import Example, Observation
from pytest_zstack_ticket.runner.choices import Choices
from pytest_zstack_ticket.verdicts.tally import Tally

KEY = "zstack"
"""Name of the property of a test report that holds the record of a test."""
MOST_PASSING = 4
"""The latest passing examples that are kept, to find one that another run can send again."""


def explored_json(tally: Tally) -> dict[str, int] | None:
    """Convert what a budget explored to JSON; None where nothing was explored within one."""
    data = {"explored": tally.explored, "wanted": tally.wanted, "missing": tally.missing}
    return data if any(data.values()) else None


def tally_to_json(tally: Tally) -> dict[str, Any]:
    """Return a tally as JSON."""
    return {
        "requirement": tally.requirement,
        "held": tally.held,
        "failed": tally.failed,
        "undecided": tally.undecided,
        "legal": tally.legal,
        "reason": phrase_to_json(tally.reason) if tally.reason else None,
        "chosen": phrase_to_json(tally.chosen) if tally.chosen else None,
        "causes": sorted(map(list, tally.causes)),
        "partitions": sorted(tally.partitions),
        "inputs": sorted(tally.inputs),
        "known": sorted(tally.known),
        "errors": list(tally.errors),
        "lost": [phrase_to_json(one) for one in tally.lost],
        "ran": tally.ran,
        "explored": explored_json(tally),
    }


def tally_from_json(data: dict[str, Any]) -> Tally:
    """Read a tally back."""
    return Tally(
        requirement=data["requirement"],
        held=data["held"],
        failed=data["failed"],
        undecided=data["undecided"],
        legal=data["legal"],
        reason=phrase_from_json(data["reason"]) if data["reason"] else None,
        chosen=phrase_from_json(data["chosen"]) if data["chosen"] else None,
        causes=frozenset(map(tuple, data["causes"])),
        partitions=frozenset(data["partitions"]),
        inputs=frozenset(data["inputs"]),
        known=frozenset(data["known"]),
        errors=tuple(data["errors"]),
        lost=tuple(phrase_from_json(one) for one in data["lost"]),
        ran=data["ran"],
        **(data["explored"] or {}),
    )


@dataclass(frozen=True, slots=True)
class ExaminedExample:
    """An example with its exchanges: `subject` is the tested call, `created` are the roles that sent a CreateTicket."""

    example: Example
    trails: Trails
    created: frozenset[str]
    subject: CallResult | None = None


class Explored(Protocol):
    """A property that a test explores within a budget."""

    def news(self) -> tuple[int, int, int]:
        """Report how many examples were explored, wanted and missing, less what was reported before."""
        ...


@dataclass(slots=True)
class ItemRecord:
    """What one test has examined: its tally, the examples to show, and observations.

    `failing` is the last example with a violation, which after shrinking is the minimal one; repeated, it failed `seen`
    times of `tried`; it is `irregular` if the same request was decided otherwise. `witness` is
    the first passing example, `passing` are the last. `first_seen` is the earliest moment of its examples, `last_call`
    the latest call that the test made.

    `explorations` counts those that were begun; `remembered` are the choices of a counterexample of an earlier run,
    `choices` those of the counterexample that was found now.

    `waiting` writes the evidence of a test that pytest has not come to yet; once it has, there is nothing to wait for.
    """

    requirement: str
    test: str
    tally: Tally
    failing: ExaminedExample | None = None
    observations: list[Observation] = field(default_factory=list)
    witness: ExaminedExample | None = None
    passing: deque[ExaminedExample] = field(default_factory=lambda: deque(maxlen=MOST_PASSING))
    seen: int = 1
    tried: int = 1
    irregular: bool = False
    explores: list[Explored] = field(default_factory=list)
    first_seen: float | None = None
    last_call: CallResult | None = None
    waiting: list[Callable[[], None]] | None = None
    explorations: int = 0
    remembered: Choices | None = None
    choices: Choices | None = None

    def at(self, moment: float | None) -> None:
        """Keep the moment of an example if it is the earliest."""
        if moment is not None:
            self.first_seen = moment if self.first_seen is None else min(moment, self.first_seen)

    def count_explored(self) -> None:
        """Add to the tally what was explored since the last time."""
        for known in self.explores:
            explored, wanted, missing = known.news()
            more = Tally(requirement=self.requirement, explored=explored, wanted=wanted, missing=missing)
            self.tally = self.tally.plus(more)


CURRENT: ContextVar[ItemRecord | None] = ContextVar("zstack_record", default=None)
"""The record of the test whose body runs in this context, and in the threads that it starts."""
