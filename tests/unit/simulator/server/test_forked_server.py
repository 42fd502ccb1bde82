"""The embedded endpoint in a process of its own: it answers, and ends with the run, however that ends."""

import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from urllib.parse import urlsplit

import httpx
import pytest

from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.simulator.server import forked_server
from pytest_zstack_ticket.simulator.server.forked_server import ForkedServer, embedded_endpoint
from pytest_zstack_ticket.simulator.server.server import SimulatorServer

SECONDS = 10.0
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks")


@contextmanager
def process(work: Callable[[Connection], None]) -> Iterator[tuple[Connection, int]]:
    """Run a function in a process without threads, as a run is one before it starts; yield a line to it and its id."""
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("forkserver").Process(target=work, args=(there,))
    child.start()
    there.close()
    try:
        yield here, child.pid
    finally:
        child.kill()
        child.join()


def heard(line: Connection) -> object:
    """Return what the process says next."""
    assert line.poll(SECONDS), "the process said nothing"
    return line.recv()


def is_served(url: str) -> bool:
    """Return True if something listens at a URL."""
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname, parts.port), SECONDS).close()
    except ConnectionRefusedError:
        return False
    return True


def is_gone(url: str) -> bool:
    """Wait until nothing listens at a URL any more."""
    end = time.monotonic() + SECONDS
    while is_served(url):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def serve_and_stop(line: Connection) -> None:
    """Serve, be interrupted, answer, and stop twice."""
    server = embedded_endpoint("embedded")
    assert isinstance(server, ForkedServer)
    for one in (signal.SIGINT, signal.SIGTERM):
        os.kill(server._pid, one)
    answer = httpx.put(f"{server.url}/v1/management-nodes/actions", json={"getVersion": {}}, trust_env=False)
    line.send((server.url, answer.status_code, "version" in answer.json()))
    server.stop()
    server.stop()
    line.send(is_served(server.url))


def serve_and_wait(line: Connection) -> None:
    """Serve until the end of this process."""
    line.send(embedded_endpoint("embedded").url)
    time.sleep(60)


def fail_to_serve(line: Connection) -> None:
    """Say what is raised where nothing can listen."""

    def started(_text: str) -> SimulatorServer:
        raise OSError("no address is left")

    forked_server.started = started
    try:
        embedded_endpoint("embedded")
    except SettingsError as error:
        line.send(str(error))


@LINUX
def test_a_process_of_its_own_answers_whatever_interrupts_it_and_ends_when_it_is_stopped():
    with process(serve_and_stop) as (line, _):
        assert heard(line)[1:] == (200, True)
        assert heard(line) is False


@LINUX
def test_it_ends_with_a_run_that_is_killed():
    with process(serve_and_wait) as (line, number):
        url = heard(line)
        assert is_served(url)
        os.kill(number, signal.SIGKILL)
        assert is_gone(url)


@LINUX
def test_what_cannot_be_started_says_why():
    with process(fail_to_serve) as (line, _):
        assert heard(line) == "the embedded endpoint did not start: no address is left"


def test_a_wrong_url_is_refused():
    with pytest.raises(SettingsError, match="not a number of seconds"):
        embedded_endpoint("embedded?latency=long")


def test_a_process_with_threads_is_not_forked():
    over = threading.Event()
    other = threading.Thread(target=over.wait)
    other.start()
    try:
        server = embedded_endpoint("embedded")
        assert isinstance(server, SimulatorServer)
        server.stop()
    finally:
        over.set()
        other.join()
