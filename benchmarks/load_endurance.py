"""Memory and disk of a load that lasts for hours: evidence at a tenth of 24 h, a live load for minutes, and arithmetic."""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import gevent
from locust.env import Environment
from measuring import QUICK

from pytest_zstack_ticket.artifacts.evidence_segments import BOUND, SegmentedEvidence
from pytest_zstack_ticket.client.nonce import with_fresh_nonce
from pytest_zstack_ticket.load.plan import LoadPlan
from pytest_zstack_ticket.load.session import LoadSession
from pytest_zstack_ticket.load.users import user_class
from pytest_zstack_ticket.model.exchange import Exchange

DAY, RATE = 86_400, 50
TENTH = DAY * RATE // 10
USERS = 10


def resident() -> float:
    """Return the memory of this process in MiB."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def size(folder: Path, pattern: str) -> int:
    """Return the bytes of all files of a pattern."""
    return sum(path.stat().st_size for path in folder.glob(pattern))


def evidence(pool: list[Exchange], folder: Path, count: int) -> None:
    """Write so many exchanges, each with an id and a nonce of its own as in a run, and print what they take."""
    folder.mkdir()
    writer, before = SegmentedEvidence(folder, {"run": "0" * 16}), resident()
    for number in range(count):
        one = pool[number % len(pool)]
        request = with_fresh_nonce(one.request, "zt-01234567") if one.request.body else one.request
        writer.exchange(replace(one, id=f"m-{number:06}", started=one.started + number / RATE, request=request))
    writer.close()
    bytes_each = size(folder, "*.gz") / count
    print(
        f"evidence: {count} exchanges, {size(folder, '*.gz') >> 20} MiB in {len(writer.seal['segments'])} segments, "
        f"{bytes_each:.0f} bytes each, memory {before:.0f} -> {resident():.0f} MiB; 24 h at {RATE}/s without a bound "
        f"{bytes_each * DAY * RATE / (1 << 30):.2f} GiB, with it {BOUND / (1 << 30):.2f} GiB at most"
    )


def live(session: LoadSession, folder: Path, seconds: float) -> None:
    """Run users as fast as they can and print memory over the course, and what each request leaves on the disk."""
    environment = Environment(user_classes=[user_class(session)], stop_timeout=10)
    runner = environment.create_local_runner()
    runner.start(USERS, spawn_rate=100)
    samples = []
    for _ in range(6):
        gevent.sleep(seconds / 6)
        samples.append((session.tally.requests, round(resident(), 1)))
    runner.quit()
    ledger = size(folder, "ledger-*")
    requests = session.tally.requests
    half, end = samples[2], samples[-1]
    growth = max(0.0, end[1] - half[1]) / (end[0] - half[0]) * DAY * RATE
    print(f"live: (requests, MiB) {samples}; from the half on that makes {growth:.0f} MiB in 24 h at {RATE}/s")
    print(
        f"ledger: {ledger / requests:.0f} bytes a request, {ledger / requests * DAY * RATE / (1 << 30):.2f} GiB in 24 h"
    )
    print(
        f"judged {sum(sum(counts) for counts in session.tally.judged.values())}, findings {len(session.tally.findings)}"
    )


def main() -> None:
    """Measure both parts against a simulator in a process of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=2.0 if QUICK else 240.0)
    parser.add_argument("--count", type=int, default=2_000 if QUICK else TENTH)
    asked = parser.parse_args()
    command = [sys.executable, "-m", "pytest_zstack_ticket.cli", "simulate", "--json"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # noqa: S603 - our own
    assert server.stdout is not None
    known = json.loads(server.stdout.readline())
    os.environ["ZSTACK_PASSWORD"] = known["password"]
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name, "load")
            plan = LoadPlan(url=known["url"], shown="", users=USERS, seconds=asked.seconds, report=str(folder))
            session = LoadSession(plan)
            session.learn()
            pool = [one for _ in range(3) for step in session.life().steps.values() for one in step.exchanges]
            live(session, folder, asked.seconds)
            session.sweep()
            session.close()
            evidence(pool, Path(name, "evidence"), asked.count)
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
