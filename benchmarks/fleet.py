"""A fleet of 1,000 recorded bundles on Dask, and its page in a real Chromium: `python benchmarks/fleet.py --count 1000`.

One recorded run is fed in with verdicts that differ from target to target. Reported: time and memory of the process that
holds scheduler and fleet, size of the page, and how long its slowest filter takes.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from functools import partial
from pathlib import Path

from pytest_zstack_ticket.fleet.conduct import Conductor
from pytest_zstack_ticket.fleet.dask_engine import DaskEngine
from pytest_zstack_ticket.fleet.outputs import write_outputs
from pytest_zstack_ticket.fleet.plan import FleetTarget, Limits, Plan, waves_of
from pytest_zstack_ticket.fleet.store import FleetStore

ROOT = Path(__file__).parents[1]
FILTERS = ("", "text=shanghai", "text=zt-body", "verdict=f", "uneven=1", "verdict=f&text=region-7&uneven=1")


def recorded(folder: Path) -> Path:
    """Record one run of the suites."""
    report = folder / "recorded"
    command = ["-m", "pytest", "--zstack-url=embedded", "--zstack-effort=smoke", "-q", "-p", "no:cacheprovider"]
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *command, f"--zstack-report={report}"], check=True, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    return report


def answer(message: dict[str, object], report: str) -> dict[str, object]:
    """Answer as a worker: the recorded bundle, with a few other verdicts for each target."""
    folder = Path(report)
    known = json.loads((folder / "report.json").read_text("utf-8"))
    draw = random.Random(str(message["target"]))
    for row in draw.sample(known["requirements"], draw.randrange(0, 12)):
        row["verdict"] = draw.choice(("failed", "inconclusive", "untested"))
        row["reason"] = {"key": "k", "parameters": {}, "en": f"reason {draw.randrange(300)}", "zh": "原因"}
    release = draw.choice(("4.8", "5.0", "5.2"))
    known["target"]["release"] = {"oldest": release, "newest": release}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr("report.json", json.dumps(known))
        for file in folder.glob("*.gz"):
            packed.write(file, file.name)
    return {"target": message["target"], "kind": "report", "status": 1, "bundle": buffer.getvalue()}


def filter_milliseconds(page: Path, query: str) -> float:
    """Open the page with a filter in its address and read how long that took."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("no Chromium is installed: apt install chromium")
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", "--dump-dom"]
        shown = subprocess.run(  # noqa: S603 - our own page
            [*command, f"{page.as_uri()}#{query}"], check=True, capture_output=True, text=True, timeout=120
        )
    return float(re.search(r'data-filter-ms="([0-9.]+)"', shown.stdout)[1])  # type: ignore[index] # the page always has it


def main() -> None:
    """Feed the bundles in and report the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--recorded", type=Path, help="folder of a run to feed in (default: a new one)")
    parser.add_argument("--no-browser", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report = arguments.recorded or recorded(folder)
        targets = tuple(
            FleetTarget(
                name=f"cloud-{number}",
                url="embedded",
                groups=(f"region-{number % 40}", "shanghai"[: 8 * (number % 2)] or "north"),
            )
            for number in range(arguments.count)
        )
        plan = Plan(name="fleet", targets=targets, waves=waves_of(targets, ()), limits=Limits(at_once=8))
        started = time.monotonic()
        made = Conductor(
            plan=plan,
            store=FleetStore.new(folder / "fleet", plan, "2027-01-01T00:00:00+00:00"),
            open_engine=partial(DaskEngine, workers=2, examine=partial(answer, report=str(report.absolute()))),
            work=folder / "work",
            locks=folder / "locks",
        )
        page = write_outputs(made.run(), folder / "fleet", "en")
        seconds = time.monotonic() - started
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{arguments.count} targets: {seconds:.1f} s, scheduler and fleet at most {memory:.0f} MiB")
        sizes = {
            one: (folder / "fleet" / one).stat().st_size / 1e6 for one in ("fleet.json", "fleet.html", "junit.xml")
        }
        print(", ".join(f"{one} {size:.1f} MB" for one, size in sizes.items()))
        if not arguments.no_browser:
            for query in FILTERS:
                print(f"filter {query or 'none'}: {filter_milliseconds(page, query):.0f} ms")


if __name__ == "__main__":
    main()
