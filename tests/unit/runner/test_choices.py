"""A counterexample that was drawn is drawn again first, also where chance alone would not find it again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from pytest_zstack_ticket.runner.choices import Choices
from pytest_zstack_ticket.runner.explorer import Explorer
from pytest_zstack_ticket.runner.state_machine import StateMachineRunner


class Notes:
    """The memory of one test."""

    def __init__(self, known: Choices | None = None) -> None:
        self.known, self.kept, self.count = known, [], -1

    def begin_exploration(self) -> int:
        self.count += 1
        return self.count

    def remembered(self, exploration: int) -> Choices | None:
        return self.known if self.known is not None and self.known.exploration == exploration else None

    def keep(self, choices: Choices) -> None:
        self.kept.append(choices)


def short(most: int) -> Callable[[bytes], None]:
    def holds(example: bytes) -> None:
        assert len(example) < most

    return holds


def explored(
    folder: Path, memory: Notes, holds: Callable[[Any], None], *, seed: int = 1, window: int = 1
) -> Exception | None:
    explorer = Explorer("smoke", seed, str(folder), window=window, memory=memory)
    try:
        explorer(st.binary(), holds)
    except AssertionError as error:
        return error
    return None


@pytest.mark.parametrize("window", [1, 4])
def test_a_failing_example_is_drawn_again_with_another_seed(tmp_path: Path, window: int) -> None:
    first = Notes()
    error = explored(tmp_path, first, short(7), window=window)
    assert error is not None
    assert not any("reproduce_failure" in note for note in error.__notes__)
    seen: list[bytes] = []

    def holds(example: bytes) -> None:
        seen.append(example)
        assert len(example) < 7

    assert explored(tmp_path, Notes(first.kept[-1]), holds, seed=2) is not None
    assert seen == [bytes(7)] * len(seen)


def test_what_passes_now_is_followed_by_exploring(tmp_path: Path) -> None:
    first = Notes()
    explored(tmp_path, first, short(7))
    again, seen = Notes(first.kept[-1]), []
    assert explored(tmp_path, again, seen.append, seed=2) is None
    assert seen[0] == bytes(7)
    assert len(seen) > 5
    assert again.kept == []


def test_choices_of_another_exploration_or_release_are_left_alone(tmp_path: Path) -> None:
    first, seen = Notes(), []
    explored(tmp_path, first, short(7))
    blob = first.kept[-1].blob
    for other in (Choices(1, first.kept[-1].hypothesis, blob), Choices(0, "6.1.0", blob), Choices(0, "6.1.0", "?")):
        seen.clear()
        assert explored(tmp_path, Notes(other), seen.append) is None
        assert bytes(7) not in seen[:1]


class Growing(RuleBasedStateMachine):
    """Fails once the sum of its numbers is too large."""

    programs: list[list[int]]

    def __init__(self) -> None:
        super().__init__()
        self.programs.append([])

    @rule(number=st.integers(0, 99))
    def add(self, number: int) -> None:
        self.programs[-1].append(number)
        assert sum(self.programs[-1]) < 150


def machine() -> type[Growing]:
    return type("Fresh", (Growing,), {"programs": []})


def test_a_program_is_run_again_with_another_seed(tmp_path: Path) -> None:
    first = Notes()
    with pytest.raises(AssertionError):
        StateMachineRunner("smoke", 1, str(tmp_path), memory=first)(machine())
    again = machine()
    with pytest.raises(AssertionError):
        StateMachineRunner("smoke", 2, str(tmp_path), memory=Notes(first.kept[-1]))(again)
    assert {sum(one) for one in again.programs if one} == {150}
