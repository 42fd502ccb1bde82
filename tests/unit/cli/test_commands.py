"""Every command: JSON, help with exit statuses, one sentence for bad input, and quiet where nobody reads on."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pytest_zstack_ticket.cli.main import COMMANDS, main
from tests.support.sample_report import sample_report

WAIVE = ["ZT-BODY-001", "--class=product-bug", "--reason=a", "--owner=b", "--approver=c", "--expires=2030-01-01"]
READERS = {
    "diff": lambda bundle: ["diff", bundle, bundle],
    "history": lambda bundle: ["history", bundle],
    "waive": lambda bundle: ["waive", bundle, *WAIVE, "--file=waivers.toml"],
    "judge": lambda bundle: ["judge", bundle],
    "junit": lambda bundle: ["export", "junit", bundle],
    "har": lambda bundle: ["export", "har", bundle],
    "markdown": lambda bundle: ["export", "markdown", bundle],
    "allure": lambda bundle: ["export", "allure", bundle, "--output=allure"],
    "bundle": lambda bundle: ["bundle", bundle],
    "render": lambda bundle: ["render", bundle, "--output=-"],
}
DATA = {
    "faults": ["faults"],
    "requirements": ["requirements"],
    "explain": ["explain", "ZT-BODY-004"],
    "doctor": ["doctor", "embedded"],
    "diff": ["diff", "good", "good"],
    "history": ["history", "good"],
    "markdown": ["export", "markdown", "good"],
    "openapi": ["export", "openapi"],
    "bundle": ["bundle", "good", "--output=-"],
    "render": ["render", "good", "--output=-"],
}
"""Commands that write data, on the sample."""


def zipped(path: Path, **files: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(name.replace("_", "."), text)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a good report and many bad ones, as the current one."""
    monkeypatch.chdir(tmp_path)
    report = sample_report()
    report["evidence"] = None
    text = json.dumps(report).encode()
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "report.json").write_bytes(text)
    (tmp_path / "empty").mkdir()
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "report.json").write_bytes(text[:99])
    (tmp_path / "torn.json").write_bytes(text[:99])
    (tmp_path / "nothing.json").write_bytes(b"")
    (tmp_path / "latin.json").write_bytes(b"\xff\xfe{}")
    (tmp_path / "deep.json").write_bytes(b"[" * 100_000)
    (tmp_path / "newer.json").write_text(json.dumps({**report, "schema": "urn:zstack-ticket:artefact:report:2"}))
    zipped(tmp_path / "bare.zip", notes_txt=b"x")
    zipped(tmp_path / "good.zip", report_json=text)
    (tmp_path / "torn.zip").write_bytes((tmp_path / "good.zip").read_bytes()[:-30])
    return tmp_path


FOR_A_SHELL = ("completion",)
"""What these write is read by a shell alone."""


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_json_an_example_and_its_exit_statuses(name: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main([name, "--help"])
    shown = capsys.readouterr().out
    assert "--json" in shown or name in FOR_A_SHELL
    assert "example:" in shown
    assert "exit status" in shown.lower()


@pytest.mark.parametrize(
    "bad",
    [
        "missing",
        "empty",
        "torn",
        "torn.json",
        "nothing.json",
        "latin.json",
        "deep.json",
        "newer.json",
        "bare.zip",
        "torn.zip",
    ],
)
@pytest.mark.parametrize("reader", READERS)
def test_a_bundle_that_cannot_be_read_is_told_in_one_sentence(
    reader: str, bad: str, place: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(READERS[reader](bad)) == 4
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("zstack-ticket: ")
    assert len(output.err.splitlines()) == 1
    assert not (place / "waivers.toml").exists()


@pytest.mark.parametrize("reader", ["history", "markdown", "junit", "render"])
def test_a_report_is_read_from_stdin_and_from_a_zip(
    reader: str, place: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
):
    made = []
    for bundle in ("good", "good.zip", "-"):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((place / "good" / "report.json").read_bytes())))
        assert main(READERS[reader](bundle)) == 0
        made.append(capfdbinary.readouterr().out)
    assert made[0] == made[1] == made[2] != b""
    assert sorted(path.name for path in place.glob("*.html")) == []


@pytest.mark.parametrize("command", DATA)
def test_a_reader_that_goes_away_is_no_error(command: str, place: Path):
    program = [sys.executable, "-c", "import sys; from pytest_zstack_ticket.cli.main import main; sys.exit(main())"]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*program, *DATA[command]], stdout=writing, stderr=subprocess.PIPE, check=False, timeout=60)
    os.close(writing)
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@pytest.mark.parametrize("command", sorted(set(DATA) - {"bundle"}))
def test_no_colour_is_written(command: str, place: Path, capfdbinary: pytest.CaptureFixture[bytes]):
    main(DATA[command])
    output = capfdbinary.readouterr()
    assert b"\x1b" not in output.out + output.err


@pytest.mark.parametrize("command", ["faults", "requirements", "explain", "doctor", "diff", "history"])
def test_json_is_all_that_stdout_has(command: str, place: Path, capsys: pytest.CaptureFixture[str]):
    main([*DATA[command], "--json"])
    assert json.loads(capsys.readouterr().out)


def test_json_of_what_is_written_needs_a_name_for_it(place: Path, capsys: pytest.CaptureFixture[str]):
    for command in (["export", "markdown", "good"], ["render", "good", "--output=-"], ["bundle", "good", "--output=-"]):
        assert main([*command, "--json"]) == 4
        assert "--output" in capsys.readouterr().err
    assert main(["export", "markdown", "good", "--output=a.md", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"format": "markdown", "output": "a.md"}
    assert main(["bundle", "good", "--output=b.zip", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"output": "b.zip", "files": 1}
    assert main(["waive", "good", *WAIVE, "--file=waivers.toml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["added"][0]["requirement"] == "ZT-BODY-001"


def test_a_zip_that_unpacks_to_more_than_any_report_is_refused(place: Path, capsys: pytest.CaptureFixture[str]):
    with (
        zipfile.ZipFile("bomb.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
        packed.open("report.json", "w") as file,
    ):
        for _ in range(257):
            file.write(bytes(1 << 20))
    assert main(["history", "bomb.zip"]) == 4
    assert "larger than any" in capsys.readouterr().err
