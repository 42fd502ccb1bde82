"""The time for exploring: which property gets it, and which examples count.

In its test every property gets the least. What is left of the time is spent at the end of the run, in rounds: first on
properties of a `must` that have too few examples to count, then always where least was explored. Only distinct examples
count, and one that held before is not sent again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from pytest_zstack_ticket.runner.record import ItemRecord

Holds = Callable[[Any], None]

LEAST = 10
"""Distinct examples that every property gets in its test, whatever the budget."""
ENOUGH = 100
"""With fewer distinct examples, or fewer than by effort, a requirement is inconclusive."""
ROUND = 50
"""Examples that are drawn at once, each round with a seed of its own."""
MOST_IN_VAIN = 4
"""After so many rounds in a row without anything new there is nothing left to explore."""
MOST_REMEMBERED = 200_000
"""Marks of examples that a property remembers; what is drawn after them counts as new."""

_FRESH = re.compile(rb"[0-9a-f]{32}")
"""Identifiers that are made anew for each example do not make it another one."""


def mark_of(example: Any) -> int:
    """Identify an example: by the body of a draft, else by its representation."""
    draft = getattr(example, "draft", example)
    body = getattr(draft, "body", None)
    content = _FRESH.sub(b"", body) if isinstance(body, bytes) else repr(example).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest())


@dataclass(slots=True)
class Property:
    """One property with what it was explored by: `wanted` are the examples that the effort asks for.

    It is drawn from a strategy and judged by what `holds`; without a strategy it has a `round` of its own, as a state
    machine has.

    `exploration` is its number within its test.

    `record` is that of its test, if the test examines a requirement. `over` says that nothing more is to be found: it
    it failed, broke off, or there is nothing else to draw.
    """

    strategy: SearchStrategy[Any] | None
    holds: Holds
    wanted: int
    record: ItemRecord | None = None
    first: bool = True
    seen: set[int] = field(default_factory=set)
    drawn: int = 0
    in_vain: int = 0
    over: bool = False
    reported: tuple[int, int, int] = (0, 0, 0)
    round: Callable[[Property], None] | None = None
    exploration: int = 0

    @property
    def missing(self) -> int:
        """How many distinct examples it would take to count."""
        return max(0, min(self.wanted, ENOUGH) - len(self.seen))

    def news(self) -> tuple[int, int, int]:
        """Return what was explored, wanted and missing, less what was reported before."""
        now = (len(self.seen), self.wanted, self.missing)
        fresh = (now[0] - self.reported[0], now[1] - self.reported[1], now[2] - self.reported[2])
        self.reported = now
        return fresh

    def exhaust(self) -> None:
        """Note that there is nothing else to draw, so nothing is missing."""
        self.over, self.wanted = True, len(self.seen)


@dataclass(slots=True)
class Budget:
    """Seconds that all exploring of a process may take; 0 bounds nothing."""

    seconds: float = 0.0
    spent: float = 0.0
    properties: list[Property] = field(default_factory=list)

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return max(0.0, self.seconds - self.spent)

    def next(self) -> Property | None:
        """Return the property that gets the next round, None if the time is over or nothing is left to explore."""
        open_ones = [one for one in self.properties if not one.over]
        if not open_ones or not self.left:
            return None
        return min(open_ones, key=lambda one: (not (one.first and one.missing), len(one.seen)))
