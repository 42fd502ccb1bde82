"""`zstack-ticket fleet` as it is called: what is refused before anything is written, and what is said in 80 columns."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_zstack_ticket.cli import fleet as command
from pytest_zstack_ticket.cli.main import main
from pytest_zstack_ticket.fleet.target_lock import locked
from pytest_zstack_ticket.report.text.columns import width

FILE = '[fleet]\nlocks = "locks"\nretries = 0\n[[target]]\nname = "north"\nurl = "http://127.0.0.1:1"\n'


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (tmp_path / "fleet.toml").write_text(FILE)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "name the folder of the results"),
        (["--report", "out", "--workers", "0"], "at least one worker"),
        (["--report", "out", "--resume"], "holds no fleet"),
        (["--report", "out", "--scheduler", "nonsense"], "write tcp://HOST:PORT"),
        (["--report", "full"], "is not empty; name another folder"),
        (["--report", "fleet.toml"], "fleet.toml: Not a directory"),
        (["--report", "/proc/none/out"], "/proc/none"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_written(
    words: list[str], complaint: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "full").mkdir()
    (place / "full" / "mine").touch()
    assert main(["fleet", "fleet.toml", *words]) == 4
    assert complaint in capsys.readouterr().err
    assert not (place / "out").exists()
    assert os.listdir(place / "full") == ["mine"]  # noqa: PTH208 - names alone


def test_two_fleets_do_not_work_in_one_folder(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with locked(place / "out" / ".lock", wait=0.0, holder={"pid": "4711"}):
        assert main(["fleet", "fleet.toml", "--report", "out", "--no-dask"]) == 4
    assert "another fleet works in" in capsys.readouterr().err


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_target_that_cannot_be_reached_says_why_in_80_columns(
    lang: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fleet", "fleet.toml", "--report", "out", "--no-dask", "--lang", lang]) == 11
    output = capsys.readouterr()
    said = " ".join(output.out.split())
    assert "127.0.0.1:1" in said
    lines = [line for line in (output.out + output.err).splitlines() if not line.startswith("/")]
    assert max(map(width, lines)) <= 80
    assert ("回归" if lang == "zh" else "regression") not in output.err, "there is no baseline to compare with"


def test_sigterm_is_taken_for_ctrl_c() -> None:
    with pytest.raises(KeyboardInterrupt), command.terminated_as_interrupted():
        os.kill(os.getpid(), 15)
