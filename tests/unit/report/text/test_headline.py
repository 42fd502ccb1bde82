"""The first line of a result never claims more than was examined."""

from typing import Any

import pytest

from pytest_zstack_ticket.report.exports.markdown import markdown
from pytest_zstack_ticket.report.html.page import render_page
from pytest_zstack_ticket.report.text.headline import claims_of, headline, narrowed
from pytest_zstack_ticket.report.text.translations import LANGUAGES, translations
from tests.support.sample_report import sample_report

WORDS = translations()


def report(*verdicts: str, **more: Any) -> dict[str, Any]:
    """Return a report with a requirement for each verdict."""
    one = sample_report()
    rows = [{**one["requirements"][4], "id": f"ZT-BODY-{n:03}", "verdict": v} for n, v in enumerate(verdicts)]
    counts = {verdict: verdicts.count(verdict) for verdict in verdicts}
    one |= {"verdict": "passed", "partial": False, "deviations": None, "requirements": rows}
    return one | {"counts": {**one["counts"], "requirements": counts}} | more


def line(found: dict[str, Any], lang: str = "en") -> str:
    return headline(claims_of(found), WORDS, lang)


def test_a_run_of_one_requirement_is_never_called_conformant():
    found = report("passed", *["untested"] * 282, partial=True)
    assert line(found) == "1 of 283 passed, 282 not examined (0 must), effort smoke"
    for shown in (render_page(found, WORDS, "en"), markdown(found, WORDS, "en")):
        assert "onformant" not in shown


def test_a_partial_run_with_a_waiver_is_never_called_conformant():
    found = report("passed", "failed", *["untested"] * 281, partial=True, verdict="failed", deviations=1)
    assert line(found) == "1 deviation, 1 of 283 passed, 1 failed, 281 not examined (0 must), effort smoke"


def test_a_partial_run_with_a_failure_says_that_it_stands_beside_not_conformant():
    found = report("failed", *["untested"] * 282, partial=True, verdict="failed")
    assert line(found).startswith("Not conformant")
    for shown in (render_page(found, WORDS, "en"), markdown(found, WORDS, "en")):
        assert "what failed stands" in shown
        assert "no overall verdict" not in shown


def test_requirements_of_a_project_and_tests_that_were_left_out_are_named():
    found = report("passed", "passed", "passed")
    assert "own" not in line(found)
    found["requirements"][1] |= {"area": "own", "distinct": 10_000}
    found["requirements"][2] |= {"outside": {"errors": [], "lost": [], "ran": True, "cut": False, "left_out": 1}}
    assert line(found) == "Conformant, 3 of 3 passed, 1 of these is a requirement of the project's own, effort smoke"
    assert claims_of(found)["coverage"]["inputs"]["median"] < 10_000
    assert any("tests left out" in one for one in narrowed(claims_of(found), WORDS, "en"))


def test_conformance_is_never_claimed_without_what_was_left_out():
    found = report("passed", "inapplicable", "inapplicable")
    found["requirements"][2]["level"] = "must"
    assert line(found) == "Conformant, 1 of 3 passed, 2 not examined (1 must), effort smoke"
    assert line(found, "zh") == "符合，3 条中 1 条通过，2 条未检查（其中 1 条为必须），测试强度 smoke"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"verdict": "failed"}, "Not conformant, 1 of 2 passed, 1 failed, effort smoke"),
        ({"verdict": "failed", "deviations": 1}, "Conformant with 1 deviation, 1 of 2 passed, 1 failed, effort smoke"),
        ({"verdict": "inconclusive", "partial": True}, "Inconclusive, 1 of 2 passed, 1 failed, effort smoke"),
    ],
)
def test_other_verdicts_have_their_counts(more: dict[str, Any], words: str):
    assert line(report("passed", "failed", **more)) == words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_narrows_a_result_stands_on_page_and_summary(lang: str):
    found = report("passed")
    found["profile"] = {**found["profile"], "absent": ["query"], "limits": {**found["profile"]["limits"], "name": 10}}
    absent, limits = narrowed(claims_of(found), WORDS, lang)
    assert "query" in absent
    assert "10" in limits
    assert "255" in limits
    page = render_page(found, WORDS, lang)
    assert absent in page
    assert limits in page
    assert "query" in markdown(found, WORDS, lang)


def test_limits_of_the_built_in_profiles_narrow_nothing():
    assert narrowed(claims_of(report("passed")), WORDS, "en") == []
