"""A fault expression at work in one engine: it counts occasions and says what happens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pytest_zstack_ticket.model.exchange import Response
from pytest_zstack_ticket.simulator.fault_points import HEALTHY, Active, Facts
from pytest_zstack_ticket.simulator.faults.effects import Around, Break, Damage, Edit, Effect, Figure, Instead
from pytest_zstack_ticket.simulator.faults.triggers import Running, Trigger
from pytest_zstack_ticket.simulator.response import Answer, DamagedResponse


@dataclass(frozen=True, slots=True)
class Triggered:
    """An effect and the triggers around it, outermost first."""

    effect: Effect
    triggers: tuple[Trigger, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """A parsed fault expression; `text` is how it was written."""

    text: str
    parts: tuple[Triggered, ...]

    @property
    def remembers(self) -> bool:
        """Say whether what it does depends on what came before: a fresh engine then has to be led there again."""
        return any(make().remembers for part in self.parts for make in part.triggers)

    def begin(self) -> Watch:
        """Start counting for one engine."""
        return Watch(self.parts)


@dataclass(slots=True)
class _Live:
    effect: Any
    triggers: tuple[Running, ...]

    def fires(self, facts: Facts) -> bool:
        return all(trigger.fires(facts) for trigger in self.triggers)


class Watch:
    """The effects of a program with their counters."""

    def __init__(self, parts: tuple[Triggered, ...]) -> None:
        live = [_Live(part.effect, tuple(make() for make in part.triggers)) for part in parts]
        self._inside = [one for one in live if isinstance(one.effect, (Break, Around, Figure))]
        self._edits = [one for one in live if isinstance(one.effect, Edit)]
        self._damages = [one for one in live if isinstance(one.effect, Damage)]
        self._instead = [one for one in live if isinstance(one.effect, Instead)]

    def active(self, facts: Facts) -> Active:
        """Choose the faults at work in the call that begins; polls begin no call of their own."""
        if facts.polling or not self._inside:
            return HEALTHY
        broken: set[str] = set()
        around: dict[str, list[Callable[..., Any]]] = defaultdict(list)
        figures: dict[str, float] = {}
        for one in self._inside:
            effect = one.effect
            if (effect.calls and facts.call not in effect.calls) or not one.fires(facts):
                continue
            if isinstance(effect, Break):
                broken.add(effect.rule)
            elif isinstance(effect, Around):
                around[effect.step].append(effect.wrapper)
            else:
                figures[effect.name] = effect.value
        return Active(frozenset(broken), {step: tuple(those) for step, those in around.items()}, figures)

    def instead(self, facts: Facts) -> Answer | None:
        """Answer in place of the engine, if a null target is played."""
        for one in self._instead:
            if one.fires(facts):
                answer: Answer = one.effect.make(facts)
                return answer
        return None

    def edited(self, answer: Answer, facts: Facts) -> Answer:
        """Apply every edit whose scope covers the answer as the engine made it."""
        made = answer
        for one in self._edits:
            if one.effect.scope.covers(made) and one.fires(facts):
                answer = one.effect.change(answer, facts)
        return answer

    def damaged(self, response: Response, answer: Answer, facts: Facts) -> Response | DamagedResponse:
        """Damage the response on the wire; the first fault that covers it decides."""
        for one in self._damages:
            if one.effect.scope.covers(answer) and one.fires(facts):
                return DamagedResponse(response=response, kind=one.effect.kind, amount=one.effect.amount)
        return response
