"""The fault language: `name`, `family:parameters`, `trigger(...)`, several joined by `+`.

every:7(lose-ticket)                       a named fault, on every seventh create
when-name-astral(status:create/success=500)  a family, for some data
accept-too-long:name+null-details          two faults at once
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.simulator.faults.effects import Effect
from pytest_zstack_ticket.simulator.faults.injector import Program, Triggered
from pytest_zstack_ticket.simulator.faults.parametrized import FAMILIES
from pytest_zstack_ticket.simulator.faults.triggers import parse_trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A named fault: its effects, or the expression that it stands for."""

    name: str
    description: str
    effects: tuple[Effect, ...] = ()
    expression: str = ""


def parse(text: str, registry: dict[str, Fault]) -> Program:
    """Read an expression; raises SettingsError that names the bad part and what is near."""
    parts = tuple(_expression(text, registry))
    if not parts:
        raise SettingsError("the fault expression is empty; name a fault, such as lose-ticket")
    return Program(text, parts)


def _expression(text: str, registry: dict[str, Fault]) -> list[Triggered]:
    found: list[Triggered] = []
    for part in _split(text):
        head, inner = _call(part)
        if inner is None:
            found += _named(head, registry)
            continue
        trigger = parse_trigger(head)
        found += [Triggered(one.effect, (trigger, *one.triggers)) for one in _expression(inner, registry)]
    return found


def _split(text: str) -> list[str]:
    """Split at the plus signs that stand outside all brackets."""
    parts, level = [""], 0
    for mark in text:
        level += (mark == "(") - (mark == ")")
        if level < 0:
            break
        if mark == "+" and level == 0:
            parts.append("")
        else:
            parts[-1] += mark
    if level:
        raise SettingsError(f"fault expression {text!r}: brackets do not match")
    return [part.strip() for part in parts if part.strip()]


def _call(part: str) -> tuple[str, str | None]:
    if not part.endswith(")"):
        return part, None
    head, _, inner = part[:-1].partition("(")
    return head, inner


def _named(text: str, registry: dict[str, Fault]) -> list[Triggered]:
    fault = registry.get(text)
    if fault is not None and fault.expression:
        return _expression(fault.expression, registry)
    if fault is not None:
        return [Triggered(effect) for effect in fault.effects]
    family, colon, parameters = text.partition(":")
    if colon and family in FAMILIES:
        return [Triggered(FAMILIES[family].build(parameters))]
    known = [*registry, *(f"{name}:{one.form}" for name, one in FAMILIES.items())]
    near = difflib.get_close_matches(text, known, n=5, cutoff=0.4)
    hint = ", ".join(near) if near else "see `docs/reference/simulator.md` for the list"
    raise SettingsError(f"fault {text!r} is unknown; near: {hint}")
