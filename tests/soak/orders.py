"""Examine servers that break late, in random orders of the tests: `python -m tests.soak.orders --orders 10`.

A target that accepts what it must refuse after so many creates is found by the tests that come last. No order that
another plugin makes of the tests may let it pass: the run fails, or it says that it could not decide.
First every order is only collected: what a shuffle cannot change about the run's own order, it cannot change about the
verdict. `--runs` of the orders are then run against each fault.
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


def shuffled(folder: Path, order: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder, with a plugin that shuffles the tests by a number."""
    (folder / "shuffling.py").write_text(SHUFFLING)
    path = os.pathsep.join([str(folder), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "shuffling", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**os.environ, "ORDER": str(order), "PYTHONPATH": path, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


def collected(order: int) -> list[str]:
    """Collect the tests, shuffled by a number, in the order in which they would run."""
    with tempfile.TemporaryDirectory() as folder:
        shown = shuffled(Path(folder), order, "--zstack-url=embedded", "--collect-only").stdout
    return [line for line in shown.splitlines() if "::" in line]


def moved(orders: int) -> int:
    """Print each order in which a test would run at another place than in the first, and return how many there are."""
    usual = collected(0)
    if not usual:
        raise SystemExit("no test was collected")
    others = [order for order in range(1, orders) if collected(order) != usual]
    for order in others:
        print(json.dumps({"order": order, "moved": True}), flush=True)
    return len(others)


def examined(after: int, order: int, *arguments: str) -> Ended:
    """Examine a server that breaks after so many creates, the tests shuffled by a number."""
    from pytest_zstack_ticket.certify.rejudge import judge_bundle  # noqa: PLC0415 - only here

    with tempfile.TemporaryDirectory() as folder:
        url = f"--zstack-url=embedded?fault=after:{after}({BROKEN})"
        ran = shuffled(
            Path(folder), order, url, "--zstack-effort=smoke", "--zstack-seed=1", "--zstack-report=report", *arguments
        )
        report = Path(folder, "report")
        verdict = str(judge_bundle(report).report["verdict"]) if report.exists() else "no report"
        return Ended(after=after, order=order, status=ran.returncode, verdict=verdict, shown=ran.stdout + ran.stderr)


def main() -> int:
    """Print one line a run and the number of wrong passes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=200, help="orders that are collected")
    parser.add_argument("--runs", type=int, default=200, help="orders that are run, from the first on")
    parser.add_argument("--after", type=int, nargs="*", default=CREATES)
    parser.add_argument("--only", default="", help="as pytest's -k")
    asked = parser.parse_args()
    chosen = ("-k", asked.only) if asked.only else ()
    others = moved(asked.orders)
    wrong = 0
    for order in range(min(asked.runs, asked.orders)):
        for after in asked.after:
            ended = examined(after, order, *chosen)
            wrong += ended.wrong
            print(
                json.dumps({"order": order, "after": after, "status": ended.status, "judged": ended.verdict}),
                flush=True,
            )
    print(f"{others} of {asked.orders} orders move a test; {wrong} wrong passes in {asked.runs} x {len(asked.after)}")
    return int(others + wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
