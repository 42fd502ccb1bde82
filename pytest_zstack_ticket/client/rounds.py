"""The rounds of a test's body: each further one has a varied draft in place of the calibration draft."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, copy_context
from typing import TypeVar

Value = TypeVar("Value")

_ROUND: ContextVar[int] = ContextVar("zstack_round", default=0)


def round_number() -> int:
    """Return which round of its body this context runs: 0 is the one with the calibration draft itself."""
    return _ROUND.get()


def in_round(number: int, call: Callable[[], Value]) -> Value:
    """Make a call, and all that it starts by `in_context`, in a round of that number."""

    def run() -> Value:
        _ROUND.set(number)
        return call()

    return copy_context().run(run)


_AGAIN: ContextVar[str] = ContextVar("zstack_again", default="")


def repeated() -> str:
    """Return which test is called once more in this context, empty if none is: what tests share is made anew for it."""
    return _AGAIN.get()


def repeat(test: str) -> None:
    """Call a test once more in the current context."""
    _AGAIN.set(test)
