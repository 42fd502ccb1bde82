"""Varied drafts: other content that must not matter, drawn from a seed, and what stays in each of them."""

from __future__ import annotations

import json
from dataclasses import replace

from pytest_zstack_ticket.model.nonce import NONCE
from pytest_zstack_ticket.model.ticket import Draft
from pytest_zstack_ticket.strategies import calibration_draft, malformed_requests, mutations, variations, varied_draft
from pytest_zstack_ticket.strategies.text import units
from tests.unit.strategies.catalogue_rows import CONTEXT, LIMITS, SHORT
from tests.unit.strategies.test_mutations import VALIDATOR

PLAIN = calibration_draft(CONTEXT)
NUMBERS = range(1, 60)


def varied(number: int, *, seed: int = 0, draft: Draft = PLAIN) -> Draft:
    return varied_draft(draft, LIMITS, seed=seed, number=number)


def bodies() -> list[dict]:
    return [json.loads(varied(number).body) for number in NUMBERS]


def test_each_number_and_seed_has_a_draft_of_its_own_and_always_the_same() -> None:
    drawn = {varied(number, seed=seed).body for number in NUMBERS for seed in (0, 1)}
    assert len(drawn) == 2 * len(NUMBERS)
    assert PLAIN.body not in drawn
    assert [varied(number) for number in NUMBERS] == [varied(number) for number in NUMBERS]


def test_each_fits_the_schema_and_keeps_what_a_cloud_may_insist_on() -> None:
    plain = json.loads(PLAIN.body)["params"]
    for body in bodies():
        assert VALIDATOR.is_valid(body)
        params = body["params"]
        assert (params["accountSystemType"], params["accountSystemContext"]) == (
            plain["accountSystemType"],
            plain["accountSystemContext"],
        )
        assert all(one["apiName"] == plain["requests"][0]["apiName"] for one in params["requests"])


def test_each_is_marked_and_found_again_by_its_names() -> None:
    for body in bodies():
        assert body["params"]["name"].startswith(CONTEXT.name)
        assert body["params"]["name"].endswith(NONCE)
        assert all(NONCE in one["requestName"] for one in body["params"]["requests"])


def test_every_part_varies() -> None:
    params = [body["params"] for body in bodies()]
    assert len({one["name"] for one in params}) > len(NUMBERS) // 2
    assert len({one.get("description") for one in params}) > len(NUMBERS) // 2
    assert {len(one["requests"]) for one in params} == {1, 2}
    assert len({one["requests"][0]["executeTimes"] for one in params}) > 2
    assert len({json.dumps(one["requests"][0]["apiBody"]) for one in params}) > 5
    assert {"conformanceVaried" in body for body in bodies()} == {True, False}


def test_a_name_without_room_stays_and_a_description_is_cut() -> None:
    long = calibration_draft(replace(CONTEXT, name="n" * (SHORT.name - len(NONCE) - 1)))
    drawn = [json.loads(varied_draft(long, SHORT, seed=0, number=number).body)["params"] for number in NUMBERS]
    assert {one["name"] for one in drawn} == {json.loads(long.body)["params"]["name"]}
    assert max(units(one.get("description", "")) for one in drawn) == SHORT.description


def test_the_rows_of_the_catalogues_are_edits_of_it() -> None:
    body = json.loads(varied(1).body)
    for catalogue in (mutations, variations, malformed_requests):
        plain, further = catalogue(CONTEXT, LIMITS), catalogue(CONTEXT, LIMITS, body=body)
        assert len(plain) == len(further)
        same = {row.edit.partition for row, other in zip(plain, further, strict=True) if row.body == other.body}
        assert (
            same <= {"method-trace", "body-empty", "body-null", "json-top-level-boolean", "json-truncated-0"} | EMPTIED
        )


EMPTIED = {"params/drop", "params/null"}
"""What leaves nothing of params is the same for drafts that have nothing beside them."""
