"""The body of a test that runs in a thread of its own, and what it is called with."""

from __future__ import annotations

import inspect
import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from pytest_zstack_ticket.plugin import fixtures
from pytest_zstack_ticket.plugin.fixtures import FIXTURE_VALUE
from pytest_zstack_ticket.runner.record import ItemRecord

OURS = frozenset(
    ("pytestconfig", "request", *(name for name in vars(fixtures) if name.startswith(("zstack_", "ticket_"))))
)
"""Fixtures that last as long as the session, so that a body may use them before pytest comes to its test."""


@dataclass(slots=True, eq=False)
class Body:
    """The body of one test that runs in a thread of its own; `error` is what it raised, a skip too."""

    item: pytest.Function
    record: ItemRecord
    error: BaseException | None = None
    over: bool = False
    seconds: float = 0.0
    sent: threading.Event = field(default_factory=threading.Event, repr=False)
    """Set once the calls that it makes together were sent, and at its end."""
    thread: threading.Thread | None = field(default=None, repr=False)


def uses_only_ours(item: pytest.Item) -> bool:
    """Return True for a test that needs nothing but its parameters and fixtures of ours."""
    known = OURS.union(getattr(item, "callspec", _NoParameters).params)
    return isinstance(item, pytest.Function) and known.issuperset(item.fixturenames)


def arguments_of(config: pytest.Config, item: pytest.Function) -> dict[str, Any]:
    """Return what a test function is called with: its parameters, and fixtures of the session."""
    value = config.stash[FIXTURE_VALUE]
    given = getattr(item, "callspec", _NoParameters).params
    names = inspect.signature(item.function).parameters
    return {name: given[name] if name in given else value(name) for name in names}


class _NoParameters:
    """Stands for the parameters of a test that has none."""

    params: dict[str, Any] = {}  # noqa: RUF012 - never written to
