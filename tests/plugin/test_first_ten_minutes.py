"""What a new user meets first: secrets in files, a project's own settings, several processes."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_zstack_ticket.cli.main import main
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.simulator.storage.seed_data import PASSWORD

ONE = ("--zstack-effort=smoke", "-k", "ZT-ANSWER-001")
DIGEST = hashlib.sha512(PASSWORD.encode()).hexdigest()


@pytest.mark.parametrize("text", [f"\ufeff{PASSWORD}\r\n", f"{PASSWORD}\n"], ids=["byte order mark", "newline"])
def test_a_password_file_of_any_editor_logs_in(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, text: str):
    (pytester.path / "password.txt").write_text(text, "utf-8")
    monkeypatch.setenv("ZSTACK_PASSWORD_FILE", "password.txt")
    with SimulatorServer("embedded") as server:
        pytester.runpytest(f"--zstack-url={server.url}", *ONE).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"one\ntwo\n", "has several lines"),
        (DIGEST.encode(), "is a SHA-512 digest: give the password itself"),
        (b"\xff\xfe", "cannot be read (UnicodeDecodeError)"),
        (b"\n", "is empty"),
    ],
    ids=["several lines", "a digest", "no text", "nothing"],
)
def test_a_password_that_cannot_be_meant_is_one_sentence_and_no_log_in(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, text: bytes, why: str
):
    (pytester.path / "password.txt").write_bytes(text)
    monkeypatch.setenv("ZSTACK_PASSWORD_FILE", "password.txt")
    result = pytester.runpytest("--zstack-url=http://127.0.0.1:9", *ONE)
    assert result.ret == 4
    (line,) = [line for line in result.errlines if line.strip()]
    assert line.startswith("ERROR: ZSTACK_PASSWORD_FILE: password.txt ")
    assert why in line


def test_a_digest_in_a_variable_is_refused_too(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ZSTACK_PASSWORD", DIGEST)
    result = pytester.runpytest("--zstack-url=http://127.0.0.1:9", *ONE)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["ERROR: ZSTACK_PASSWORD is a SHA-512 digest: *"])
    assert DIGEST not in result.stderr.str()


def test_workers_need_no_second_look_at_a_password_that_comes_through_a_pipe(pytester: pytest.Pytester):
    pytest.importorskip("xdist")
    with SimulatorServer("embedded") as server:
        pytest_line = f"{sys.executable} -m pytest --zstack-url={server.url} {' '.join(ONE)} -n 2"
        command = f"ZSTACK_PASSWORD_FILE=<(echo {PASSWORD}) {pytest_line}"
        done = subprocess.run(["/bin/bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


SETTINGS = "[pytest]\naddopts = mine\nusefixtures = that_is_nowhere\n"


def test_paths_in_addopts_and_fixtures_of_an_ini_file_yield_to_a_typed_url(pytester: pytest.Pytester):
    pytester.makefile(".ini", pytest=SETTINGS)
    pytester.mkdir("mine").joinpath("test_mine.py").write_text("def test_mine(): pass\n")
    pytester.runpytest("--zstack-url=embedded", *ONE).assert_outcomes(passed=1)
    pytester.runpytest("--zstack-url=embedded", "mine").assert_outcomes(errors=1)


def test_a_url_that_stands_in_addopts_itself_leaves_a_projects_paths_alone(pytester: pytest.Pytester):
    pytester.makefile(".ini", pytest="[pytest]\naddopts = --zstack-url=embedded mine\n")
    pytester.mkdir("mine").joinpath("test_mine.py").write_text("def test_mine(): pass\n")
    pytester.runpytest().assert_outcomes(passed=1)


def test_an_unsigned_bundle_is_said_to_be_unsigned_whoever_had_to_sign(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
):
    pytester.runpytest("--zstack-url=embedded", *ONE, "--zstack-report=out")
    capsys.readouterr()
    assert main(["verify", str(Path(pytester.path, "out")), "--lang=en"]) == 1
    assert "the bundle is not signed" in capsys.readouterr().out


def test_the_end_names_the_page_or_how_to_get_one(pytester: pytest.Pytester):
    kept = pytester.runpytest("--zstack-url=embedded", *ONE, "--zstack-report=out", "-q")
    kept.stdout.fnmatch_lines(["report: out/report.html"])
    none = pytester.runpytest("--zstack-url=embedded", *ONE, "-q")
    none.stdout.fnmatch_lines(["no report was kept: --zstack-report=DIR *"])


@pytest.mark.parametrize("command", ["diff", "history"])
def test_diff_and_history_show_what_a_requirement_says(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str], command: str
):
    pytester.runpytest("--zstack-url=embedded", *ONE, "--zstack-report=before")
    fault = "--zstack-url=embedded?fault=result:with-error"
    pytester.runpytest(fault, "--zstack-effort=smoke", "-k", "ZT-ANSWER-004", "--zstack-report=after")
    capsys.readouterr()
    main([command, str(pytester.path / "before"), str(pytester.path / "after"), "--lang=en"])
    shown = capsys.readouterr().out
    assert "ZT-ANSWER-004" in shown
    assert "A success response has no error member" in shown
