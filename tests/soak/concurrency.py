"""Verdicts one by one beside verdicts of sixteen at once: the same faults fail the same requirements.

`python -m tests.soak.concurrency` runs a part of the suites on every fault of one list, `--faults` on some; `--whole` runs
all tests, whose bodies then overlap, on conformant variants and on faults of every area.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

FAULTS = (
    "",
    "accept-too-long:name",
    "accept-null:name",
    "accept-missing:name",
    "accept-unknown:apiName",
    "accept-wrong-type:description",
    "blame-other-field",
    "content-type-html",
    "error-code:number",
    "error:null",
    "inventory-name:object",
    "ignore-resourceUuid",
    "double-ticket",
    "forget-all",
    "refuse-when:body-boolean",
    "apiTimeout:text",
    "hook-never",
)
"""Faults that do not count requests: which of several comes first is not the same twice."""
OF_EVERY_AREA = (
    "accept-too-long:name",
    "refusal-body:array",
    "accept-malformed:trailing-comma",
    "leaks-by:name",
    "leaks-count-of-all",
    "location:relative",
    "cancel-renames",
    "reopen-forgets-requests",
    "negate-operator:ne",
    "ignore-limit",
    "accept-other-scheme",
    "logout-ends-all",
    "double-ticket",
    "mangle-description:no-quotes",
)
VARIANTS = ("documented", "deployed@3.0", "deployed@3.6", "deployed@4.5", "deployed@after-5.3")
ONLY = "ZT-BODY or ZT-ANSWER or ZT-JOB-00 or ZT-STORE-001 or ZT-STORE-003"


def verdicts(target: str, window: int, *, only: str = "", effort: str = "standard", seed: int = 5) -> dict[str, str]:
    """Return the verdict of each requirement on an embedded endpoint, by id."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--zstack-report=out"]
        command += ["-k", only, f"--zstack-effort={effort}", f"--zstack-url={target}"]
        command += [f"--zstack-profile={'documented' if ':documented' in target else 'deployed'}"]
        command += [f"--zstack-concurrency={window}", f"--zstack-seed={seed}"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=900)
        report = Path(folder) / "out" / "report.json"
        assert report.exists(), done.stdout[-2000:]
        rows = json.loads(report.read_text("utf-8"))["requirements"]
        return {row["id"]: row["verdict"] for row in rows if row["verdict"] != "untested"}


def differences(fault: str, *, only: str = ONLY) -> dict[str, tuple[str, str]]:
    """Return the requirements whose verdict depends on how many requests are under way."""
    target = f"embedded?latency=0.005{f'&fault={fault}' if fault else ''}"
    return _between(verdicts(target, 1, only=only), verdicts(target, 16, only=only))


def whole_differences(target: str) -> dict[str, tuple[str, str]]:
    """Return the same of a run of all tests with few examples."""
    return _between(verdicts(target, 1, effort="smoke"), verdicts(target, 16, effort="smoke"))


def _between(one: dict[str, str], many: dict[str, str]) -> dict[str, tuple[str, str]]:
    return {name: (verdict, many.get(name, "")) for name, verdict in one.items() if many.get(name) != verdict}


def main() -> None:
    """Print what differs; exit with 1 if anything does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", nargs="*", default=FAULTS)
    parser.add_argument("--only", default=ONLY, help="as pytest's -k")
    parser.add_argument("--whole", action="store_true", help="all tests at effort smoke, faults of every area")
    asked, wrong = parser.parse_args(), False
    if asked.whole:
        targets = [f"embedded:{name}" for name in VARIANTS] + [f"embedded?fault={name}" for name in OF_EVERY_AREA]
        cases = [(target, partial(whole_differences, target)) for target in targets]
    else:
        cases = [(fault or "no fault", partial(differences, fault, only=asked.only)) for fault in asked.faults]
    for name, compare in cases:
        found = compare()
        wrong = wrong or bool(found)
        print(f"{name}: {found or 'the same verdicts'}", flush=True)
    sys.exit(wrong)


if __name__ == "__main__":
    main()
