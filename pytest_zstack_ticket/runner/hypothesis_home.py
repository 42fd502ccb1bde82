"""Where Hypothesis keeps its files: it can be set in public, but to restore it its private name has to be read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PRIVATE_NAME = "__hypothesis_home_directory"
"""Variable of `hypothesis.configuration` with the folder that was set, None if none was."""
_LOCK = threading.Lock()
_IN_USE: list[Any] = []
"""The folder from before, and those that are in use; the last one holds for the whole process."""


@contextmanager
def storage(folder: str) -> Iterator[None]:
    """Make Hypothesis use another folder for a while, and then the one from before again.

    Test bodies that overlap may end in any order: the folder from before comes back with the last of them.
    """
    from hypothesis import configuration  # noqa: PLC0415 - 350 ms that only suites pay

    with _LOCK:
        if not _IN_USE:
            _IN_USE.append(getattr(configuration, PRIVATE_NAME))
        _IN_USE.append(folder)
        configuration.set_hypothesis_home_dir(folder)
    try:
        yield
    finally:
        with _LOCK:
            # the latest use of the same folder: which of two equal ones is removed does not matter
            del _IN_USE[len(_IN_USE) - 1 - _IN_USE[::-1].index(folder)]
            configuration.set_hypothesis_home_dir(_IN_USE[-1])
            if len(_IN_USE) == 1:
                _IN_USE.clear()
