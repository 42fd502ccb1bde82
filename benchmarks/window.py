"""How long a run takes on a target that answers after 150 ms and whose jobs take a second, by window.

The simulator is a process of its own behind a proxy that delays what is sent to it. What a run leaves is counted
by asking the simulator for every ticket before and after the run; our own ledger is not asked.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from measuring import QUICK

PASSWORD = "password"  # noqa: S105 - of the simulator
DIGEST = "b109f3bbbc244eb82441917ed06d618b9008dd09b3befd1b5e07394c706a8bb980b1d7785e5976ec049b46df5f1326af5a2ea6d103fd07c95385ffab0cacbc86"
PAGE = 1000
REMOTE = ("--zstack-max-rate=20", "--zstack-max-alive=50", "--zstack-max-requests=10000", "--zstack-concurrency=16")
STANDARD = ("--zstack-effort=standard", "--zstack-concurrency=32")
PART = "ZT-LIFECYCLE-00"
"""The tests that are run with a window of 1, too: the whole would take most of an hour."""


class Side(asyncio.Protocol):
    """One side of a connection through the proxy: what arrives goes to the other side, after a delay."""

    def __init__(self, loop: asyncio.AbstractEventLoop, delay: float) -> None:
        self._loop = loop
        self._delay = delay
        self.other: asyncio.Transport | None = None
        self.mine: asyncio.Transport | None = None
        self._early: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self.mine = transport

    def join(self, other: asyncio.Transport) -> None:
        """Pass on to a transport from now on, and what arrived before."""
        self.other = other
        for piece in self._early:
            self.data_received(piece)

    def data_received(self, data: bytes) -> None:
        """Pass on what arrived; pieces keep their order."""
        if self.other is None:
            self._early.append(data)
        else:
            self._loop.call_later(self._delay, self.other.write, data)

    def connection_lost(self, _exc: Exception | None) -> None:
        """Close the other side after what was passed on."""
        if self.other is not None:
            self._loop.call_later(self._delay, self.other.close)


class DelayingProxy:
    """Passes bytes on to one address, those of a client after a delay."""

    def __init__(self, url: str, delay: float) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname or "", parts.port or 80)
        self._delay = delay
        self._loop = asyncio.new_event_loop()
        self._joining: set[asyncio.Task[None]] = set()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        listening = self._loop.create_server(self._client, "127.0.0.1", 0)
        server = asyncio.run_coroutine_threadsafe(listening, self._loop).result()
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{parts.path}"

    def _client(self) -> Side:
        side = Side(self._loop, self._delay)
        task = self._loop.create_task(self._join(side))
        self._joining.add(task)
        task.add_done_callback(self._joining.discard)
        return side

    async def _join(self, client: Side) -> None:
        server = Side(self._loop, 0.0)
        transport, _ = await self._loop.create_connection(lambda: server, *self._target)
        assert client.mine is not None
        client.join(transport)
        server.join(client.mine)


@contextlib.contextmanager
def simulator(job: float) -> Iterator[str]:
    """Serve the simulator in a process of its own while the block runs; its URL."""
    command = [sys.executable, "-m", "pytest_zstack_ticket.cli", "simulate", "--latency", str(job)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:  # noqa: S603 - our own command
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def tickets(url: str) -> set[str]:
    """Ask for every ticket, as the administrator, and return the UUIDs."""
    with httpx.Client(base_url=url, timeout=30) as client:
        login = {"logInByAccount": {"accountName": "admin", "password": DIGEST}}
        session = client.put("/v1/accounts/login", json=login).json()["inventory"]["uuid"]
        found: set[str] = set()
        while True:
            query = f"/v1/tickets?fields=uuid&sort=%2Buuid&limit={PAGE}&start={len(found)}"
            rows = client.get(query, headers={"Authorization": f"OAuth {session}"}).json()["inventories"]
            found.update(row["uuid"] for row in rows)
            if len(rows) < PAGE:
                return found


def run(url: str, target: str, *options: str) -> str:
    """Run the suites on a target; say how long it took, and what an independent count says is left."""
    before = tickets(target)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--zstack-url={url}"]
        command += ["--zstack-effort=smoke", "--zstack-seed=1", f"--zstack-report={folder}/report", *options]
        began = time.monotonic()
        variables = {**os.environ, "ZSTACK_PASSWORD": PASSWORD}
        done = subprocess.run(command, cwd=folder, env=variables, check=False, capture_output=True, text=True)  # noqa: S603 - our own command
        seconds = time.monotonic() - began
        path = Path(folder) / "report" / "report.json"
        if not path.exists():
            return f"no report: {done.stdout[-2000:]}{done.stderr[-500:]}"
        report = json.loads(path.read_text("utf-8"))
    left = len(tickets(target) - before)
    wrong = [f"{row['id']} {row['verdict']}" for row in report["requirements"] if row["verdict"] not in FINE]
    used = report["run"]["residue"]["used"]
    return (
        f"{seconds:.0f} s, {used['requests']} requests, {used['created']} POSTs, {left} tickets left, "
        f"{len(wrong)} requirements neither passed nor inapplicable{': ' if wrong else ''}{', '.join(wrong[:12])}"
    )


FINE = ("passed", "inapplicable", "untested")


def main() -> None:
    """Print the time of runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.02 if QUICK else 0.15, help="seconds before each answer")
    parser.add_argument("--job", type=float, default=0.05 if QUICK else 1.0, help="seconds that a job takes")
    parser.add_argument("options", nargs="*", help="more options for pytest, after --")
    parser.add_argument("--only", default="", help="only the runs with this word in their name")
    arguments = parser.parse_args()
    part = "ZT-LIFECYCLE-00" if QUICK else PART
    print(f"answers after {arguments.latency * 1000:.0f} ms, jobs of {arguments.job:g} s")
    for name, options in {
        "some tests, window 1": ("-k", part, "--zstack-concurrency=1"),
        "the same tests": ("-k", part),
        **(
            {}
            if QUICK
            else {"all tests": (), "all tests within a remote target's limits": REMOTE, "standard": STANDARD}
        ),
    }.items():
        if arguments.only not in name:
            continue
        with simulator(arguments.job) as target:
            url = DelayingProxy(target, arguments.latency).url
            print(f"{name}: {run(url, target, *options, *arguments.options)}", flush=True)


if __name__ == "__main__":
    main()
