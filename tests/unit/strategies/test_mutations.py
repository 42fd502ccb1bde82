"""Mutations: each is invalid by the page's schema, or for a reason that only the server can know."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pytest_zstack_ticket.strategies import mutations
from pytest_zstack_ticket.strategies.text import units
from tests.unit.strategies.catalogue_rows import CONTEXT, LIMITS, SHORT, body_of

SCHEMA = Path(__file__).parents[3] / "schemas" / "api" / "create-request.schema.json"
VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
BEYOND_THE_SCHEMA = {
    "params.accountSystemType/unknown",
    "params.accountSystemType/looks-like-homoglyph",
    "params.accountSystemType/looks-like-full-width",
    "params.accountSystemType/looks-like-padded",
    "params.requests[0].executeTimes/type-text",
    "params.requests[0].executeTimes/type-text-grouped",
    "params.requests[0].executeTimes/fraction",
    "params.requests[0].executeTimes/too-large",
    "params.requests[0].executeTimes/too-large-64-bit",
    "params.requests[0].executeTimes/too-small",
    "params.requests[0].apiName/unknown",
    "params.requests[0].apiName/empty",
    "params.requests[0].apiName/other-class",
    "params.requests[1].executeTimes/type-text",
    "params.requests[1].apiName/unknown",
    "params.flowCollectionUuid/unknown",
    "params.flowCollectionUuid/malformed",
    "params.flowCollectionUuid/empty",
    "params.tagUuids/unknown",
}
"""What a schema of types and lengths cannot say: names that do not exist, and numbers that Java cannot hold."""


def partitions(limits=LIMITS, *, tags=True):
    return {row.edit.partition: row for row in mutations(CONTEXT, limits, tags=tags)}


def test_a_mutation_fits_the_schema_only_where_the_schema_cannot_tell() -> None:
    fitting = {name for name, row in partitions().items() if VALIDATOR.is_valid(body_of(row))}
    assert fitting == BEYOND_THE_SCHEMA


@pytest.mark.parametrize("field", ["name", "description"])
def test_too_long_is_one_unit_beyond_the_limit_of_the_profile(field: str) -> None:
    rows = partitions(SHORT)
    for kind in ("too-long", "too-long-cjk"):
        assert units(body_of(rows[f"params.{field}/{kind}"])["params"][field]) == getattr(SHORT, field) + 1


def test_every_required_field_is_dropped_and_null() -> None:
    required = {"name", "requests", "accountSystemType", "accountSystemContext"}
    for field in required:
        assert field not in body_of(partitions()[f"params.{field}/drop"])["params"]
        assert body_of(partitions()[f"params.{field}/null"])["params"][field] is None


def test_a_release_without_tags_gets_no_mutation_of_them() -> None:
    assert partitions().keys() - partitions(tags=False).keys() == {
        "params.tagUuids/type-object",
        "params.tagUuids/type-string",
        "params.tagUuids/unknown",
        "params.tagUuids/null-element",
    }


def test_an_error_may_blame_the_field_that_was_edited() -> None:
    unnamed = [name for name, row in partitions().items() if not row.edit.fields]
    assert unnamed == []
    assert "executeTimes" in partitions()["params.requests[0].executeTimes/fraction"].edit.fields


def test_a_second_request_is_broken_behind_a_good_one() -> None:
    good, bad = body_of(partitions()["params.requests[1].apiName/unknown"])["params"]["requests"]
    assert good["apiName"] == CONTEXT.api_name
    assert bad["apiName"] != CONTEXT.api_name
