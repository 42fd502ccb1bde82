"""A machine runs as many programs as its effort asks for, shrinks a departure, and leaves no files behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from pytest_zstack_ticket.explore import Budget
from pytest_zstack_ticket.machine import PROGRAMS, ROUND, Machinist


class Counting(RuleBasedStateMachine):
    """Notes each step of each program."""

    programs: list[list[int]]
    broken = False

    def __init__(self) -> None:
        super().__init__()
        self.programs.append([])

    @rule(number=st.integers(0, 9))
    def step(self, number: int) -> None:
        """Note a number; a broken one departs on the second seven or more."""
        self.programs[-1].append(number)
        departed = self.broken and sum(one >= 7 for one in self.programs[-1]) == 2
        assert not departed, self.programs[-1]


def counting(*, broken: bool = False) -> type[Any]:
    return type("Fresh", (Counting,), {"programs": [], "broken": broken})


def machinist(home: Path, **more: Any) -> Machinist:
    return Machinist(**({"effort": "smoke", "seed": 7, "home": str(home)} | more))


def test_so_many_programs_run_as_the_effort_asks_for(tmp_path):
    machine = counting()
    machinist(tmp_path)(machine)
    assert len(machine.programs) == PROGRAMS["smoke"][0]
    assert {len(one) for one in machine.programs} == {PROGRAMS["smoke"][1]}


def test_the_same_seed_runs_the_same_programs(tmp_path):
    first, second, other = counting(), counting(), counting()
    machinist(tmp_path)(first)
    machinist(tmp_path)(second)
    machinist(tmp_path, seed=8)(other)
    assert first.programs == second.programs != other.programs


def test_a_departure_shrinks_to_the_shortest_program(tmp_path):
    machine = counting(broken=True)
    with pytest.raises(AssertionError):
        machinist(tmp_path, effort="standard")(machine)
    assert machine.programs[-1] == [7, 7]


def test_nothing_is_left_beside_the_callers_tests(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    machinist(tmp_path / "home")(counting())
    assert not (tmp_path / ".hypothesis").exists()


def ticking(step: float) -> Callable[[], float]:
    moments = iter(range(10_000))
    return lambda: next(moments) * step


def test_a_budget_bounds_the_rounds_and_tells_if_it_bought_too_few(tmp_path):
    machine, told = counting(), list[int]()
    budget = Budget(seconds=3.0, properties=1)
    machinist(tmp_path, effort="standard", budget=budget, now=ticking(10.0), tell=told.append)(machine)
    assert len(machine.programs) == ROUND
    assert told == [ROUND]
    assert budget.spent > 0


def test_a_budget_that_lasts_buys_more(tmp_path):
    machine, told = counting(), list[int]()
    budget = Budget(seconds=5.5, properties=1)
    machinist(tmp_path, effort="standard", budget=budget, now=ticking(1.0), tell=told.append)(machine)
    assert len(machine.programs) >= 2 * ROUND
    assert told == []
