"""What `zstack-ticket --help` costs in CPU, and how many times that of a Python that does nothing."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys

from measuring import QUICK

RUNS = 2 if QUICK else 20
BARE = [sys.executable, "-c", "pass"]
HELP = [sys.executable, "-c", "from pytest_zstack_ticket.cli.main import main; main(['--help'])"]


def cpu(command: list[str]) -> float:
    """Return the CPU seconds of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - our own text
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the medians of interleaved processes."""
    pairs = [(cpu(BARE), cpu(HELP)) for _ in range(RUNS)]
    bare, measured = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(
        f"zstack-ticket --help: {measured:.3f} CPU seconds (under 0.08), {measured / bare:.1f} times a bare Python's {bare:.3f}"
    )


if __name__ == "__main__":
    main()
