"""Options: who wins, what the header says, and what a wrong value is told."""

from pathlib import Path

import pytest


def header(result: pytest.RunResult):
    """Return our header as one line."""
    lines = result.outlines
    first = next(index for index, line in enumerate(lines) if line.startswith("zstack: "))
    last = next(index for index, line in enumerate(lines) if index > first and not line.startswith("  "))
    return " ".join(line.strip() for line in lines[first:last])


def run(pytester: pytest.Pytester, *arguments: str):
    return pytester.runpytest("--collect-only", *arguments)


@pytest.fixture(autouse=True)
def a_test(own_test: Path):
    return own_test


def test_the_header_tells_each_value_and_its_origin(pytester: pytest.Pytester):
    shown = header(run(pytester, "--zstack-url=embedded", "test_own.py"))
    assert "url embedded (command line)" in shown
    assert "effort standard (default)" in shown
    assert "(random)" in shown


def test_the_command_line_wins_over_the_environment_and_that_over_the_ini_file(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    pytester.makefile(
        ".toml", pytest='[pytest]\nzstack_effort = "certify"\nzstack_user = "ini"\nzstack_project = "p"\n'
    )
    monkeypatch.setenv("ZSTACK_EFFORT", "standard")
    monkeypatch.setenv("ZSTACK_USER", "env")
    shown = header(run(pytester, "--zstack-url=embedded", "--zstack-effort=smoke", "test_own.py"))
    assert "effort smoke (command line)" in shown
    assert "user env (ZSTACK_USER)" in shown
    assert "project p (pytest.toml)" in shown


def test_typed_ini_keys_are_taken_as_they_are(pytester: pytest.Pytester):
    pytester.makefile(".toml", pytest="[pytest]\nzstack_seed = 7\nzstack_read_timeout = 2.5\nzstack_webhook = true\n")
    shown = header(run(pytester, "--zstack-url=embedded", "test_own.py"))
    assert "seed 7 (pytest.toml)" in shown
    assert "read-timeout 2.5 (pytest.toml)" in shown
    assert "webhook yes (pytest.toml)" in shown


def test_an_ini_key_of_the_wrong_type_is_refused(pytester: pytest.Pytester):
    pytester.makefile(".toml", pytest='[pytest]\nzstack_seed = "seven"\n')
    result = run(pytester, "--zstack-url=embedded", "test_own.py")
    assert result.ret == 4
    assert "zstack_seed" in result.stderr.str()
    assert "Traceback" not in result.stderr.str()


def test_certify_is_not_random(pytester: pytest.Pytester):
    assert "seed 0 (fixed for certify)" in header(
        run(pytester, "--zstack-url=embedded", "--zstack-effort=certify", "test_own.py")
    )


def test_the_language_comes_from_the_locale(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "lang zh (LC_ALL)" in header(run(pytester, "--zstack-url=embedded", "test_own.py"))


def test_secrets_are_named_and_never_shown(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    pytester.makefile(".txt", password="fromafile99\n")
    monkeypatch.setenv("ZSTACK_PASSWORD_FILE", "password.txt")
    monkeypatch.setenv("ZSTACK_SESSION", "0123456789abcdef0123456789abcdef")
    result = run(pytester, "--zstack-url=http://127.0.0.1:9", "test_own.py")
    assert "ZSTACK_PASSWORD is set" in header(result)
    text = result.stdout.str() + result.stderr.str()
    assert "fromafile99" not in text
    assert "0123456789abcdef" not in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--zstack-effort=huge"], "smoke or standard or certify"),
        (["--zstack-lang=fr"], "zh or en"),
        (["--zstack-login=ldap"], "account or virtual-id"),
        (["--zstack-seed=x"], "not a whole number"),
        (["--zstack-job-timeout=soon"], "not a number of seconds"),
        (["--zstack-release=new"], "not a ZStack release"),
        (["--zstack-profile=nowhere.toml"], "not found; write deployed, documented or the path"),
        (["--zstack-context=nowhere.toml"], "cannot be read"),
        (["--zstack-report=test_own.py"], "cannot be used as a folder"),
        (["--zstack-report=."], "name another folder"),
        (["--zstack-ca=nowhere.pem", "--zstack-url=https://127.0.0.1:9"], "is not a file"),
        (["--zstack-url="], "is empty"),
        (["--zstack-url=ftp://host"], "write http://HOST:PORT"),
        (["--zstack-url=http:/host:8080"], "write http://HOST:PORT"),
        (["--zstack-url=htp:/host"], "write http://HOST:PORT"),
        (["--zstack-url=http://me:hunter2@host:1"], "--zstack-user and ZSTACK_PASSWORD"),
        (["--zstack-url=http://host:99999"], "the port is not a number from 1 to 65535"),
        (["--zstack-url=embedded:other"], "unknown"),
        (["--zstack-url=embedded?fault=nonsense"], "unknown"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_in_one_sentence(
    pytester: pytest.Pytester, arguments: list[str], words: str
):
    result = pytester.runpytest("--zstack-url=embedded", *arguments, "test_own.py")
    report = result.stderr.str()
    assert result.ret == 4
    assert words in report
    assert len(report.strip().splitlines()) == 1
    assert "hunter2" not in report + result.stdout.str()


def test_an_unreadable_secret_file_is_told_in_one_sentence(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ZSTACK_PASSWORD_FILE", "nowhere")
    result = run(pytester, "--zstack-url=embedded", "test_own.py")
    assert result.ret == 4
    assert "ZSTACK_PASSWORD_FILE: nowhere cannot be read" in result.stderr.str()


def test_a_defect_in_a_context_file_is_told_with_line_and_field(pytester: pytest.Pytester):
    pytester.makefile(".toml", context='[ticket]\nname = "a"\nexecute-times = "two"\n')
    result = pytester.runpytest("--zstack-url=embedded", "--zstack-context=context.toml", "test_own.py")
    assert result.ret == 4
    assert "context.toml, line 3: ticket.execute-times" in result.stderr.str()
