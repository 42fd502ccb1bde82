"""What people and machines read of a fleet: page, Markdown and JUnit, in both languages, inert whatever a target wrote."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from pytest_zstack_ticket.config.schema import first_defect
from pytest_zstack_ticket.fleet.collect import collect
from pytest_zstack_ticket.fleet.outputs import write_outputs
from pytest_zstack_ticket.model.errors import EvidenceError, FleetError
from pytest_zstack_ticket.report.exports.fleet_markdown import fleet_lines
from pytest_zstack_ticket.report.text.translations import translations
from tests.support.fleets import bundle_of, report_of
from tests.support.sample_report import HOSTILE

BODY = "ZT-BODY-001"
NOW = "2027-01-01T00:00:00+00:00"


def collected(folder, *reports, baseline=""):
    paths = []
    for number, report in enumerate(reports):
        paths.append(folder / f"run {number}.zip")
        paths[-1].write_bytes(bundle_of(report))
    return collect(paths, folder / "fleet", baseline=baseline, now=NOW)


def hostile():
    report = report_of(failed=[BODY])
    row = next(one for one in report["requirements"] if one["id"] == BODY)
    row["text"] = {"en": HOSTILE, "zh": HOSTILE}
    for finding in row["findings"]:
        finding["actual"] = {**finding["actual"], "en": HOSTILE, "zh": HOSTILE}
    return report


def test_bundles_made_elsewhere_become_a_fleet(tmp_path):
    found = collected(tmp_path, report_of(), report_of(failed=[BODY], release="4.8"))
    assert first_defect("fleet-report", found) is None
    assert [(one["name"], one["verdict"]) for one in found["targets"]] == [("run-0", "passed"), ("run-1", "failed")]
    assert found["exit_status"] == 1
    place = [row["id"] for row in found["requirements"]].index(BODY)
    assert [one["verdicts"][place] for one in found["targets"]] == ["p", "f"]


def test_a_folder_that_holds_something_is_not_overwritten(tmp_path):
    (tmp_path / "fleet").mkdir()
    (tmp_path / "fleet" / "mine").touch()
    with pytest.raises(FleetError, match="is not empty"):
        collected(tmp_path, report_of())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_holds_its_data_and_nothing_that_a_target_wrote_is_markup(tmp_path, lang):
    found = collected(tmp_path, hostile(), report_of())
    page = write_outputs(found, tmp_path / "fleet", lang).read_text("utf-8")
    assert page.count("<script") == 2
    assert "<img" not in page
    assert "\u202e" not in page
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])
    assert [one["name"] for one in data["targets"]] == ["run-0", "run-1"]
    place = [one[0] for one in data["requirements"]].index(BODY)
    assert data["targets"][0]["verdicts"][place] == "f"
    assert "alert(1)" in data["texts"][data["targets"][0]["notes"][str(place)]]


def test_junit_has_a_suite_for_each_target_and_a_case_for_each_requirement(tmp_path):
    found = collected(tmp_path, hostile(), report_of())
    write_outputs(found, tmp_path / "fleet", "en")
    suites = ET.parse(tmp_path / "fleet" / "junit.xml").getroot()  # noqa: S314 - our own writing
    assert [one.get("name") for one in suites] == ["run-0", "run-1"]
    assert [one.get("failures") for one in suites] == ["1", "0"]
    assert {len(one) for one in suites} == {len(found["requirements"])}
    case = next(one for one in suites[0] if one.get("name") == BODY)
    assert case[0].tag == "failure"


@pytest.mark.parametrize(("lang", "words"), [("en", "2 targets: failed 1"), ("zh", "2 个被测系统")])
def test_the_summary_begins_with_the_counts(tmp_path, lang, words):
    found = collected(tmp_path, report_of(failed=[BODY]), report_of())
    write_outputs(found, tmp_path / "fleet", lang)
    summary = (tmp_path / "fleet" / "summary.md").read_text("utf-8")
    assert words in summary.replace("passed 1, ", "")


def test_targets_that_the_baseline_does_not_have_are_named(tmp_path):
    write_outputs(collected(tmp_path, report_of()), tmp_path / "fleet", "en")
    bundle = tmp_path / "renamed.zip"
    bundle.write_bytes(bundle_of(report_of()))
    (tmp_path / "fleet" / "bundles").mkdir()
    (tmp_path / "fleet" / "bundles" / "same.zip").write_bytes(bundle_of(report_of()))
    (tmp_path / "same.zip").write_bytes(bundle_of(report_of()))
    found = collect([bundle, tmp_path / "same.zip"], tmp_path / "after", baseline=str(tmp_path / "fleet"), now=NOW)
    lines = list(fleet_lines(found, translations(), "en"))
    assert "not compared, as the baseline has no run of that name: renamed" in lines
    assert first_defect("fleet-report", found) is None


def test_a_baseline_that_is_no_fleet_is_refused(tmp_path):
    with pytest.raises(EvidenceError, match="holds no fleet"):
        collected(tmp_path, report_of(), baseline=str(tmp_path / "nowhere"))
    assert not (tmp_path / "fleet").exists()
