"""On how many distinct inputs a pass has to rest at each effort: what was hardly examined is not passed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pytest_zstack_ticket.model.outcome import Phrase
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.verdicts.tally import Tally

FLOORS = {"smoke": 1, "standard": 2, "certify": 8}
"""Distinct inputs by effort, for a requirement whose row in the catalogue states no fewer."""


def floor_of(requirement: Requirement, effort: str) -> int:
    """Return on how many distinct inputs a pass has to rest; nothing is asked of your own requirements."""
    if not requirement.decided_by:
        return 0
    floor = FLOORS.get(effort, 1)
    return min(floor, requirement.few_inputs.most) if requirement.few_inputs else floor


def thin_passes(
    requirements: Iterable[Requirement], found: Mapping[str, Tally], effort: str
) -> dict[str, tuple[int, int]]:
    """Find the requirements whose examples held on too few distinct inputs: how many there are, and the floor."""
    thin = {}
    for rule in requirements:
        tally, floor = found.get(rule.id), floor_of(rule, effort)
        if tally is not None and tally.held and len(tally.inputs) < floor:
            thin[rule.id] = (len(tally.inputs), floor)
    return thin


def thin_reasons(thin: Mapping[str, tuple[int, int]]) -> dict[str, Phrase]:
    """Say of each thin pass why it is none."""
    return {key: Phrase.of("too-few-inputs", count=count, wanted=floor) for key, (count, floor) in thin.items()}
