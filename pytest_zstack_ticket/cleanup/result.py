"""Result of a clean-up: what was deleted, what is left, and what could not be looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class CleanupResult:
    """Result of a sweep. `deleted` and `left` are UUIDs; `unseen` counts creates that could not be looked up.

    `why` names what prevented the look-up; `offered` is False on a target that has no call to delete a ticket.
    """

    deleted: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    unseen: int = 0
    why: str = ""
    offered: bool = True

    @property
    def clean(self) -> bool:
        """True if nothing is left and everything could be looked up."""
        return not self.left and not self.unseen and not self.why

    @staticmethod
    def joined(parts: Sequence[CleanupResult]) -> CleanupResult:
        """Return the sum of several sweeps."""
        return CleanupResult(
            deleted=sorted({uuid for one in parts for uuid in one.deleted}),
            left=sorted({uuid for one in parts for uuid in one.left}),
            unseen=sum(one.unseen for one in parts),
            why=next((one.why for one in parts if one.why), ""),
            offered=all(one.offered for one in parts),
        )
