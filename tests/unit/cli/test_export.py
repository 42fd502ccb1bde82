"""`export` and `bundle`: data to stdout, talk to stderr, one sentence and status 4 for what cannot be used."""

import io
import json
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pytest_zstack_ticket.artifacts.evidence_writer import EvidenceWriter
from pytest_zstack_ticket.cli.main import main
from pytest_zstack_ticket.model.verdict import Example
from tests.support.reports import ASKED, HOSTILE, LOST, a_report

HELD = Example(
    requirement="ZT-BODY-001",
    test="t",
    check="form",
    arguments={},
    roles={"subject": ("m-000001",)},
    judgement=None,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle of a run in which a requirement passed and another failed."""
    path = tmp_path / "out"
    path.mkdir()
    writer = EvidenceWriter(path / "evidence.jsonl.gz", {"run": "0123456789abcdef"})
    writer.exchange(ASKED)
    writer.exchange(LOST)
    writer.example(HELD)
    seal = writer.seal
    writer.close()
    written(path, {"file": "evidence.jsonl.gz", **seal})
    return path


def written(path: Path, evidence: dict | None):
    printed = a_report("passed", "failed", status=1) | {"evidence": evidence}
    (path / "report.json").write_text(json.dumps(printed), "utf-8")


def test_data_goes_to_stdout(folder: Path, capsys: pytest.CaptureFixture[str]):
    for name in ("har", "ctrf", "earl"):
        assert main(["export", name, str(folder)]) == 0
        printed = capsys.readouterr()
        assert json.loads(printed.out)
        assert printed.err == ""
    assert main(["export", "junit", str(folder / "report.json")]) == 0
    assert ET.fromstring(capsys.readouterr().out).get("tests") == "2"  # noqa: S314 - our own writing


def test_the_har_has_every_exchange(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["export", "har", str(folder)]) == 0
    entries = json.loads(capsys.readouterr().out)["log"]["entries"]
    assert [one["_exchange"] for one in entries] == ["m-000001", "m-000002"]


def test_openapi_needs_no_bundle(capsys: pytest.CaptureFixture[str]):
    assert main(["export", "openapi"]) == 0
    assert json.loads(capsys.readouterr().out)["openapi"] == "3.1.0"


def test_a_file_takes_its_place_when_it_is_whole(folder: Path, tmp_path: Path):
    output = tmp_path / "run.har"
    assert main(["export", "har", str(folder), "--output", str(output)]) == 0
    assert json.loads(output.read_text("utf-8"))["log"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "run.har"]


def test_allure_is_a_folder_with_witnesses(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["export", "allure", str(folder), "--output", str(tmp_path / "al")]) == 0
    names = sorted(path.name for path in (tmp_path / "al").iterdir())
    assert len([name for name in names if name.endswith("-result.json")]) == 2
    assert any("503" in path.read_text("utf-8") for path in (tmp_path / "al").glob("*-attachment.txt"))
    assert capsys.readouterr().err == ""


def test_allure_without_evidence_says_what_is_missing(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "evidence.jsonl.gz").unlink()
    assert main(["export", "allure", str(folder), "--output", str(tmp_path / "al")]) == 0
    assert "without an example" in capsys.readouterr().err


def test_evidence_that_was_cut_short_is_said_to_be(folder: Path, capsys: pytest.CaptureFixture[str]):
    writer = EvidenceWriter(folder / "evidence.jsonl.gz", {"run": "0123456789abcdef"})
    writer.exchange(ASKED)
    writer._file.flush()
    writer._file.give_up()
    assert main(["export", "har", str(folder)]) == 0
    printed = capsys.readouterr()
    assert len(json.loads(printed.out)["log"]["entries"]) == 1
    assert "was cut short" in printed.err


def test_the_evidence_of_another_run_is_refused_and_no_file_is_left(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    written(folder, {"file": "evidence.jsonl.gz", "size": 4, "root": "0" * 64, "counts": {}})
    assert main(["export", "har", str(folder), "--output", str(tmp_path / "x.har")]) == 4
    assert "is not the evidence of this report" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (["har"], "har needs a BUNDLE"),
        (["junit", "FOLDER/none"], "cannot be read"),
        (["junit", "FOLDER/evidence.jsonl.gz"], "is not JSON"),
        (["allure", "FOLDER"], "name it with --output DIR"),
        (["allure", "FOLDER", "--output", "FOLDER/report.json"], "cannot be created as a folder"),
        (["openapi", "FOLDER"], "leave FOLDER out"),
        (["ctrf", "FOLDER", "--output", "FOLDER/none/x"], "cannot be written"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_sentence(
    folder: Path, arguments: list[str], printed: str, capsys: pytest.CaptureFixture[str]
):
    assert main(["export", *(one.replace("FOLDER", str(folder)) for one in arguments)]) == 4
    shown = capsys.readouterr()
    assert shown.out == ""
    assert printed.replace("FOLDER", str(folder)) in shown.err
    assert len(shown.err.splitlines()) == 1


def test_a_report_without_evidence_has_no_har(folder: Path, capsys: pytest.CaptureFixture[str]):
    written(folder, None)
    assert main(["export", "har", str(folder)]) == 4
    assert "har needs the exchanges" in capsys.readouterr().err


@pytest.mark.parametrize("date", ["yesterday", "2026-11-23T07:44:59"])
def test_a_report_without_dates_is_refused(folder: Path, date: str, capsys: pytest.CaptureFixture[str]):
    printed = a_report("passed")
    (folder / "report.json").write_text(json.dumps(printed | {"run": printed["run"] | {"ended": date}}), "utf-8")
    assert main(["export", "junit", str(folder)]) == 4
    assert "run.ended is not a date" in capsys.readouterr().err


@pytest.mark.parametrize("wanted", ["junit", "ctrf", "earl", "allure"])
def test_what_no_format_can_write_is_escaped_wherever_it_stands(folder: Path, tmp_path: Path, wanted: str):
    printed = a_report("failed", text=HOSTILE)
    row = printed["requirements"][0]
    printed["requirements"] = [row | {"id": f"ZT-{HOSTILE}", "area": HOSTILE, "partitions": [HOSTILE]}]
    (folder / "report.json").write_text(json.dumps(printed), "utf-8")
    assert main(["export", wanted, str(folder), "--output", str(tmp_path / "x")]) == 0


def test_an_unknown_format_is_refused(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(["export", "xml"])
    assert ended.value.code == 4
    assert "junit" in capsys.readouterr().err


@pytest.mark.parametrize(("wanted", "status"), [("ctrf", 0), ("har", 4)])
def test_a_report_can_come_from_stdin(folder: Path, wanted: str, status: int):
    command = [sys.executable, "-m", "pytest_zstack_ticket.cli", "export", wanted, "-"]
    text = (folder / "report.json").read_bytes()
    done = subprocess.run(command, input=text, capture_output=True, check=False, timeout=60)
    assert done.returncode == status
    assert done.stdout if status == 0 else len(done.stderr.splitlines()) == 1


def test_a_bundle_has_the_same_bytes_wherever_it_is_written(
    folder: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
):
    assert main(["bundle", str(folder)]) == 0
    beside = tmp_path / "out.zip"
    os.utime(folder / "report.json", (1, 1))
    assert main(["bundle", str(folder), "--output", str(tmp_path / "b.zip")]) == 0
    assert beside.read_bytes() == (tmp_path / "b.zip").read_bytes()
    capsysbinary.readouterr()
    assert main(["bundle", str(folder), "--output", "-"]) == 0
    assert capsysbinary.readouterr().out == beside.read_bytes()
    with zipfile.ZipFile(io.BytesIO(beside.read_bytes())) as found:
        assert found.namelist() == ["evidence.jsonl.gz", "report.json"]
        assert {stat.S_IMODE(one.external_attr >> 16) for one in found.infolist()} == {0o644}


@pytest.mark.parametrize("which", ["none", "empty", "report.json"])
def test_only_the_folder_of_a_run_is_packed(
    folder: Path, tmp_path: Path, which: str, capsys: pytest.CaptureFixture[str]
):
    (folder / "empty").mkdir()
    assert main(["bundle", str(folder / which), "--output", str(tmp_path / "b.zip")]) == 4
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not (tmp_path / "b.zip").exists()


def test_a_zip_is_as_good_as_its_folder(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    packed = tmp_path / "packed.zip"
    assert main(["bundle", str(folder), "--output", str(packed)]) == 0
    assert main(["export", "junit", str(folder)]) == 0
    plain = capsys.readouterr().out
    assert main(["export", "junit", str(packed)]) == 0
    assert capsys.readouterr().out == plain
