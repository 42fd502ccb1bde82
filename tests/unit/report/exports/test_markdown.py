"""The summary for a CI job's page: short, whole, and inert whatever anybody wrote into the report."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pytest_zstack_ticket.report.exports.markdown import MAX_BYTES, diff_markdown, inert, markdown
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.verdicts.comparison import Diff, Line
from tests.support.sample_report import hostile, requirement, sample_report

STRUCTURE = re.compile(r"</?code>|^## |^\| --- .*$|^\||\||^- ", re.MULTILINE)
NASTY = "::set-output name=a::b\n::error::x ##[error] @team #1 www.evil.example http://a [l](u) ![i](u) <b> `c` *d* _e_ ~f~ |g| :smile: a@b.example"


def bare(text: str) -> str:
    """Return a summary without the structure that is ours."""
    return STRUCTURE.sub("", text)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_summary_has_the_verdict_first_and_every_requirement_that_did_not_pass(lang: str):
    report = sample_report()
    text = markdown(report, translations(), lang)
    assert text.startswith("## ! ")
    shown = [row["id"] for row in report["requirements"] if row["verdict"] not in ("passed", "inapplicable")]
    assert all(key in text for key in shown)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_hostile_texts_are_inert(lang: str):
    text = bare(markdown(hostile(sample_report()), translations(), lang))
    assert not re.search(r"[<>\[\]`*_@~]|::|##|https?:|www\.", text)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e\u2066\u200b\ud800-\udfff]", text)


def test_nothing_but_text_is_left_of_a_nasty_text():
    text = inert(NASTY)
    assert "\n" not in text
    assert not re.search(r"[<>\[\]`*_@~|!()]|::|##|https?:|www\.|(?<!&)#", text)


def test_a_word_with_hyphens_a_number_and_a_sentence_stay_readable():
    assert inert("ZT-BODY-004: of 5.2, at least.") == "ZT-BODY-004: of 5.2, at least."


def test_a_summary_of_thousands_of_failures_is_short():
    report: dict[str, Any] = sample_report()
    report["requirements"] = [requirement(n, "failed", []) for n in range(1, 5000)]
    for row in report["requirements"]:
        row["text"] = {"en": "|" * 9999, "zh": "|" * 9999}
    text = markdown(report, translations(), "en")
    assert len(text.encode()) <= MAX_BYTES + 100
    assert "4899" in text


def test_a_comparison_has_one_line_for_each_difference():
    line = Line(kind="regression", what="verdict", before="passed", after="failed", requirements=("ZT-BODY-001",))
    text = diff_markdown(Diff(lines=(line,), known=(), compared=9), translations(), "en")
    assert text.startswith("## ✗ ")
    assert "- regression: ZT-BODY-001: verdict" in text
    assert diff_markdown(Diff(lines=(), known=(), compared=9), translations(), "zh").startswith("## ✓ ")
