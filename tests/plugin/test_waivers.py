"""Waivers in a run: linted first, decided by a replay, and never silent."""

import json
import re

import pytest

from pytest_zstack_ticket.cli.main import main

FEW = ("--zstack-effort=smoke", "--zstack-seed=1", "-k", "ZT-BODY-004 or ZT-ANSWER-011")
BROKEN = "embedded?fault=accept-too-long:name"


@pytest.fixture
def run(pytester: pytest.Pytester):
    """Run a few shipped tests; return exit status, report and output."""

    def run(url: str, *options: str):
        result = pytester.runpytest(f"--zstack-url={url}", *FEW, "--zstack-report=out", *options)
        return (
            int(result.ret),
            json.loads((pytester.path / "out" / "report.json").read_text("utf-8")),
            result.stdout.str(),
        )

    return run


@pytest.fixture
def waived(run, pytester: pytest.Pytester):
    """Waive what a broken target departs in."""
    assert run(BROKEN)[0] == 1

    def waived(*, expires: str = "2999-01-01") -> str:
        people = ["--owner", "li", "--approver", "wang", "--expires", expires]
        output = ["--class", "product-bug", "--reason", "fixed in 5.3", *people, "--file", "waivers.toml"]
        assert main(["waive", "out", "ZT-BODY-004", *output]) == 0
        return "--zstack-waivers=waivers.toml"

    return waived


def test_a_waived_failure_stays_failed_and_does_not_fail_the_run(run, waived):
    status, report, shown = run(BROKEN, waived())
    assert status == report["exit_status"] == 0
    row = next(row for row in report["requirements"] if row["id"] == "ZT-BODY-004")
    assert (row["verdict"], row["waived"]) == ("failed", True)
    assert (report["verdict"], report["deviations"]) == ("failed", 1)
    assert f"verdict: 1 deviation, 1 of {len(report['requirements'])} passed, 1 failed, " in shown
    assert report["waivers"][0]["state"] == "waived"


def test_a_waiver_of_which_the_failure_is_gone_fails_the_run(run, waived):
    status, report, shown = run("embedded", waived())
    assert status == report["exit_status"] == 1
    assert report["waivers"][0]["state"] == "stale"
    assert report["waivers"][0]["replays"] == {"failed": 0, "decided": 26}
    assert "the failure is gone" in " ".join(shown.split())


def test_another_failure_of_the_same_requirement_is_not_covered(run, waived, pytester: pytest.Pytester):
    option, file = waived(), pytester.path / "waivers.toml"
    file.write_text(re.sub('signature = "[0-9a-f]+"', f'signature = "{"0" * 16}"', file.read_text("utf-8")), "utf-8")
    status, report, _ = run(BROKEN, option)
    assert (status, report["waivers"][0]["state"]) == (1, "not-covered")
    assert report["deviations"] is None


def test_an_expired_waiver_covers_nothing(run, waived):
    status, report, _ = run(BROKEN, waived(expires="2020-01-01"))
    assert (status, report["waivers"][0]["state"]) == (1, "expired")


def test_a_malformed_file_ends_the_run_before_the_first_request(pytester: pytest.Pytester):
    pytester.makefile(".toml", bad='[[waiver]]\nrequirement = "ZT-BODY-004"')
    result = pytester.runpytest("--zstack-url=http://127.0.0.1:9", *FEW, "--zstack-waivers=bad.toml")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*bad.toml, line 1: waiver has no signature; add it.*"])


def test_the_lint_names_what_has_expired(waived, capsys: pytest.CaptureFixture[str]):
    waived(expires="2020-01-01")
    assert main(["waivers", "waivers.toml"]) == 1
    assert "EXPIRED 2020-01-01" in capsys.readouterr().out


def test_a_requirement_without_a_finding_cannot_be_waived(waived, capsys: pytest.CaptureFixture[str]):
    output = ["--class", "by-design", "--reason", "x", "--owner", "a", "--approver", "b", "--expires", "2999-01-01"]
    assert main(["waive", "out", "ZT-BODY-001", *output]) == 4
    assert "has no finding of ZT-BODY-001" in capsys.readouterr().err
