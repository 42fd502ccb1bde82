"""What every format tells of a requirement."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_zstack_ticket.report.exports.plain_text import bad_end, facts_of, message_of, message_text, plain, trace_of
from tests.support.reports import HOSTILE, VERDICTS, a_message, a_report


def test_only_line_ends_steer_anything():
    shown = plain(HOSTILE)
    assert "\n" in shown
    assert all(letter == "\n" or letter.isprintable() for letter in shown)
    assert "\\u202e" in shown
    assert "工单" in shown


@given(st.text(st.characters(codec=None)))
def test_whatever_is_told_is_legal_in_xml(text: str):
    assert re.search("[^\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", plain(text)) is None


def test_a_failure_is_told_by_what_was_expected_and_what_came():
    row = a_report("failed", text="xyz")["requirements"][0]
    assert message_of(row).startswith("expected: ")
    assert "; got: " in message_of(row)
    assert "seen: 3 of 9" in trace_of(row)
    assert "run it again: pytest -k ZT-BODY-002" in trace_of(row)


def test_a_pass_has_nothing_to_say():
    row = a_report("passed")["requirements"][0]
    assert message_of(row) == trace_of(row) == ""


def test_a_reason_is_said():
    row = a_report("inconclusive")["requirements"][0] | {"reason": {"en": "no example\x00"}}
    assert message_of(row) == "no example\\u0000"


def test_a_message_reads_as_http_with_what_is_missing():
    shown = message_text(a_message("body"))
    assert shown.splitlines()[0] == "> POST /v1/tickets"
    assert "body … (30000 bytes)" in shown
    assert "< 200" in shown
    lost = {**a_message("x"), "failure": {"kind": "timeout", "detail": "3 s"}}
    del lost["answer"]
    assert "< no answer (timeout): 3 s" in message_text(lost)


def test_bytes_that_are_no_text_are_shown_as_they_are_kept():
    document = a_message("x")
    document["answer"]["body"] = {"base64": "//4="}
    assert message_text(document).endswith('{"base64": "//4="}')


def test_a_good_end_has_nothing_beyond():
    assert bad_end(a_report("passed")) is None


@pytest.mark.parametrize(("verdict", "status"), [("failed", 1), ("error", 1), ("inconclusive", 12)])
def test_a_bad_end_that_a_requirement_tells_of_is_told_once(verdict: str, status: int):
    assert bad_end(a_report(verdict, status=status)) is None


@pytest.mark.parametrize("status", [1, 2, 3, 5, 10, 12, 13, 99])
def test_a_bad_end_that_no_requirement_tells_of_is_told(status: int):
    document = bad_end(a_report("passed", status=status))
    assert document is not None
    assert document[0] == f"exit-status-{status}"


def test_a_regression_is_told_beside_the_failure():
    assert bad_end(a_report("failed", status=10)) is not None


def test_a_waived_failure_does_not_explain_a_bad_end():
    assert bad_end(a_report("failed", status=1, waived=True)) is not None


def test_the_facts_are_texts_of_one_line():
    facts = facts_of(a_report(*VERDICTS))
    assert facts["target_release"] == "4.8 to 5.2"
    assert facts["complete"] == "true"
    assert all("\n" not in value for value in facts.values())


def test_an_export_claims_no_more_than_the_page():
    report = a_report(*VERDICTS)
    report["profile"]["absent"] = ["query"]
    facts = facts_of(report)
    assert "of 6 passed" in facts["claim"] or "passed" in facts["claim"]
    assert "query" in facts["limits"]
