"""What failed is sent again first: by `--lf`, and by every command that names its test."""

import json

import pytest

from pytest_zstack_ticket.cli.main import main
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.simulator.storage import seed_data

RARE = """
import os

import pytest
from hypothesis import strategies as st


@pytest.mark.requirement("OWN-1")
def test_numbers(ticket_endpoint, zstack_explore):
    ticket_endpoint.create(ticket_endpoint.calibration_draft)

    def holds(number):
        # once it was found, chance will not find it again
        assert number != 1000 if "RARE" in os.environ else number < 1000

    zstack_explore(st.integers(0, 2**64), holds)
"""
TARGET = ("--zstack-url=embedded", "test_rare.py")


@pytest.fixture
def found(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project whose test failed, and from now on fails for one number in 2**64."""
    pytester.makepyfile(test_rare=RARE)
    first = pytester.runpytest(*TARGET, "--zstack-seed=1", "--zstack-report=out", "-p", "cacheprovider")
    first.assert_outcomes(failed=1)
    monkeypatch.setenv("RARE", "1")
    return pytester


def test_last_failed_stays_red_with_the_seed_of_the_failed_run(found: pytest.Pytester) -> None:
    again = found.runpytest(*TARGET, "--lf")
    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines(["*seed 1 (last failed run)*"])


def test_a_test_that_is_named_stays_red_with_another_seed(found: pytest.Pytester) -> None:
    found.runpytest(*TARGET, "--zstack-seed=2", "-k", "OWN-1").assert_outcomes(failed=1)
    # a run of everything sends what its seed says, here and on every machine
    found.runpytest(*TARGET, "--zstack-seed=2").assert_outcomes(passed=1)


def test_a_replay_sends_what_the_report_has(found: pytest.Pytester, capsys: pytest.CaptureFixture[str]) -> None:
    (finding,) = json.loads((found.path / "out" / "report.json").read_text("utf-8"))["requirements"][0]["findings"]
    assert finding["choices"]["exploration"] == 0
    assert not finding["irregular"]
    found.makeini("[pytest]\ncache_dir = elsewhere")
    assert main(["replay", "out", "OWN-1", "--lang=en"]) == 1
    assert capsys.readouterr().out == "OWN-1 still fails in the same way\n"


def test_what_depends_on_what_was_sent_before_says_so(pytester: pytest.Pytester, report) -> None:
    chosen = ("-k", "ZT-BODY-004")
    fault = "every:3(accept-too-long:name)"
    result = pytester.runpytest(f"--zstack-url=embedded?fault={fault}", "--zstack-report=out", *chosen)
    rows = report()["requirements"]
    (finding,) = next(row["findings"] for row in rows if row["id"] == "ZT-BODY-004")
    assert finding["irregular"]
    result.stdout.fnmatch_lines(["*depends*on what was sent before or at the same time*"])


@pytest.mark.parametrize(("fault", "needs_others"), [("when-busy:3(read-before)", True), ("read-before", False)])
def test_what_shows_only_beside_others_is_repeated_with_them(
    pytester: pytest.Pytester, report, monkeypatch: pytest.MonkeyPatch, fault: str, needs_others: bool
) -> None:
    chosen = " or ".join(f"ZT-LIFECYCLE-{number:03}" for number in (1, 2, 3, 4, 5, 10))
    server = SimulatorServer(f"embedded?latency=0.3&fault={fault}")
    server.start()
    monkeypatch.setenv("ZSTACK_PASSWORD", seed_data.PASSWORD)
    try:
        options = ("--zstack-effort=smoke", "--zstack-seed=3", "--zstack-report=out")
        pytester.runpytest(f"--zstack-url={server.url}", *options, "-k", chosen)
    finally:
        server.stop()
    # which of them meet others is chance
    found = [(row["id"], finding) for row in report()["requirements"] for finding in row["findings"]]
    assert {finding["irregular"] for _, finding in found} == {needs_others}
    assert {finding["regenerate"].endswith(f"-k {key}") for key, finding in found} == {not needs_others}
