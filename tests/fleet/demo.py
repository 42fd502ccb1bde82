"""An upgrade in waves with a planted regression: `python -m tests.fleet.demo FOLDER`, or `make fleet-demo`.

A Dask scheduler, two workers and eight simulated clouds start. All clouds are examined, the two of the canary wave are
upgraded to a release with a fault, and the fleet is examined again with the first result as its baseline: it must stop after
the canary wave. The matrix is shown in a browser, or as a picture where there is no display.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import webbrowser
from contextlib import ExitStack
from pathlib import Path

from tests.fleet.clouds import PASSWORD, SECRET, Cloud, fleet_file

FAULT = "?fault=accept-missing:name"
SELECT = "ZT-BODY-001 or ZT-ANSWER-001"
WAVES = '[[wave]]\nname = "canary"\ngroups = ["canary"]'
LONGEST = 600


def environment() -> dict[str, str]:
    """Return what workers are started with: they alone know the password."""
    return {**os.environ, SECRET: PASSWORD}


def dask(stack: ExitStack, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a part of a Dask cluster, which ends with the demo."""
    command = [sys.executable, "-m", f"distributed.cli.dask_{arguments[0]}", *arguments[1:]]
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(process.wait)
    stack.callback(process.terminate)
    return process


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_for(port: int) -> None:
    """Wait until something listens on a port."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("the Dask scheduler did not start")


def examine(file: Path, report: Path, scheduler: str) -> int:
    """Run `zstack-ticket fleet`, which has no password."""
    command = [sys.executable, "-m", "pytest_zstack_ticket.cli", "fleet", str(file), "--report", str(report)]
    plain = {name: value for name, value in os.environ.items() if name != SECRET}
    return subprocess.run([*command, "--scheduler", scheduler], env=plain, timeout=LONGEST, check=False).returncode


def show(page: Path) -> None:
    """Show the page in a browser, or write a picture of it."""
    if os.environ.get("DISPLAY") and webbrowser.open(page.as_uri()):
        return
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser:
        picture = page.with_suffix(".png")
        with tempfile.TemporaryDirectory() as profile:
            command = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"]
            subprocess.run(
                [*command, "--window-size=1280,1400", f"--screenshot={picture}", page.as_uri()],
                check=True,
                capture_output=True,
                timeout=120,
            )
        print(picture)


def main() -> None:
    """Play the upgrade, and fail if the fleet does not stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clouds", type=int, default=8)
    arguments = parser.parse_args()
    folder = arguments.folder.absolute()
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        clouds = [
            Cloud(f"cloud-{number + 1}", groups=("canary",) if number < max(1, arguments.clouds // 4) else ("rest",))
            for number in range(arguments.clouds)
        ]
        for one in clouds:
            stack.callback(one.stop)
        port = free_port()
        local = ("--host", "127.0.0.1", "--no-dashboard")
        dask(stack, "scheduler", "--port", str(port), *local)
        wait_for(port)
        address = f"tcp://127.0.0.1:{port}"
        for _ in range(2):
            dask(stack, "worker", address, "--nthreads", "1", *local)
        before = examine(fleet_file(folder, clouds, select=SELECT, waves=WAVES), folder / "before", address)
        print(f"before the upgrade: exit status {before}")
        for one in clouds:
            if "canary" in one.groups:
                one.upgrade(FAULT)
        baseline = f"baseline = {json.dumps(str(folder / 'before'))}"
        file = fleet_file(folder, clouds, select=SELECT, head=baseline, waves=WAVES)
        after = examine(file, folder / "after", address)
        left = sum(one.left for one in clouds)
    found = json.loads((folder / "after" / "fleet.json").read_text("utf-8"))
    print(f"after the upgrade: exit status {after}, stopped {found['stopped']}, {left} tickets left")
    show(folder / "after" / "fleet.html")
    examined = {one["name"] for one in found["targets"]}
    if (before, after, left) != (0, 10, 0) or examined != {one.name for one in clouds if "canary" in one.groups}:
        sys.exit("the upgrade did not go as planted")


if __name__ == "__main__":
    main()
