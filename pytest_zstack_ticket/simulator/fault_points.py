"""What of the faults is at work in one call: rules that are not kept, steps that are done otherwise, figures changed.

The engine asks by name and never knows which faults exist; the names are listed in `faults.rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ParamSpec, Protocol, TypeVar

from pytest_zstack_ticket.model.exchange import Json, Request, Response
from pytest_zstack_ticket.simulator.response import Answer, DamagedResponse

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a trigger may look at. `params` is the sent message, leniently read; `text` the body as text.

    For a poll, request and params are those of the call that made the job; `sent` is always what has just come.
    """

    call: str
    request: Request
    sent: Request
    params: Mapping[str, Json]
    text: str
    now: float
    started: float
    open_jobs: int = 0
    in_flight: int = 1
    polling: bool = False

    @property
    def name(self) -> str:
        """The ticket name that was sent, empty if none."""
        name = self.params.get("name")
        return name if isinstance(name, str) else ""


@dataclass(frozen=True, slots=True)
class Active:
    """The faults at work in one context."""

    broken: frozenset[str] = frozenset()
    around: Mapping[str, tuple[Callable[..., Any], ...]] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)

    def without(self, fault: str) -> bool:
        """Tell whether the call is without a fault."""
        return fault not in self.broken

    def via(self, step: str, default: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        """Return a step, wrapped by the faults that do it otherwise; a wrapper gets the step as first argument."""
        for wrapper in self.around.get(step, ()):
            default = partial(wrapper, default)
        return default


HEALTHY = Active()


class Monitor(Protocol):
    """The faults of one engine, with their counters."""

    def active(self, facts: Facts) -> Active:
        """Choose the faults at work in the call that begins."""

    def instead(self, facts: Facts) -> Answer | None:
        """Answer in place of the whole engine, or not."""

    def edited(self, answer: Answer, facts: Facts) -> Answer:
        """Change an answer."""

    def damaged(self, response: Response, answer: Answer, facts: Facts) -> Response | DamagedResponse:
        """Harm the answer's way to the client."""


class Faults(Protocol):
    """A parsed fault expression."""

    @property
    def remembers(self) -> bool:
        """Say whether what it does depends on what came before."""

    def begin(self) -> Monitor:
        """Start counting."""
