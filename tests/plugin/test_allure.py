"""What a run leaves for Allure: allure-pytest's results in the words of our export."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_zstack_ticket.cli.main import main

FAULTY = "--zstack-url=embedded?fault=accept-too-long:name"
SOME = (
    "--zstack-effort=smoke",
    "--zstack-seed=1",
    "-k",
    "ZT-BODY-004 or ZT-BODY-061 or ZT-ANSWER-001 or ZT-ANSWER-033",
)
HOSTILE = '''
import pytest

@pytest.mark.requirement("OWN-1")
def test_it(ticket_endpoint, zstack_examine):
    raise LookupError("no \\ud800 \\u202e <b> such thing")

# from 3.13 on a source file with this as its docstring is not compiled
test_it.__doc__ = "It \\ud800 \\u202e holds."

@pytest.mark.requirement("OWN-2")
def test_refused_twice(ticket_endpoint, zstack_examine):
    """It is decided."""
    again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    assert zstack_examine("sameness", subject=again, sibling=ticket_endpoint.calibration) is None

@pytest.fixture
def broken():
    yield
    raise OSError("after the test")

@pytest.mark.requirement("OWN-3")
def test_it_breaks_after(ticket_endpoint, zstack_examine, broken):
    """It is decided before it breaks."""
    again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    assert zstack_examine("sameness", subject=again, sibling=ticket_endpoint.calibration) is None

def test_without_a_requirement():
    """Not ours."""
'''


def results(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*-result.json"))]


def labels(result: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in result["labels"]}


def by_requirement(folder: Path) -> dict[str, dict[str, Any]]:
    return {labels(one).get("requirement", one["name"]): one for one in results(folder)}


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_results_speak_as_the_export_does(pytester: pytest.Pytester, workers: tuple[str, ...]):
    assert pytester.runpytest(FAULTY, *SOME, "--alluredir=live", "--zstack-report=out", *workers).ret == 1
    assert main(["export", "allure", "out", "--output", "exported"]) == 0
    live, exported = by_requirement(pytester.path / "live"), by_requirement(pytester.path / "exported")
    assert set(live) == {"ZT-ANSWER-001", "ZT-ANSWER-033", "ZT-BODY-004", "ZT-BODY-061"}
    for key, one in live.items():
        other = exported[key]
        assert {name: one.get(name) for name in ("name", "status", "description", "links")} == {
            name: other.get(name) for name in ("name", "status", "description", "links")
        }
        assert labels(one).items() >= labels(other).items()
        assert one.get("statusDetails", {}).get("message") == other.get("statusDetails", {}).get("message")
        assert [name["name"] for name in one.get("attachments", ())] == [
            name["name"] for name in other.get("attachments", ())
        ]
    for name in ("environment.properties", "categories.json"):
        assert (pytester.path / "live" / name).read_text() == (pytester.path / "exported" / name).read_text()


def test_there_is_one_set_of_attachments_a_test_and_each_is_there(pytester: pytest.Pytester):
    pytester.runpytest(FAULTY, *SOME, "--alluredir=live")
    folder = pytester.path / "live"
    report = by_requirement(folder)
    sources = [one["source"] for result in report.values() for one in result.get("attachments", ())]
    assert sorted(sources) == sorted(path.name for path in folder.glob("*-attachment*"))
    failed, passed = ([one["name"] for one in report[key]["attachments"]] for key in ("ZT-BODY-004", "ZT-ANSWER-001"))
    assert failed[:5] == [
        f"finding 1: {one}" for one in ("expected and actual", "subject", "sibling", "curl", "run it again")
    ]
    assert passed == ["witness 1", "partitions"]
    assert all(one["excluded"] for result in report.values() for one in result["parameters"])


def test_the_history_of_a_test_goes_on_with_another_seed(pytester: pytest.Pytester):
    for number in ("1", "2"):
        pytester.runpytest(
            FAULTY, *SOME[2:], "--zstack-effort=smoke", f"--zstack-seed={number}", f"--alluredir={number}"
        )
    first, second = ({one["historyId"] for one in results(pytester.path / number)} for number in ("1", "2"))
    assert first == second
    assert len(first) == 4


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_what_is_hostile_or_broken_is_told_and_harms_nothing(pytester: pytest.Pytester, workers: tuple[str, ...]):
    test = pytester.makepyfile(test_own=HOSTILE)
    assert pytester.runpytest("--zstack-url=embedded", test, "--alluredir=live", *workers).ret == 1
    report = by_requirement(pytester.path / "live")
    assert {key: report[key]["status"] for key in ("OWN-1", "OWN-2", "OWN-3")} == {
        "OWN-1": "broken",
        "OWN-2": "passed",
        "OWN-3": "broken",
    }
    assert report["OWN-1"]["statusDetails"]["message"].startswith("error: ")
    assert "LookupError" in report["OWN-1"]["statusDetails"]["trace"]
    assert "after the test" in report["OWN-3"]["statusDetails"]["message"]
    assert report["test_without_a_requirement"]["description"] == "Not ours."
    for path in (pytester.path / "live").glob("*"):
        text = path.read_text("utf-8")
        assert not {"\u202e", "\ud800"} & set(text)
        assert "\\ud800" not in text.replace("\\\\ud800", "")


def test_a_waived_failure_and_one_that_decided_nothing_are_told_apart(pytester: pytest.Pytester):
    assert pytester.runpytest(FAULTY, *SOME, "--zstack-report=out").ret == 1
    people = ["--owner", "li", "--approver", "wang", "--expires", "2999-01-01"]
    why = ["--class", "product-bug", "--reason", "known", "--file", "waivers.toml"]
    assert main(["waive", "out", "ZT-BODY-004", *people, *why]) == 0
    assert pytester.runpytest(FAULTY, *SOME, "--zstack-waivers=waivers.toml", "--alluredir=live").ret == 0
    report = by_requirement(pytester.path / "live")["ZT-BODY-004"]
    assert report["status"] == "failed"
    assert report["statusDetails"]["known"]
    assert report["statusDetails"]["message"].startswith("waived: ")


def test_a_test_that_decided_nothing_is_unknown(pytester: pytest.Pytester):
    some = ("--zstack-effort=smoke", "-k", "ZT-BODY-004 or ZT-BODY-040")
    assert pytester.runpytest("--zstack-url=embedded?fault=fail-always", *some, "--alluredir=live").ret == 12
    (report,) = (one for one in results(pytester.path / "live") if one["status"] != "passed")
    assert report["status"] == "unknown"
    assert report["statusDetails"]["message"].startswith("inconclusive: ")
    assert "trace" not in report["statusDetails"]


def test_without_allure_nothing_of_it_is_loaded(pytester: pytest.Pytester):
    pytester.makeconftest(
        "def pytest_unconfigure():\n    import sys\n    assert 'pytest_zstack_ticket.allure_live' not in sys.modules\n"
    )
    found = subprocess.run(
        [sys.executable, "-m", "pytest", FAULTY, "-k", "ZT-ANSWER-001", "-q", "--rootdir=."],
        cwd=pytester.path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stdout


def test_what_comes_to_light_after_the_tests_is_one_more_result(pytester: pytest.Pytester):
    some = ("-k", "ZT-BODY-060", "--zstack-effort=standard", "--zstack-budget=0.01s", "--alluredir=live")
    assert pytester.runpytest("--zstack-url=embedded", *some).ret == 12
    report = {one["fullName"]: one for one in results(pytester.path / "live")}
    assert report["zstack-ticket:ZT-BODY-060"]["status"] == "unknown"
    assert len(report) == 2
