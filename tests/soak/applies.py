"""Run the suites on a healthy target again and again: the requirements that apply are the same each time.

`python -m tests.soak.applies --runs 20` runs in turn alone and with two workers, and every other pair of runs next to
processes that keep this machine busy. The same set of requirements has to pass each time, and the rest be inapplicable.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUSY = 3
"""Processes that keep the machine busy."""


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keep the machine busy meanwhile."""
    burning = [multiprocessing.Process(target=_burn, daemon=True) for _ in range(processes)]
    for one in burning:
        one.start()
    try:
        yield
    finally:
        for one in burning:
            one.kill()
            one.join()


def _burn() -> None:
    while True:
        pass


def verdicts(url: str, *options: str) -> dict[str, str]:
    """Run the suites once, and return the verdict of each requirement. Raises ValueError if there is no report."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--zstack-url={url}"]
        command += ["--zstack-effort=smoke", "--zstack-report=report", *options]
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        report = Path(folder, "report", "report.json")
        if not report.exists():
            raise ValueError(f"no report: {ran.stdout[-1000:]}{ran.stderr[-500:]}")
        return {row["id"]: row["verdict"] for row in json.loads(report.read_text("utf-8"))["requirements"]}


def main() -> int:
    """Print one line a run, and what differs from the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--url", default="embedded")
    parser.add_argument("--only", default="", help="as pytest's -k")
    asked = parser.parse_args()
    first: dict[str, str] = {}
    differing = 0
    for number in range(asked.runs):
        workers, loaded = number % 2 * 2, number // 2 % 2 * BUSY
        with busy(loaded):
            options = ["--zstack-seed", str(number), *(["-n", str(workers)] if workers else [])]
            found = verdicts(asked.url, *options, *(["-k", asked.only] if asked.only else []))
        first = first or found
        differs = {key: verdict for key, verdict in found.items() if first.get(key) != verdict}
        differing += bool(differs)
        row = {"run": number, "workers": workers, "busy": loaded, "passed": list(found.values()).count("passed")}
        print(json.dumps({**row, "differs": differs}), flush=True)
    print(f"{differing} of {asked.runs} runs differ from the first")
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main())
