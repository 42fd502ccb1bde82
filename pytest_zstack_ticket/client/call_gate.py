"""Bounds the calls of test bodies that run at the same time, and ends those bodies when the run is told to stop.

A body that runs alone has no gate: its calls are bounded by the pools that it uses itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar, copy_context
from typing import ParamSpec, TypeVar

from pytest_zstack_ticket.transport import interruption, starting_line

Given = ParamSpec("Given")
Returned = TypeVar("Returned")
LONG = 0.5
"""Seconds between two polls from which a call does not keep its place: its job is no usual one."""

LOOK = 0.5
"""Seconds between two looks at whether others may begin, while a test waits for its calls in other threads."""


class RunStoppedError(BaseException):
    """Ends a body that runs ahead of its report; no `except Exception` on the way may keep it going."""


class CallGate:
    """Lets at most `window` calls through at once: a call is one request with all polls of its job.

    One whose job takes unusually long leaves its place while it waits, so up to twice as many jobs may be under way.
    Those of a test that explores go first: they come one after the other, and the end of a run waits for them.
    `before_each` is called by the thread that makes a call, before it waits for its place.
    """

    def __init__(self, window: int, before_each: Callable[[], None] | None = None) -> None:
        self._free = window
        self._waiting_first = 0
        lock = threading.Lock()
        self._turn_of_first, self._turn_of_others = threading.Condition(lock), threading.Condition(lock)
        self._before_each = before_each
        self._stopped = False
        self._asides = threading.Semaphore(window)
        self.crowd = starting_line.Crowd(window)

    def stop(self) -> None:
        """Let no further request through."""
        self._stopped = True  # without a lock: a signal may come while one is held

    def check(self) -> None:
        """Raise RunStoppedError if nothing may be sent any more."""
        if self._stopped:
            raise RunStoppedError

    def look_around(self) -> None:
        """Do what is done before each call."""
        if self._before_each is not None:
            self._before_each()

    @contextmanager
    def call(self) -> Iterator[None]:
        """Wait for a place among the calls under way, and keep it. Raises RunStoppedError."""
        self.look_around()
        self._take(first=_FIRST.get())
        try:
            self.check()
            yield
        finally:
            self._give_back()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Leave the place of a call under way to others during the block. Raises RunStoppedError.

        No more calls than the window has places do so at once: where all jobs are slow, the target has enough of them.
        """
        if not self._asides.acquire(blocking=False):
            yield
            return
        try:
            self._give_back()
            try:
                yield
            finally:
                self._take(first=_FIRST.get())
        finally:
            self._asides.release()
        self.check()

    def _take(self, *, first: bool) -> None:
        """Wait for a place: those that go first before all others."""
        if not first:
            with interruption.deferred(), self._turn_of_others:
                self._turn_of_others.wait_for(lambda: self._free > self._waiting_first)
                self._free -= 1
            return
        with interruption.deferred(), self._turn_of_first:
            self._waiting_first += 1
            try:
                self._turn_of_first.wait_for(lambda: self._free > 0)
                self._free -= 1
            finally:
                self._waiting_first -= 1
                if self._free > self._waiting_first:
                    self._turn_of_others.notify()

    def _give_back(self) -> None:
        with interruption.deferred(), self._turn_of_first:
            self._free += 1
            (self._turn_of_first if self._waiting_first else self._turn_of_others).notify()


_GATE: ContextVar[CallGate | None] = ContextVar("zstack_call_gate", default=None)
_FIRST: ContextVar[bool] = ContextVar("zstack_call_first", default=False)
_WHEN_SENT: ContextVar[Callable[[], None] | None] = ContextVar("zstack_when_sent", default=None)
_ANSWERED: ContextVar[Callable[[], None] | None] = ContextVar("zstack_first_answer", default=None)


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


def announce(when_sent: Callable[[], None]) -> None:
    """In the current context, have a function called once what is sent together was sent, and only jobs are left."""
    _WHEN_SENT.set(when_sent)


@contextmanager
def together(count: int) -> Iterator[None]:
    """Let so many calls of a block arrive at the same moment, and count their first answers for `announce`."""
    with arriving(count), _counted(count):
        yield


def arriving(count: int) -> AbstractContextManager[None]:
    """Let so many calls of a block arrive at the same moment, or as many as the gate of the context lets through."""
    gate = _GATE.get()
    return starting_line.shared(count, None if gate is None else gate.crowd)


@contextmanager
def _counted(count: int) -> Iterator[None]:
    when_sent = _WHEN_SENT.get()
    if when_sent is None:
        yield
        return
    left, lock = iter(range(count - 1, -1, -1)), threading.Lock()

    def one_more() -> None:
        with lock:
            is_last = next(left, None) == 0
        if is_last:
            when_sent()

    token = _ANSWERED.set(one_more)
    try:
        yield
    finally:
        _ANSWERED.reset(token)


def answered() -> None:
    """Note that the first request of a call was answered."""
    one_more = _ANSWERED.get()
    if one_more is not None:
        one_more()


def waiting(seconds: float) -> AbstractContextManager[None]:
    """Bind a wait of the call under way: a long one leaves its place to others. Raises RunStoppedError."""
    gate = _GATE.get()
    return nullcontext() if gate is None or seconds < LONG else gate.aside()


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


def settled(calls: Iterable[Future[Returned]]) -> list[Future[Returned]]:
    """Wait until calls in other threads are over and return them; meanwhile other bodies are started, as before a call.

    A test that makes its calls in a pool would else hold up all others while the last of its jobs takes long.
    """
    found = list(calls)
    gate = _GATE.get()
    for one in found:
        while not wait((one,), timeout=LOOK).done:
            if gate is not None:
                gate.look_around()
    return found


def in_context(function: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """Make a function run in a copy of the current context, whichever thread calls it."""
    context = copy_context()

    def run(*args: Given.args, **kwargs: Given.kwargs) -> Returned:
        # each call has a copy of its own: two threads cannot be in one context
        return context.copy().run(function, *args, **kwargs)

    return run
