"""Commands that act on a finding, and what a mistyped word is answered with."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_zstack_ticket.cli.main import COMMANDS, GROUPS, listed_commands, main
from pytest_zstack_ticket.simulator.options import SimulatorOptions
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.simulator.storage.seed_data import PASSWORD

FAULTY = "embedded?fault=accept-too-long:name"


@pytest.fixture(scope="module")
def faulty_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run that found one failed requirement."""
    folder = tmp_path_factory.mktemp("run")
    arguments = [f"--zstack-url={FAULTY}", "-k", "ZT-BODY-004", "-q", "--zstack-report=out"]
    subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=folder, check=False, capture_output=True)
    return folder / "out"


@pytest.fixture
def cloud() -> Iterator[SimulatorServer]:
    server = SimulatorServer(SimulatorOptions())
    server.start()
    yield server
    server.stop()


def test_a_replay_says_that_a_finding_still_fails(
    faulty_report: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(faulty_report.parent)
    assert main(["replay", "out", "zt-body-004", "--lang=en"]) == 1
    assert capsys.readouterr().out == "ZT-BODY-004 still fails in the same way\n"


def test_a_replay_against_a_fixed_target_passes(
    faulty_report: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(faulty_report.parent)
    assert main(["replay", "out", "ZT-BODY-004", "--url=embedded", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "requirement": "ZT-BODY-004",
        "result": "passes",
        "verdict": "passed",
    }


def test_a_finding_that_a_report_does_not_have_is_answered_with_the_nearest(
    faulty_report: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["replay", str(faulty_report), "ZT-BODY-4"]) == 4
    assert "Did you mean ZT-BODY-004?" in capsys.readouterr().err


def test_a_replay_without_a_target_is_no_result(faulty_report: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["replay", str(faulty_report), "ZT-BODY-004", "--url=http://127.0.0.1:9"]) == 11
    assert capsys.readouterr().out == ""


def test_login_prints_a_line_that_a_shell_evaluates(
    cloud: SimulatorServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ZSTACK_PASSWORD", PASSWORD)
    assert main(["login", cloud.url]) == 0
    line = capsys.readouterr().out
    shown = subprocess.run(
        ["sh", "-c", f"{line} printf %s $ZSTACK_SESSION"],  # noqa: S607 - any POSIX shell
        capture_output=True,
        text=True,
        check=True,
    )
    monkeypatch.delenv("ZSTACK_PASSWORD")
    monkeypatch.setenv("ZSTACK_SESSION", shown.stdout)
    assert main(["doctor", cloud.url]) == 0


def test_login_says_why_there_is_no_session(
    cloud: SimulatorServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ZSTACK_PASSWORD", "wrong")
    assert main(["login", cloud.url]) == 11
    assert main(["login", "embedded"]) == 4
    assert main(["login", cloud.url, "--as=owner"]) == 4
    assert capsys.readouterr().out == ""


def test_a_mistyped_command_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]):
    assert main(["simluate"]) == 4
    assert "Did you mean simulate?" in capsys.readouterr().err
    assert main(["xyzzy"]) == 4
    assert "zstack-ticket --help" in capsys.readouterr().err


def test_every_command_stands_in_one_group_and_no_line_is_wide():
    assert sum(map(len, GROUPS.values())) == len(COMMANDS)
    assert max(map(len, listed_commands().splitlines())) <= 80


def test_faults_are_few_unless_more_are_asked_for(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["faults"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) < 90
    assert max(map(len, lines)) <= 80
    assert main(["faults", "TOO-LONG"]) == 0
    found = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert found
    assert all("too-long" in line.lower() or line.endswith("…") for line in found)
    assert main(["faults", "no such fault"]) == 1
    assert main(["faults", "--all"]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 1000


def test_a_stdout_that_is_not_utf8_breaks_no_command():
    done = subprocess.run(
        [sys.executable, "-m", "pytest_zstack_ticket.cli", "explain", "ZT-BODY-004", "--lang=zh"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\u" in done.stdout
