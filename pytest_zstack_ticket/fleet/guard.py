"""A process between a worker and one command: if the worker dies, the command is ended gently.

`python -m pytest_zstack_ticket.fleet.guard LOG STATUS LOCK COMMAND...`. The worker holds the other end of stdin. Once
that is closed, the command gets SIGTERM, on which a run deletes its tickets and writes its report. STATUS gets the exit
status. Nothing but the standard library is imported, as this process lives as long as the run.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

PAUSE = 0.2
GRACE = 900.0
"""Seconds from SIGTERM to SIGKILL: the longest clean-up."""


def main(log: str, status: str, lock: str, *command: str) -> int:
    """Run a command under guard and return its exit status, 128 and the signal if one ended it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C on the fleet's terminal is for the fleet
    held = [int(lock)] if int(lock) >= 0 else []
    with Path(log).open("ab") as output:
        child = subprocess.Popen(  # noqa: S603 - built by the worker, without a shell
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, pass_fds=held
        )
    terminate = signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    try:
        ended = _watch(child)
    finally:
        signal.signal(signal.SIGTERM, terminate)
    ended = ended if ended >= 0 else 128 - ended
    scratch = Path(f"{status}.tmp")
    scratch.write_text(str(ended))
    scratch.replace(status)
    return ended


def _watch(child: subprocess.Popen[bytes]) -> int:
    while child.poll() is None:
        if select.select([0], [], [], PAUSE)[0] and not os.read(0, 1):
            child.terminate()
            return _end(child, time.monotonic() + GRACE)
    return child.returncode


def _end(child: subprocess.Popen[bytes], deadline: float) -> int:
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(PAUSE)
    child.kill()
    return child.wait()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
