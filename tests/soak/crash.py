"""Disturb runs at random moments and sweep after them: `python -m tests.soak.crash --kills 200 --restarts 20`.

The target has slow jobs and 500 tickets of other users, some of which look like ours. What is left is counted by asking
the target for everything, never by a ledger: after each sweep none of ours may be there, and every foreign one must be
as it was. A run that came to its own end must have listed or counted what it left, without a traceback.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pytest_zstack_ticket.api.auth import login_request
from pytest_zstack_ticket.model.exchange import Request, Response
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.model.ticket import JSON_UTF8
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.strategies import calibration_body
from pytest_zstack_ticket.transport.httpx_transport import HttpxTransport
from tests.support.distance import Distance

LATENCY = 0.4
FOREIGN = 500
LONGEST_END = 150.0
"""Seconds that a disturbed run may take to end: its clean-up waits out an outage of a minute and a half."""
LOOKALIKES = (
    "conformance test, safe to delete / 一致性测试，可删除 zt-00000000deadbeef",
    "conformance test, safe to delete / 一致性测试，可删除",
    "zt-0000000000000000",
    "real work",
)
LEFT = re.compile(r"after the run: (\d+) tickets? left")
UNSEEN = re.compile(r"(\d+) creates? could not be looked up")


class Cloud:
    """A target with tickets of other users, behind a line that can be cut."""

    def __init__(self, foreign: int = FOREIGN, latency: float = LATENCY) -> None:
        self.server = SimulatorServer(f"embedded?latency={latency}")
        self.server.start()
        self.far = Distance(self.server.url, 0.0).__enter__()
        self.url = self.far.url
        self.line = HttpxTransport(Settings(url=self.server.url))
        self.log_in()
        for number in range(foreign):
            self._create(f"{LOOKALIKES[number % len(LOOKALIKES)]} {number}")
        deadline = time.monotonic() + 30
        while len(self.tickets()) < foreign and time.monotonic() < deadline:
            time.sleep(0.1)
        self.foreign = self.tickets()

    def log_in(self) -> None:
        """Log in to count."""
        answer = self._send(login_request("account", "admin", "password"))
        self.session = answer["inventory"]["uuid"]

    def tickets(self) -> dict[str, str]:
        """Return every ticket by UUID, as JSON text."""
        rows = self._send(Request(method="GET", path="/v1/tickets?limit=100000", headers=self._headers))["inventories"]
        return {row["uuid"]: json.dumps(row, sort_keys=True) for row in rows}

    def restart(self, seconds: float) -> None:
        """Be away for some seconds, and forget all sessions, as a node does that restarts."""
        self.far.cut()
        with self.server._lock:
            self.server.engine.state.sessions.live.clear()
        time.sleep(seconds)
        self.far.restore()
        self.log_in()

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
        self.far.__exit__(None, None, None)
        self.server.stop()


@dataclass
class DisturbedRun:
    """A run in a process of its own, and the disturbance that it meets. `told` is what it wrote to the terminal."""

    cloud: Cloud
    folder: Path
    draw: random.Random
    longest: float
    told: str = ""
    alive: bool = False

    @property
    def environment(self) -> dict[str, str]:
        """What the run and the sweep are started with."""
        return {**os.environ, "ZSTACK_PASSWORD": "password", "XDG_STATE_HOME": str(self.folder)}

    def start(self, *prefix: str) -> subprocess.Popen[str]:
        """Start the run, and wait for a moment in its life."""
        command = [
            *prefix,
            *(sys.executable, "-m", "pytest", f"--zstack-url={self.cloud.url}", "--zstack-effort=smoke", "-q"),
            *("--zstack-job-timeout=4", "--zstack-report=report.zip", "-p", "no:cacheprovider"),
        ]
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            # in the background of a shell a child would ignore it too
            signal.signal(signal.SIGINT, signal.default_int_handler)
        run = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        begun = time.monotonic()
        while not self.ledgers() and run.poll() is None and time.monotonic() - begun < 30:
            time.sleep(0.01)
        time.sleep(self.draw.uniform(0.0, self.longest))
        self.alive = run.poll() is None
        return run

    def ledgers(self) -> list[str]:
        """The ledgers that the run has on the disk."""
        return [str(path) for path in self.folder.glob("zstack-ticket/ledgers/*.jsonl")]

    def end(self, run: subprocess.Popen[str]) -> None:
        """Read what the run tells until it ends."""
        try:
            self.told, _ = run.communicate(timeout=LONGEST_END)
        except subprocess.TimeoutExpired:
            run.kill()
            self.told = f"Traceback: the run did not end in {LONGEST_END:g} s\n{run.communicate()[0]}"

    def sweep(self) -> None:
        """Sweep by the ledgers that are there."""
        if self.ledgers():
            command = [sys.executable, "-m", "pytest_zstack_ticket.cli", "sweep", *self.ledgers()]
            swept = subprocess.run(
                command, env=self.environment, capture_output=True, text=True, check=False, timeout=180
            )
            if swept.returncode:
                print(swept.stdout, swept.stderr, flush=True)


def killed(run: DisturbedRun) -> None:
    """Kill it with `kill -9`."""
    process = run.start()
    process.send_signal(signal.SIGKILL)
    run.end(process)
    run.told = ""


def interrupted_twice(run: DisturbedRun) -> None:
    """Press Ctrl-C, and again while it cleans up."""
    process = run.start()
    process.send_signal(signal.SIGINT)
    time.sleep(1.1 + run.draw.uniform(0.0, 1.0))
    process.send_signal(signal.SIGINT)
    begun = time.monotonic()
    run.end(process)
    if time.monotonic() - begun > 3:
        run.told += "\nTraceback: the second Ctrl-C did not end it at once"


def on_a_full_disk(run: DisturbedRun) -> None:
    """Let no file grow beyond some size, and press Ctrl-C once if that has not ended the run."""
    process = run.start("bash", "-c", f'ulimit -f {run.draw.randint(1, 200)}; exec "$@"', "bash")
    process.send_signal(signal.SIGINT)
    run.end(process)


def while_the_node_restarts(run: DisturbedRun) -> None:
    """Restart the node as clean-up begins."""
    process = run.start()
    process.send_signal(signal.SIGINT)
    time.sleep(run.draw.uniform(0.0, 1.0))
    run.cloud.restart(run.draw.uniform(1.0, 8.0))
    run.end(process)


@dataclass
class Count:
    """What came of the disturbed runs of one kind."""

    runs: int = 0
    alive: int = 0
    left_by_run: int = 0
    left: int = 0
    touched: int = 0
    unlisted: int = 0
    tracebacks: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """True if nothing is left after the sweeps, nothing foreign was touched, and every run told the truth."""
        return not (self.left or self.touched or self.unlisted or self.tracebacks)


def unlisted(told: str, ours: set[str]) -> int:
    """Return how many tickets a run left that it neither listed nor counted; one that could not tell is not asked."""
    found = LEFT.search(told)
    unseen = UNSEEN.search(told)
    counted = (int(found[1]) if found else 0) + (int(unseen[1]) if unseen else 0)
    return max(0, len(ours) - counted) if found else 0


def disturb(
    kind: Callable[[DisturbedRun], None], runs: int, *, seed: int = 0, longest: float = 6.0, foreign: int = FOREIGN
) -> Count:
    """Disturb so many runs in one way, and count by what the target has before and after each sweep."""
    draw, count = random.Random(seed), Count(runs=runs)
    cloud = Cloud(foreign)
    try:
        for number in range(runs):
            with tempfile.TemporaryDirectory() as folder:
                run = DisturbedRun(cloud, Path(folder), draw, longest)
                kind(run)
                time.sleep(LATENCY * 1.5)
                left = set(cloud.tickets()) - set(cloud.foreign)
                count.left_by_run += len(left)
                count.unlisted += unlisted(run.told, left)
                count.tracebacks += "Traceback" in run.told
                count.alive += run.alive
                run.sweep()
            time.sleep(LATENCY * 1.5)
            now = cloud.tickets()
            ours = set(now) - set(cloud.foreign)
            count.left += len(ours)
            count.touched += sum(now.get(uuid) != row for uuid, row in cloud.foreign.items())
            if ours or "Traceback" in run.told:
                print(f"{kind.__name__} {number}: {[now[uuid] for uuid in ours]}\n{run.told[-3000:]}", flush=True)
                cloud.foreign = now
    finally:
        cloud.close()
    return count


KINDS = {
    "kills": killed,
    "second-ctrl-c": interrupted_twice,
    "full-disks": on_a_full_disk,
    "restarts": while_the_node_restarts,
}


def main() -> int:
    """Print the figures; 1 if anything was left, touched or not told."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in KINDS:
        parser.add_argument(f"--{name}", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--longest", type=float, default=6.0, help="seconds after which a run is disturbed at the latest"
    )
    parser.add_argument("--foreign", type=int, default=FOREIGN, help="tickets of other users")
    asked = parser.parse_args()
    good = True
    for name, kind in KINDS.items():
        runs = getattr(asked, name.replace("-", "_"))
        if runs:
            count = disturb(kind, runs, seed=asked.seed, longest=asked.longest, foreign=asked.foreign)
            good = good and count.good
            print(
                f"{name} {runs} ({count.alive} of a living run): {count.left_by_run} tickets left by the runs, "
                f"{count.unlisted} of them not listed; after the sweeps {count.left} left, "
                f"{count.touched} of {asked.foreign} foreign ones touched; {count.tracebacks} tracebacks",
                flush=True,
            )
    return int(not good)


if __name__ == "__main__":
    raise SystemExit(main())
