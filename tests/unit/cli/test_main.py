"""The command: output to stdout, messages to stderr, one sentence for what cannot be used."""

import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest

import pytest_zstack_ticket.cli
from pytest_zstack_ticket.cli.faults import COMMANDS as FAULTS
from pytest_zstack_ticket.cli.main import COMMANDS, main


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]):
    for name, (module, _) in COMMANDS.items():
        with pytest.raises(SystemExit) as ended:
            main([name, "--help"])
        assert ended.value.code == 0
        shown = capsys.readouterr().out
        command = import_module(f"pytest_zstack_ticket.cli.{module}").COMMANDS[name]
        assert " ".join(command.description.split()) in " ".join(shown.split())
        assert "example:" in shown


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]):
    assert main([]) == 4
    output = capsys.readouterr()
    assert output.out == ""
    assert "simulate" in output.err


def test_the_table_and_the_modules_name_the_same_commands():
    folder = Path(pytest_zstack_ticket.cli.__file__).parent
    found = {}
    for path in folder.glob("*.py"):
        module = import_module(f"pytest_zstack_ticket.cli.{path.stem}")
        if path.stem not in ("main", "__main__", "__init__"):
            found |= dict.fromkeys(getattr(module, "COMMANDS", {}), path.stem)
    assert found == {name: module for name, (module, _) in COMMANDS.items()}


def test_the_help_lists_every_command_and_loads_none():
    program = """
import sys
from pytest_zstack_ticket.cli.main import main
try:
    main(["--help"])
finally:
    print(*sys.modules, sep="\\n", file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert [name for name in COMMANDS if not re.search(rf"^ +{name}\b", done.stdout, re.MULTILINE)] == []
    loaded = set(done.stderr.splitlines())
    ours = {name for name in loaded if name.startswith("pytest_zstack_ticket.")}
    language = ("config", "config.options", "config.secrets", "model.nonce")
    assert ours == {
        f"pytest_zstack_ticket.{name}"
        for name in ("cli", "cli.main", "cli.help_text", "model", "model.errors", *language)
    }
    assert loaded & {"pytest", "_pytest", "hypothesis", "jsonschema", "httpx", "h11", "cryptography"} == set()


def test_the_version_is_shown(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"zstack-ticket {version('pytest-zstack-ticket')}\n"


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]):
    assert main(["simulat"]) == 4
    assert "simulate" in capsys.readouterr().err


def test_wrong_options_have_the_status_of_wrong_options(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(["fleet", "fleet.toml", "--workers", "two"])
    assert ended.value.code == 4  # 2 would say that the fleet was interrupted
    assert "--workers" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path / "file"))

    monkeypatch.setattr("pytest_zstack_ticket.cli.faults.COMMANDS", {"faults": replace(FAULTS["faults"], run=full)})
    assert main(["faults"]) == 4
    assert capsys.readouterr().err == f"zstack-ticket: {tmp_path}/file: No space left on device\n"


def test_a_password_file_that_cannot_be_read_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.delenv("ZSTACK_PASSWORD", raising=False)
    monkeypatch.setenv("ZSTACK_PASSWORD_FILE", str(tmp_path / "none"))
    assert main(["doctor", "embedded"]) == 4
    assert capsys.readouterr().err == (
        f"zstack-ticket: ZSTACK_PASSWORD_FILE: {tmp_path}/none cannot be read (FileNotFoundError).\n"
    )


def test_requirements_are_listed(capsys: pytest.CaptureFixture[str]):
    assert main(["requirements", "--lang", "zh"]) == 0
    assert "ZT-BODY-004" in capsys.readouterr().out


def test_every_requirement_has_a_test_or_a_reason(capsys: pytest.CaptureFixture[str]):
    assert main(["requirements", "--coverage"]) == 0
    assert "with a test" in capsys.readouterr().out


def test_requirements_as_json_hold_both_languages(capsys: pytest.CaptureFixture[str]):
    assert main(["requirements", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert all(row["text"]["en"] and row["text"]["zh"] and (row["tests"] or row["not_tested"]) for row in rows)


def test_one_requirement_is_explained(capsys: pytest.CaptureFixture[str]):
    assert main(["explain", "zt-body-004"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("ZT-BODY-004 (must, from the platform)\n")
    assert "body/test_refused.py" in shown
    assert main(["explain", "ZT-BODY-004", "--lang", "zh"]) == 0
    assert "用于验证的故障：" in capsys.readouterr().out
    assert main(["explain", "ZT-BODY-004", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == "ZT-BODY-004"


def test_an_unknown_requirement_is_told_in_one_sentence(capsys: pytest.CaptureFixture[str]):
    assert main(["explain", "ZT-BODY-0004"]) == 4
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("zstack-ticket: there is no requirement ZT-BODY-0004. Did you mean ZT-BODY-004")
    assert len(output.err.splitlines()) == 1


def test_faults_are_listed(capsys: pytest.CaptureFixture[str]):
    assert main(["faults", "too-long"]) == 0
    shown = capsys.readouterr().out
    assert "accept-too-long:name" in shown
    assert main(["faults", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"faults", "families", "triggers"}


def test_an_unknown_fault_is_told_in_one_sentence(capsys: pytest.CaptureFixture[str]):
    assert main(["simulate", "--fault", "lose-tickets"]) == 4
    assert "lose-ticket" in capsys.readouterr().err


def test_a_port_that_cannot_be_had_is_told_in_one_sentence(capsys: pytest.CaptureFixture[str]):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for port in ("99999", str(taken.getsockname()[1])):
            assert main(["simulate", "--port", port]) == 4
            output = capsys.readouterr().err
            assert "cannot listen" in output
            assert len(output.splitlines()) == 1


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_simulate_serves_until_it_is_ended(ending: signal.Signals):
    command = [sys.executable, "-m", "pytest_zstack_ticket.cli", "simulate", "--json", "--release", "4.8"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    output = json.loads(process.stdout.readline())
    os.kill(process.pid, ending)
    _, messages = process.communicate(timeout=10)
    assert process.returncode == 0
    assert output["url"].startswith("http://127.0.0.1:")
    assert output["password"] in messages
