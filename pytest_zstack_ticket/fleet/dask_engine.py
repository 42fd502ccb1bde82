"""The engine on Dask distributed: a cluster of this machine, or an existing scheduler by its address.

Jobs hold no secret, so no message, log or dashboard of Dask can.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import re
import time
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
    "distributed.worker.preload": ["pytest_zstack_ticket.fleet.quiet_worker"],
}
"""A cluster of our own shows nothing over HTTP, and its workers ignore Ctrl-C."""
LOOK, GIVEN_UP = 5.0, 60.0
"""Seconds between two looks at the workers of a cluster of our own, and without any worker until it is made anew."""
ENDED = ("closed", "failed")
SOON = 20.0
"""Seconds that a scheduler may take to answer."""
ADDRESS = re.compile(r"(tcp|tls|ws|wss)://[^\s/@]+:\d{1,5}/?")
MISSING = "the engine is not installed: pip install 'pytest-zstack-ticket[fleet]'."


class DaskEngine:
    """Runs each job as a task of its own; a task whose worker died is run again by the scheduler, then given up."""

    def __init__(self, *, scheduler: str = "", workers: int = 2, examine: Examine = examine_target) -> None:
        """Connect to a scheduler, or start a cluster on the loopback. Raises FleetError and EngineLostError."""
        self._examine = examine
        connected: tuple[Any, Any] = _joined(scheduler) if scheduler else _started(workers)
        self._client, self._cluster = connected
        self._ended: queue.Queue[Any] = queue.Queue()
        self._count = 0
        self._workers = workers
        self._looked = self._seen = time.monotonic()

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
            self._look_after_workers()
            return None
        if future.status == "finished":
            try:
                return future.zstack_target, future.result(timeout=SOON)
            except Exception as error:  # the worker died with the outcome in its memory
                raise EngineLostError(type(error).__name__) from error
        if self._client.status != "running" or future.status in ("cancelled", "lost"):
            raise EngineLostError(future.status)
        return future.zstack_target, _without_worker(future)

    def _look_after_workers(self) -> None:
        """Replace a worker of our own cluster that Dask gave up: it died as it started. Raises EngineLostError."""
        now = time.monotonic()
        if self._cluster is None or now < self._looked + LOOK:
            return
        self._looked = now
        if self.has_workers:
            self._seen = now
        elif now > self._seen + GIVEN_UP:
            raise EngineLostError("no worker starts")
        self._cluster.loop.add_callback(_replace_ended, self._cluster, self._workers)

    @property
    def has_workers(self) -> bool:
        """False if no worker has come to the scheduler, or none is left."""
        try:
            return bool(self._client.scheduler_info()["workers"])
        except Exception:  # noqa: BLE001 - a scheduler that is lost is seen elsewhere
            return True

    def close(self) -> None:
        """Cancel what runs, and end the workers of a cluster of our own."""
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # its own shutdown is no news
        self._client.close(timeout=5)
        if self._cluster is not None:
            self._cluster.close(timeout=10)


def _replace_ended(cluster: Any, workers: int) -> None:
    """Have a cluster forget workers whose nannies ended, and start others; runs in the cluster's own loop."""
    for name, nanny in list(cluster.workers.items()):
        if nanny.status.name in ENDED:
            del cluster.workers[name]
    cluster.scale(workers)


def _without_worker(future: Any) -> Mapping[str, Any] | None:
    """Return None for a job whose workers died; one that a worker could not even begin is an outcome.

    Such a worker has no or another version of this package, and every other try would end alike.
    """
    from distributed.scheduler import KilledWorker  # noqa: PLC0415 - only a fleet on Dask pays for it

    error = future.exception(timeout=SOON)
    if isinstance(error, KilledWorker):
        return None
    text = f"the worker cannot run this version: {type(error).__name__}: {error}"
    return {"target": future.zstack_target, "kind": "error", "text": text}


def _started(workers: int) -> tuple[Any, Any]:
    """Start a cluster of this machine. Raises FleetError and EngineLostError."""
    try:
        import dask  # noqa: PLC0415 - only a fleet on Dask pays for it
        from distributed import Client, LocalCluster  # noqa: PLC0415 - likewise
    except ImportError as error:
        raise FleetError(MISSING) from error
    dask.config.set(QUIET)
    try:
        cluster = LocalCluster(  # type: ignore[no-untyped-call] # Dask has no types
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        )
        return Client(cluster, timeout=SOON, set_as_default=False), cluster  # type: ignore[no-untyped-call] # likewise
    except Exception as error:  # a worker that dies while the cluster starts, in many ways
        raise EngineLostError(type(error).__name__) from error


def _joined(scheduler: str) -> tuple[Any, None]:
    """Connect to a scheduler that is there. Raises FleetError."""
    if not ADDRESS.fullmatch(scheduler):
        raise FleetError(f"--scheduler {scheduler}: write tcp://HOST:PORT.")
    try:
        from distributed import Client  # noqa: PLC0415 - only a fleet on Dask pays for it
    except ImportError as error:
        raise FleetError(MISSING) from error
    try:
        # a client of what is no scheduler would wait, and end, for minutes
        asyncio.run(asyncio.wait_for(_identity(scheduler), SOON))
        return Client(scheduler, timeout=SOON, set_as_default=False), None  # type: ignore[no-untyped-call] # Dask has no types
    except Exception as error:
        why = type(error).__name__
        raise FleetError(
            f"the scheduler {scheduler} does not answer as one of Dask ({why}). Check its port."
        ) from error


async def _identity(scheduler: str) -> None:
    """Ask what listens at an address whether it is a scheduler. Raises many errors."""
    from distributed.core import rpc  # noqa: PLC0415 - only a fleet on Dask pays for it
    from distributed.security import Security  # noqa: PLC0415 - likewise

    security = Security().get_connection_args("client")  # type: ignore[no-untyped-call] # Dask has no types
    async with rpc(scheduler, timeout=SOON, connection_args=security) as known:  # type: ignore[no-untyped-call] # likewise
        if (await known.identity())["type"] != "Scheduler":
            raise ValueError("no scheduler")
