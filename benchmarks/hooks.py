"""Polls for each job and tickets per second with web hooks, beside polling, for jobs of 20 ms, 200 ms and a second.

Every figure is one pytest run of our own plugin on the embedded endpoint, the way a user would start it.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from measuring import QUICK
from windows import TEST

CASES = ((0.02, 4.0), (0.2, 4.0), (1.0, 1.0))
"""Seconds of a job, and the share of 80 examples."""
QUICK_CASES = ((0.02, 0.1),)
WINDOW = 16


def run(latency: float, share: float, *options: str) -> tuple[float, float]:
    """Explore once and return tickets per second and polls for each job."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "test_explore.py").write_text(TEST, "utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "test_explore.py", f"--zstack-url=embedded?latency={latency}"]
        command += [f"--zstack-concurrency={WINDOW}", "--zstack-seed=1", "--zstack-report=report", *options]
        variables = {**os.environ, "MEASURED": "measured.json", "SHARE": str(share)}
        subprocess.run(command, cwd=folder, env=variables, check=False, capture_output=True, timeout=300)  # noqa: S603 - our own command
        measured = json.loads((Path(folder) / "measured.json").read_text("utf-8"))
        with gzip.open(Path(folder) / "report" / "evidence.jsonl.gz", "rt") as file:
            requests = [one["request"] for one in map(json.loads, file) if one["type"] == "exchange"]
    creates = sum(one["method"] == "POST" for one in requests)
    polls = sum("/api-jobs/" in one["path"] for one in requests)
    return measured["sent"] / measured["seconds"], polls / creates


def main() -> None:
    """Print both."""
    for latency, share in QUICK_CASES if QUICK else CASES:
        found = {
            name: run(latency, share, *options)
            for name, options in (("polling", ()), ("web hooks", ("--zstack-webhook",)))
        }
        for name, (rate, polls) in found.items():
            print(
                f"jobs of {latency * 1000:.0f} ms, window {WINDOW}, {name}: {rate:.1f} tickets/s, {polls:.2f} polls a job"
            )


if __name__ == "__main__":
    main()
