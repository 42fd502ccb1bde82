"""The embedded endpoint in a process of its own, forked from the run, so that both do not take turns on one core.

Where a fork is not safe, because this process has other threads or the system is not Linux, it stays a thread.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
import warnings
from typing import NoReturn, Protocol

from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.simulator.embedded_url import parse_options
from pytest_zstack_ticket.simulator.server.server import started

START_WITHIN = 30.0
"""Seconds in which the forked process has to say where it listens."""
STOP_WITHIN = 5.0
PAUSE = 0.01


class EmbeddedEndpoint(Protocol):
    """An embedded endpoint that serves at `url` until it is stopped."""

    url: str

    def stop(self) -> None:
        """Stop serving; a second call does nothing."""
        ...


class ForkedServer:
    """A forked process that serves, and ends when it is stopped or when this process ends in whatever way."""

    def __init__(self, text: str) -> None:
        """Fork. Raises OSError if the process does not begin to serve."""
        told, tell = os.pipe()
        ended, end = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of other threads: there are none
            self._pid = os.fork()
        if self._pid == 0:
            _serve(text, tell, ended, others=(told, end))
        os.close(tell)
        os.close(ended)
        self._end = end
        said = _read_line(told)
        os.close(told)
        self.url = said if said.startswith("http") else ""
        if not self.url:
            self.stop()
            raise OSError(f"the embedded endpoint did not start: {said or 'unknown cause'}")

    def stop(self) -> None:
        """Let the process end; it is killed if it does not. A second call does nothing."""
        if self._end < 0:
            return
        os.close(self._end)
        self._end = -1
        deadline = time.monotonic() + STOP_WITHIN
        while not self._is_over():
            if time.monotonic() > deadline:
                os.kill(self._pid, signal.SIGKILL)
            time.sleep(PAUSE)

    def _is_over(self) -> bool:
        try:
            return os.waitpid(self._pid, os.WNOHANG)[0] != 0
        except ChildProcessError:  # SIGCHLD is ignored, or another part of the program has waited for it
            return True


def embedded_endpoint(text: str) -> EmbeddedEndpoint:
    """Serve the embedded endpoint that a URL asks for. Raises SettingsError if the URL is wrong or nothing listens."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return started(text)
    parse_options(text)
    try:
        return ForkedServer(text)
    except OSError as error:
        raise SettingsError(str(error)) from error


def _serve(text: str, tell: int, ended: int, *, others: tuple[int, ...]) -> NoReturn:
    """Serve in the forked process until the other one closes its end of the pipe; nothing of the run is ended here."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # they are for the run, which still has to clean up
        for one in others:
            os.close(one)
        nothing = os.open(os.devnull, os.O_RDWR)
        for one in (0, 1):  # what reads the output of the run shall not wait for this process
            os.dup2(nothing, one)
        try:
            said = started(text).url
        except OSError as error:
            said = str(error)
        os.write(tell, f"{said}\n".encode())
        os.close(tell)
        os.read(ended, 1)
    finally:
        os._exit(0)


def _read_line(file: int) -> str:
    """Read until the end of a line, or of the file; an empty text if it takes too long."""
    line, deadline = b"", time.monotonic() + START_WITHIN
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([file], [], [], max(0.0, deadline - time.monotonic()))
        part = os.read(file, 1024) if ready else b""
        if not part:
            return ""
        line += part
    return line.decode().strip()
