"""Memory and disk of a long run: every exchange goes through endpoint, caps, ledger, redaction, evidence and judging.

One pytest run of our own plugin against `zstack-ticket simulate` in a process of its own. `--quick` sends a tenth.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from measuring import QUICK

TEST = '''
import dataclasses, json, os, time
from pathlib import Path
import pytest
from pytest_zstack_ticket.strategies import drafts, mutated_drafts

def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

@pytest.mark.requirement("ZT-BODY-060")
def test_endure(ticket_endpoint, zstack_context, zstack_profile, zstack_explore, zstack_examine, zstack_run):
    """Explore for a long time and tell what is resident."""
    sibling, used = ticket_endpoint.calibration, lambda: zstack_run.reached.usage_counter.used.requests
    def same(draft):
        subject = ticket_endpoint.create(draft)
        assert zstack_examine("sameness", edit=draft.edit, subject=subject, sibling=sibling) is None
    def refused(mutated):
        edit, subject = mutated.draft.edit, ticket_endpoint.create(mutated.draft)
        fields = {"fields": list(edit.fields)}
        assert zstack_examine("refusal", edit=edit, subject=subject, sibling=sibling, arguments=fields) is None
    limits = zstack_profile.limits
    ways = ((drafts(zstack_context, limits), same), (mutated_drafts(zstack_context, limits), refused))
    told, seed, began = [], 0, time.monotonic()
    while used() < int(os.environ["COUNT"]):
        explore = dataclasses.replace(zstack_explore, seed=seed)
        explore(*ways[seed % 2], share=float(os.environ["SHARE"]))
        seed += 1
        told.append((used(), round(resident(), 2)))
    Path(os.environ["MEASURED"]).write_text(json.dumps({"seconds": time.monotonic() - began, "resident": told}))
'''
PROMPT = ("--choice", "exceptions:prompt")
"""The measured node takes 15 s for a job that ends by an exception, which is not what is measured here."""
SHARE = "0.5" if QUICK else "6"
WARM = 100 if QUICK else 2_000
"""Exchanges after which growth counts: by then everything is imported and every table is built."""
REQUIRED = (20.0, 25.0)
"""MiB that memory may grow by and that the evidence may take."""


def endure(count: int, folder: Path) -> tuple[dict[str, Any], float]:
    """Run the test and return what it measured, and the MiB of the evidence."""
    (folder / "test_endure.py").write_text(TEST, "utf-8")
    simulator = Path(sys.executable).parent / "zstack-ticket"
    server = subprocess.Popen([simulator, "simulate", "--port", "0", *PROMPT], stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command
    try:
        assert server.stdout is not None
        url = next(word for line in server.stdout for word in line.split() if word.startswith("http"))
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_endure.py"]
        command += [f"--zstack-url={url}", "--zstack-report=report", "--zstack-max-alive=500"]
        variables = {
            **os.environ,
            "MEASURED": "measured.json",
            "COUNT": str(count),
            "SHARE": SHARE,
            "ZSTACK_PASSWORD": "password",
        }
        done = subprocess.run(command, cwd=folder, env=variables, check=False, capture_output=True, text=True)  # noqa: S603 - as above
        if not (folder / "measured.json").exists():
            sys.exit(done.stdout[-3000:])
        arguments: dict[str, Any] = json.loads((folder / "measured.json").read_text("utf-8"))
        return arguments, (folder / "report" / "evidence.jsonl.gz").stat().st_size / 2**20
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    """Print growth and size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--quick", action="store_true", help="a tenth of the exchanges")
    arguments = parser.parse_args()
    count = arguments.count // 10 if arguments.quick else arguments.count
    with tempfile.TemporaryDirectory() as folder:
        found, disk = endure(count, Path(folder))
    first = next(resident for used, resident in found["resident"] if used >= WARM)
    used, last = found["resident"][-1]
    step = max(1, len(found["resident"]) // 12)
    print("exchanges: MiB resident", dict(found["resident"][::step]))
    print(
        f"{used} exchanges in {found['seconds']:.0f} s: memory grew by {last - first:.1f} MiB (under {REQUIRED[0]:g})"
    )
    print(f"evidence on disk: {disk:.1f} MiB (under {REQUIRED[1]:g})")


if __name__ == "__main__":
    main()
