"""Loaded by each worker of a fleet's own cluster: Ctrl-C on the fleet's terminal is for the fleet, which ends them."""

from __future__ import annotations

import signal


def dask_setup(worker: object) -> None:
    """Ignore Ctrl-C; Dask calls this as a worker starts."""
    del worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
