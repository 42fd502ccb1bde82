"""Examine a healthy cloud behind every kind of front end: `python -m tests.front_ends.judge`.

What a front end decides is never the API's failure: no requirement may be `failed`, nothing may be left, and where a
front end hides something, report and doctor must say so.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from tests.front_ends.examination import ROOT, Ended, certificate, examined, told
from tests.front_ends.front_end import BLOCKED, FIREWALLS, KINDS

NODES = {"sticky-cookie": 2}
HARMLESS_PAGES = {"pages-401", "pages-403"}
HIDES = (
    frozenset(
        {
            *FIREWALLS,
            *BLOCKED,
            "wants-session",
            "gateway-5xx",
            "own-limits",
            *(kind for kind in KINDS if kind.startswith("pages-")),
        }
    )
    - HARMLESS_PAGES
)
"""Kinds that answer pages of their own in the API's stead; without access keys the API answers neither 401 nor 403."""
CLOUD = "embedded?latency=0.05"
"""Jobs last longer than the way through a front end, or none would be polled while it runs (ZT-JOB-006)."""

SOON = "--zstack-job-timeout=10"
"""Seconds that the end of a run waits for creates that a front end answered: its jobs last hundredths."""


@contextlib.contextmanager
def standing_before(kind: str, upstreams: list[str], folder: Path) -> Iterator[str]:
    """Start a front end before some nodes and give its URL."""
    command = [sys.executable, "-m", "tests.front_ends.front_end", "--kind", kind]
    for url in upstreams:
        command += ["--upstream", urlsplit(url).netloc]
    if kind == "tls-offload":
        command += ["--certificate", str(certificate(folder))]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=quiet, text=True) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().strip()
            scheme = "https" if kind == "tls-offload" else "http"
            yield f"{scheme}://127.0.0.1:{port}" + ("/cloud/api" if kind == "path-rewrite" else "")
        finally:
            process.kill()


def examine(kind: str, *, effort: str = "smoke", seed: int = 1, only: str = "") -> Ended:
    """Run the suites against a healthy cloud behind one front end; part of them waits less for what may still come."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        nodes = [stack.enter_context(SimulatorServer(CLOUD)) for _ in range(NODES.get(kind, 1))]
        urls = [node.url for node in nodes] * (2 if kind == "two-nodes" else 1)
        url = stack.enter_context(standing_before(kind, urls, folder))
        return examined(
            url,
            kind,
            folder,
            hides=kind in HIDES,
            ask_doctor=kind in HIDES,
            arguments=(f"--zstack-effort={effort}", f"--zstack-seed={seed}", *(("-k", only, SOON) if only else ())),
        )


def main() -> int:
    """Examine behind every kind; return 1 if any was judged wrongly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", action="append", choices=KINDS)
    parser.add_argument("--effort", default="smoke")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="a -k expression")
    arguments = parser.parse_args()
    with ThreadPoolExecutor(max_workers=arguments.jobs) as pool:
        kinds = arguments.kind or KINDS
        runs = pool.map(
            lambda kind: examine(kind, effort=arguments.effort, seed=arguments.seed, only=arguments.only), kinds
        )
        wrong = told(runs)
    print(f"{len(kinds)} front ends: {wrong} judged wrongly")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
