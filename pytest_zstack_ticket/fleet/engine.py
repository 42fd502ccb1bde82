"""Engines: what runs the jobs of a fleet. The fleet knows only this interface."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from pytest_zstack_ticket.fleet.examine import examine_target
from pytest_zstack_ticket.fleet.job import Job

Examine = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""From a job's JSON to an outcome's JSON."""


class EngineLostError(Exception):
    """The engine broke down with all its jobs; what they did is on the disk."""


class Engine(Protocol):
    """Runs jobs, one for a target at a time, on whatever workers it has."""

    def submit(self, job: Job) -> None:
        """Start a job as soon as a worker is free. Raises EngineLostError."""
        ...

    def finished(self, timeout: float) -> tuple[str, Mapping[str, Any] | None] | None:
        """Return a target with its outcome, which is None if its workers died; None if nothing ended in time.

        Raises EngineLostError.
        """
        ...

    @property
    def has_workers(self) -> bool:
        """False if there is none that could take a job."""
        ...

    def close(self) -> None:
        """End the workers; runs that are under way are ended by their guards."""
        ...


class ThreadEngine:
    """Runs jobs in threads of this process: nothing else is installed, and a fleet needs one machine."""

    def __init__(self, examine: Examine = examine_target) -> None:
        self._examine = examine
        self._ended: queue.Queue[tuple[str, Mapping[str, Any] | None]] = queue.Queue()

    def submit(self, job: Job) -> None:
        """Start a job."""
        threading.Thread(target=self._run, args=(job,), daemon=True).start()

    def _run(self, job: Job) -> None:
        try:
            outcome = self._examine(job.to_json())
        except Exception:  # noqa: BLE001 - as a worker that dies
            self._ended.put((job.target, None))
        else:
            self._ended.put((job.target, outcome))

    def finished(self, timeout: float) -> tuple[str, Mapping[str, Any] | None] | None:
        """Return what ended next."""
        try:
            return self._ended.get(timeout=timeout)
        except queue.Empty:
            return None

    @property
    def has_workers(self) -> bool:
        """True: a thread is always there."""
        return True

    def close(self) -> None:
        """Leave the threads, which end with this process; their runs are then ended by their guards."""
