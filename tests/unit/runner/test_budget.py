"""The budget: what it is spent on first, what counts, and when there is nothing left to explore."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from pytest_zstack_ticket.model.ticket import Draft
from pytest_zstack_ticket.runner.budget import ENOUGH, LEAST, Budget, Property, mark_of
from pytest_zstack_ticket.runner.explorer import Explorer

NUMBERS = st.integers(0, 10**9)


class Clock:
    """Every look at it takes a hundredth of a second."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        self.time += 0.01
        return self.time


def explorer(folder: Path, *, seconds: float, window: int = 1) -> Explorer:
    return Explorer("standard", 7, str(folder), window=window, budget=Budget(seconds=seconds), now=Clock())


def entered(one: Explorer, strategy: Any, holds: Any) -> Property:
    """Explore as a test that examines a requirement does."""
    made = Explorer(one.effort, one.seed, one.home, one.window, one.budget, one.now, enter=_owned)
    made(strategy, holds)
    return one.budget.properties[-1]


def _owned(known: Property) -> None:
    known.record = object()  # type: ignore[assignment] # whoever it is


def rounds(one: Explorer, known: Property) -> None:
    while not known.over:
        one.round(known)


def nothing(_: Any) -> None:
    """Hold."""


def test_without_a_budget_the_effort_says_how_many(tmp_path: Path) -> None:
    seen: list[int] = []
    explorer(tmp_path, seconds=0)(NUMBERS, seen.append)
    assert len(seen) == 80


@pytest.mark.parametrize("window", [1, 4])
def test_every_property_gets_the_least_however_short_the_time(tmp_path: Path, window: int) -> None:
    one = explorer(tmp_path, seconds=0.001, window=window)
    first, second = entered(one, NUMBERS, nothing), entered(one, NUMBERS, nothing)
    assert [len(first.seen), len(second.seen)] == [LEAST, LEAST]
    assert first.missing == 80 - LEAST
    assert one.budget.next() is None


def test_an_example_that_held_is_not_judged_again(tmp_path: Path) -> None:
    judged: list[int] = []
    one = explorer(tmp_path, seconds=100)
    known = entered(one, st.integers(0, 30), judged.append)
    rounds(one, known)
    assert sorted(judged) == sorted(set(judged))
    assert (known.wanted, known.missing) == (len(judged), 0)


def test_a_round_that_departs_ends_a_property_at_the_minimal_example(tmp_path: Path) -> None:
    def holds(number: int) -> None:
        assert number < 1000

    one = explorer(tmp_path, seconds=1000, window=4)
    known = entered(one, st.integers(0, 900), nothing)
    known.strategy, known.holds = NUMBERS, holds
    with pytest.raises(AssertionError) as found:
        rounds(one, known)
    assert known.over
    assert "example=1000" in str(found.value.__notes__)


def test_nothing_is_judged_when_the_time_is_over(tmp_path: Path) -> None:
    judged: list[int] = []
    one = explorer(tmp_path, seconds=100)
    known = entered(one, NUMBERS, judged.append)
    before = len(judged)
    one.round(known, until=one.now())
    assert len(judged) == before


def test_musts_that_miss_examples_come_first_then_what_was_explored_least() -> None:
    should = Property(NUMBERS, nothing, 80, first=False, seen=set(range(3)))
    must = Property(NUMBERS, nothing, 80, seen=set(range(70)))
    done = Property(NUMBERS, nothing, 80, over=True)
    budget = Budget(seconds=1.0, properties=[done, must, should])
    assert budget.next() is must
    must.seen.update(range(90))
    assert budget.next() is should
    should.seen.update(range(95))
    assert budget.next() is must


def test_more_than_enough_is_never_missing() -> None:
    assert Property(NUMBERS, nothing, 600, seen=set(range(ENOUGH))).missing == 0
    assert Property(NUMBERS, nothing, 600).missing == ENOUGH


def test_what_was_told_is_not_told_again() -> None:
    known = Property(NUMBERS, nothing, 80, seen=set(range(10)))
    assert known.news() == (10, 80, 70)
    known.seen.update(range(100))
    assert known.news() == (90, 0, -70)
    known.exhaust()
    assert known.news() == (0, 20, 0)


def test_a_fresh_identifier_makes_no_other_example() -> None:
    one, other = (Draft(body=b'{"uuid":"%s"}' % (letter * 32)) for letter in (b"a", b"b"))
    assert mark_of(one) == mark_of(other) != mark_of(Draft(body=b'{"name":"a"}'))
    assert mark_of(["a"]) != mark_of(["b"])


def test_without_a_requirement_a_property_gets_what_it_wants_at_once(tmp_path: Path) -> None:
    one = explorer(tmp_path, seconds=1000)
    one(NUMBERS, nothing)
    assert len(one.budget.properties[0].seen) >= 80
