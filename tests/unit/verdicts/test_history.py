"""Which verdicts changed over several runs."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_zstack_ticket.report.text.columns import width
from pytest_zstack_ticket.report.text.history_text import history_lines
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.verdicts.history import history
from tests.support.sample_report import sample_report


def run(started: str, **verdicts: str) -> dict[str, Any]:
    report = sample_report()
    report["run"] |= {"started": started, "id": started[:4] * 4}
    rows = {row["id"]: row for row in report["requirements"]}
    for key, verdict in verdicts.items():
        rows[key.replace("_", "-")]["verdict"] = verdict
    return report


def test_runs_are_ordered_by_their_beginning_and_only_what_changed_is_told():
    later, earlier = run("2027-02-01T00:00:00Z", ZT_BODY_005="failed"), run("2027-01-01T00:00:00Z")
    document = history([later, earlier])
    assert [one["started"][:7] for one in document["runs"]] == ["2027-01", "2027-02"]
    assert document["changed"] == [{"id": "ZT-BODY-005", "verdicts": ["passed", "failed"]}]
    assert document["unchanged"] == len(later["requirements"]) - 1


def test_a_requirement_that_a_run_did_not_know_has_no_verdict_there():
    one, other = run("2027-01-01T00:00:00Z"), run("2027-02-01T00:00:00Z")
    other["requirements"] = [row for row in other["requirements"] if row["id"] != "ZT-BODY-005"]
    assert history([one, other])["changed"] == [{"id": "ZT-BODY-005", "verdicts": ["passed", None]}]


def test_the_lines_stand_in_columns_in_both_languages():
    document = history([run("2027-01-01T00:00:00Z"), run("2027-02-01T00:00:00Z", ZT_BODY_005="failed")])
    for lang, word in (("en", "failed"), ("zh", "未通过")):
        lines = history_lines(document, translations(), lang)
        row = next(line for line in lines if line.startswith("ZT-BODY-005"))
        assert word in row
        assert lines[0].startswith("#1")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_no_line_is_wider_than_80_columns_and_none_loses_a_verdict(lang: str, count: int):
    reports = [run(f"{2000 + year}-01-01T00:00:00Z") for year in range(count)]
    for report in reports:
        report["target"]["url"] = f"https://{'long-name.' * 12}example:8443"
        report["target"]["release"] = {"oldest": "4.10.16-hotfix-2027-02", "newest": "after-5.3.40-hotfix-2027-02"}
    reports[-1]["requirements"][0]["verdict"] = "inapplicable"
    document = history(reports)
    texts = {row["id"]: row["text"][lang] * 3 for row in reports[0]["requirements"]}
    lines = history_lines(document, translations(), lang, texts)
    assert max(map(width, lines)) <= 80
    said = " ".join(lines)
    for number in range(1, count + 1):
        assert f"#{number}  " in f"{said}  "
    if count > 1:
        assert said.count(translations().word("inapplicable", lang)) == 1
        assert len([line for line in lines if line.startswith("ZT-")]) == len(document["changed"])
