"""Examine a conformant target over lines with faults: `python -m tests.soak.lines --seeds 5`.

Trouble on the line may leave requirements inconclusive; it must never make one fail, hang a run, or outlast its time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from tests.soak.proxy import KINDS

ROOT = Path(__file__).parents[2]
TOTAL = 60
"""Seconds that a run may send for; its end may take as long again."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run over a line ended; `failed` are requirements, `status` is None for a run that hung."""

    kind: str
    seed: int
    status: int | None
    failed: tuple[str, ...]
    seconds: float
    shown: str

    @property
    def good(self) -> bool:
        """True if nothing failed falsely, nothing hung and nothing broke down."""
        return self.status in (0, 11, 12, 13) and not self.failed


def run_over(kind: str, seed: int, *, often: float = 0.05, only: str = "") -> Ended:
    """Examine a fresh conformant target over a line with one kind of fault."""
    with SimulatorServer("embedded") as server, tempfile.TemporaryDirectory() as folder:
        proxy = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.soak.proxy", "--upstream", urlsplit(server.url).netloc),
                *("--kind", kind, "--seed", str(seed), "--often", str(often)),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert proxy.stdout is not None
            port = proxy.stdout.readline().strip()
            return _examined(kind, seed, f"http://127.0.0.1:{port}", Path(folder), only)
        finally:
            proxy.kill()
            proxy.wait()
            if proxy.stdout is not None:
                proxy.stdout.close()


def _examined(kind: str, seed: int, url: str, folder: Path, only: str) -> Ended:
    command = [
        *(sys.executable, "-m", "pytest", f"--zstack-url={url}", "--zstack-effort=smoke", f"--zstack-seed={seed}"),
        *("--zstack-read-timeout=2", "--zstack-job-timeout=6", f"--zstack-total-timeout={TOTAL}"),
        *("--zstack-report=report", "-q", "-p", "no:cacheprovider"),
        *(("-k", only) if only else ()),
    ]
    environment = {**os.environ, "ZSTACK_PASSWORD": "password", "XDG_STATE_HOME": str(folder), "LC_ALL": "C.UTF-8"}
    begun = time.monotonic()
    try:
        ran = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=TOTAL * 2, check=False
        )
        status, shown = ran.returncode, ran.stdout + ran.stderr
    except subprocess.TimeoutExpired as error:
        status, shown = None, str(error.stdout)
    seconds = time.monotonic() - begun
    report = folder / "report" / "report.json"
    rows = json.loads(report.read_text("utf-8"))["requirements"] if report.exists() else []
    failed = tuple(row["id"] for row in rows if row["verdict"] in ("failed", "error"))
    return Ended(kind=kind, seed=seed, status=status, failed=failed, seconds=seconds, shown=shown)


def table(ended: Iterable[Ended]) -> int:
    """Print each run that was not good and a line for each kind; return how many were not good."""
    bad = runs = 0
    for one in ended:
        runs += 1
        bad += not one.good
        word = "good" if one.good else "BAD "
        print(
            f"{word} {one.kind:20} seed {one.seed}  exit {one.status}  {one.seconds:5.1f} s  {' '.join(one.failed)}",
            flush=True,
        )
        if not one.good and not one.failed:
            print(one.shown[-1500:])
    print(f"{runs} runs over {len(KINDS)} kinds of lines: {bad} bad")
    return bad


def main() -> int:
    """Print the table; 1 if any run was not good."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--kinds", default="", help="comma separated; else all")
    parser.add_argument("--often", type=float, default=0.05)
    parser.add_argument("--only", default="", help="as pytest's -k")
    document = parser.parse_args()
    kinds = [kind for kind in document.kinds.split(",") if kind] or list(KINDS)
    plans = [(kind, seed) for seed in range(document.first, document.first + document.seeds) for kind in kinds]
    with ThreadPoolExecutor(2) as pool:
        runs = pool.map(lambda plan: run_over(*plan, often=document.often, only=document.only), plans)
        return int(table(runs) > 0)


if __name__ == "__main__":
    raise SystemExit(main())
