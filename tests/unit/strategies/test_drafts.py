"""Drafts: all are valid, bugs are found within a few hundred, and shrink to the same smallest draft whatever the seed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from pytest_zstack_ticket.model.profile import Limits
from pytest_zstack_ticket.model.ticket import Draft
from pytest_zstack_ticket.runner.explorer import Explorer
from pytest_zstack_ticket.strategies import (
    api_bodies,
    calibration_draft,
    drafts,
    mutated_drafts,
    mutations,
    names,
)
from pytest_zstack_ticket.strategies.drafts import DEEPEST, decode_object
from pytest_zstack_ticket.strategies.text import LOOKALIKES, SCRIPTS, units
from tests.unit.strategies.catalogue_rows import CONTEXT, LIMITS, SHORT, changed_paths, is_under
from tests.unit.strategies.test_mutations import BEYOND_THE_SCHEMA, VALIDATOR

SEEDS = range(8)


def params(draft: Draft) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(draft.body)["params"]
    return sent


def mark(draft: Draft) -> Any:
    return params(draft)["requests"][0]["apiBody"].get("conformanceMark", {})


def holds_boolean(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(holds_boolean, value.values() if isinstance(value, dict) else value))
    return isinstance(value, bool)


def smallest(folder: Path, number: int, strategy: Any, is_bad: Callable[[Any], bool]) -> Any:
    """Return the example that a bug is shrunk to."""
    bad: list[Any] = []

    def holds(example: Any) -> None:
        if is_bad(example):
            bad.append(example)
        assert not is_bad(example)

    with pytest.raises(AssertionError):
        Explorer("standard", number, str(folder))(strategy, holds, share=5.0)
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
    found = {smallest(tmp_path, number, drafts(CONTEXT, LIMITS), is_bad).body for number in SEEDS}
    assert len(found) == 1


def test_a_bug_of_a_mutation_ends_at_the_calibration_with_it(tmp_path: Path) -> None:
    def is_bad(mutated: Any) -> bool:
        return bool(mutated.draft.edit.path == "params.requests")

    found = {smallest(tmp_path, number, mutated_drafts(CONTEXT, LIMITS), is_bad).sibling().body for number in SEEDS}
    assert found == {calibration_draft(CONTEXT).body}


def test_the_simplest_draft_is_the_calibration(tmp_path: Path) -> None:
    simplest = smallest(tmp_path, 0, drafts(CONTEXT, LIMITS), lambda _: True)
    assert simplest.body == calibration_draft(CONTEXT).body
    assert simplest.edit is None


def drawn(strategy: Any, examples: int) -> list[Any]:
    """Return the first examples of a strategy, the same in every run."""
    found: list[Any] = []

    @seed(1)
    @settings(max_examples=examples, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(example: Any) -> None:
        found.append(example)

    collect()
    return found


VALID = drawn(drafts(CONTEXT, LIMITS), 300)
MUTATED = drawn(mutated_drafts(CONTEXT, LIMITS), 600)
BUGS: dict[str, Callable[[dict[str, Any]], object]] = {
    "a name at the limit": lambda sent: units(sent["name"]) == LIMITS.name,
    "a name of one character": lambda sent: len(sent["name"]) == 1,
    "a name in another script": lambda sent: sent["name"] in SCRIPTS.values(),
    "a name that looks like SQL": lambda sent: sent["name"] == LOOKALIKES["sql-or"],
    "a description at the limit": lambda sent: units(sent.get("description") or "") == LIMITS.description,
    "no description": lambda sent: "description" not in sent,
    "a resourceUuid": lambda sent: "resourceUuid" in sent,
    "tags inside params": lambda sent: "userTags" in sent,
    "null in apiBody": lambda sent: None in (mark_of(sent) or {}).values(),
    "a list in apiBody": lambda sent: any(isinstance(one, list) for one in (mark_of(sent) or {}).values()),
    "nesting in apiBody": lambda sent: depth_of(mark_of(sent)) >= 3,
    "a number of 53 bits": lambda sent: 2**53 - 1 in (mark_of(sent) or {}).values(),
    "a description beside a resourceUuid": lambda sent: "description" in sent and "resourceUuid" in sent,
}


def mark_of(sent: dict[str, Any]) -> Any:
    return sent["requests"][0]["apiBody"].get("conformanceMark")


def depth_of(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 0
    return 1 + max(map(depth_of, value.values() if isinstance(value, dict) else value), default=0)


def test_every_drawn_draft_fits_the_schema() -> None:
    assert [draft.body for draft in VALID if not VALIDATOR.is_valid(json.loads(draft.body))] == []


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_is_found_within_300_drafts(bug: str) -> None:
    assert any(BUGS[bug](params(draft)) for draft in VALID)


@pytest.mark.parametrize("prefix", [b" ", b'{"params"'])
def test_layouts_are_drawn(prefix: bytes) -> None:
    assert any(draft.body.startswith(prefix) for draft in VALID)


def test_hardly_any_draft_is_drawn_twice() -> None:
    assert len({draft.body for draft in VALID}) > 0.9 * len(VALID)


def test_nearly_every_mutation_is_drawn_within_600_drafts() -> None:
    enumerated = {row.edit.partition for row in mutations(CONTEXT, LIMITS) if row.edit}
    found = {one.draft.edit.partition for one in MUTATED}
    assert found <= enumerated
    assert len(found) > 0.95 * len(enumerated)


def test_the_sibling_of_a_mutation_is_valid_and_the_mutation_is_not() -> None:
    for one in MUTATED:
        assert VALIDATOR.is_valid(json.loads(one.sibling().body))
        mutated = json.loads(one.draft.body)
        assert VALIDATOR.is_valid(mutated) == (one.draft.edit.partition in BEYOND_THE_SCHEMA)


def test_a_mutation_differs_from_its_sibling_in_its_field_alone() -> None:
    renames = ("wrong-case", "wrong-nesting", "key-")
    wrong = [
        (one.draft.edit.partition, path)
        for one in MUTATED
        for path in changed_paths(json.loads(one.sibling().body), json.loads(one.draft.body))
        if not one.draft.edit.name.startswith(renames)
        and not (is_under(path, one.draft.edit.path) or is_under(one.draft.edit.path, path))
    ]
    assert wrong == []


@pytest.mark.parametrize("limits", [LIMITS, SHORT])
def test_names_stay_within_the_limit_of_the_profile_and_reach_it(limits: Limits) -> None:
    lengths = {units(name) for name in drawn(names(limits), 200)}
    edges = {1, limits.name - 1, limits.name}
    assert edges <= lengths
    assert limits is SHORT or max(lengths) == limits.name


@pytest.mark.parametrize("data", [b"", b"\x00", bytes(range(256)), b"\xff" * 48, b"\x80\xc0" * 20])
def test_any_bytes_stand_for_a_json_object(data: bytes) -> None:
    decoded = decode_object(data)
    assert json.loads(json.dumps(decoded)) == decoded
    assert depth_of(decoded) <= DEEPEST


def test_api_bodies_are_json_objects() -> None:
    assert all(isinstance(body, dict) for body in drawn(api_bodies(), 50))
