"""The engine on Dask distributed: a cluster of this machine, or an existing scheduler by its address.

Jobs hold no secret, so no message, log or dashboard of Dask can.
"""

from __future__ import annotations

import logging
import queue
from collections.abc import Mapping
from typing import Any

from pytest_zstack_ticket.fleet.engine import EngineLostError, Examine
from pytest_zstack_ticket.fleet.examine import examine_target
from pytest_zstack_ticket.fleet.job import Job
from pytest_zstack_ticket.model.errors import FleetError

QUIET = {
    "distributed.worker.daemon": False,
    "distributed.worker.multiprocessing-method": "spawn",
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}
"""A cluster of our own shows nothing over HTTP."""
SOON = "20s"
"""How long a scheduler may take to answer."""


class DaskEngine:
    """Runs each job as a task of its own; a task whose worker died is run again by the scheduler, then given up."""

    def __init__(self, *, scheduler: str = "", workers: int = 2, examine: Examine = examine_target) -> None:
        """Connect to a scheduler, or start a cluster on the loopback. Raises FleetError and EngineLostError."""
        self._examine = examine
        self._client, self._cluster = _connected(scheduler, workers)
        self._ended: queue.Queue[Any] = queue.Queue()
        self._count = 0

    def submit(self, job: Job) -> None:
        """Send a job to the scheduler."""
        self._count += 1
        key = f"zstack-{job.fleet}-{job.target}-{self._count}"
        try:
            future = self._client.submit(self._examine, job.to_json(), key=key, pure=False, retries=0)
        except Exception as error:
            raise EngineLostError(type(error).__name__) from error
        future.zstack_target = job.target
        future.add_done_callback(self._ended.put)

    def finished(self, timeout: float) -> tuple[str, Mapping[str, Any] | None] | None:
        """Return what ended next."""
        try:
            future = self._ended.get(timeout=timeout)
        except queue.Empty:
            if self._client.status != "running":
                raise EngineLostError(self._client.status) from None
            return None
        if future.status == "finished":
            try:
                return future.zstack_target, future.result(timeout=SOON)
            except Exception as error:  # the worker died with the outcome in its memory
                raise EngineLostError(type(error).__name__) from error
        if self._client.status != "running" or future.status in ("cancelled", "lost"):
            raise EngineLostError(future.status)
        return future.zstack_target, None

    def close(self) -> None:
        """Cancel what runs, and end the workers of a cluster of our own."""
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # its own shutdown is no news
        self._client.close(timeout=5)
        if self._cluster is not None:
            self._cluster.close(timeout=10)


def _connected(scheduler: str, workers: int) -> tuple[Any, Any]:
    try:
        import dask  # noqa: PLC0415 - only a fleet on Dask pays for it
        from distributed import Client, LocalCluster  # noqa: PLC0415 - likewise
    except ImportError as error:
        raise FleetError("the engine is not installed: pip install 'pytest-zstack-ticket[fleet]'.") from error
    cluster = None
    if not scheduler:
        dask.config.set(QUIET)
        try:
            cluster = LocalCluster(  # type: ignore[no-untyped-call] # Dask has no types
                n_workers=workers,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
            )
        except Exception as error:  # a worker that dies while the cluster starts, in many ways
            raise EngineLostError(type(error).__name__) from error
    try:
        return Client(cluster or scheduler, timeout=SOON, set_as_default=False), cluster  # type: ignore[no-untyped-call] # likewise
    except (OSError, ValueError) as error:
        raise FleetError(f"the scheduler {scheduler} does not answer ({type(error).__name__}).") from error
