"""Calls whose end has to be known, whatever interrupts who makes them: what they make would be left on the target."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextvars import copy_context
from typing import Generic, TypeVar

Returned = TypeVar("Returned")


class Unbroken(Generic[Returned]):
    """Makes calls that signals do not break off: they interrupt the main thread, so its calls are made in another."""

    def __init__(self) -> None:
        self._under_way: set[Future[Returned]] = set()

    def make(self, call: Callable[[], Returned]) -> Returned:
        """Make a call and return its result, or raise what it raised; an interrupt is raised before the call ends."""
        if threading.current_thread() is not threading.main_thread():
            return call()
        future: Future[Returned] = Future()
        context = copy_context()

        def run() -> None:
            try:
                future.set_result(context.run(call))
            except BaseException as error:  # noqa: BLE001 - who waits for the result raises it
                future.set_exception(error)

        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        threading.Thread(target=run, daemon=True).start()
        return future.result()

    def settle(self, seconds: float) -> None:
        """Wait for the calls that go on after an interrupt, no longer than so many seconds."""
        wait(list(self._under_way), seconds)
