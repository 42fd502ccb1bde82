"""A report as one file, and the PDF that is made only if it is asked for."""

import json
import zipfile
from pathlib import Path

import pytest

from pytest_zstack_ticket.artifacts import zip_writer
from pytest_zstack_ticket.cli.main import main

FAULTY = "--zstack-url=embedded?fault=accept-too-long:name"
SOME = ("--zstack-effort=smoke", "-k", "ZT-BODY-004 or ZT-ANSWER-001", "--zstack-lang=en")
FILES = {"report.json", "report.html", "evidence.jsonl.gz", "junit.xml", "ctrf.json"}


def names(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as packed:
        return set(packed.namelist())


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_a_report_is_one_file_that_every_command_reads(pytester: pytest.Pytester, workers: tuple[str, ...]):
    found = pytester.runpytest(FAULTY, *SOME, "--zstack-report=out.zip", *workers)
    assert found.ret == 1
    found.stdout.fnmatch_lines(["report: *out.zip"])
    assert names(pytester.path / "out.zip") == FILES | {"requests/ZT-BODY-004.json"}
    assert not list(pytester.path.glob("out.zip.*"))
    assert [main([one, "out.zip"]) for one in ("judge", "render")] == [0, 0]
    assert main(["diff", "out.zip", "out.zip"]) == 0
    again = pytester.runpytest(FAULTY, *SOME, "--zstack-report=out.zip", "--zstack-baseline=out.zip", *workers)
    assert again.ret == 1
    again.stdout.fnmatch_lines(["* requirements compared: no differences"])


def test_a_file_of_somebody_else_is_not_replaced(pytester: pytest.Pytester):
    (pytester.path / "out.zip").write_text("mine")
    found = pytester.runpytest(FAULTY, *SOME, "--zstack-report=out.zip")
    assert found.ret == 4
    found.stderr.fnmatch_lines(["*out.zip exists and is not a zip of a report*"])
    assert (pytester.path / "out.zip").read_text() == "mine"


def test_what_cannot_be_packed_stays_in_a_folder_that_is_named(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zip_writer, "_add", full)
    found = pytester.runpytest(FAULTY, *SOME, "--zstack-report=out.zip")
    assert found.ret == 4
    folder = next(pytester.path.glob("out.zip.*"))
    assert {path.name for path in folder.iterdir()} == FILES | {"requests"}
    found.stdout.fnmatch_lines([f"*the unfinished report is in {folder}."])


def test_a_run_writes_a_pdf_only_if_it_is_asked_to(pytester: pytest.Pytester):
    plain = pytester.runpytest(FAULTY, *SOME, "--zstack-report=out", "--zstack-pdf")
    assert plain.ret == 1
    assert (pytester.path / "out" / "report.pdf").read_bytes().startswith(b"%PDF")
    assert "--zstack-pdf" not in json.dumps([one["regenerate"] for row in _rows(pytester) for one in row["findings"]])
    pytester.runpytest(FAULTY, *SOME, "--zstack-report=out")
    assert not (pytester.path / "out" / "report.pdf").exists()


def _rows(pytester: pytest.Pytester) -> list[dict[str, list[dict[str, str]]]]:
    report: dict[str, list[dict[str, list[dict[str, str]]]]] = json.loads(
        (pytester.path / "out" / "report.json").read_text("utf-8")
    )
    return report["requirements"]


@pytest.mark.parametrize(
    ("arguments", "report"),
    [
        (("--zstack-pdf",), "*--zstack-pdf goes with a report*"),
        (("--zstack-pdf", "--zstack-report=out", "--zstack-font-path=nowhere"), "*nowhere is not a folder*"),
    ],
)
def test_a_pdf_that_cannot_be_is_told_before_anything_is_sent(
    pytester: pytest.Pytester, arguments: tuple[str, ...], report: str
):
    found = pytester.runpytest(FAULTY, *SOME, *arguments)
    assert found.ret == 4
    found.stderr.fnmatch_lines([report])
    assert not (pytester.path / "out").exists()
