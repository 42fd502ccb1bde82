"""`python -m tests.soak.judge [--bundles N] [--keep FOLDER]`: is every report what its evidence comes to, to the byte.

Runs the shipped suites on faults of the simulator, each in turn with both profiles, some under xdist and some broken
off, and judges each bundle again. Prints every difference; exit status 0 if there is none.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

from pytest_zstack_ticket.edge.files import load_catalogue
from pytest_zstack_ticket.edge.shipped import suites_folder
from pytest_zstack_ticket.judging import judge_bundle

ROOT = Path(__file__).parents[2]
LONGEST_RUN = 600.0
PROFILES = ("deployed", "documented")
EXTRAS = ((), (), (), (), ("--maxfail=3",), (), (), ("-n", "2"))
"""One run in eight is broken off, one in eight has two workers."""


def bundle(number: int, fault: str, home: Path) -> str:
    """Run once, judge again, and return what differs, empty if nothing does."""
    folder, profile, extras = home / str(number), PROFILES[number % 2], EXTRAS[number % len(EXTRAS)]
    options = [f"--zstack-url=embedded?fault={quote(fault, safe='')}", f"--zstack-profile={profile}"]
    options += ["--zstack-effort=smoke", f"--zstack-seed={number}", f"--zstack-report={folder}"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, *extras]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=LONGEST_RUN)
    report = folder / "report.json"
    if not report.exists():
        return f"no report: {done.stdout[-300:]}"
    again = judge_bundle(folder)
    text = json.dumps(again.report, ensure_ascii=False, indent=1) + "\n"
    return "" if text == report.read_text("utf-8") else f"differs: {', '.join(again.changed) or 'bytes'}"


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundles", type=int, default=200)
    parser.add_argument("--parallel", type=int, default=2)
    told = parser.parse_args()
    faults = sorted({fault for one in load_catalogue(suites_folder()) for fault in one.killed_by})
    chosen = [faults[number * 7 % len(faults)] for number in range(told.bundles)]
    bad = 0
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(told.parallel) as pool:
        found = pool.map(lambda pair: bundle(pair[0], pair[1], Path(scratch)), enumerate(chosen))
        for number, (fault, why) in enumerate(zip(chosen, found, strict=True)):
            bad += bool(why)
            if why:
                print(f"{number} {fault}: {why}", flush=True)
    print(f"{told.bundles} bundles judged again, {bad} differ")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
