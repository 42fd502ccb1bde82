"""Variations and open questions: what fits the page's schema, and what stays at the profile's limits."""

from __future__ import annotations

import json

from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.strategies import calibration_draft, marked_draft, open_questions, variations
from pytest_zstack_ticket.strategies.text import SCRIPTS, units
from pytest_zstack_ticket.strategies.variations import OPTIONAL
from tests.unit.strategies.catalogue_rows import CONTEXT, LIMITS, SHORT, body_of, calibration
from tests.unit.strategies.test_mutations import VALIDATOR


def rows(limits=LIMITS, context=CONTEXT):
    return {row.edit.partition: row for row in variations(context, limits)}


def test_every_variation_fits_the_schema_once_the_name_is_trimmed() -> None:
    unfit = {name for name, row in rows().items() if not VALIDATOR.is_valid(body_of(row))}
    assert unfit == {"params.name/outer-space-at-limit"}
    padded = body_of(rows()["params.name/outer-space-at-limit"])["params"]["name"]
    assert units(padded.strip()) == LIMITS.name


def test_no_open_question_is_a_variation_or_the_other_way_round() -> None:
    questions = {row.edit.partition for row in open_questions(CONTEXT, LIMITS)}
    assert questions & set(rows()) == set()


def test_names_and_descriptions_reach_the_limit_of_the_profile_and_stay_below_it() -> None:
    for field in ("name", "description"):
        lengths = {
            name: units(body_of(row)["params"][field])
            for name, row in rows(SHORT).items()
            if name.startswith(f"params.{field}/limit")
        }
        limit = getattr(SHORT, field)
        assert {name: limit - 1 if "minus-one" in name else limit for name in lengths} == lengths
        assert len(lengths) >= 4


def test_a_layout_means_the_same_as_the_calibration() -> None:
    other = ("body/extra-key", "body/escape-html-safe", "body/escape-short")
    layouts = [row for name, row in rows().items() if name.startswith("body/") and name not in other]
    assert len(layouts) == 10
    assert all(body_of(row) == calibration() for row in layouts)


def test_the_html_safe_row_has_something_to_escape() -> None:
    row = rows()["body/escape-html-safe"]
    assert body_of(row)["params"]["description"] == SCRIPTS["html-safe"]
    assert all(f"\\u{ord(letter):04x}".encode() in row.body and letter.encode() not in row.body for letter in "<>&='")


def test_every_variation_sends_something_else_than_the_calibration() -> None:
    plain = calibration_draft(CONTEXT)
    same = {name for name, row in rows().items() if row.body == plain.body and row.headers == plain.headers}
    assert same == set()


def test_every_two_optional_fields_meet_absent_and_present() -> None:
    sent = [
        {field for field in OPTIONAL if field in body_of(row)["params"]}
        for name, row in rows().items()
        if name.startswith("optional/")
    ]
    sent.append(set())  # the calibration draft has none of them
    for one in OPTIONAL:
        for other in OPTIONAL:
            if one != other:
                assert {(one in fields, other in fields) for fields in sent} == {
                    (True, True),
                    (True, False),
                    (False, True),
                    (False, False),
                }


def test_known_tags_are_sent_only_where_the_context_has_some() -> None:
    assert body_of(rows()["params.tagUuids/known"])["params"]["tagUuids"] == list(CONTEXT.tags)
    assert "params.tagUuids/known" not in rows(context=Context())


def test_numbers_keep_the_notation_that_is_tested() -> None:
    for name, text in {"point-zero": b":1.0", "exponent": b":1.545993580705E12"}.items():
        assert text in rows()[f"params.requests[0].apiBody/number-{name}"].body


def test_duplicate_keys_stand_twice_in_the_bytes() -> None:
    questions = {row.edit.partition: row for row in open_questions(CONTEXT, LIMITS)}
    assert questions["params/duplicate-key"].body.count(b'"params":') == 2
    keys = [
        key for key, _ in json.loads(questions["params.name/duplicate-nested-key"].body, object_pairs_hook=list)[0][1]
    ]
    assert keys.count("name") == 2


def test_the_marked_draft_has_a_whole_number_in_its_api_body() -> None:
    mark = body_of(marked_draft(CONTEXT))["params"]["requests"][0]["apiBody"]["conformanceMark"]
    assert mark == 1
    assert isinstance(mark, int)
