"""Start a real front end before a cloud, in the foreground as a child of ours, and end it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from tests.front_ends.examination import certificate
from tests.front_ends.real.configuration import Configuration, found

STARTING = 60.0
"""Seconds that a front end may take until it listens."""
ENDING = 5.0
RUNNING: set[int] = set()
"""Process groups of front ends that have not been ended yet."""
READABLE = 0o755


class NotStartedError(Exception):
    """A front end did not come to listen; the text is what it said."""


@contextlib.contextmanager
def standing_before(configuration: Configuration, upstream: str, folder: Path) -> Iterator[str]:
    """Start a front end before a node and give its URL; its files and what it says lie in `folder`."""
    folder.chmod(READABLE)  # servers that give up their rights read their files, too
    if configuration.tls:
        certificate(folder).chmod(READABLE)
    given = {
        "folder": str(folder),
        "upstream": urlsplit(upstream).netloc,
        "upstream_port": str(urlsplit(upstream).port),
        **{name: str(free_port()) for name in ("port", "inner_port", "other_port")},
    }
    for name, text in configuration.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(configuration.filled(text, given), "utf-8")
    with contextlib.ExitStack() as stack:
        said = stack.enter_context((folder / "said.txt").open("wb"))
        running = []
        for command in configuration.commands:
            filled = [configuration.filled(one, given) for one in command]
            filled[0] = found(filled[0]) or filled[0]
            process = subprocess.Popen(
                filled, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
            )
            RUNNING.add(process.pid)
            stack.callback(_end, process)
            running.append(process)
        inner = any("@inner_port@" in one for command in configuration.commands for one in command)
        for name in ("inner_port", "port") if inner else ("port",):
            _await(int(given[name]), running, folder / "said.txt")
        yield f"{'https' if configuration.tls else 'http'}://127.0.0.1:{given['port']}{configuration.path}"


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def _await(port: int, running: list[subprocess.Popen[bytes]], said: Path) -> None:
    """Wait until something listens; raise NotStartedError if a process ends before, or it takes too long."""
    until = time.monotonic() + STARTING
    while time.monotonic() < until and all(one.poll() is None for one in running):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise NotStartedError(said.read_text("utf-8", "replace")[-1500:])


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a front end with all its children."""
    for sent in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sent)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(ENDING)
    RUNNING.discard(process.pid)


def end_all(*_: object) -> NoReturn:
    """End every front end at once and leave: a signal has come."""
    for group in RUNNING:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    os._exit(128 + signal.SIGTERM)
