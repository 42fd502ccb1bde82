"""Bounds the calls of test bodies that run at the same time, and ends those bodies when the run is told to stop.

A body that runs alone has no gate: its calls are bounded by the pools that it uses itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Returned = TypeVar("Returned")


class RunStoppedError(BaseException):
    """Ends a body that runs ahead of its report; no `except Exception` on the way may keep it going."""


class CallGate:
    """Lets at most `window` calls through at once: a call is one request with all polls of its job.

    Those of a test that explores go first: they come one after the other, and the end of a run waits for them.
    `before_each` is called by the thread that makes a call, before it waits for its place.
    """

    def __init__(self, window: int, before_each: Callable[[], None] | None = None) -> None:
        self._free = window
        self._waiting_first = 0
        lock = threading.Lock()
        self._turn_of_first, self._turn_of_others = threading.Condition(lock), threading.Condition(lock)
        self._before_each = before_each
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let no further request through."""
        self._stopped.set()

    def check(self) -> None:
        """Raise RunStoppedError if nothing may be sent any more."""
        if self._stopped.is_set():
            raise RunStoppedError

    @contextmanager
    def call(self) -> Iterator[None]:
        """Wait for a place among the calls under way, and keep it. Raises RunStoppedError."""
        if self._before_each is not None:
            self._before_each()
        self._take(first=_FIRST.get())
        try:
            self.check()
            yield
        finally:
            self._give_back()

    def _take(self, *, first: bool) -> None:
        """Wait for a place: those that go first before all others."""
        if not first:
            with self._turn_of_others:
                self._turn_of_others.wait_for(lambda: self._free > self._waiting_first)
                self._free -= 1
            return
        with self._turn_of_first:
            self._waiting_first += 1
            try:
                self._turn_of_first.wait_for(lambda: self._free > 0)
                self._free -= 1
            finally:
                self._waiting_first -= 1
                if self._free > self._waiting_first:
                    self._turn_of_others.notify()

    def _give_back(self) -> None:
        with self._turn_of_first:
            self._free += 1
            (self._turn_of_first if self._waiting_first else self._turn_of_others).notify()


_GATE: ContextVar[CallGate | None] = ContextVar("zstack_call_gate", default=None)
_FIRST: ContextVar[bool] = ContextVar("zstack_call_first", default=False)


@contextmanager
def bounded(gate: CallGate | None, *, first: bool = False) -> Iterator[None]:
    """Bind the calls of a block to a gate, or to none; with `first` they pass before those of others."""
    token, order = _GATE.set(gate), _FIRST.set(first)
    try:
        yield
    finally:
        _GATE.reset(token)
        _FIRST.reset(order)


def use(gate: CallGate) -> None:
    """Bind the calls of the current context, and of the threads that it starts by `in_context`, to a gate."""
    _GATE.set(gate)


@contextmanager
def one_call() -> Iterator[None]:
    """Make one call under the gate of the current context, if there is one. Raises RunStoppedError."""
    gate = _GATE.get()
    if gate is None:
        yield
        return
    with gate.call():
        yield


def check() -> None:
    """Raise RunStoppedError if the gate of the current context lets nothing through any more."""
    gate = _GATE.get()
    if gate is not None:
        gate.check()


def in_context(function: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """Make a function run in a copy of the current context, whichever thread calls it."""
    context = copy_context()

    def run(*args: Given.args, **kwargs: Given.kwargs) -> Returned:
        # each call has a copy of its own: two threads cannot be in one context
        return context.copy().run(function, *args, **kwargs)

    return run
