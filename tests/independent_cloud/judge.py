"""`python -m tests.independent_cloud.judge [--variants] [--faults] [--jobs 2] [NAME ...]`: judge the suites by a cloud they never saw.

A healthy cloud must pass; inconclusive is right only where it refuses every ticket. A fault must fail a requirement, best
of an area that its row names. Each line of the table is one run of the suites against one endpoint of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.independent_cloud.book import KEY_ID, KEY_SECRET
from tests.independent_cloud.endpoint import Cloud, start
from tests.independent_cloud.faults import FAULTS, Fault
from tests.independent_cloud.kinds import KINDS
from tests.independent_cloud.people import told as told_of_people
from tests.kill.false_failures import refused_by_signer

SECONDS = 900
RESIDUE = 13
REFUSING = {"no-flow", "no-flow-direct", "people-context-strict"}
"""Readings that refuse every ticket, or every event of whom the context does not name: nothing can be decided there."""


@dataclass(frozen=True)
class Case:
    """One run: a healthy cloud, or one with a fault."""

    variant: str
    fault: Fault | None = None
    effort: str = "smoke"

    @property
    def name(self) -> str:
        return self.fault.name if self.fault else self.variant


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    case: Case
    failed: tuple[str, ...]
    undecided: tuple[str, ...]
    seconds: float
    trouble: str = ""
    reasons: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        fault = self.case.fault
        if self.trouble:
            return "no verdict" if fault and self.trouble.startswith("exit 11") else "trouble"
        if fault is None:
            wrong = self.failed or (self.undecided and self.case.variant not in REFUSING)
            return "false failure" if wrong else "passed"
        if not self.failed:
            return "missed" if fault.clear else "open, not blamed"
        own = any(self.area(one) in fault.areas for one in self.failed)
        return ("caught" if own else "blamed elsewhere") if fault.clear else "open, blamed"

    @staticmethod
    def area(requirement: str) -> str:
        return requirement.split("-")[1].lower()

    def line(self) -> str:
        blamed = Counter(self.area(one) for one in self.failed)
        spread = ", ".join(f"{area} {count}" for area, count in blamed.most_common())
        shown = " ".join(self.failed[:6]) + (" ..." if len(self.failed) > 6 else "")
        why = "; ".join(sorted(set(self.reasons)))
        undecided = (
            f" undecided {len(self.undecided)}: {' '.join(self.undecided[:4])} ({why})" if self.undecided else ""
        )
        return f"{self.word:17} {self.case.name:34} {self.seconds:5.0f}s  [{spread}] {shown}{undecided} {self.trouble}".rstrip()


def judge(case: Case, seed: int = 1, extra: tuple[str, ...] = ()) -> Outcome:
    """Run the suites against a case in a pytest of their own."""
    cloud = start(case.variant, case.fault.flaw if case.fault else "")
    kind, before = KINDS[case.variant], held(cloud)
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as folder:
            command = [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                f"--zstack-url={cloud.url}",
                f"--zstack-profile={kind.profile}",
            ]
            command += [
                f"--zstack-effort={case.effort}",
                f"--zstack-seed={seed}",
                f"--zstack-report={folder}/report",
                "--zstack-lang=en",
                *kind.options,
                *extra,
            ]
            people = told_of_people(kind)
            command += people.options
            if people.context:
                context = Path(folder, "cloud.toml")
                context.write_text(people.context, "utf-8")
                command.append(f"--zstack-context={context}")
            command += ["--zstack-webhook"] if not kind.direct else []
            keys = (
                {"ZSTACK_ACCESS_KEY_ID": KEY_ID, "ZSTACK_ACCESS_KEY_SECRET": KEY_SECRET}
                if kind.access_keys or kind.keys_given
                else {}
            )
            clean = {k: v for k, v in os.environ.items() if not k.startswith("ZSTACK_")}
            try:
                done = subprocess.run(
                    command,
                    capture_output=True,
                    text=True,
                    cwd=folder,
                    check=False,
                    timeout=SECONDS,
                    env=clean | keys | people.passwords | {"ZSTACK_PASSWORD": "password"},
                )
            except subprocess.TimeoutExpired:
                return Outcome(case, (), (), SECONDS, "no end")
            report = Path(folder, "report", "report.json")
            rows = json.loads(report.read_text("utf-8"))["requirements"] if report.exists() else []
            trouble = (
                left_behind(case, held(cloud) - before, done.returncode)
                if report.exists()
                else f"exit {done.returncode}: {' '.join((done.stdout + done.stderr).split())[-300:]}"
            )
            trouble = trouble or " ".join(refused_by_signer(report.parent))
    finally:
        cloud.shutdown()
        cloud.server_close()
    trouble = trouble or (f"endpoint broke: {cloud.broken[-1][-200:]}" if cloud.broken else "")
    failed = tuple(row["id"] for row in rows if row["verdict"] in ("failed", "error"))
    unclear = [row for row in rows if row["verdict"] == "inconclusive"]
    undecided, reasons = tuple(row["id"] for row in unclear), tuple(row["reason"]["en"] for row in unclear)
    return Outcome(case, failed, undecided, time.monotonic() - began, trouble, reasons)


def held(cloud: Cloud) -> frozenset[str]:
    """Return every ticket and session that a cloud has now."""
    with cloud.book.lock:
        return frozenset(
            {f"ticket {uuid}" for uuid in cloud.book.tickets} | {f"session {key}" for key in cloud.book.sessions}
        )


def left_behind(case: Case, more: frozenset[str], status: int) -> str:
    """Say what a run left on a healthy cloud, counted by asking the cloud and not the run's ledger."""
    if case.fault is not None or KINDS[case.variant].minimal:
        return ""  # a minimal cloud has no call to delete a ticket or to log out
    if more:
        return f"left behind: {', '.join(sorted(more)[:5])} ({len(more)})"
    return "exit 13, though nothing was left behind" if status == RESIDUE else ""


def aim(case: Case, *, whole: bool) -> tuple[str, ...]:
    """Return what keeps a run to the suites that should see its fault, up to the first failure."""
    if case.fault is None or whole:
        return ()
    return ("--maxfail=1", "-k", " or ".join(f"ZT-{area.upper()}" for area in case.fault.areas))


def main() -> int:
    """Print the table; return 1 if a healthy cloud failed, or a clear departure was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.independent_cloud.judge", description=__doc__)
    parser.add_argument("names", nargs="*", help="variants or faults; all of the chosen sort without")
    parser.add_argument("--variants", action="store_true")
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--effort", default="")
    parser.add_argument("-k", dest="only", default="", help="requirements to run, as pytest's -k")
    parser.add_argument(
        "--whole",
        action="store_true",
        help="against a fault all suites to their end, not those of its areas to the first failure",
    )
    told = parser.parse_args()
    both = not told.variants and not told.faults
    cases = [Case(name, effort=told.effort or "smoke") for name in KINDS if told.variants or both]
    cases += [
        Case(fault.variant, fault, told.effort or fault.effort) for fault in FAULTS.values() if told.faults or both
    ]
    if told.names:
        cases = sorted(
            (case for case in cases if case.name in told.names), key=lambda case: told.names.index(case.name)
        )
    only = ("-k", told.only) if told.only else ()
    words: Counter[str] = Counter()
    with ThreadPoolExecutor(told.jobs) as pool:
        for outcome in pool.map(lambda case: judge(case, told.seed, only or aim(case, whole=told.whole)), cases):
            words[outcome.word] += 1
            print(outcome.line(), flush=True)
    print("; ".join(f"{count} {word}" for word, count in sorted(words.items())))
    return 1 if words["false failure"] or words["missed"] or words["trouble"] else 0


if __name__ == "__main__":
    sys.exit(main())
