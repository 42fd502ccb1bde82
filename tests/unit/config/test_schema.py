"""A violated schema is reported with the field, what it must be, and what it is."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_zstack_ticket.config.schema import defects, first_defect

ADVISORY = {
    "id": "A-1",
    "published": "2027-01-31",
    "requirements": ["ZT-BODY-001"],
    "versions": ["0.1.0"],
    "effect": "unclear",
    "text": {"en": "x", "zh": "x"},
}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"effect": "bad"}, 'advisory.0.effect must be one of passed-wrongly, failed-wrongly, unclear, but is "bad"'),
        ({"link": 1}, "advisory.0.link must be a text in quotes, but is 1"),
        ({"link": "x" * 501}, "advisory.0.link must be at most 500 characters long, but has 501"),
        ({"requirement": []}, "advisory.0.requirement is not known here; did you mean requirements?"),
        ({"text": {"en": "x"}}, "advisory.0.text has no zh; add it"),
        ({"text": {"en": "", "zh": "x"}}, "advisory.0.text.en must not be empty"),
        ({"versions": []}, "advisory.0.versions must be a list with at least one"),
    ],
)
def test_a_violation_is_one_sentence(changes: dict[str, Any], sentence: str):
    found = first_defect("advisories", {"advisory": [ADVISORY | changes]})
    assert found is not None
    assert found.sentence().startswith(sentence)


def test_a_constant_and_the_root_are_named():
    assert [one.sentence() for one in defects("advisories", {"schema": "x", "advisory": [ADVISORY]})] == [
        'schema must be "urn:zstack-ticket:artefact:advisories:1", but is "x"'
    ]
    assert [one.sentence("the list") for one in defects("advisories", {})] == ["the list has no advisory; add it"]


def test_several_types_and_definitions():
    found = first_defect("evidence", {"requirement": 1}, definition="example")
    assert found is not None
    report = [
        one.sentence() for one in defects("evidence", {"id": 1, "value": 1, "exchanges": 0}, definition="observation")
    ]
    assert any("must be a list in brackets, but is 0" in one for one in report)


def test_a_valid_file_has_no_defect():
    assert first_defect("advisories", {"advisory": [ADVISORY]}) is None
