"""Targets that are none: every request gets the same answer. They must earn no pass that they do not deserve."""

from __future__ import annotations

from collections.abc import Callable

from pytest_zstack_ticket.simulator.fault_points import Facts
from pytest_zstack_ticket.simulator.faults.effects import Instead
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.response import Answer, Raw, Text

_ERROR = '{"error":{"code":"SYS.1000","description":"An internal error happened in system","details":"no"}}'


def _always(status: int, text: str) -> Callable[[Facts], Answer]:
    return lambda facts: Answer(status=status, body=Text(text), role="success", call=facts.call)


def _echo(facts: Facts) -> Answer:
    return Answer(status=200, body=Raw(facts.sent.body or b""), role="success", call=facts.call)


_ROWS: tuple[tuple[str, Callable[[Facts], Answer], str], ...] = (
    ("null:empty-object", _always(200, "{}"), "every request is answered 200 {}"),
    ("null:array", _always(200, "[]"), "every request is answered 200 []"),
    ("null:400-text", _always(400, "bad request"), "every request is answered 400 with a text"),
    ("null:202-no-location", _always(202, "{}"), "every request is answered 202 without a location"),
    ("null:echo", _echo, "every request is answered 200 with its own body"),
    ("null:empty-body", _always(200, ""), "every request is answered 200 without a body"),
    ("null:503-error", _always(503, _ERROR), "every request is answered 503 with a well-formed error"),
    ("null:404-text", _always(404, "not found"), "every request is answered 404"),
    ("null:html", _always(200, "<!doctype html><html><body>Welcome</body></html>"), "every answer is a web page"),
    ("null:inventory", _always(200, '{"inventory":{"uuid":"%s"}}' % ("0" * 32)), "everything has one inventory"),
    ("null:inventories", _always(200, '{"inventories":[]}'), "everything is an empty query"),
    ("null:500-empty", _always(500, ""), "every request is answered 500 without a body"),
)

NULLS: tuple[Fault, ...] = tuple(
    Fault(name=name, description=about, effects=(Instead(make),)) for name, make, about in _ROWS
)
"""Every null target."""
