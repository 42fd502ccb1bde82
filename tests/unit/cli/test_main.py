"""The command: data to stdout, talk to stderr, one sentence for what cannot be used."""

import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from pytest_zstack_ticket.cli.main import commands, main, make_parser


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]):
    for command in commands():
        with pytest.raises(SystemExit) as ended:
            main([command.name, "--help"])
        assert ended.value.code == 0
        shown = capsys.readouterr().out
        assert command.description.splitlines()[0] in shown
        assert "example:" in shown


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]):
    assert main([]) == 4
    told = capsys.readouterr()
    assert told.out == ""
    assert "simulate" in told.err


def test_names_of_commands_are_unique():
    names = [command.name for command in commands()]
    assert len(names) == len(set(names))
    assert make_parser(commands()).prog == "zstack-ticket"


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
    assert shown.startswith("ZT-BODY-004 (must, ")
    assert "body/test_refused.py" in shown
    assert main(["explain", "ZT-BODY-004", "--lang", "zh"]) == 0
    assert "用于验证的故障：" in capsys.readouterr().out
    assert main(["explain", "ZT-BODY-004", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == "ZT-BODY-004"


def test_an_unknown_requirement_is_told_in_one_sentence(capsys: pytest.CaptureFixture[str]):
    assert main(["explain", "ZT-BODY-0004"]) == 4
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("zstack-ticket: there is no requirement ZT-BODY-0004; near: ZT-BODY-004")
    assert len(told.err.splitlines()) == 1


def test_faults_are_listed(capsys: pytest.CaptureFixture[str]):
    assert main(["faults"]) == 0
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
            told = capsys.readouterr().err
            assert "cannot listen" in told
            assert len(told.splitlines()) == 1


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_simulate_serves_until_it_is_ended(ending: signal.Signals):
    command = [sys.executable, "-m", "pytest_zstack_ticket.cli", "simulate", "--json", "--release", "4.8"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    os.kill(process.pid, ending)
    _, talk = process.communicate(timeout=10)
    assert process.returncode == 0
    assert told["url"].startswith("http://127.0.0.1:")
    assert told["password"] in talk
