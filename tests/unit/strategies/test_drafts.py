"""Drafts: whatever the seed, a bug is shrunk to the same smallest draft."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_zstack_ticket.model.profile import Limits
from pytest_zstack_ticket.model.ticket import Draft
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.runner.explorer import Explorer
from pytest_zstack_ticket.strategies import calibration_draft, drafts, mutated_drafts

SEEDS = range(8)
CONTEXT, LIMITS = Context(), Limits()


def params(draft: Draft) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(draft.body)["params"]
    return told


def mark(draft: Draft) -> Any:
    return params(draft)["requests"][0]["apiBody"].get("conformanceMark", {})


def holds_boolean(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(holds_boolean, value.values() if isinstance(value, dict) else value))
    return isinstance(value, bool)


def smallest(folder: Path, seed: int, strategy: Any, is_bad: Callable[[Any], bool]) -> Any:
    """Return the example that a bug is shrunk to."""
    bad: list[Any] = []

    def holds(example: Any) -> None:
        if is_bad(example):
            bad.append(example)
        assert not is_bad(example)

    with pytest.raises(AssertionError):
        Explorer("standard", seed, str(folder))(strategy, holds, share=5.0)
    return bad[-1]


@pytest.mark.parametrize(
    "is_bad",
    [
        lambda draft: holds_boolean(mark(draft)),
        lambda draft: isinstance(mark(draft), dict) and any(isinstance(one, list) for one in mark(draft).values()),
        lambda draft: "private" in params(draft)["name"],
        lambda draft: len(params(draft).get("description") or "") > 100,
        lambda draft: draft.body.startswith(b" "),
    ],
)
def test_a_bug_ends_at_one_draft_for_every_seed(tmp_path: Path, is_bad: Callable[[Draft], bool]) -> None:
    found = {smallest(tmp_path, seed, drafts(CONTEXT, LIMITS), is_bad).body for seed in SEEDS}
    assert len(found) == 1


def test_a_bug_of_a_mutation_ends_at_the_calibration_with_it(tmp_path: Path) -> None:
    def is_bad(mutated: Any) -> bool:
        return bool(mutated.draft.edit.path == "params.requests")

    found = {smallest(tmp_path, seed, mutated_drafts(CONTEXT, LIMITS), is_bad).sibling().body for seed in SEEDS}
    assert found == {calibration_draft(CONTEXT).body}


def test_the_simplest_draft_is_the_calibration(tmp_path: Path) -> None:
    simplest = smallest(tmp_path, 0, drafts(CONTEXT, LIMITS), lambda _: True)
    assert simplest.body == calibration_draft(CONTEXT).body
    assert simplest.edit is None
