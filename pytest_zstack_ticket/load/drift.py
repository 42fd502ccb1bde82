"""Whether a target got slower by being used: the same life of a ticket before and after a load, and while it lasted.

A busy target is slower and recovers. One that leaks grows slower as long as the load lasts and stays so afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from pytest_zstack_ticket.load.tally import Window

FACTOR, LEAST = 2.0, 0.1
"""Times, and seconds, by which the median after a load is above that before it."""
FEWEST = 5
"""Lives before and after below which nothing is said, and windows of the load likewise."""
RISING = 0.7
"""Share of pairs of windows in which the later one is slower; chance gives a half, a leak nearly all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slowing:
    """A target that got slower and stayed so; seconds of a create's job before and after."""

    before: float
    after: float
    rising: float


def slowing(before: Sequence[float], after: Sequence[float], windows: Mapping[int, Window]) -> Slowing | None:
    """Say whether jobs are slower after a load than before it, and became slower step by step."""
    trend = rising(
        [windows[place].latencies["create.job"].quantile(0.5) for place in sorted(windows) if _has_jobs(windows[place])]
    )
    if min(len(before), len(after)) < FEWEST or trend is None:
        return None
    one, other = median(before), median(after)
    if other < one * FACTOR or other < one + LEAST or trend < RISING:
        return None
    return Slowing(before=one, after=other, rising=trend)


def _has_jobs(window: Window) -> bool:
    return "create.job" in window.latencies


def rising(values: Sequence[float]) -> float | None:
    """Share of all pairs in which the later value is the greater one; None for too few values."""
    if len(values) < FEWEST:
        return None
    pairs = [(one, other) for place, one in enumerate(values) for other in values[place + 1 :]]
    return sum(other > one for one, other in pairs) / len(pairs)
