"""Carry what a test saw from its process to the controller: plain JSON on the report, free of what breaks reporters."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.model.codec import observation_to_json, phrase_from_json, phrase_to_json
from pytest_zstack_ticket.model.exchange import Response, Trails
from pytest_zstack_ticket.model.outcome import Violation
from pytest_zstack_ticket.model.saved_example import saved_example_to_json
from pytest_zstack_ticket.model.verdict import Example, Finding, Observation
from pytest_zstack_ticket.report.curl import curl_line
from pytest_zstack_ticket.report.finding import finding_json, subject_role, witness_json
from pytest_zstack_ticket.report.sanitize import scrubbed_json
from pytest_zstack_ticket.runner.budget import Property
from pytest_zstack_ticket.verdicts.judge import signature
from pytest_zstack_ticket.verdicts.saved_examples import saved_example_of
from pytest_zstack_ticket.verdicts.tally import Tally

KEY = "zstack"
"""Name of the property of a test report that holds the record of a test."""


def explored_json(tally: Tally) -> dict[str, int] | None:
    """Return what a budget bought of a requirement, None where nothing was explored within one."""
    told = {"explored": tally.explored, "wanted": tally.wanted, "missing": tally.missing}
    return told if any(told.values()) else None


def tally_to_json(tally: Tally) -> dict[str, Any]:
    """Return a tally as JSON."""
    return {
        "requirement": tally.requirement,
        "held": tally.held,
        "failed": tally.failed,
        "undecided": tally.undecided,
        "legal": tally.legal,
        "reason": phrase_to_json(tally.reason) if tally.reason else None,
        "causes": sorted(map(list, tally.causes)),
        "partitions": sorted(tally.partitions),
        "inputs": sorted(tally.inputs),
        "known": sorted(tally.known),
        "errors": list(tally.errors),
        "lost": [phrase_to_json(one) for one in tally.lost],
        "ran": tally.ran,
        "explored": explored_json(tally),
    }


def tally_from_json(told: dict[str, Any]) -> Tally:
    """Read a tally back."""
    return Tally(
        requirement=told["requirement"],
        held=told["held"],
        failed=told["failed"],
        undecided=told["undecided"],
        legal=told["legal"],
        reason=phrase_from_json(told["reason"]) if told["reason"] else None,
        causes=frozenset(map(tuple, told["causes"])),
        partitions=frozenset(told["partitions"]),
        inputs=frozenset(told["inputs"]),
        known=frozenset(told["known"]),
        errors=tuple(told["errors"]),
        lost=tuple(phrase_from_json(one) for one in told["lost"]),
        ran=told["ran"],
        **(told["explored"] or {}),
    )


def finding_of(
    record: ItemRecord, *, url: str, ours: frozenset[str], regenerate: str, others: Mapping[str, str] | None = None
) -> dict[str, Any] | None:
    """Return the finding of a test as JSON: its last departing example, which after shrinking is the minimal one.

    `others` are Authorization values of people beside us with the variable for each.
    """
    example = record.example
    if example is None or not isinstance(example.judgement, Violation):
        return None
    subject = record.trails.get(subject_role(record.trails), ())
    answer = subject[-1].answer if subject else None
    finding = Finding(
        requirement=record.requirement,
        example=example,
        expected=example.judgement.expected,
        actual=example.judgement.actual,
        signature=signature(example, status=answer.status if isinstance(answer, Response) else 0),
        curl=curl_line(subject[0].request, url, ours=ours, others=others or {}) if subject else "",
        regenerate=regenerate,
        seen=record.seen,
        tried=record.tried,
    )
    return finding_json(finding, record.trails)


def saved_example_json(record: ItemRecord, *, ours: frozenset[str], word: str) -> list[dict[str, Any]]:
    """Return the examples of a test that another run can send again: the last that held, and its departing one.

    One with characters that reporters do not survive is left out: scrubbed it would not be the same.
    """
    found = [
        saved_example_of(one.example, one.trails, ours=ours, created=one.created, word=word) for one in record.holding
    ]
    told = [saved_example_to_json(one) for one in found if one is not None]
    held = [one for one in told if scrubbed_json(one) == one][-1:]
    departing = record.example and saved_example_of(
        record.example, record.trails, ours=ours, created=record.created, word=word
    )
    broken = [saved_example_to_json(departing)] if departing else []
    return [*held, *(one for one in broken if scrubbed_json(one) == one)]


def record_to_json(
    record: ItemRecord, finding: dict[str, Any] | None, pinned: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Return what a test saw as JSON that every reporter survives."""
    told = {
        "pinned": list(pinned),
        "witness": witness_json(record.witness.example, record.witness.trails) if record.witness else None,
        "test": record.test,
        "first_seen": record.first_seen,
        "tally": tally_to_json(record.tally),
        "finding": finding,
        "observations": [observation_to_json(one) for one in record.observations],
    }
    scrubbed_record: dict[str, Any] = scrubbed_json(told)
    return scrubbed_record


MOST_HOLDING = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """An example with its trails; `created` are the roles that sent a CreateTicket."""

    example: Example
    trails: Trails
    created: frozenset[str]
    subject: CallResult | None = None


@dataclass(slots=True)
class ItemRecord:
    """What one test saw: the tally per requirement, the last departing example with its trails, and observations.

    `created` are the roles of that example that sent a CreateTicket; `witness` is the first example that held,
    `holding` are the last. Repeated, it departed `seen` times of `tried`. `first_seen` is the earliest moment of its
    examples.
    """

    requirement: str
    test: str
    tally: Tally
    example: Example | None = None
    trails: Trails = field(default_factory=dict)
    observations: list[Observation] = field(default_factory=list)
    created: frozenset[str] = frozenset()
    witness: Seen | None = None
    holding: deque[Seen] = field(default_factory=lambda: deque(maxlen=MOST_HOLDING))
    subject: CallResult | None = None
    seen: int = 1
    tried: int = 1
    explores: list[Property] = field(default_factory=list)
    first_seen: float | None = None

    def saw(self, moment: float | None) -> None:
        """Note when an example of the test saw the target."""
        if moment is not None:
            self.first_seen = moment if self.first_seen is None else min(moment, self.first_seen)

    def count_explored(self) -> None:
        """Take into the tally what was explored since the last time."""
        for known in self.explores:
            explored, wanted, missing = known.news()
            more = Tally(requirement=self.requirement, explored=explored, wanted=wanted, missing=missing)
            self.tally = self.tally.plus(more)
