"""Families of faults that take parameters: edits of answers within a scope, wire faults, figures."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import cast, get_args

from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.simulator.faults import response_edits as edits
from pytest_zstack_ticket.simulator.faults.effects import Change, Damage, Edit, Effect, Figure
from pytest_zstack_ticket.simulator.faults.scope import parse_scope
from pytest_zstack_ticket.simulator.response import WireKind


@dataclass(frozen=True, slots=True)
class FaultFamily:
    """A family: the form of its parameters, what it does, how it is built."""

    form: str
    description: str
    build: Callable[[str], Effect]


def _edit(name: str, make: Callable[[str], Change]) -> Callable[[str], Effect]:
    """Build an edit from `SCOPE=ARGUMENTS`."""

    def build(parameters: str) -> Effect:
        scope, equals, arguments = parameters.partition("=")
        if not equals:
            raise SettingsError(f"fault {name}:{parameters} needs a scope and a value: {name}:SCOPE=VALUE")
        return Edit(make(arguments), parse_scope(scope))

    return build


def _status(text: str) -> Change:
    if not (text.isdecimal() and 200 <= int(text) <= 599):
        raise SettingsError(f"fault status: {text!r} is no status code")
    return edits.status(int(text))


def _pair(text: str) -> tuple[str, str]:
    first, equals, second = text.partition("=")
    if not (first and equals):
        raise SettingsError(f"fault value {text!r} needs the form PATH=VALUE")
    return first, second


def _one_of(kind: str, word: str, known: Collection[str]) -> str:
    if word not in known:
        raise SettingsError(f"fault {kind} {word!r} is unknown; known: {', '.join(known)}")
    return word


def _retype(text: str) -> Change:
    path, kind = _pair(text)
    return edits.retype(path, _one_of("kind", kind, edits.RETYPES))


def _wire(parameters: str) -> Effect:
    scope, _, how = parameters.partition("=")
    kind, _, amount = how.partition("=")
    known = get_args(WireKind)
    return Damage(cast("WireKind", _one_of("wire kind", kind, known)), _figure(amount or "0"), parse_scope(scope))


def _figure(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SettingsError(f"fault figure {text!r} is not a number") from None


def _limit(parameters: str) -> Effect:
    field, figure = _pair(parameters)
    return Figure(f"limit:{field}", _figure(figure))


FAMILIES: dict[str, FaultFamily] = {
    "status": FaultFamily("SCOPE=CODE", "another status with the same body", _edit("status", _status)),
    "body": FaultFamily(
        "SCOPE=KIND",
        "another body instead",
        _edit("body", lambda kind: edits.body(_one_of("body", kind, edits.BODIES))),
    ),
    "text": FaultFamily("SCOPE=TEXT", "a text as the body", _edit("text", edits.text_body)),
    "drop": FaultFamily("SCOPE=PATH", "a member is left out", _edit("drop", edits.drop)),
    "rename": FaultFamily(
        "SCOPE=PATH=NAME", "a member is renamed", _edit("rename", lambda text: edits.rename(*_pair(text)))
    ),
    "set": FaultFamily(
        "SCOPE=PATH=JSON", "a member is set or added", _edit("set", lambda text: edits.put(*_pair(text)))
    ),
    "retype": FaultFamily("SCOPE=PATH=KIND", "a member of another type", _edit("retype", _retype)),
    "wrap": FaultFamily("SCOPE=KEY", "the body wrapped in a key", _edit("wrap", edits.wrap)),
    "unwrap": FaultFamily("SCOPE=KEY", "one member as the body", _edit("unwrap", edits.unwrap)),
    "header": FaultFamily(
        "SCOPE=NAME=VALUE", "an additional header", _edit("header", lambda text: edits.header(*_pair(text)))
    ),
    "wire": FaultFamily("SCOPE=KIND=AMOUNT", "a response damaged on the wire", _wire),
    "latency": FaultFamily("SECONDS", "how long jobs take", lambda text: Figure("latency", _figure(text))),
    "limit": FaultFamily("FIELD=DIFFERENCE", "the length limit of a field is moved", _limit),
}
"""Every family by name."""
