"""Requests wait for the rate in their order, those of clean-ups before all others."""

import threading
import time

import pytest

from pytest_zstack_ticket.transport.rate_queue import RateQueue


def waiting(queue: RateQueue, name: str, sent: list[str], *, first: bool) -> threading.Thread:
    """Let a request wait for its turn, and return once it does."""

    def send() -> None:
        with queue.turn(first=first):
            sent.append(name)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    time.sleep(0.02)
    return thread


def test_clean_ups_pass_before_all_that_waits_and_others_keep_their_order() -> None:
    queue, sent = RateQueue(), []
    with queue.turn(first=False):
        threads = [
            waiting(queue, name, sent, first=first)
            for name, first in (("a", False), ("b", False), ("clean-up 1", True), ("c", False), ("clean-up 2", True))
        ]
        assert sent == []
    for thread in threads:
        thread.join(10)
    assert sent == ["clean-up 1", "clean-up 2", "a", "b", "c"]


def test_a_turn_is_given_back_by_what_fails_in_it() -> None:
    queue, sent = RateQueue(), []
    with pytest.raises(OSError, match="lost"), queue.turn(first=True):
        raise OSError("lost")
    waiting(queue, "next", sent, first=False).join(10)
    assert sent == ["next"]
