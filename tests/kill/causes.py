"""One cause, one failure: how many requirements fail when a target has a single fault.

Each fault gets a run of all the suites through pytest, forked as in the kill matrix; the verdicts are read from
report.json.
`python -m tests.kill.causes` prints the failed requirements per fault and fails if they are more than the limits.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

from tests.support.forked_pytest import run_pytest

SECONDS = 900
MEDIAN, NINE_TENTHS, LARGEST = 1, 4, 10
"""Failed requirements per fault that are allowed: median, 90th percentile and largest."""
STATELESS = (
    "error:200",
    "error:500",
    "error:null",
    "error-code:missing",
    "result:201",
    "result-body:text",
    "result:inventories",
    "inventory-uuid:missing",
    "mangle-name:reversed",
    "sdk:ctype-latin1",
    "content-type-html",
    "leak-session",
    "mojibake",
    "accept-missing:name",
    "accept-too-long:name",
    "accept-empty-list:requests",
    "accept-malformed:truncated",
    "refuse-when:key-order",
    "refuse-when:description",
    "R16:200",
    "location:relative",
    "unknown-job:200",
    "ignore-job-id",
    "accept-used-job-id",
    "lose-ticket",
    "double-ticket",
    "store-refused",
    "mangle-stored-name:nfc",
    "ignore-resourceUuid",
    "accept-duplicate:resourceUuid",
    "change-not-stored",
    "delete-not-stored",
    "no-history",
    "archive-loses-description",
    "any-condition",
    "ignore-sort",
    "limit-one-less",
    "total-one-more",
    "query-leaks",
    "leaks-history",
    "foreign-call-sticks",
    "accept-unknown-session",
    "accept-wrong-password",
    "logout-does-nothing",
)
"""Faults that treat each request alike whatever came before, from all areas of the suites."""


@dataclass(frozen=True)
class Blamed:
    """What a run with one fault blames: requirements that failed, and those that are untested because of one."""

    fault: str
    failed: tuple[str, ...]
    blocked: tuple[str, ...]
    trouble: str = ""


def run(fault: str, kept: Path | None = None) -> Blamed:
    """Run all the suites against the embedded endpoint with one fault; keep the report where that is asked for."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = kept.resolve() / quote(fault, safe="") if kept else Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        arguments = [
            f"--zstack-url=embedded?fault={quote(fault, safe=':')}",
            "--zstack-effort=smoke",
            "--zstack-seed=1",
            "--zstack-read-timeout=5",
            "--zstack-job-timeout=8",
            f"--zstack-report={folder}/report",
            "-q",
            "-p",
            "no:cacheprovider",
        ]
        done = run_pytest(arguments, folder=folder, seconds=SECONDS)
        if done.status is None:
            return Blamed(fault, (), (), f"no end after {SECONDS} s")
        report = folder / "report" / "report.json"
        if not report.exists():
            return Blamed(fault, (), (), done.output.strip()[-300:])
        return blamed(fault, json.loads(report.read_text("utf-8"))["requirements"])


def blamed(fault: str, rows: Sequence[dict[str, object]]) -> Blamed:
    """Read what a report blames from its rows."""
    failed = [str(row["id"]) for row in rows if row["verdict"] == "failed"]
    reasons = ((str(row["id"]), row["reason"]) for row in rows if row["verdict"] == "untested")
    blocked = [name for name, reason in reasons if isinstance(reason, dict) and reason.get("key") == "blocked"]
    return Blamed(fault, tuple(failed), tuple(blocked))


def figures(found: Sequence[Blamed]) -> tuple[float, float, int]:
    """Median, 90th percentile and largest of the failed requirements per fault."""
    counts = sorted(len(one.failed) for one in found)
    return statistics.median(counts), counts[-(-9 * len(counts) // 10) - 1], counts[-1]


def main() -> int:
    """Run each fault; return 1 if a run broke off or failed requirements are more than the limits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="runs at the same time")
    parser.add_argument("--reports", type=Path, help="folder to keep the reports in")
    parser.add_argument("faults", nargs="*", help="fault expressions; a sample of all areas if there is none")
    document = parser.parse_args()
    with ThreadPoolExecutor(max_workers=document.jobs) as pool:
        found = []
        for one in pool.map(partial(run, kept=document.reports), document.faults or STATELESS):
            found.append(one)
            print(f"{len(one.failed):3} {one.fault}: {one.trouble or ' '.join(one.failed)}", flush=True)
            if one.blocked:
                print(f"      blocked: {' '.join(one.blocked)}", flush=True)
    median, nine_tenths, largest = figures(found)
    print(
        f"{len(found)} faults; failed requirements: median {median:g}, 90th percentile {nine_tenths}, largest {largest}"
    )
    broken = any(one.trouble for one in found)
    return 1 if broken or median > MEDIAN or nine_tenths > NINE_TENTHS or largest > LARGEST else 0


if __name__ == "__main__":
    sys.exit(main())
