"""The report of a load: its three files, in both languages, whatever a target wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_zstack_ticket.config.schema import first_defect
from pytest_zstack_ticket.report.load_report import terminal_lines, write_load_report
from tests.support.sample_load import sample_load
from tests.support.sample_report import HOSTILE


def test_the_document_matches_its_schema() -> None:
    assert first_defect("load", sample_load()) is None


@pytest.mark.parametrize(("lang", "words"), [("en", ["lost", "may leak"]), ("zh", ["丢失", "资源泄漏"])])
def test_each_file_says_what_was_found(tmp_path: Path, lang: str, words: list[str]) -> None:
    write_load_report(sample_load(), tmp_path, lang)
    for name in ("load.html", "load.md"):
        text = (tmp_path / name).read_text("utf-8")
        assert all(word in text for word in ["STORE", *words])
    assert json.loads((tmp_path / "load.json").read_text("utf-8")) == sample_load()
    assert any("ZT-STORE-001" in line for line in terminal_lines(sample_load(), lang))


def test_a_page_has_a_chart_for_what_changed_over_time(tmp_path: Path) -> None:
    write_load_report(sample_load(), tmp_path, "en")
    page = (tmp_path / "load.html").read_text("utf-8")
    assert page.count("<polyline") == 2 + 1 + 1  # a median and a slow end, requests, errors
    assert "0.0,117.1" in page


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_text_of_a_target_is_inert(tmp_path: Path, lang: str) -> None:
    hostile = HOSTILE.encode("utf-8", "replace").decode()
    write_load_report(sample_load(hostile), tmp_path, lang)
    page = (tmp_path / "load.html").read_text("utf-8")
    summary = (tmp_path / "load.md").read_text("utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert "<script" not in summary
    assert "\x1b" not in page + summary + "".join(terminal_lines(sample_load(hostile), lang))


def test_a_load_with_a_rate_says_that_times_of_jobs_are_upper_bounds() -> None:
    document = sample_load()
    document["load"]["rate"] = 2.0
    assert any("rate of 2 requests a second" in line for line in terminal_lines(document, "en"))
    document["load"]["rate"] = 0.0
    assert not any("upper bounds" in line for line in terminal_lines(document, "en"))
