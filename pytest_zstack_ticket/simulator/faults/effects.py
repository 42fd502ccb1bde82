"""What a fault does: the five places where it acts, as values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from pytest_zstack_ticket.simulator.fault_points import Facts
from pytest_zstack_ticket.simulator.faults.scope import ANYTHING, Scope
from pytest_zstack_ticket.simulator.response import Answer, WireKind

Change: TypeAlias = Callable[[Answer, Facts], Answer]


@dataclass(frozen=True, slots=True)
class Break:
    """A rule that is not kept; the engine asks for it by name."""

    rule: str
    calls: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Around:
    """A step that is done otherwise; the wrapper gets the step itself as its first argument."""

    step: str
    wrapper: Callable[..., Any]
    calls: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that is changed, such as the latency of jobs."""

    name: str
    value: float
    calls: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Edit:
    """An answer that is changed before it becomes bytes."""

    change: Change
    scope: Scope = ANYTHING


@dataclass(frozen=True, slots=True)
class Damage:
    """A response that is damaged on the wire."""

    kind: WireKind
    amount: float = 0.0
    scope: Scope = ANYTHING


@dataclass(frozen=True, slots=True)
class Instead:
    """An endpoint that is none: every request gets this answer."""

    make: Callable[[Facts], Answer]


Effect: TypeAlias = Break | Around | Figure | Edit | Damage | Instead
