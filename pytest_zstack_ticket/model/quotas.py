"""What a run may do to a target at most, and what of it is used up."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, TypeAlias

QuotaName: TypeAlias = Literal["requests", "rate", "created", "alive", "bytes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """Upper bounds of a run, shared by all its processes; None is no bound.

    `requests`: in all. `rate`: requests per second. `created`: POST requests in all, whatever their answer. `alive`:
    tickets that may exist at once, a POST counting until its ticket is known to be gone. `bytes`: sent, heads included.
    """

    requests: int | None = None
    rate: float | None = None
    created: int | None = None
    alive: int | None = None
    bytes: int | None = None

    @property
    def bounded(self) -> bool:
        """True if anything is bounded."""
        return any(getattr(self, one.name) is not None for one in fields(self))


UNBOUNDED = Quotas()
LABORATORY = Quotas(requests=200_000, created=100_000, alive=5_000, bytes=2_000_000_000)
"""A target on this machine: enough for every effort, yet an end to a run gone wild."""
FOREIGN = Quotas(requests=10_000, rate=20.0, created=2_000, alive=50, bytes=50_000_000)
"""A foreign target: enough for effort smoke with jobs that need a few polls each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a run has used of its caps so far."""

    requests: int = 0
    created: int = 0
    alive: int = 0
    most_alive: int = 0
    bytes: int = 0
