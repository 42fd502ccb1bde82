"""Commands that act on a finding, and what a mistyped word is answered with."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from wcwidth import wcswidth

from pytest_zstack_ticket.cli.main import COMMANDS, GROUPS, listed_commands, main
from pytest_zstack_ticket.cli.starter_files import CONTEXT, RECIPES, RUN
from pytest_zstack_ticket.config.context_file import load_context
from pytest_zstack_ticket.config.options import OPTIONS
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.report.exports.http_file import http_file
from pytest_zstack_ticket.report.exports.python_test import python_test
from pytest_zstack_ticket.simulator.options import SimulatorOptions
from pytest_zstack_ticket.simulator.server.server import SimulatorServer, started
from pytest_zstack_ticket.simulator.storage.seed_data import PASSWORD
from tests.support.sample_report import hostile, sample_report

FAULTY = "embedded?fault=accept-too-long:name"


@pytest.fixture(scope="module")
def faulty_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run that found one failed requirement."""
    folder = tmp_path_factory.mktemp("run")
    arguments = [f"--zstack-url={FAULTY}", "-k", "ZT-BODY-004", "--zstack-effort=smoke", "-q", "--zstack-report=out"]
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
    for lang in ("en", "zh"):
        assert max(map(wcswidth, listed_commands(lang).splitlines())) <= 80


def test_the_help_is_chinese_where_the_environment_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert main([]) == 4
    shown = capsys.readouterr().err
    assert "检测：\n  init          生成第一个测试" in shown
    assert "write a first test" not in shown


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


def findings_run(test: Path, url: str) -> str:
    """Run an exported file with pytest, without the plugin, and return the last line."""
    environment = {**os.environ, "ZSTACK_FINDINGS_URL": url, "ZSTACK_SESSION": session_of(url)}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-rs",
        "-p",
        "no:zstack-ticket",
        "-p",
        "no:cacheprovider",
        str(test),
    ]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, cwd=test.parent, text=True)
    return done.stdout


def session_of(url: str) -> str:
    command = [sys.executable, "-m", "pytest_zstack_ticket.cli", "login", url, "--json"]
    shown = subprocess.run(command, env={**os.environ, "ZSTACK_PASSWORD": PASSWORD}, check=True, capture_output=True)
    return str(json.loads(shown.stdout)["session"])


def test_exported_tests_fail_until_the_target_is_fixed(faulty_report: Path, cloud: SimulatorServer, tmp_path: Path):
    test = tmp_path / "test_findings.py"
    assert main(["export", "python", str(faulty_report), "--output", str(test)]) == 0
    assert "pytest_zstack_ticket" not in test.read_text("utf-8")
    assert "1 passed" in findings_run(test, cloud.url)
    faulty = started(FAULTY)
    try:
        assert "1 failed" in findings_run(test, faulty.url)
    finally:
        faulty.stop()


def test_exported_requests_take_the_session_from_the_environment(
    faulty_report: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["export", "http", str(faulty_report), "--lang=en"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("@url = http://127.0.0.1:")
    assert "### ZT-BODY-004 sibling: A name longer than 255 UTF-16 code units is refused." in lines
    at = lines.index("# expected: refused; got: accepted; the response was inventory")
    assert lines[at + 1] == "POST {{url}}/v1/tickets"
    assert "Authorization: OAuth {{$processEnv ZSTACK_SESSION}}" in lines[at:]
    assert json.loads(next(line for line in lines[at:] if line.startswith("{")))["params"]["name"]


def test_exported_faults_have_the_categories_of_web_fuzzing_commons(
    faulty_report: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["export", "wfc", str(faulty_report)]) == 0
    found = json.loads(capsys.readouterr().out)
    (fault,) = found["faults"]["foundFaults"]
    assert fault["faultCategories"] == [{"code": 102, "context": "ZT-BODY-004"}]
    assert fault["operationId"] == "POST:/v1/tickets"
    assert fault["testCaseId"] in {one["id"] for one in found["testCases"]}
    covered = found["problemDetails"]["rest"]
    assert "POST:/v1/tickets" in covered["endpointIds"]
    assert {"POST:/v1/tickets"} <= {one["endpointId"] for one in covered["coveredHttpStatus"]}


def test_a_hostile_report_becomes_no_code():
    report = hostile(sample_report())
    tree = ast.parse(python_test(report, "en"))
    (findings,) = (
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FINDINGS"
    )
    assert isinstance(ast.literal_eval(findings), list)
    plain = ast.parse(python_test(sample_report(), "en"))
    assert [type(node) for node in tree.body] == [type(node) for node in plain.body]
    assert http_file(report, "en").count("\n### ") == http_file(sample_report(), "en").count("\n### ")


@pytest.mark.parametrize("ci", RECIPES)
def test_init_writes_files_that_can_be_used(tmp_path: Path, capsys: pytest.CaptureFixture[str], ci: str):
    arguments = ["init", str(tmp_path), "--ci", ci, "--url=http://cloud.example:8080"]
    assert main(arguments) == 0
    made = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [one.exists() for one in made] == [True] * 3
    assert load_context(tmp_path / "cloud.toml") == replace(Context(), given=True)
    recipe = made[-1].read_text("utf-8")
    assert "http://cloud.example:8080" in recipe
    assert "ZSTACK_CONSENT" in recipe
    assert "{{{" not in recipe
    names = {f"--zstack-{option.name}" for option in OPTIONS}
    assert {word.partition("=")[0] for word in RUN.split() if word.startswith("--")} <= names
    assert main(arguments) == 4
    assert "never overwritten" in capsys.readouterr().err


def test_a_context_whose_comments_are_taken_off_is_valid(tmp_path: Path):
    lines = [line.removeprefix("# ") for line in CONTEXT.splitlines() if line.startswith("# ")]
    filled = tmp_path / "cloud.toml"
    filled.write_text("\n".join(line for line in lines if line[0] == "[" or " = " in line), "utf-8")
    assert set(load_context(filled).users) == {"stranger"}


def test_the_first_test_passes_on_the_simulator(tmp_path: Path):
    assert main(["init", str(tmp_path)]) == 0
    command = [sys.executable, "-m", "pytest", "-q", "--zstack-url=embedded", "test_cloud.py"]
    shown = subprocess.run(command, check=False, capture_output=True, cwd=tmp_path, text=True)
    assert "2 passed" in shown.stdout
