"""Kill the workers of a fleet at random moments: `python -m tests.soak.fleet --kills 60`.

Simulated clouds, one of them with a fault, are examined again and again on a cluster of two workers, which are killed with
SIGKILL. After each fleet every verdict must be as without kills, no cloud may have a ticket, and no file may hold the password.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from pytest_zstack_ticket.redaction.leak_scan import scan
from tests.fleet.clouds import PASSWORD, SECRET, Cloud, fleet_file

SELECT = "ZT-BODY-001 or ZT-ANSWER-001"
EXPECTED = {"cloud-1": "failed", "cloud-2": "passed", "cloud-3": "passed"}
FAULTS = {"cloud-1": "?fault=accept-missing:name&latency=0.2"}
LONGEST = 900
GUARD = "pytest_zstack_ticket.fleet.guard"


def workers(fleet: int) -> list[psutil.Process]:
    """Return the worker processes of a fleet: its children that are no guard of a run."""
    try:
        children = psutil.Process(fleet).children()
        return [one for one in children if "spawn_main" in " ".join(one.cmdline())]
    except psutil.Error:
        return []


def kill_one(fleet: int, draw: random.Random) -> bool:
    """Kill a worker, and now and then the run under it as well."""
    found = workers(fleet)
    if not found:
        return False
    victim = draw.choice(found)
    try:
        under = victim.children(recursive=True) if draw.random() < 0.3 else []
        victim.send_signal(signal.SIGKILL)
        for one in under:
            one.send_signal(signal.SIGKILL)
    except psutil.Error:
        return False
    return True


def one_fleet(folder: Path, clouds: list[Cloud], draw: random.Random, kills: int) -> tuple[int, dict[str, str]]:
    """Examine the clouds once under kills; return how many there were, and the verdicts."""
    head = "restarts = 1000\nretries = 5"
    file = fleet_file(folder, clouds, select=SELECT, head=head)
    command = [sys.executable, "-m", "pytest_zstack_ticket.cli", "fleet", str(file), "--report", str(folder / "out")]
    log = (folder / "fleet.log").open("wb")
    process = subprocess.Popen(command, env={**os.environ, SECRET: PASSWORD}, stdout=log, stderr=log)
    done, deadline = 0, time.monotonic() + LONGEST
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(draw.uniform(0.5, 6.0))
        if done < kills and process.poll() is None:
            done += kill_one(process.pid, draw)
    process.wait(60)
    log.close()
    result = folder / "out" / "fleet.json"
    if not result.exists():
        sys.exit(f"the fleet ended with {process.returncode}:\n{(folder / 'fleet.log').read_text('utf-8', 'replace')}")
    found = json.loads(result.read_text("utf-8"))
    return done, {one["name"]: one["verdict"] for one in found["targets"]}


def main() -> None:
    """Run fleets until there were enough kills, and report what was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    clouds = [Cloud(name, FAULTS.get(name, "?latency=0.2")) for name in EXPECTED]
    kills = wrong = left = leaks = fleets = 0
    try:
        while kills < arguments.kills:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                fleets += 1
                done, verdicts = one_fleet(folder, clouds, draw, min(10, arguments.kills - kills))
                kills += done
                wrong += sum(verdicts.get(name) != expected for name, expected in EXPECTED.items())
                left += sum(one.left for one in clouds)
                files = [path for path in folder.rglob("*") if path.is_file()]
                leaks += len(scan(files, {PASSWORD: "password"}).found)
                print(f"fleet {fleets}: {done} kills, {verdicts}", flush=True)
    finally:
        for one in clouds:
            one.stop()
    print(
        f"{kills} kills in {fleets} fleets: {wrong} verdicts lost or wrong, {left} tickets left, {leaks} secrets found"
    )
    sys.exit(bool(wrong or left or leaks))


if __name__ == "__main__":
    main()
