"""The lock of a target: one fleet at a time examines a cloud.

The lock is held by open descriptors, and the run inherits one. So it stays held while a run lives whose worker died.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PAUSE = 0.2


@contextmanager
def locked(path: Path, *, wait: float, holder: Mapping[str, str]) -> Iterator[int | None]:
    """Hold the lock in a file and yield its descriptor; None if others held it for `wait` seconds. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        if not _taken(handle, time.monotonic() + wait):
            yield None
            return
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(dict(holder)).encode(), 0)
        yield handle
    finally:
        os.close(handle)


def _taken(handle: int, deadline: float) -> bool:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(PAUSE)
        else:
            return True


def holder_of(path: Path) -> str:
    """Name the last holder of a lock, for messages."""
    try:
        known = json.loads(path.read_text("utf-8"))
        return ", ".join(f"{name} {value}" for name, value in known.items())
    except (OSError, ValueError):
        return "unknown"


def is_free(path: Path) -> bool:
    """Return True if no process holds a lock."""
    if not path.exists():
        return True
    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        return _taken(handle, 0.0)
    finally:
        os.close(handle)
