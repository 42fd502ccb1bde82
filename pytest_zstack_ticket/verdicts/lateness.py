"""Whether the tests that look at a target after everything else really came after everything else.

A target may break only after so many calls. A requirement that is `late` in its catalogue compares the end of a run
with its start, so it proves nothing where other tests first saw the target after it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

from pytest_zstack_ticket.model.exchange import Exchange, Trails
from pytest_zstack_ticket.model.verdict import Example

FirstSeen: TypeAlias = dict[tuple[str, str], float]
"""When a test first saw the target for a requirement, by requirement and test; in seconds since the epoch."""


def moment(trails: Trails) -> float | None:
    """Say when the last request of an example was sent; None for an example without exchanges."""
    return max((exchange.started for trail in trails.values() for exchange in trail), default=None)


def first_seen(examples: Iterable[Example], exchanges: Mapping[str, Exchange]) -> FirstSeen:
    """Find when each test first saw the target, read from the evidence."""
    found: FirstSeen = {}
    for example in examples:
        trails = {role: tuple(exchanges[one] for one in ids) for role, ids in example.roles.items()}
        note(found, example.requirement, example.test, moment(trails))
    return found


def note(found: FirstSeen, requirement: str, test: str, when: float | None) -> None:
    """Keep the earliest moment of a test."""
    if when is not None:
        found[requirement, test] = min(when, found.get((requirement, test), when))


def too_early(found: Mapping[tuple[str, str], float], late: Collection[str]) -> frozenset[str]:
    """Find the late requirements of which an example came before another test first saw the target.

    What is judged for another requirement while a late test runs, such as the drift of the target, is no other test.
    """
    late_tests = {test for requirement, test in found if requirement in late}
    rest = max(
        (when for (requirement, test), when in found.items() if requirement not in late and test not in late_tests),
        default=None,
    )
    if rest is None:
        return frozenset()
    return frozenset(requirement for (requirement, _), when in found.items() if requirement in late and when < rest)
