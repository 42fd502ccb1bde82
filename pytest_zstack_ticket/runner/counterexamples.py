"""Counterexamples of an earlier run, by requirement and test: they are sent first when their test runs again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_zstack_ticket.model.saved_example import SavedExample, saved_example_from_json
from pytest_zstack_ticket.runner.choices import Choices, choices_from_json

Key = tuple[str, str]
"""Requirement and test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterexample:
    """What is known of a failure: the calls that can be sent again, and the choices that drew it."""

    example: SavedExample | None
    choices: Choices | None


def of_report(report: Mapping[str, Any] | None) -> dict[Key, Counterexample]:
    """Read the choices of a report's findings; its examples are replayed before the tests."""
    findings = (one for row in (report or {}).get("requirements", ()) for one in row["findings"])
    return {
        (one["requirement"], one["test"]): Counterexample(example=None, choices=choices_from_json(one["choices"]))
        for one in findings
        if one.get("choices")
    }


def to_json(record: Mapping[str, Any]) -> dict[str, Any] | None:
    """Convert what a test's record has of its failure for the cache; None if it did not fail."""
    finding = record["finding"]
    if finding is None:
        return None
    examples = (one for one in record["pinned"] if one["signature"] == finding["signature"])
    return {
        "requirement": finding["requirement"],
        "test": finding["test"],
        "choices": finding["choices"],
        "example": next(examples, None),
    }


def from_json(data: Iterable[Mapping[str, Any]]) -> dict[Key, Counterexample]:
    """Read counterexamples back. Raises KeyError, TypeError or ValueError for anything else."""
    return {
        (one["requirement"], one["test"]): Counterexample(
            example=saved_example_from_json(one["example"]) if one["example"] else None,
            choices=choices_from_json(one["choices"]),
        )
        for one in data
    }
