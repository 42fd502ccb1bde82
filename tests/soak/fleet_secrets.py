"""Search all that a fleet and its engine write, show and send for secrets: `python -m tests.soak.fleet_secrets`.

Three targets, one for each way to log in, give back every secret in all its forms. The cluster is the most talkative that
Dask has: its logs at debug level, its pages over HTTP read all the time, and every byte between its parts recorded by a
relay in front of the scheduler. The search is that of `tests.soak.secrets`, in zips too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
import zipfile
from contextlib import ExitStack, suppress
from io import BytesIO
from pathlib import Path

from tests.fleet.demo import free_port, wait_for
from tests.soak.secrets import ACCESS_KEY_ID, ACCESS_KEY_SECRET, ONLY, PASSWORD, Echo, search

SESSION = "5e55" * 8
GIVEN = {
    "password": {"password": PASSWORD},
    "session": {"session": SESSION},
    "key": {"access-key-id": ACCESS_KEY_ID, "access-key-secret": ACCESS_KEY_SECRET},
}
"""Secrets of a run by the way to log in."""
PAGES = (
    "/", "/health", "/status", "/sitemap.json", "/metrics", "/info/main/workers.html", "/info/logs.html",
    "/info/main/logs.html", "/json/identity.json", "/json/counts.json", "/json/index.html", "/individual-tasks",
)  # fmt: skip
LONGEST = 500


class Relay:
    """Passes the bytes of a scheduler's connections on, and keeps them."""

    def __init__(self, port: int) -> None:
        self.heard = bytearray()
        self._to = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                one, _ = self._server.accept()
                other = socket.create_connection(("127.0.0.1", self._to))
                for ends in ((one, other), (other, one)):
                    threading.Thread(target=self._pump, args=ends, daemon=True).start()

    def _pump(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(1 << 16):
                self.heard += piece
                other.sendall(piece)
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)


def read_pages(port: int, over: threading.Event, kept: dict[str, bytes]) -> None:
    """Read every page of Dask's own again and again; keep all that each ever showed."""
    while not over.wait(1.0):
        for page in PAGES:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=5) as answer:
                kept[f"page {page}"] = kept.get(f"page {page}", b"") + answer.read()


def file_of(folder: Path, echoes: dict[str, Echo], only: str) -> Path:
    """Write the fleet file: each target finds its secrets in variables of the worker."""
    lines = [
        f"[fleet]\nat-once = 3\nretries = 0\nlocks = {json.dumps(str(folder / 'locks'))}",
        f"[defaults]\nselect = {json.dumps(only)}",
        'options = { effort = "smoke", job-timeout = 2, outage-timeout = 2 }',
    ]
    for name, echo in echoes.items():
        sources = ", ".join(
            f'{secret} = {{ env = "SOURCE_{name}_{place}" }}' for place, secret in enumerate(GIVEN[name])
        )
        lines.append(f'[[target]]\nname = "{name}"\nurl = "{echo.url}"\nsecrets = {{ {sources} }}')
    file = folder / "fleet.toml"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def unzipped(folder: Path) -> dict[str, bytes]:
    """Return the files in all zips."""
    found = {}
    for path in folder.rglob("*.zip"):
        with zipfile.ZipFile(BytesIO(path.read_bytes())) as packed:
            found |= {f"{path.name}/{name}": packed.read(name) for name in packed.namelist()}
    return found


def examine(folder: Path, echoes: dict[str, Echo], only: str) -> dict[str, bytes]:
    """Run a fleet on a talkative cluster; what was sent and shown that is in no file of the folder."""
    port, shown = free_port(), free_port()
    plain = {key: value for key, value in os.environ.items() if not key.startswith("ZSTACK_")}
    plain |= {"XDG_STATE_HOME": str(folder / "state"), "DASK_LOGGING__DISTRIBUTED": "debug"}
    variables = {f"SOURCE_{name}_{place}": text for name in GIVEN for place, text in enumerate(GIVEN[name].values())}
    kept: dict[str, bytes] = {}
    with ExitStack() as stack:

        def dask(name: str, *arguments: str) -> None:
            log = stack.enter_context((folder / f"{name}.log").open("wb"))
            part = [sys.executable, "-m", f"distributed.cli.dask_{name.partition('-')[0]}", *arguments]
            process = subprocess.Popen(part, env=plain | variables, stdout=log, stderr=log)
            stack.callback(process.wait)
            stack.callback(process.terminate)

        dask("scheduler", "--host", "127.0.0.1", "--port", str(port), "--dashboard-address", f"127.0.0.1:{shown}")
        wait_for(port)
        relay = Relay(port)
        address = f"tcp://127.0.0.1:{relay.port}"
        for number in (1, 2):
            dask(f"worker-{number}", address, "--nthreads", "2", "--host", "127.0.0.1", "--dashboard-address", ":0")
        over = threading.Event()
        stack.callback(over.set)
        threading.Thread(target=read_pages, args=(shown, over, kept), daemon=True).start()
        command = [sys.executable, "-m", "pytest_zstack_ticket.cli", "fleet", str(file_of(folder, echoes, only))]
        command += ["--report", str(folder / "out"), "--scheduler", address]
        done = subprocess.run(command, env=plain, capture_output=True, timeout=LONGEST, check=False)
    return {**kept, "messages": bytes(relay.heard), "stdout": done.stdout, "stderr": done.stderr}


def main() -> int:
    """Print how much was searched and what was found; 1 if a secret was, or if nothing was to be seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=ONLY, help="as pytest's -k")
    asked = parser.parse_args()
    # a run can hide what it was given, not what strangers have
    echoes = {name: Echo(told=tuple(secrets.values())) for name, secrets in GIVEN.items()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            more = examine(folder, echoes, asked.only)
        finally:
            for echo in echoes.values():
                echo.close()
        fleet = json.loads((folder / "out" / "fleet.json").read_text("utf-8"))
        secrets = {f"{name} {kind}": text for name, echo in echoes.items() for kind, text in echo.secrets.items()}
        secrets |= {"password": PASSWORD, "digest": hashlib.sha512(PASSWORD.encode()).hexdigest(), "session": SESSION}
        secrets |= {"access key secret": ACCESS_KEY_SECRET}
        more |= unzipped(folder)
        found = search(folder, more, secrets)
        files = sum(path.is_file() for path in folder.rglob("*"))
    reported = {one["name"]: (one["kind"], one["verdict"]) for one in fleet["targets"]}
    seen = b"SOURCE_key_1" in more["messages"] and all(kind == "report" for kind, _ in reported.values())
    kinds = len({re.sub(r" \d+$", "", kind) for kind in secrets})
    print(
        f"{reported}: {len(secrets)} secrets of {kinds} kinds planted, {files} files, {len(more)} other texts and "
        f"{len(more['messages']) >> 10} KiB of messages searched, found {found}{'' if seen else '; NOTHING TO BE SEEN'}"
    )
    return int(bool(found) or not seen)


if __name__ == "__main__":
    raise SystemExit(main())
