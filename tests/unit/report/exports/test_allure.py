"""Allure results: one a requirement, with all that it refers to, and the same history in each run."""

import json

from allure_commons import model2

from pytest_zstack_ticket.report.exports.allure import allure
from tests.support.reports import HOSTILE, VERDICTS, a_message, a_report

KNOWN = {name for name in vars(model2.TestResult()) if not name.startswith("_")}
STATUSES = {value for name, value in vars(model2.Status).items() if name.isupper()}


def files(report: dict, **witnesses: list):
    return dict(allure(report, witnesses))


def results(document: dict):
    return [json.loads(text) for name, text in document.items() if name.endswith("-result.json")]


def test_results_have_only_keys_and_statuses_that_allure_knows():
    for one in results(files(a_report(*VERDICTS, status=13, text=HOSTILE))):
        assert set(one) <= KNOWN
        assert one["status"] in STATUSES
        assert one["start"] < one["stop"]


def test_verdicts_are_mapped():
    assert [one["status"] for one in results(files(a_report(*VERDICTS)))] == [
        "passed",
        "failed",
        "broken",
        "unknown",
        "skipped",
        "skipped",
    ]


def test_each_result_has_its_labels():
    for one in results(files(a_report(*VERDICTS))):
        labels = {label["name"]: label["value"] for label in one["labels"]}
        assert labels["epic"] == "CreateTicket conformance"
        assert labels["feature"] in ("body", "answer")
        assert labels["story"].startswith("It is refused.")
        assert labels["severity"] in ("critical", "normal")
        assert one["links"][0]["name"] == labels["requirement"]


def test_every_attachment_is_there_and_belongs_to_one_result():
    document = files(a_report(*VERDICTS, text=HOSTILE))
    sources = [attached["source"] for one in results(document) for attached in one["attachments"]]
    assert len(sources) == len(set(sources))
    assert set(sources) == {name for name in document if "-attachment" in name}
    for text in document.values():
        text.encode("utf-8")
        assert "\u202e" not in text


def test_what_is_empty_is_not_attached():
    report = a_report("failed")
    (row,) = report["requirements"]
    row["partitions"] = []
    row["findings"] = [row["findings"][0] | {"subject": None, "curl": ""}]
    (one,) = results(files(report))
    names = [attached["name"] for attached in one["attachments"]]
    assert names == ["finding 1: expected and actual", "finding 1: run it again"]


def test_a_pass_carries_its_witness():
    document = files(a_report("passed"), **{"ZT-BODY-001": [a_message("seen")]})
    (one,) = results(document)
    source = next(attached["source"] for attached in one["attachments"] if attached["name"] == "witness 1")
    assert "< 200" in document[source]


def test_a_waived_failure_is_known_and_links_to_its_issue():
    report = a_report("failed", waived=True)
    for link, kinds in (("https://tracker/1", ["requirement", "issue"]), ("javascript:alert(1)", ["requirement"])):
        report["waivers"] = [{"requirement": "ZT-BODY-001", "link": link}]
        (one,) = results(files(report))
        assert one["status"] == "failed"
        assert one["statusDetails"]["known"]
        assert one["statusDetails"]["message"].startswith("waived: ")
        assert [link["type"] for link in one["links"]] == kinds


def test_history_is_that_of_the_requirement_and_ids_are_those_of_the_run():
    one = a_report("passed")
    (before,), (after,) = results(files(one)), results(files(one | {"run": one["run"] | {"id": "f" * 16}}))
    assert before["historyId"] == after["historyId"]
    assert before["uuid"] != after["uuid"]


def test_a_bad_end_of_the_run_is_broken():
    (_, end) = results(files(a_report("passed", status=10)))
    assert end["status"] == "broken"
    assert end["name"] == "exit-status-10"


def test_the_environment_is_ascii():
    report = a_report("passed")
    report["profile"]["name"] = "工\\单"
    text = files(report)["environment.properties"]
    assert text.isascii()
    assert "profile=\\u5de5\\\\\\u5355\n" in text


def test_the_same_report_gives_the_same_files():
    assert files(a_report(*VERDICTS)) == files(a_report(*VERDICTS))
