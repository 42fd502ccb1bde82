"""`python -m tests.soak.judge [--bundles N] [--whole]`: is every report what its evidence comes to, to the byte.

Runs suites on faults of the simulator, each in turn with both profiles, some under xdist and some broken off, and judges
each bundle again. A run has the areas that its fault breaks and one more in turn, one in ten has all of them; `--whole`
runs all areas always. Prints every difference; exit status 0 if there is none.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from urllib.parse import quote

from pytest_zstack_ticket.certify.rejudge import judge_bundle
from pytest_zstack_ticket.config.catalogue import load_catalogue
from pytest_zstack_ticket.config.package_data import suites_folder

ROOT = Path(__file__).parents[2]
LONGEST_RUN = 600.0
PROFILES = ("deployed", "documented")
EXTRAS = ((), (), (), (), ("--maxfail=3",), (), (), ("-n", "2"))
"""One run in eight is broken off, one in eight has two workers."""


def chosen_areas(number: int, broken: set[str], areas: list[str]) -> list[str]:
    """Return which areas a run has: empty for all of them."""
    return [] if number % 10 == 0 else sorted({*broken, areas[number % len(areas)]})


def bundle(number: int, fault: str, areas: list[str], home: Path) -> str:
    """Run once, judge again, and return what differs, empty if nothing does."""
    folder, profile, extras = home / str(number), PROFILES[number % 2], EXTRAS[number % len(EXTRAS)]
    options = [f"--zstack-url=embedded?fault={quote(fault, safe='')}", f"--zstack-profile={profile}"]
    options += ["--zstack-read-timeout=3", "--zstack-job-timeout=5"]
    options += ["--zstack-effort=smoke", f"--zstack-seed={number}", f"--zstack-report={folder}"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, *extras]
    if areas:
        command += ["-k", " or ".join(f"ZT-{area.upper()}-" for area in areas)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=LONGEST_RUN)
    report = folder / "report.json"
    if not report.exists():
        return f"no report: {done.stdout[-300:]}"
    again = judge_bundle(folder)
    text = json.dumps(again.report, ensure_ascii=False, indent=1) + "\n"
    same = text == report.read_text("utf-8")
    if same:
        shutil.rmtree(folder)
    return "" if same else f"differs: {', '.join(again.changed) or 'bytes'}"


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundles", type=int, default=200)
    parser.add_argument("--parallel", type=int, default=2)
    parser.add_argument("--whole", action="store_true", help="run all areas on every fault")
    document = parser.parse_args()
    catalogue = load_catalogue(suites_folder())
    areas = sorted({one.area for one in catalogue})
    broken: dict[str, set[str]] = {}
    for one in catalogue:
        for fault in one.killed_by:
            broken.setdefault(fault, set()).add(one.area)
    faults = sorted(broken)
    chosen = [faults[number * 7 % len(faults)] for number in range(document.bundles)]
    bad = 0
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(document.parallel) as pool:
        shares = [[] if document.whole else chosen_areas(n, broken[fault], areas) for n, fault in enumerate(chosen)]
        found = pool.map(lambda row: bundle(*row, Path(scratch)), zip(count(), chosen, shares, strict=False))
        for number, (fault, why) in enumerate(zip(chosen, found, strict=True)):
            bad += bool(why)
            if why:
                print(f"{number} {fault}: {why}", flush=True)
    print(f"{document.bundles} bundles judged again, {bad} differ")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
