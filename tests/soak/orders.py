"""Examine servers that break late, in random orders of the tests: `python -m tests.soak.orders --orders 10`.

A target that accepts what it must refuse after so many creates is found by the tests that come last. No order that
another plugin makes of the tests may let it pass: the run fails, or it says that it could not decide.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BROKEN = "accept-missing:name+accept-missing:requests+accept-too-long:name+accept-null:name"
CREATES = (300, 500, 700, 900, 1200)
"""After so many creates the faults begin."""
SHUFFLING = """
import os
import random

import pytest

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items):
    yield
    random.Random(int(os.environ["ORDER"])).shuffle(items)
"""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run ended: its exit status, and what `judge` says of its report."""

    after: int
    order: int
    status: int
    verdict: str
    shown: str

    @property
    def wrong(self) -> bool:
        """True if a server that breaks late passed."""
        return self.status == 0 or self.verdict == "passed"


def examined(after: int, order: int, *arguments: str) -> Ended:
    """Examine a server that breaks after so many creates, the tests shuffled by a number."""
    from pytest_zstack_ticket.certify.rejudge import judge_bundle  # noqa: PLC0415 - only here

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "shuffling.py").write_text(SHUFFLING)
        path = os.pathsep.join([folder, str(ROOT)])
        environment = {**os.environ, "ORDER": str(order), "PYTHONPATH": path, "LC_ALL": "C.UTF-8"}
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-p", "shuffling", "-q", "-p", "no:cacheprovider"),
                *(f"--zstack-url=embedded?fault=after:{after}({BROKEN})", "--zstack-effort=smoke", "--zstack-seed=1"),
                *("--zstack-report=report", *arguments),
            ],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        report = Path(folder, "report")
        verdict = str(judge_bundle(report).report["verdict"]) if report.exists() else "no report"
        return Ended(after=after, order=order, status=ran.returncode, verdict=verdict, shown=ran.stdout + ran.stderr)


def main() -> int:
    """Print one line a run and the number of wrong passes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--after", type=int, nargs="*", default=CREATES)
    parser.add_argument("--only", default="", help="as pytest's -k")
    asked = parser.parse_args()
    chosen = ("-k", asked.only) if asked.only else ()
    wrong = 0
    for order in range(asked.orders):
        for after in asked.after:
            ended = examined(after, order, *chosen)
            wrong += ended.wrong
            print(
                json.dumps({"order": order, "after": after, "status": ended.status, "judged": ended.verdict}),
                flush=True,
            )
    print(f"{wrong} wrong passes in {asked.orders} orders x {len(asked.after)} faults")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
