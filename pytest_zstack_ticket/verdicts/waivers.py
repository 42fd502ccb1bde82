"""State of a waiver in a run, from replays of its counterexample and from what the run found itself."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeAlias

from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.verdict import Verdict
from pytest_zstack_ticket.model.waiver import Waiver
from pytest_zstack_ticket.verdicts.judge import Result, roll_up

State: TypeAlias = Literal["waived", "stale", "not-covered", "expired", "other-release", "inconclusive"]
Outcome: TypeAlias = str | None
"""One replay: the signature of its violation, an empty text if it passed, None if it was not decided."""

INCREDIBLE = 1e-6
"""Probability below which a series of passing replays counts as proof that the failure is gone."""
DOUBT = 1e-3
"""Probability that the true rate of a failure is below the assumed one."""
MOST_REPLAYS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """State of a waiver in a run: its replays failed `seen` times of `tried`; `found` says the search saw it."""

    waiver: Waiver
    state: State
    seen: int = 0
    tried: int = 0
    found: bool = False


def decide(
    waiver: Waiver, *, today: date, profile: Profile, outcomes: Sequence[Outcome], findings: Collection[str]
) -> Decision:
    """Decide on one waiver; `findings` are the signatures that the run found for its requirement."""
    decided = [one for one in outcomes if one is not None]
    seen, found = decided.count(waiver.signature), waiver.signature in findings
    return Decision(
        waiver=waiver,
        state=counts_today(waiver, today=today, profile=profile) or _state(waiver, outcomes, found=found),
        seen=seen,
        tried=len(decided),
        found=found,
    )


def counts_today(waiver: Waiver, *, today: date, profile: Profile) -> Literal["expired", "other-release"] | None:
    """Say why a waiver does not count, whatever the target does, or None if it does; its last day counts."""
    if today > waiver.expires:
        return "expired"
    releases = {str(profile.oldest), str(profile.newest)}
    if waiver.releases and not releases <= set(waiver.releases):
        return "other-release"
    return None


def _state(waiver: Waiver, outcomes: Sequence[Outcome], *, found: bool) -> State:
    if found or waiver.signature in outcomes:
        return "waived"
    if any(outcomes):
        return "not-covered"
    held = outcomes.count("")
    if outcomes and not held:
        return "inconclusive"
    needed = replays_needed(waiver.seen, waiver.tried)
    return "stale" if needed is not None and held >= needed else "waived"


def replays_needed(seen: int, tried: int) -> int | None:
    """Return how many passing replays in a row tell that a failure is gone, None if no number that we send would."""
    rate = lowest_rate(seen, tried)
    if rate <= 0:
        return None
    needed = math.floor(math.log(INCREDIBLE) / math.log1p(-rate)) + 1
    return needed if needed <= MOST_REPLAYS else None


def lowest_rate(seen: int, tried: int) -> float:
    """Return the lowest rate of a failure that was seen so often which is not doubtful (Clopper and Pearson)."""
    if seen <= 0:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_least(seen, tried, middle) < DOUBT else (low, middle)
    return low


def _at_least(seen: int, tried: int, rate: float) -> float:
    """Return the chance to see a failure of that rate at least so often."""
    return sum(math.comb(tried, k) * rate**k * (1 - rate) ** (tried - k) for k in range(seen, tried + 1))


def covered(decisions: Iterable[Decision], findings: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return the requirements of which every finding is waived; another failure of the same one is not covered."""
    signatures: dict[str, set[str]] = {}
    for one in decisions:
        if one.state == "waived":
            signatures.setdefault(one.waiver.requirement, set()).add(one.waiver.signature)
    return frozenset(key for key, seen in findings.items() if seen and set(seen) <= signatures.get(key, set()))


def with_waivers(result: Result, waived: Collection[str], *, cut_short: bool = False) -> Result:
    """Return a result in which waived failures do not decide the verdict; they stay failed in the report."""
    if not waived:
        return result
    others: list[Verdict] = [one.verdict for one in result.judged if one.id not in waived or one.verdict != "failed"]
    return replace(result, verdict=roll_up([*others, "inconclusive" if cut_short else "passed"]))
