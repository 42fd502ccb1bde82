"""Tickets created and verified per second with jobs that take a while, by window, and what a rare bug shrinks to.

Every figure is one pytest run of our own plugin on the embedded endpoint, the way a user would start it; the time is
that of the exploring alone. Prints ratios to one by one.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from measuring import QUICK

TEST = '''
import json, os, time
import pytest
from pytest_zstack_ticket.strategies import drafts

@pytest.mark.requirement("ZT-BODY-060")
def test_explore(ticket_endpoint, zstack_context, zstack_profile, zstack_explore, zstack_examine):
    """Explore and tell how long it took."""
    sibling, sent = ticket_endpoint.calibration, []
    def holds(draft):
        sent.append(draft.body)
        violation = zstack_examine("sameness", edit=draft.edit, subject=ticket_endpoint.create(draft), sibling=sibling)
        assert violation is None, violation
    began = time.monotonic()
    try:
        zstack_explore(drafts(zstack_context, zstack_profile.limits), holds, share=float(os.environ["SHARE"]))
    finally:
        told = {"seconds": time.monotonic() - began, "sent": len(sent), "last": sent[-1].decode()}
        open(os.environ["MEASURED"], "w").write(json.dumps(told))
'''
ROUNDS = 1 if QUICK else 3
CASES = ((0.2, 1, 0.5), (0.2, 16, 4.0), (0.2, 32, 8.0), (0.02, 1, 1.0), (0.02, 16, 4.0))
"""Seconds of a job, window, and the share of 80 examples."""
QUICK_CASES = ((0.02, 1, 0.1),)
RARE = ("refuse-when:name-private", "refuse-when:body-boolean")
SEEDS = 6


def run(url: str, window: int, share: float, seed: int) -> dict[str, Any]:
    """Explore once and return seconds, number of creates, and the last body."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "test_explore.py").write_text(TEST, "utf-8")
        measured = Path(folder) / "measured.json"
        command = [sys.executable, "-m", "pytest", "-q", "test_explore.py", f"--zstack-url={url}"]
        command += [f"--zstack-concurrency={window}", f"--zstack-seed={seed}"]
        variables = {**os.environ, "MEASURED": str(measured), "SHARE": str(share)}
        subprocess.run(command, cwd=folder, env=variables, check=False, capture_output=True, timeout=300)  # noqa: S603 - our own command
        found: dict[str, Any] = json.loads(measured.read_text("utf-8"))
        return found


def main() -> None:
    """Print the ratios, and the bodies that a rare bug shrinks to."""
    rates: dict[tuple[float, int], list[float]] = {}
    for number in range(ROUNDS):
        for latency, window, share in QUICK_CASES if QUICK else CASES:
            found = run(f"embedded?latency={latency}", window, share, number)
            rates.setdefault((latency, window), []).append(found["sent"] / found["seconds"])
    medians = {case: statistics.median(found) for case, found in rates.items()}
    for (latency, window), rate in medians.items():
        ratio = rate / medians[latency, 1]
        print(f"jobs of {latency * 1000:.0f} ms, window {window}: {rate:.1f} tickets/s, {ratio:.1f} x one by one")
    for fault in () if QUICK else RARE:
        bodies, extra = set(), []
        for seed in range(SEEDS):
            found = run(f"embedded?fault={fault}", 32, 4.0, seed)
            bodies.add(found["last"])
            extra.append(found["sent"] - 320)
        measured = f"{SEEDS} seeds: {len(bodies)} minimal body or bodies, at most {max(extra)} extra requests"
        print(f"{fault} at window 32, {measured}")


if __name__ == "__main__":
    main()
