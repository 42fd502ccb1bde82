"""Verdicts one by one beside verdicts of sixteen at once: the same faults fail the same requirements.

`python -m tests.soak.concurrency` runs every fault; `--faults` chooses some.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
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
ONLY = "ZT-BODY or ZT-ANSWER or ZT-JOB-00 or ZT-STORE-001 or ZT-STORE-003"


def verdicts(fault: str, window: int, *, only: str = ONLY, seed: int = 5) -> dict[str, str]:
    """Return the verdict of each requirement on the embedded endpoint with a fault, by id."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", only, "--zstack-report=out"]
        command += [f"--zstack-url=embedded?latency=0.005{f'&fault={fault}' if fault else ''}"]
        command += [f"--zstack-concurrency={window}", f"--zstack-seed={seed}"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=600)
        report = Path(folder) / "out" / "report.json"
        assert report.exists(), done.stdout[-2000:]
        rows = json.loads(report.read_text("utf-8"))["requirements"]
        return {row["id"]: row["verdict"] for row in rows if row["verdict"] != "untested"}


def differences(fault: str, *, only: str = ONLY) -> dict[str, tuple[str, str]]:
    """Return the requirements whose verdict depends on how many requests are under way."""
    one, many = verdicts(fault, 1, only=only), verdicts(fault, 16, only=only)
    return {name: (verdict, many.get(name, "")) for name, verdict in one.items() if many.get(name) != verdict}


def main() -> None:
    """Print what differs; exit with 1 if anything does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", nargs="*", default=FAULTS)
    parser.add_argument("--only", default=ONLY, help="as pytest's -k")
    asked = parser.parse_args()
    found = {fault: differences(fault, only=asked.only) for fault in asked.faults}
    for fault, differing in found.items():
        print(f"{fault or 'no fault'}: {differing or 'the same verdicts'}")
    sys.exit(any(found.values()))


if __name__ == "__main__":
    main()
