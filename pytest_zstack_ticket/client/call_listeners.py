"""Who is notified after each call of an endpoint."""

from __future__ import annotations

from collections.abc import Callable


class CallListeners:
    """Functions that are called in the calling thread after each call, in the order in which they were added."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[], object]] = []

    def add(self, listener: Callable[[], object]) -> None:
        """Call a function after each call from now on."""
        self._listeners.append(listener)

    def notify(self) -> None:
        """Call every listener."""
        for listener in self._listeners:
            listener()
