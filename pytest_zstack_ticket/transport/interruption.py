"""Where an interrupt waits: Ctrl-C raises in the main thread at any instruction, and much may not be left half done.

A request whose answer is not read leaves a session whose UUID is not known, or a create that may or may not have made a
ticket; a lock that is held as its owner is interrupted is never given back. Within `deferred()` an interrupt
is noted and raised at the end; where there is nothing but waiting, `breakable()` lets it through.
"""

from __future__ import annotations

import threading
from types import TracebackType

_MAIN = threading.main_thread().ident


class _State:
    """What is only ever changed by the main thread, in which signals are handled."""

    depth = 0
    noted: BaseException | None = None


class deferred:  # noqa: N801 - used as a function
    """A block that an interrupt does not leave half done: it is raised at the end. Other threads are not concerned."""

    def __enter__(self) -> None:
        if threading.get_ident() == _MAIN:
            _State.depth += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if threading.get_ident() == _MAIN:
            _State.depth -= 1
            if not _State.depth:
                _raise_noted()


class breakable:  # noqa: N801 - used as a function
    """A block in which an interrupt is raised at once, though it is within `deferred()`."""

    def __enter__(self) -> None:
        self._depth = 0
        if threading.get_ident() == _MAIN and _State.depth:
            self._depth, _State.depth = _State.depth, 0
            try:
                _raise_noted()
            except BaseException:
                _State.depth = self._depth
                raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._depth:
            _State.depth = self._depth


def interrupt(error: BaseException) -> None:
    """Raise what interrupts the main thread, or note it until that may be done. For handlers of signals."""
    if not _State.depth:
        raise error
    _State.noted = error


def led_to(error: BaseException | None) -> bool:
    """Return True if an error is an interrupt, or was raised by a library that one passed through."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, KeyboardInterrupt):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def _raise_noted() -> None:
    error, _State.noted = _State.noted, None
    if error is not None:
        raise error
