"""Malformed and unusual requests: what is no JSON object of a create, and what a target may take."""

from __future__ import annotations

import json

import pytest

from pytest_zstack_ticket.strategies import calibration_draft, malformed_requests, unusual_requests
from tests.unit.strategies.catalogue_rows import CONTEXT, LIMITS

MALFORMED = {row.edit.name: row for row in malformed_requests(CONTEXT, LIMITS)}
UNUSUAL = {row.edit.name: row for row in unusual_requests(CONTEXT, LIMITS)}


def test_no_malformed_body_is_a_json_object() -> None:
    objects = []
    for name, row in MALFORMED.items():
        if name.startswith("json-"):
            try:
                value = json.loads(row.body)
            except ValueError:
                continue
            objects += [name] if isinstance(value, dict) else []
    assert objects == []


@pytest.mark.parametrize("prefix", ["method-", "path-"])
def test_a_good_body_goes_to_the_wrong_place(prefix: str) -> None:
    good = calibration_draft(CONTEXT).body
    rows = [row for name, row in MALFORMED.items() if name.startswith(prefix)]
    assert rows
    assert all(row.body in (good, None) for row in rows)
    assert all((row.method, row.path) != ("POST", "/v1/tickets") for row in rows)


def test_no_request_asks_for_a_real_ticket_or_the_deletion_of_one() -> None:
    rows = [*MALFORMED.values(), *UNUSUAL.values()]
    assert [row.path for row in rows if row.method == "DELETE"] == ["/v1/tickets"]


def test_nesting_is_as_deep_as_its_name_says() -> None:
    for depth in (100, 1000):
        body = UNUSUAL[f"json-deep-{depth}"].body
        assert body is not None
        assert body.count(b'{"d":') == depth


def test_large_bodies_exceed_a_mebibyte_or_have_many_keys() -> None:
    for name in ("large-description", "large-unknown-key"):
        assert len(UNUSUAL[name].body or b"") > 1 << 20
    assert len(json.loads(UNUSUAL["large-many-keys"].body or b"")["conformanceExtra"]) == 20_000


def test_bytes_that_are_no_utf8_are_sent_as_they_are() -> None:
    with pytest.raises(UnicodeDecodeError):
        (UNUSUAL["encoding-invalid-utf8"].body or b"").decode()


def test_no_request_is_both_malformed_and_unusual() -> None:
    assert MALFORMED.keys() & UNUSUAL.keys() == set()
