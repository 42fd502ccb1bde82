"""Ctrl-C leaves nothing half done: within a deferred block it waits, in another thread and in a wait it does not."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType

import pytest

from pytest_zstack_ticket.transport import interruption
from pytest_zstack_ticket.transport.clock import SystemClock


@pytest.fixture(autouse=True)
def handled() -> Iterator[None]:
    """Handle a signal as a run handles Ctrl-C."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        interruption.interrupt(KeyboardInterrupt("now"))

    former = signal.signal(signal.SIGALRM, handle)
    yield
    signal.signal(signal.SIGALRM, former)


def press() -> None:
    os.kill(os.getpid(), signal.SIGALRM)


def test_an_interrupt_is_raised_at_once_where_nothing_defers_it():
    with pytest.raises(KeyboardInterrupt, match="now"):
        press()


def test_a_block_comes_to_its_end_first_and_what_is_within_it_too():
    done = []

    def work() -> None:
        with interruption.deferred():
            with interruption.deferred():
                press()
                done.append("inner")
            done.append("outer")

    with pytest.raises(KeyboardInterrupt, match="now"):
        work()
    assert done == ["inner", "outer"]
    with pytest.raises(KeyboardInterrupt):
        press()


def test_an_interrupt_goes_before_the_error_of_its_block():
    def work() -> None:
        with interruption.deferred():
            press()
            raise ValueError

    with pytest.raises(KeyboardInterrupt) as caught:
        work()
    assert isinstance(caught.value.__context__, ValueError)


@pytest.mark.parametrize("before", [False, True])
def test_a_wait_within_a_block_is_broken_off(before: bool):
    def work() -> None:
        with interruption.deferred():
            if before:
                press()
            else:
                threading.Timer(0.1, press).start()
            SystemClock().sleep(30)

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        work()
    assert time.monotonic() - began < 10
    with interruption.deferred():  # and the block is over
        pass


def test_a_block_of_another_thread_defers_nothing():
    entered, over = threading.Event(), threading.Event()

    def block() -> None:
        with interruption.deferred():
            entered.set()
            over.wait(10)
            SystemClock().sleep(0)

    thread = threading.Thread(target=block)
    thread.start()
    entered.wait(10)
    with pytest.raises(KeyboardInterrupt):
        press()
    over.set()
    thread.join()


def replaced(interrupt: type[BaseException]) -> None:
    """Raise another error over one, as a library does whose state is half made."""
    try:
        raise interrupt
    finally:
        raise AssertionError


@pytest.mark.parametrize(("error", "led"), [(KeyboardInterrupt, True), (ValueError, False)])
def test_an_error_that_a_library_raised_over_an_interrupt_is_told_from_one_of_its_own(
    error: type[BaseException], led: bool
):
    with pytest.raises(AssertionError) as raised:
        replaced(error)
    assert interruption.led_to(raised.value) is led
    assert interruption.led_to(error()) is led
