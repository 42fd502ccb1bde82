"""`zstack-ticket load`, `soak` and `serve`: what is refused before anything is sent, and one short load as it is run."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_zstack_ticket.cli.main import main
from pytest_zstack_ticket.config.schema import first_defect


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["load", "http://127.0.0.1:9", "--users", "0"], "whole numbers above 0"),
        (["load", "http://127.0.0.1:9", "--time", "soon"], "--time: 'soon' is not a duration"),
        (["load", "http://cloud.example", "--consent", "cloud.example", "--users", "30"], "use 25 at most"),
        (["load", "http://cloud.example", "--users", "20"], "no consent to test cloud.example"),
        (["soak", "http://cloud.example", "--max-rate", "50"], "at most 20"),
        (["soak", "http://cloud.example", "--max-rate", "nan"], "number above 0"),
        (["load", "embedded", "--max-requests", "0"], "number above 0"),
        (["load", "embedded", "--rate", "nan"], "--rate nan"),
        (["soak", "embedded", "--rate", "0.01"], "write 0 for no limit, or 0.1 and more"),
        (["load", "embedded", "--master", "--port", "65536"], "from 1 to 65535"),
        (["serve", "no-such-folder"], "is not a folder"),
        (["serve", ".", "--host", "192.0.2.1"], "--allow-others"),
        (["serve", ".", "--port", "65536"], "from 0 to 65535"),
        (["serve", ".", "--port", "-1"], "from 0 to 65535"),
        (["serve", ".", "--host", "nowhere.invalid", "--allow-others", "x"], "cannot listen on nowhere.invalid"),
    ],
)
def test_what_cannot_be_done_is_said_first(
    words: list[str],
    complaint: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "stdin", None)
    assert main(words) == 4
    assert complaint in capsys.readouterr().err


def test_a_port_that_is_taken_is_said_in_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["serve", str(tmp_path), "--port", str(taken.getsockname()[1])]) == 4
    output = capsys.readouterr()
    assert "in use" in output.err
    assert len(output.err.splitlines()) == 1
    assert output.out == ""


def test_a_short_load_of_the_simulator_leaves_a_report_no_ticket_and_sealed_evidence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["load", "embedded", "--users", "3", "--time", "1s", "--report", str(tmp_path / "load"), "--lang", "zh"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest_zstack_ticket.cli", *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    document = json.loads((tmp_path / "load" / "load.json").read_text("utf-8"))
    assert first_defect("load", document) is None
    assert (document["result"], document["cleanup"]["left"], document["findings"]) == ("passed", [], [])
    assert document["latencies"]["create.job"]["count"] > 0
    assert {row["verdict"] for row in document["requirements"]} == {"passed"}
    assert "通过" in done.stdout
    assert not list((tmp_path / "load").glob("ledger-*"))
    assert main(["judge", str(tmp_path / "load"), "--lang", "zh"]) == 0
    assert "与封存时一致" in capsys.readouterr().out
    (tmp_path / "load" / "evidence-kept.jsonl.gz").write_bytes(b"")
    assert main(["judge", str(tmp_path / "load"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["broken"] == "evidence-kept.jsonl.gz"
