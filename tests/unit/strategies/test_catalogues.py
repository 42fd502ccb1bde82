"""Every enumerated catalogue: one row per class, each one named edit away from the calibration draft."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from pytest_zstack_ticket.model.nonce import NONCE
from pytest_zstack_ticket.model.ticket import Draft, Edit, Message
from pytest_zstack_ticket.strategies import (
    calibration_draft,
    edge_case_drafts,
    injection_drafts,
    malformed_requests,
    mutations,
    open_questions,
    unusual_requests,
    variations,
)
from pytest_zstack_ticket.strategies.base_draft import calibration_body
from pytest_zstack_ticket.strategies.mutations import LOOKALIKE_NAMES, mutation_rows
from tests.unit.strategies.catalogue_rows import (
    CONTEXT,
    LIMITS,
    body_of,
    calibration,
    changed_paths,
    counted,
    is_under,
)

DRAFTS = {
    "mutations": mutations(CONTEXT, LIMITS),
    "variations": variations(CONTEXT, LIMITS),
    "open questions": open_questions(CONTEXT, LIMITS),
    "edge cases": edge_case_drafts(CONTEXT),
    "injection": injection_drafts(CONTEXT),
}
REQUESTS = {
    "malformed": malformed_requests(CONTEXT, LIMITS),
    "unusual": unusual_requests(CONTEXT, LIMITS),
}
SIZES = {
    "mutations": 102,
    "variations": 113,
    "open questions": 71,
    "edge cases": 125,
    "injection": 54,
    "malformed": 49,
    "unusual": 67,
}
"""A row that gets lost makes the requirements that it serves pass with less; whoever adds one counts it here."""


def edit_of(row: Draft | Message) -> Edit:
    assert row.edit is not None
    return row.edit


@pytest.mark.parametrize("name", SIZES)
def test_a_catalogue_has_all_its_rows(name: str) -> None:
    assert len((DRAFTS | REQUESTS)[name]) == SIZES[name]


@pytest.mark.parametrize("name", SIZES)
def test_no_two_rows_stand_for_one_class(name: str) -> None:
    partitions = Counter(edit_of(row).partition for row in (DRAFTS | REQUESTS)[name])
    assert [one for one, count in partitions.items() if count > 1] == []


@pytest.mark.parametrize("name", DRAFTS)
def test_no_two_drafts_are_the_same_bytes(name: str) -> None:
    contents = Counter((row.headers, row.body) for row in DRAFTS[name])
    assert contents.total() == len(contents)


@pytest.mark.parametrize("name", REQUESTS)
def test_no_two_requests_are_the_same_bytes(name: str) -> None:
    contents = Counter((row.method, row.path, row.headers, row.body) for row in REQUESTS[name])
    assert contents.total() == len(contents)


@pytest.mark.parametrize("name", DRAFTS)
def test_every_row_names_its_catalogue_by_the_kind_of_its_edit(name: str) -> None:
    assert {edit_of(row).kind for row in DRAFTS[name]} == {"mutation" if name == "mutations" else "variation"}


@pytest.mark.parametrize("name", REQUESTS)
def test_every_request_is_a_breakage(name: str) -> None:
    assert {edit_of(row).kind for row in REQUESTS[name]} == {"breakage"}


def allowed(edit: Edit) -> tuple[str, ...]:
    """Return the paths that an edit may change, by its name."""
    field = edit.path.rpartition(".")[2]
    if edit.path in ("optional", "tags"):
        return ("params", "systemTags", "userTags")
    if edit.path == "body":
        return ("conformanceExtra", "params.description")
    if edit.name.startswith("key-"):
        return (edit.path, *(f"params.{name}" for name in LOOKALIKE_NAMES.values()))
    if edit.name == "wrong-case":
        return (edit.path, edit.path[: -len(field)] + field[0].upper() + field[1:])
    if edit.name == "wrong-nesting":
        return (edit.path, field) if edit.path != "params" else ("params", *calibration()["params"])
    return (edit.path,)


@pytest.mark.parametrize("name", DRAFTS)
def test_every_row_differs_from_the_calibration_by_its_named_edit(name: str) -> None:
    wrong = []
    for row in DRAFTS[name]:
        places = allowed(edit_of(row))
        wrong += [
            (edit_of(row).partition, path)
            for path in changed_paths(calibration(), body_of(row))
            if not any(is_under(path, place) or is_under(place, path) for place in places)
        ]
    assert wrong == []


@pytest.mark.parametrize("name", ["mutations", "edge cases", "injection"])
def test_every_row_changes_something(name: str) -> None:
    unchanged = [edit_of(row).partition for row in DRAFTS[name] if not [*changed_paths(calibration(), body_of(row))]]
    assert unchanged == []


@pytest.mark.parametrize("catalogue", [variations, open_questions])
def test_a_catalogue_is_the_same_each_time(catalogue) -> None:
    assert catalogue(CONTEXT, LIMITS, fresh=counted()) == catalogue(CONTEXT, LIMITS, fresh=counted())


def test_mutations_are_the_same_each_time() -> None:
    body = calibration_body(CONTEXT)
    one, other = ([row.draft(body) for row in mutation_rows(LIMITS, fresh=counted())] for _ in range(2))
    assert one == other


@pytest.mark.parametrize("catalogue", [malformed_requests, unusual_requests])
def test_requests_are_the_same_each_time_but_for_a_path_that_nobody_has(catalogue) -> None:
    one, other = (
        [(row.method, re.sub("[0-9a-f]{32}", "UUID", row.path), row.headers, row.body) for row in requests]
        for requests in (catalogue(CONTEXT, LIMITS), catalogue(CONTEXT, LIMITS))
    )
    assert one == other


@pytest.mark.parametrize("name", DRAFTS)
def test_a_row_that_leaves_the_name_alone_keeps_its_nonce(name: str) -> None:
    lost = [
        edit_of(row).partition
        for row in DRAFTS[name]
        if not edit_of(row).path.startswith(("params.name", "tags"))
        and edit_of(row).path != "params"
        and NONCE.encode() not in row.body
    ]
    assert lost == []


def test_the_calibration_itself_is_no_row() -> None:
    assert calibration_draft(CONTEXT).edit is None
