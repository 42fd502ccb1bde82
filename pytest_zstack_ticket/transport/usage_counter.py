"""Count what the processes of a run send together, in one small file that they share under a lock."""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pytest_zstack_ticket.model.quotas import QuotaName, Quotas, Usage
from pytest_zstack_ticket.transport.rate_queue import RateQueue

COUNTS = struct.Struct("<5qd")
"""requests, created, alive, most alive, bytes; and the moment from which the next request may go, in seconds."""


class SharedUsageCounter:
    """Reserves requests under the caps before they are sent; safe for many threads and processes.

    Moments are seconds of a clock that all processes share. `path` is the file of another process's meter,
    which is then `shared`.
    """

    def __init__(self, caps: Quotas, path: Path | None = None) -> None:
        self.caps = caps
        self.rate_queue = RateQueue()
        self._mine = path is None
        self.shared = path is not None
        if path is None:
            handle, name = tempfile.mkstemp(prefix="zstack-ticket-", suffix=".meter")
            os.write(handle, COUNTS.pack(0, 0, 0, 0, 0, 0.0))
            os.close(handle)
            path = Path(name)
        self.path = path
        self._file = os.open(path, os.O_RDWR)
        self._lock = threading.Lock()

    @property
    def used(self) -> Usage:
        """What all processes have used so far."""
        with self._locked():
            return self._read()[0]

    @property
    def glimpse(self) -> Usage:
        """The same without waiting for a lock, for the handler of a signal."""
        return self._read()[0]

    def reserve(self, size: int, *, creates: bool) -> QuotaName | None:
        """Reserve one request of `size` bytes; return the cap that forbids it."""
        with self._locked():
            used, free_at = self._read()
            hit = _hit(self.caps, used, size, creates=creates)
            if hit is not None:
                return hit
            alive = used.alive + creates
            used = Usage(
                requests=used.requests + 1,
                created=used.created + creates,
                alive=alive,
                most_alive=max(used.most_alive, alive),
                bytes=used.bytes + size,
            )
            self._write(used, free_at)
            return None

    def wait(self, *, now: float) -> float:
        """Return the seconds to wait before one more request may be sent, as the rate asks."""
        if not self.caps.rate:
            return 0.0
        with self._locked():
            used, free_at = self._read()
            due = max(now, free_at)
            self._write(used, due + 1.0 / self.caps.rate)
            return due - now

    def count(self, size: int) -> None:
        """Count a request that no cap but the rate binds, for cleanup."""
        with self._locked():
            used, free_at = self._read()
            counts = Usage(
                requests=used.requests + 1,
                created=used.created,
                alive=used.alive,
                most_alive=used.most_alive,
                bytes=used.bytes + size,
            )
            self._write(counts, free_at)

    def give_back(self, tickets: int) -> None:
        """Note that tickets are known to be gone."""
        with self._locked():
            used, free_at = self._read()
            self._write(replace(used, alive=max(0, used.alive - tickets)), free_at)

    def close(self) -> None:
        """Let go of the file, and remove it if it was made here; a second call does nothing."""
        if self._file < 0:
            return
        os.close(self._file)
        self._file = -1
        if self._mine:
            self.path.unlink(missing_ok=True)

    def _read(self) -> tuple[Usage, float]:
        requests, created, alive, most, size, free_at = COUNTS.unpack(os.pread(self._file, COUNTS.size, 0))
        return Usage(requests=requests, created=created, alive=alive, most_alive=most, bytes=size), free_at

    def _write(self, used: Usage, free_at: float) -> None:
        packed = COUNTS.pack(used.requests, used.created, used.alive, used.most_alive, used.bytes, free_at)
        os.pwrite(self._file, packed, 0)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with self._lock:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)


def _hit(caps: Quotas, used: Usage, size: int, *, creates: bool) -> QuotaName | None:
    if caps.requests is not None and used.requests >= caps.requests:
        return "requests"
    if caps.bytes is not None and used.bytes + size > caps.bytes:
        return "bytes"
    if creates and caps.created is not None and used.created >= caps.created:
        return "created"
    if creates and caps.alive is not None and used.alive >= caps.alive:
        return "alive"
    return None
