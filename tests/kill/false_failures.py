"""Run the suites on conformant endpoints with many seeds: none of them may fail, whatever is drawn.

`python -m tests.kill.false_failures --runs 20` is the published figure; each run is a pytest of its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pytest_zstack_ticket.certify.strict_rejudge import judged_report
from pytest_zstack_ticket.model.errors import EvidenceError

TARGETS = (
    "embedded:documented",
    "embedded:deployed@3.0",
    "embedded:deployed@3.2",
    "embedded:deployed@3.6",
    "embedded:deployed@4.1",
    "embedded:deployed@4.5",
    "embedded:deployed@4.6",
    "embedded:deployed@after-5.3",
)

FURTHEST_APART = ("embedded:documented", "embedded:deployed@3.0", "embedded:deployed@4.5")
"""What the quick form runs."""


def run(case: tuple[str, int, str]) -> tuple[str, int, list[str]]:
    """Return what was wrong in one run: requirements that did not pass, or the end of the output."""
    target, seed, effort = case
    profile = "documented" if "documented" in target else "deployed"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", f"--zstack-url={target}", f"--zstack-profile={profile}"]
        command += [f"--zstack-effort={effort}", f"--zstack-seed={seed}", f"--zstack-report={folder}/report", "-q"]
        command += ["-p", "no:cacheprovider"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
        report = Path(folder, "report", "report.json")
        if not report.exists():
            return target, seed, [done.stdout[-300:]]
        rows = json.loads(report.read_text("utf-8"))["requirements"]
        unsigned = refused_by_signer(report.parent)
    wrong = [f"{row['id']} {row['verdict']}" for row in rows if row["verdict"] not in ("passed", "inapplicable")]
    return target, seed, [*wrong, *unsigned]


def refused_by_signer(folder: Path) -> list[str]:
    """Return why a signer would not believe the evidence of an honest run; nothing if it would."""
    try:
        judged_report(folder)
    except EvidenceError as error:
        return [f"not to be signed: {error}"]
    return []


def main() -> int:
    """Run every target with every seed; return 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--effort", default="standard")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="one seed at smoke effort on three variants")
    arguments = parser.parse_args()
    targets = FURTHEST_APART if arguments.quick else TARGETS
    effort, runs = ("smoke", 1) if arguments.quick else (arguments.effort, arguments.runs)
    cases = [(target, seed, effort) for seed in range(1, runs + 1) for target in targets]
    wrong = 0
    with ThreadPoolExecutor(max_workers=arguments.jobs) as pool:
        for target, seed, lines in pool.map(run, cases):
            wrong += bool(lines)
            if lines:
                print(f"{target} seed {seed}: {'; '.join(lines)}", flush=True)
    print(f"{len(cases)} runs at {effort} effort on {len(targets)} conformant endpoints: {wrong} with a false failure")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
