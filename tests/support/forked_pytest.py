"""Run pytest in a forked child of a server that has imported everything: the start-up is paid once, not in each run.

A run has what a process of its own would have: working directory, environment, process group, exit status, output.
The server has no threads, so that a fork is safe whatever threads the caller has.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.support.warm_pytest"])
_LOCK = threading.Lock()
"""Starting and reaping a process of `multiprocessing` is not made for several threads at once."""


@dataclass(frozen=True, kw_only=True)
class PytestRun:
    """How a run ended: its exit status, None if its time ran out, and all that it wrote to the terminal."""

    status: int | None
    output: str


def run_pytest(
    arguments: Sequence[str], *, folder: Path, seconds: float, environment: Mapping[str, str] | None = None
) -> PytestRun:
    """Run pytest in a folder; the environment is the caller's unless another is given."""
    output = folder / "terminal.txt"
    chosen = dict(os.environ if environment is None else environment)
    process = _CONTEXT.Process(target=_child, args=(list(arguments), str(folder), str(output), chosen))
    with _LOCK:
        process.start()
    over = not wait([process.sentinel], seconds)
    if over:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid or 0, signal.SIGKILL)
        wait([process.sentinel])
    with _LOCK:
        process.join()
        status = process.exitcode
        process.close()
    shown = output.read_text("utf-8", "replace") if output.exists() else ""
    return PytestRun(status=None if over else status, output=shown)


def _child(arguments: list[str], folder: str, output: str, environment: dict[str, str]) -> None:
    """Become the run: the last thing that this process does."""
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    terminal = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(terminal, 1)
    os.dup2(terminal, 2)
    os.close(terminal)
    import pytest  # noqa: PLC0415 - the server has imported it; whoever starts runs need not

    raise SystemExit(int(pytest.main(arguments)))
