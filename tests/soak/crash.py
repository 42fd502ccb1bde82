"""Kill runs at random moments and sweep after them: `python -m tests.soak.crash --kills 200`.

The target has slow jobs and 500 tickets of somebody else, some of which look like ours. After each kill and sweep, none
of ours may be left and every foreign one must be as it was.
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

from pytest_zstack_ticket.api.auth import login_request
from pytest_zstack_ticket.model.exchange import Request, Response
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.model.ticket import JSON_UTF8
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.strategies import calibration_body
from pytest_zstack_ticket.transport.http_transport import HttpTransport

LATENCY = 0.4
FOREIGN = 500
LOOKALIKES = (
    "conformance test, safe to delete / 一致性测试，可删除 zt-00000000deadbeef",
    "conformance test, safe to delete / 一致性测试，可删除",
    "zt-0000000000000000",
    "real work",
)


class Cloud:
    """A target with tickets of somebody else."""

    def __init__(self, foreign: int = FOREIGN, latency: float = LATENCY) -> None:
        self.server = SimulatorServer(f"embedded?latency={latency}")
        self.url = self.server.start()
        self.line = HttpTransport(Settings(url=self.url))
        answer = self._send(login_request("account", "admin", "password"))
        self.session = answer["inventory"]["uuid"]
        for number in range(foreign):
            self._create(f"{LOOKALIKES[number % len(LOOKALIKES)]} {number}")
        deadline = time.monotonic() + 30
        while len(self.tickets()) < foreign and time.monotonic() < deadline:
            time.sleep(0.1)
        self.foreign = self.tickets()

    def tickets(self) -> dict[str, str]:
        """Return every ticket by UUID, as JSON text."""
        rows = self._send(Request(method="GET", path="/v1/tickets?limit=100000", headers=self._headers))["inventories"]
        return {row["uuid"]: json.dumps(row, sort_keys=True) for row in rows}

    @property
    def _headers(self) -> tuple[tuple[str, str], ...]:
        return (("Authorization", f"OAuth {self.session}"), ("Content-Type", JSON_UTF8))

    def _create(self, name: str) -> None:
        body = calibration_body(Context())
        body["params"]["name"] = name
        body["params"]["requests"][0]["requestName"] = "create vm"
        self._send(Request(method="POST", path="/v1/tickets", headers=self._headers, body=json.dumps(body).encode()))

    def _send(self, request: Request) -> dict[str, object]:
        answer = self.line.send(request)
        if not isinstance(answer, Response):
            raise TypeError(f"{request.path}: {answer}")
        return json.loads(answer.body)

    def close(self) -> None:
        """Stop."""
        self.line.close()
        self.server.stop()


def killed_run(cloud: Cloud, folder: Path, after: float) -> bool:
    """Start a run, kill it after some seconds of sending, and sweep; return True if it was still running then."""
    environment = {**os.environ, "ZSTACK_PASSWORD": "password", "XDG_STATE_HOME": str(folder)}
    command = [
        *(sys.executable, "-m", "pytest", f"--zstack-url={cloud.url}", "--zstack-effort=smoke", "-q"),
        *("--zstack-job-timeout=4", "-p", "no:cacheprovider"),
    ]
    run = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    begun = time.monotonic()
    while not list(folder.glob("zstack-ticket/ledgers/*.jsonl")) and time.monotonic() - begun < 30:
        time.sleep(0.01)
    time.sleep(after)
    alive = run.poll() is None
    run.send_signal(signal.SIGKILL)
    run.wait()
    ledgers = [str(path) for path in folder.glob("zstack-ticket/ledgers/*.jsonl")]
    if ledgers:
        sweep = [sys.executable, "-m", "pytest_zstack_ticket.cli", "sweep", *ledgers]
        swept = subprocess.run(sweep, env=environment, capture_output=True, text=True, check=False, timeout=120)
        if swept.returncode:
            print(swept.stdout, swept.stderr)
    return alive


def crashes(kills: int, *, seed: int = 0, longest: float = 6.0, foreign: int = FOREIGN) -> tuple[int, int, int]:
    """Return how many runs were killed alive, how many tickets of ours were left, how many foreign ones touched."""
    draw = random.Random(seed)
    cloud = Cloud(foreign)
    alive = left = touched = 0
    try:
        for number in range(kills):
            with tempfile.TemporaryDirectory() as folder:
                alive += killed_run(cloud, Path(folder), draw.uniform(0.0, longest))
            time.sleep(LATENCY * 1.5)
            now = cloud.tickets()
            ours = set(now) - set(cloud.foreign)
            left += len(ours)
            touched += sum(now.get(uuid) != row for uuid, row in cloud.foreign.items())
            if ours:
                print(f"kill {number}: left {[now[uuid] for uuid in ours]}", flush=True)
                cloud.foreign = now
    finally:
        cloud.close()
    return alive, left, touched


def main() -> int:
    """Print the figure; 1 if anything was left or touched."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--longest", type=float, default=6.0, help="seconds after which a run is killed at the latest")
    parser.add_argument("--foreign", type=int, default=FOREIGN, help="tickets of other people")
    asked = parser.parse_args()
    alive, left, touched = crashes(asked.kills, seed=asked.seed, longest=asked.longest, foreign=asked.foreign)
    print(
        f"{asked.kills} kills ({alive} of a living run): {left} tickets left, "
        f"{touched} of {asked.foreign} foreign ones touched"
    )
    return int(bool(left or touched))


if __name__ == "__main__":
    raise SystemExit(main())
