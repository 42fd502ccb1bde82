"""Edits of answers leave the engine's own data alone."""

from __future__ import annotations

from typing import Any

from pytest_zstack_ticket.simulator.faults.response_edits import copied


def test_an_answer_of_any_depth_is_copied() -> None:
    inner: list[Any] = [{"a": 1}]
    deep: Any = (inner,)
    for _ in range(5000):
        deep = [deep]
    made: Any = copied({"deep": deep})["deep"]
    while isinstance(made, list) and not isinstance(made[0], dict):
        made = made[0]
    made[0]["a"] = 2
    assert inner == [{"a": 1}]


def test_text_and_numbers_are_as_they_are() -> None:
    assert copied("x") == "x"
    assert copied({"a": [1, None, ("b", {"c": 2})]}) == {"a": [1, None, ["b", {"c": 2}]]}
