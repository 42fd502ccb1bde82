"""Kill the workers of a fleet, and its scheduler, at random moments: `python -m tests.soak.fleet --kills 60 --schedulers 10`.

Simulated clouds, one of them with a fault, are examined again and again on a cluster of two workers, which are killed with
SIGKILL. Then a scheduler of its own is killed and started again by what supervises it, as its workers are. After each fleet
every verdict must be as without kills, no cloud may have a ticket, and no file may hold the password.
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
import threading
import time
from collections import Counter
from pathlib import Path

import psutil

from pytest_zstack_ticket.redaction.leak_scan import scan
from tests.fleet.clouds import PASSWORD, SECRET, Cloud, fleet_file
from tests.fleet.demo import free_port, wait_for

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


class Supervised:
    """A scheduler and two workers that are started again whenever one of them has ended, as a supervisor would."""

    def __init__(self, log: Path) -> None:
        self.port = free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self._log = log.open("ab")
        self._parts: list[subprocess.Popen[bytes] | None] = [None, None, None]
        self._over = threading.Event()
        self._revive()
        wait_for(self.port)
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        local = ("--host", "127.0.0.1", "--no-dashboard")
        command = [sys.executable, "-m", f"distributed.cli.dask_{arguments[0]}", *arguments[1:], *local]
        return subprocess.Popen(command, env={**os.environ, SECRET: PASSWORD}, stdout=self._log, stderr=self._log)

    def _revive(self) -> None:
        for place, part in enumerate(self._parts):
            if part is None or part.poll() is not None:
                worker = ("worker", self.address, "--nthreads", "1", "--death-timeout", "20")
                self._parts[place] = self._start(*(worker if place else ("scheduler", "--port", str(self.port))))

    def _watch(self) -> None:
        while not self._over.wait(1.0):
            self._revive()

    def kill_scheduler(self) -> bool:
        """Kill the scheduler; it is started again within a second or two."""
        scheduler = self._parts[0]
        if scheduler is None or scheduler.poll() is not None:
            return False
        scheduler.kill()
        return True

    def stop(self) -> None:
        """End all of it."""
        self._over.set()
        self._thread.join()
        for part in filter(None, self._parts[::-1]):
            part.terminate()
            part.wait(60)
        self._log.close()


def one_fleet(
    folder: Path, clouds: list[Cloud], draw: random.Random, kills: int, cluster: Supervised | None = None
) -> tuple[int, dict[str, str]]:
    """Examine the clouds once under kills; return how many there were, and the verdicts."""
    head = "restarts = 1000\nretries = 5"
    file = fleet_file(folder, clouds, select=SELECT, head=head)
    command = [sys.executable, "-m", "pytest_zstack_ticket.cli", "fleet", str(file), "--report", str(folder / "out")]
    command += ["--scheduler", cluster.address] if cluster is not None else []
    log = (folder / "fleet.log").open("wb")
    process = subprocess.Popen(command, env={**os.environ, SECRET: PASSWORD}, stdout=log, stderr=log)
    done, deadline = 0, time.monotonic() + LONGEST
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(draw.uniform(0.5, 6.0))
        if done < kills and process.poll() is None:
            done += kill_one(process.pid, draw) if cluster is None else cluster.kill_scheduler()
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
    parser.add_argument("--kills", type=int, default=60, help="of workers")
    parser.add_argument("--schedulers", type=int, default=10, help="kills of the scheduler")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    clouds = [Cloud(name, FAULTS.get(name, "?latency=0.2")) for name in EXPECTED]
    found = Counter[str]()
    try:
        for what, wanted, each in (("workers", arguments.kills, 10), ("schedulers", arguments.schedulers, 2)):
            while found[what] < wanted:
                with tempfile.TemporaryDirectory() as name:
                    folder = Path(name)
                    cluster = Supervised(folder / "dask.log") if what == "schedulers" else None
                    try:
                        done, verdicts = one_fleet(folder, clouds, draw, min(each, wanted - found[what]), cluster)
                    finally:
                        if cluster is not None:
                            cluster.stop()
                    files = [path for path in folder.rglob("*") if path.is_file()]
                    found["leaks"] += len(scan(files, {PASSWORD: "password"}).found)
                found[what] += done
                found["fleets"] += 1
                found["wrong"] += sum(verdicts.get(name) != expected for name, expected in EXPECTED.items())
                found["left"] += sum(one.left for one in clouds)
                print(f"fleet {found['fleets']}: {done} {what} killed, {verdicts}", flush=True)
    finally:
        for one in clouds:
            one.stop()
    print(
        f"{found['workers']} workers and {found['schedulers']} schedulers killed in {found['fleets']} fleets: "
        f"{found['wrong']} verdicts lost or wrong, {found['left']} tickets left, {found['leaks']} secrets found"
    )
    sys.exit(bool(found["wrong"] or found["left"] or found["leaks"]))


if __name__ == "__main__":
    main()
