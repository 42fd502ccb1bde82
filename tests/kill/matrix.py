"""The kill matrix: every requirement must fail on each fault that its catalogue row names, and be blamed for it.

Each fault gets a pytest run of its own, forked from a process that has imported everything; the verdict is read from
its report.json.
`python -m tests.kill.matrix` checks every row and writes docs/reference/kill-matrix.md; `--check` only checks.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from pytest_zstack_ticket.config.catalogue import load_catalogue
from pytest_zstack_ticket.config.package_data import suites_folder
from pytest_zstack_ticket.model.requirement import Requirement
from tests.support.forked_pytest import run_pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "kill-matrix.md"
SECONDS = 240


@dataclass(frozen=True)
class Shot:
    """One fault and the requirements that it has to kill."""

    fault: str
    requirements: tuple[str, ...]
    profile: str


@dataclass(frozen=True)
class Hit:
    """What a run with a fault came to: the verdict of each requirement that was aimed at, or why there is none."""

    shot: Shot
    verdicts: dict[str, str]
    trouble: str = ""


def shots(catalogue: tuple[Requirement, ...]) -> list[Shot]:
    """Return one shot for each fault and profile, with all requirements that name it."""
    aimed: dict[tuple[str, str], list[str]] = defaultdict(list)
    for requirement in catalogue:
        profile = requirement.profiles[0] if requirement.profiles else "deployed"
        for fault in requirement.killed_by:
            aimed[fault, profile].append(requirement.id)
    found = [Shot(fault, tuple(ids), profile) for (fault, profile), ids in sorted(aimed.items())]
    # what waits for an end that never comes starts first, so that the others run meanwhile
    return sorted(found, key=lambda shot: "never" not in shot.fault)


def fire(shot: Shot) -> Hit:
    """Run the suites of a shot's requirements against the embedded endpoint with its fault."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = [
            f"--zstack-url=embedded:{shot.profile}?fault={quote(shot.fault, safe=':')}",
            f"--zstack-profile={shot.profile}",
            "--zstack-effort=smoke",
            "--zstack-seed=1",
            "--zstack-read-timeout=5",
            "--zstack-job-timeout=8",
            f"--zstack-report={folder}/report",
            "-q",
            "-p",
            "no:cacheprovider",
            "-k",
            " or ".join(shot.requirements),
        ]
        run = run_pytest(arguments, folder=Path(folder), seconds=SECONDS)
        if run.status is None:
            return Hit(shot, {}, f"no end after {SECONDS} s")
        report = Path(folder, "report", "report.json")
        if not report.exists():
            return Hit(shot, {}, run.output.strip()[-300:])
        rows = json.loads(report.read_text("utf-8"))["requirements"]
    return Hit(shot, {row["id"]: row["verdict"] for row in rows if row["id"] in shot.requirements})


def with_one_fault(rows: tuple[Requirement, ...]) -> tuple[Requirement, ...]:
    """Return rows with one fault each, the one that most rows name, so that few runs kill many."""
    named = Counter(fault for row in rows for fault in row.killed_by)
    return tuple(replace(row, killed_by=tuple(sorted(row.killed_by, key=lambda one: -named[one])[:1])) for row in rows)


def survivors(hits: list[Hit]) -> list[str]:
    """Return one line for each requirement that a fault did not kill."""
    lines = []
    for hit in hits:
        for requirement in hit.shot.requirements:
            verdict = hit.verdicts.get(requirement, hit.trouble or "no verdict")
            if verdict != "failed":
                lines.append(f"{requirement} survives {hit.shot.fault}: {verdict}")
    return lines


def page(catalogue: tuple[Requirement, ...]) -> str:
    """Return the published table."""
    lines = [
        "# Kill matrix",
        "",
        "Each requirement, and the faults of the embedded endpoint that must make it fail. `make kill-matrix` runs every",
        "row and fails if one survives; this page is written by it.",
        "",
        "| requirement | text | killed by |",
        "| --- | --- | --- |",
    ]
    for requirement in catalogue:
        faults = ", ".join(f"`{fault}`" for fault in requirement.killed_by) or f"not tested: {requirement.not_tested}"
        lines.append(f"| {requirement.id} | {requirement.text['en']} | {faults} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Fire every shot; return 1 if a requirement survives or names no fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write no page")
    parser.add_argument("--first", action="store_true", help="one fault for each requirement, for CI")
    parser.add_argument("--jobs", type=int, default=2, help="runs at the same time")
    parser.add_argument("only", nargs="*", help="requirement ids; all if there is none")
    document = parser.parse_args()
    catalogue = load_catalogue(suites_folder())
    chosen = tuple(row for row in catalogue if not document.only or row.id in document.only)
    if document.first:
        chosen = with_one_fault(chosen)
    bare = [f"{row.id} names no fault" for row in chosen if not row.killed_by and not row.not_tested]
    with ThreadPoolExecutor(max_workers=document.jobs) as pool:
        hits = list(pool.map(fire, shots(chosen)))
    lines = [*bare, *survivors(hits)]
    kills = sum(verdict == "failed" for hit in hits for verdict in hit.verdicts.values())
    print("\n".join([*lines, f"{len(chosen)} requirements, {len(hits)} faults, {kills} kills, {len(lines)} survivors"]))
    if not lines and not (document.check or document.only or document.first):
        PAGE.write_text(page(catalogue), "utf-8")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
