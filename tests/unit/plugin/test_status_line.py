"""A line below the cursor: painted by a thread, gone before anybody else writes."""

import os
import pty
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from pytest_zstack_ticket.plugin.status_line import BACK, BELOW, CLEAR, StatusLine


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    master, slave = pty.openpty()
    yield master, slave
    os.close(master)
    os.close(slave)


def drained(master: int) -> bytes:
    """Return all that was written; a terminal gives it in pieces."""
    os.set_blocking(master, False)
    found = bytearray()
    with suppress(BlockingIOError):
        while block := os.read(master, 1 << 16):
            found += block
    return bytes(found)


def test_it_is_painted_until_somebody_writes(terminal: tuple[int, int]):
    master, slave = terminal
    seen = threading.Event()

    def text(columns: int) -> str:
        seen.set()
        return f"{columns >= 0} 状态"

    line = StatusLine(slave, text)
    line.start()
    assert seen.wait(5)
    with line.held():
        os.write(slave, b"mine")
    line.close()
    line.close()
    written = drained(master).decode()
    first, _, rest = written.partition("mine")
    assert first.startswith(f"{BELOW}True 状态{BACK}")
    assert first.endswith(CLEAR)
    assert rest == "" or rest.endswith(CLEAR)


def test_while_it_is_held_nothing_is_painted(terminal: tuple[int, int]):
    master, slave = terminal
    line = StatusLine(slave, lambda _: "status")
    line.hold()
    line.start()
    line.clear()
    line.close()
    line.release()
    assert drained(master) == b""


def test_a_text_that_cannot_be_made_ends_the_painting_and_nothing_else(terminal: tuple[int, int]):
    _, slave = terminal
    asked = threading.Event()

    def text(_: int) -> str:
        asked.set()
        raise LookupError

    line = StatusLine(slave, text)
    line.start()
    assert asked.wait(5)
    line.close()
