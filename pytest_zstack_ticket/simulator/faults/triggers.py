"""Triggers: conditions on the request, and counters over the occasions of a fault."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.simulator.fault_points import Facts
from pytest_zstack_ticket.simulator.faults.request_conditions import CONDITIONS, SIZED, Condition, starts_with


class Running(Protocol):
    """A trigger in use, with its counter; `remembers` is true if it depends on what came before."""

    @property
    def remembers(self) -> bool:
        """Say whether a fresh engine would answer differently."""

    def fires(self, facts: Facts) -> bool:
        """Say whether the fault is at work on this occasion; counts the occasion."""


Trigger: TypeAlias = Callable[[], Running]
"""What a parsed trigger is: it makes a fresh counter for each engine."""


@dataclass(slots=True)
class _Plain:
    condition: Condition
    remembers: bool = False

    def fires(self, facts: Facts) -> bool:
        return self.condition(facts)


@dataclass(slots=True)
class _Counted:
    """Counts occasions; `test` decides on the number of the occasion, from 1."""

    test: Callable[[int], bool]
    seen: int = 0
    remembers: bool = True

    def fires(self, facts: Facts) -> bool:
        del facts
        self.seen += 1
        return self.test(self.seen)


@dataclass(slots=True)
class _Repeated:
    """Fires when the same body has been sent before."""

    bodies: set[int]
    remembers: bool = True

    def fires(self, facts: Facts) -> bool:
        mark = hash((facts.request.method, facts.request.path, facts.text))
        known = mark in self.bodies
        self.bodies.add(mark)
        return known


COUNTERS: dict[str, tuple[Callable[[int, int], bool], str]] = {
    "every": (lambda number, figure: number % figure == 0, "on every N-th occasion"),
    "first": (lambda number, figure: number <= figure, "only on the first N occasions"),
    "after": (lambda number, figure: number > figure, "after N occasions, from then on"),
    "nth": (lambda number, figure: number == figure, "on the N-th occasion only"),
}


AROUND = frozenset({"later", "busy"})
"""Conditions that depend on what is sent before or at the same time, and not on the request alone."""


def describe() -> dict[str, str]:
    """Return every trigger as it is written, with what it means."""
    rows = {f"{name}:N": about for name, (_, about) in COUNTERS.items()}
    rows["again"] = "the same request was sent before"
    rows |= {f"when-{name}": about for name, (_, about) in CONDITIONS.items()}
    rows |= {f"when-{name}:N": about for name, (_, about) in SIZED.items()}
    return rows | {"when-name-starts:TEXT": "the name begins with TEXT"}


def parse_trigger(text: str) -> Trigger:
    """Read one trigger; raises SettingsError that lists what is near."""
    word, _, figure = text.partition(":")
    if word in COUNTERS:
        return _counter(word, int(_figure(text, figure)))
    if word == "again":
        return lambda: _Repeated(set())
    name = word.removeprefix("when-")
    if word == "when-name-starts" and figure:
        return lambda: _Plain(starts_with(figure))
    if word.startswith("when-") and name in SIZED:
        test, limit = SIZED[name][0], _figure(text, figure)
        return lambda: _Plain(lambda facts: test(facts, limit), remembers=name in AROUND)
    if word.startswith("when-") and name in CONDITIONS and not figure:
        return lambda: _Plain(CONDITIONS[name][0])
    known = describe()
    near = ", ".join(difflib.get_close_matches(text, known, n=3, cutoff=0.4)) or ", ".join(known)
    raise SettingsError(f"fault trigger {text!r} is unknown; near: {near}")


def _counter(word: str, figure: int) -> Trigger:
    test = COUNTERS[word][0]
    return lambda: _Counted(lambda number: test(number, figure))


def _figure(text: str, figure: str) -> float:
    try:
        value = float(figure)
    except ValueError:
        value = 0.0
    if value <= 0:
        raise SettingsError(f"fault trigger {text!r} needs a figure above 0, such as {text.partition(':')[0]}:7")
    return value
