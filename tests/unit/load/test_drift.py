"""A target that leaks is told from one that was only busy."""

from __future__ import annotations

import random

from pytest_zstack_ticket.load.drift import rising, slowing
from pytest_zstack_ticket.load.tally import Window

BEFORE, AFTER = [0.3] * 6, [1.2] * 6


def windows(*medians: float) -> dict[int, Window]:
    found = {}
    for place, seconds in enumerate(medians):
        found[place] = Window()
        found[place].latencies["create.job"].add(seconds)
    return found


LEAKING = windows(*(0.3 + 0.05 * place for place in range(20)))
BUSY = windows(*(random.Random(place).uniform(0.9, 1.1) for place in range(20)))


def test_growing_and_staying_slow_is_a_leak() -> None:
    found = slowing(BEFORE, AFTER, LEAKING)
    assert found is not None
    assert (found.before, found.after) == (0.3, 1.2)


def test_a_busy_target_that_recovers_is_none() -> None:
    assert slowing(BEFORE, [0.35] * 6, LEAKING) is None


def test_a_target_that_was_slow_at_once_is_none() -> None:
    assert slowing(BEFORE, AFTER, BUSY) is None


def test_milliseconds_are_none() -> None:
    assert slowing([0.004] * 6, [0.02] * 6, LEAKING) is None


def test_nothing_is_said_of_too_little() -> None:
    assert slowing(BEFORE[:3], AFTER, LEAKING) is None
    assert slowing(BEFORE, [], LEAKING) is None
    assert slowing(BEFORE, AFTER, windows(0.3, 0.4)) is None


def test_rising() -> None:
    assert rising([1, 2, 3, 4, 5]) == 1.0
    assert rising([5, 4, 3, 2, 1]) == 0.0
    assert rising([1, 2]) is None
