"""A fair sample of any number of things in bounded memory."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


@dataclass(slots=True)
class Reservoir(Generic[Kept]):
    """Keeps `size` of all that was offered, each with the same chance (Vitter's algorithm R)."""

    size: int
    chance: random.Random
    offered: int = 0
    kept: list[Kept] = field(default_factory=list)

    def offer(self, thing: Kept) -> None:
        """Take a thing, or let it go."""
        self.offered += 1
        if len(self.kept) < self.size:
            self.kept.append(thing)
            return
        place = self.chance.randrange(self.offered)
        if place < self.size:
            self.kept[place] = thing
