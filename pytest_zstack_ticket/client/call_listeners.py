"""Who is notified after each call of an endpoint."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from pytest_zstack_ticket.client.call_result import CallResult

Listener: TypeAlias = Callable[[CallResult], object]


class CallListeners:
    """Functions that are called in the calling thread after each call, in the order in which they were added."""

    def __init__(self, *first: Listener) -> None:
        self._listeners = list(first)

    def add(self, listener: Listener) -> None:
        """Call a function with the result of each call from now on."""
        self._listeners.append(listener)

    def notify(self, result: CallResult) -> None:
        """Call every listener with the result of a call."""
        for listener in self._listeners:
            listener(result)
