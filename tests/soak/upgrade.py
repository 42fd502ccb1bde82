"""`python -m tests.soak.upgrade [--runs N]`: how much noise a comparison has, and whether one regression is one line.

Runs the shipped suites on the embedded endpoint with N different seeds, each with the first as its baseline, and
compares each with the one before; then once more with one fault. Prints the figures; exit status 0 if they are met.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.artifacts.report_reader import load_report
from pytest_zstack_ticket.verdicts.comparison import compare, diff_to_json

ROOT = Path(__file__).parents[2]
FAULT, BROKEN = "created-after-updated", "ZT-ANSWER-011"
LONGEST_RUN = 600.0
MEASURED = (0, 10)
"""Exit statuses of runs that examined their target; a broken run has no lines either, and would say nothing."""


def run(url: str, seed: int, folder: Path, baseline: Path | None) -> dict[str, Any]:
    """Run the suites once and return the report."""
    options = [f"--zstack-url={url}", "--zstack-effort=smoke", f"--zstack-seed={seed}", f"--zstack-report={folder}"]
    options += [f"--zstack-baseline={baseline}"] if baseline else []
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    subprocess.run(command, cwd=ROOT, check=False, capture_output=True, timeout=LONGEST_RUN)
    report = load_report(folder)
    if report["exit_status"] not in MEASURED or not report["counts"]["examples"]["held"]:
        raise SystemExit(f"seed {seed} on {url} has exit status {report['exit_status']}: nothing was measured.")
    return report


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        first = last = run("embedded", 1000, home / "before", None)
        against_first = plain = 0
        for seed in range(1001, 1001 + runs):
            fresh = run("embedded", seed, home / f"after-{seed}", home / "before")
            found = [*fresh["upgrade"]["lines"], *diff_to_json(compare(last, fresh))["lines"]]
            against_first += len(fresh["upgrade"]["lines"])
            plain += len(found) - len(fresh["upgrade"]["lines"])
            for line in found:
                print(f"seed {seed}: {line}")
            last = fresh
        broken = run(f"embedded?fault={FAULT}", 999, home / "broken", home / "before")
        lines = [(line["class"], line["requirements"]) for line in broken["upgrade"]["lines"]]
    replayed = broken["upgrade"]["replayed"]
    document = f"{runs} runs: {against_first} lines against the baseline, {plain} against the run before"
    print(f"{document}; {replayed} of {len(first['requirements'])} requirements have a pinned example")
    print(f"with {FAULT}: {lines}, exit status {broken['exit_status']}")
    met = (
        replayed > 0
        and against_first == plain == 0
        and lines == [("regression", [BROKEN])]
        and broken["exit_status"] == 10
    )
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
