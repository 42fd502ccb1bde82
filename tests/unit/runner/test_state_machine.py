"""A machine runs as many programs as its effort asks for, shrinks a departure, and leaves no files behind."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from pytest_zstack_ticket.runner.budget import Budget, Property
from pytest_zstack_ticket.runner.state_machine import PROGRAMS, ROUND, StateMachineRunner


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
        failed = self.broken and sum(one >= 7 for one in self.programs[-1]) == 2
        assert not failed, self.programs[-1]


def counting(*, broken: bool = False) -> type[Any]:
    return type("Fresh", (Counting,), {"programs": [], "broken": broken})


def machinist(home: Path, **more: Any) -> StateMachineRunner:
    return StateMachineRunner(**({"effort": "smoke", "seed": 7, "home": str(home)} | more))


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


def ticking() -> Callable[[], float]:
    return partial(next, count(0.0, 1.0))


def test_a_budget_buys_one_round_in_the_test_and_leaves_the_rest_for_the_end(tmp_path):
    machine, entered = counting(), list[Property]()
    budget = Budget(seconds=3.0)
    machinist(tmp_path, effort="standard", budget=budget, now=ticking(), enter=entered.append)(machine)
    assert len(machine.programs) == ROUND
    assert budget.properties == entered
    assert entered[0].missing > 0
    assert budget.spent > 0


def test_each_further_round_runs_other_programs(tmp_path):
    machine = counting()
    budget = Budget(seconds=3.0)
    machinist(tmp_path, effort="standard", budget=budget, now=ticking())(machine)
    (known,) = budget.properties
    assert known.round is not None
    known.round(known)
    assert len(machine.programs) == 2 * ROUND
    assert machine.programs[:ROUND] != machine.programs[ROUND:]
    assert not known.over


def test_a_machine_that_departs_has_nothing_more_to_find(tmp_path):
    budget = Budget(seconds=3.0)
    with pytest.raises(AssertionError):
        machinist(tmp_path, effort="standard", budget=budget, now=ticking())(counting(broken=True))
    assert budget.properties[0].over
