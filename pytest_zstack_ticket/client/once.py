"""Values that are made once, even if several threads ask for them at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class OncePerKey(Generic[Key, Value]):
    """Makes the value of each key once. What fails is forgotten, so that the next one to ask tries again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[Key, Future[Value]] = {}

    def __contains__(self, key: Key) -> bool:
        """Say whether the value of a key is known, or is being made."""
        return key in self._known

    def known(self, key: Key) -> Value | None:
        """Return the value of a key, None if it was not made yet, or is being made."""
        found = self._known.get(key)
        return found.result() if found is not None and found.done() else None

    def put(self, key: Key, value: Value) -> None:
        """Take another value for a key from now on."""
        made: Future[Value] = Future()
        made.set_result(value)
        with self._lock:
            self._known[key] = made

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return the value of a key: made now, by another thread that is waited for, or earlier.

        Raises what `make` raises, in every thread that waits for it.
        """
        with self._lock:
            known = self._known.get(key)
            future = known or self._known.setdefault(key, Future())
        if known is None:
            try:
                future.set_result(make())
            except BaseException as error:
                with self._lock:
                    del self._known[key]
                future.set_exception(error)
                raise
        return future.result()
