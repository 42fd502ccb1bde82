"""Faults of web hooks: never sent, sent twice, wrong headers, another body than the poll shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from pytest_zstack_ticket.simulator.faults.effects import Around
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.response import Delivery

Hooks: TypeAlias = Callable[[Delivery], list[Delivery]]


def _headers(change: Callable[[str, str], tuple[str, str] | None]) -> Callable[[Hooks, Delivery], list[Delivery]]:
    """Change or leave out headers."""

    def wrapper(default: Hooks, hook: Delivery) -> list[Delivery]:
        headers = tuple(pair for name, value in hook.headers if (pair := change(name, value)) is not None)
        return default(replace(hook, headers=headers))

    return wrapper


def _without(wanted: str) -> Callable[[Hooks, Delivery], list[Delivery]]:
    return _headers(lambda name, value: None if name == wanted else (name, value))


def _added(name: str, value: str) -> Callable[[Hooks, Delivery], list[Delivery]]:
    return lambda default, hook: default(replace(hook, headers=(*hook.headers, (name, value))))


def _set(wanted: str, other: str) -> Callable[[Hooks, Delivery], list[Delivery]]:
    return _headers(lambda name, value: (name, other) if name == wanted else (name, value))


def _body(data: bytes) -> Callable[[Hooks, Delivery], list[Delivery]]:
    return lambda default, hook: default(replace(hook, body=data))


def _never(default: Hooks, hook: Delivery) -> list[Delivery]:
    del default, hook
    return []


def _twice(default: Hooks, hook: Delivery) -> list[Delivery]:
    return default(hook) * 2


def _once(default: Hooks, hook: Delivery) -> list[Delivery]:
    return default(replace(hook, attempts=1))


def _wrapped(default: Hooks, hook: Delivery) -> list[Delivery]:
    return default(replace(hook, body=b'{"result":' + (hook.body or b"{}") + b"}"))


_ROWS: tuple[tuple[str, Callable[[Hooks, Delivery], list[Delivery]], str], ...] = (
    ("hook-never", _never, "a web hook is never sent"),
    ("hook-twice", _twice, "a web hook is sent twice"),
    ("hook-not-again", _once, "a web hook that was answered 500 is not sent again"),
    ("hook-without-id", _without("X-Job-UUID"), "a web hook has no X-Job-UUID"),
    ("hook-wrong-id", _set("X-Job-UUID", "0" * 32), "a web hook has the id of another job"),
    ("hook-without-success", _without("X-Job-Success"), "a web hook has no X-Job-Success"),
    ("hook-always-success", _set("X-Job-Success", "true"), "a web hook always says success"),
    ("hook-never-success", _set("X-Job-Success", "false"), "a web hook never says success"),
    ("hook-success-word", _set("X-Job-Success", "yes"), "a web hook says yes instead of true or false"),
    ("hook-without-type", _without("Content-Type"), "a web hook has no Content-Type"),
    ("hook-tells-session", _added("Authorization", f"OAuth {'0' * 32}"), "a web hook carries a session"),
    ("hook-empty", _body(b""), "a web hook has no body"),
    ("hook-object", _body(b"{}"), "a web hook's body is always {}"),
    ("hook-text", _body(b"done"), "a web hook's body is no JSON"),
    ("hook-wrapped", _wrapped, "a web hook's body stands in a result"),
)

HOOKS: tuple[Fault, ...] = tuple(
    Fault(name=name, description=about, effects=(Around("hooks", wrapper),)) for name, wrapper, about in _ROWS
)
"""Every fault of web hooks."""
