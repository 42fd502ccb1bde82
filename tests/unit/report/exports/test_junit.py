"""JUnit XML: well-formed whatever the target said, and honest about what was not decided."""

import re
from xml.etree import ElementTree as ET

import pytest

from pytest_zstack_ticket.report.exports.junit import junit
from tests.support.reports import HOSTILE, VERDICTS, a_report

ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SUITE = {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname"}


def parsed(report: dict):
    return ET.fromstring(junit(report).encode("utf-8"))  # noqa: S314 - our own writing


def test_suites_and_cases_have_what_readers_require():
    root = parsed(a_report(*VERDICTS))
    assert root.tag == "testsuites"
    assert [suite.get("name") for suite in root] == ["answer", "body"]
    for suite in root:
        assert set(suite.keys()) >= SUITE
        assert suite.get("timestamp") == "2026-11-23T07:44:59"
        for case in suite.iter("testcase"):
            assert set(case.keys()) == {"classname", "name", "time"}
            assert len([child for child in case if child.tag != "properties"]) <= 1


def test_counts_are_those_of_the_cases():
    root = parsed(a_report(*VERDICTS))
    for element in (root, *root):
        cases = list(element.iter("testcase"))
        assert int(element.get("tests")) == len(cases)
        for name, tag in {"failures": "failure", "errors": "error", "skipped": "skipped"}.items():
            assert int(element.get(name)) == sum(case.find(tag) is not None for case in cases)
    assert float(root.get("time")) == 61.5


@pytest.mark.parametrize(
    ("verdict", "tag"),
    [
        ("passed", None),
        ("failed", "failure"),
        ("error", "error"),
        ("inconclusive", "error"),
        ("inapplicable", "skipped"),
        ("untested", "skipped"),
    ],
)
def test_a_verdict_has_its_element_and_its_own_word(verdict: str, tag: str | None):
    (case,) = parsed(a_report(verdict, status=0)).iter("testcase")
    found = [child for child in case if child.tag != "properties"]
    assert [child.tag for child in found] == ([tag] if tag else [])
    assert all(child.get("type") == verdict for child in found)
    properties = {one.get("name"): one.get("value") for one in case.iter("property")}
    assert properties["verdict"] == verdict
    assert properties["requirement"] == "ZT-BODY-001"


def test_a_waived_failure_is_skipped_by_name():
    (case,) = parsed(a_report("failed", waived=True)).iter("testcase")
    skipped = case.find("skipped")
    assert skipped is not None
    assert skipped.get("type") == "waived"
    assert case.find("failure") is None


def test_a_bad_end_of_the_run_is_an_error_of_its_own():
    root = parsed(a_report("passed", status=13))
    assert root.get("errors") == "1"
    assert "tickets of the run are left" in root.find("testsuite[@name='run']/testcase/error").get("message")


def test_hostile_text_is_legal_xml_and_shown():
    text = junit(a_report("failed", text=HOSTILE))
    assert ILLEGAL.search(text) is None
    assert "\u202e" not in text
    (case,) = ET.fromstring(text.encode("utf-8")).iter("testcase")  # noqa: S314 - our own writing
    failure = case.find("failure")
    assert "<script>&\"'" in failure.text
    assert "\\ud800" in failure.text
