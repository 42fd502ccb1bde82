"""Families of faults that take parameters: edits of answers within a scope, wire faults, figures."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import cast, get_args

from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.simulator.faults import response_edits as edits
from pytest_zstack_ticket.simulator.faults.effects import Change, Edit, Effect, Figure, Spoil
from pytest_zstack_ticket.simulator.faults.scope import parse_scope
from pytest_zstack_ticket.simulator.response import WireKind


@dataclass(frozen=True, slots=True)
class TicketGroup:
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
    return Spoil(cast("WireKind", _one_of("wire kind", kind, known)), _figure(amount or "0"), parse_scope(scope))


def _figure(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SettingsError(f"fault figure {text!r} is not a number") from None


def _limit(parameters: str) -> Effect:
    field, figure = _pair(parameters)
    return Figure(f"limit:{field}", _figure(figure))


FAMILIES: dict[str, TicketGroup] = {
    "status": TicketGroup("SCOPE=CODE", "another status, the same body", _edit("status", _status)),
    "body": TicketGroup(
        "SCOPE=KIND",
        "another body",
        _edit("body", lambda kind: edits.body(_one_of("body", kind, edits.BODIES))),
    ),
    "text": TicketGroup("SCOPE=TEXT", "this text for a body", _edit("text", edits.text_body)),
    "drop": TicketGroup("SCOPE=PATH", "a member left out", _edit("drop", edits.drop)),
    "rename": TicketGroup(
        "SCOPE=PATH=NAME", "a member renamed", _edit("rename", lambda text: edits.rename(*_pair(text)))
    ),
    "set": TicketGroup("SCOPE=PATH=JSON", "a member set or added", _edit("set", lambda text: edits.put(*_pair(text)))),
    "retype": TicketGroup("SCOPE=PATH=KIND", "a member of another kind", _edit("retype", _retype)),
    "wrap": TicketGroup("SCOPE=KEY", "the body under a key", _edit("wrap", edits.wrap)),
    "unwrap": TicketGroup("SCOPE=KEY", "a member for the body", _edit("unwrap", edits.unwrap)),
    "header": TicketGroup(
        "SCOPE=NAME=VALUE", "a header more", _edit("header", lambda text: edits.header(*_pair(text)))
    ),
    "wire": TicketGroup("SCOPE=KIND=AMOUNT", "harm on the way to the client", _wire),
    "latency": TicketGroup("SECONDS", "jobs take so long", lambda text: Figure("latency", _figure(text))),
    "limit": TicketGroup("FIELD=DIFFERENCE", "the length limit of a field is moved", _limit),
}
"""Every family by name."""
