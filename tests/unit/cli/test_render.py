"""`zstack-ticket render`."""

import json
from pathlib import Path

import pytest

from pytest_zstack_ticket.cli.main import main
from tests.support.sample_report import sample_exchange, sample_report


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A folder as a run leaves it, with evidence of one exchange."""
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "report.json").write_text(json.dumps(sample_report()), "utf-8")
    line = json.dumps({"type": "exchange", **sample_exchange("m-000001")})
    (folder / "evidence.jsonl.gz").write_text(f"{line}\n", "utf-8")
    return folder


def test_both_languages_are_written_beside_the_report(bundle: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["render", str(bundle)]) == 0
    paths = [bundle / "report.html", bundle / "report.zh.html"]
    assert capsys.readouterr().out.splitlines() == list(map(str, paths))
    english, chinese = (path.read_text("utf-8") for path in paths)
    assert '<html lang="en">' in english
    assert '<html lang="zh-CN">' in chinese
    assert "from the evidence" in english
    assert not list(bundle.glob("*.tmp"))


def test_one_language_is_one_file(bundle: Path):
    assert main(["render", str(bundle / "report.json"), "--lang", "zh"]) == 0
    assert sorted(path.name for path in bundle.glob("*.html")) == ["report.zh.html"]


def test_a_page_goes_to_stdout_or_to_a_file(bundle: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]):
    assert main(["render", str(bundle), "--lang", "zh", "--output", "-"]) == 0
    shown = capfdbinary.readouterr().out
    assert main(["render", str(bundle), "--lang", "zh", "--output", str(tmp_path / "a.html")]) == 0
    assert shown == (tmp_path / "a.html").read_bytes()
    assert not list(bundle.glob("*.html"))


def test_without_evidence_the_report_is_enough(bundle: Path):
    (bundle / "evidence.jsonl.gz").unlink()
    assert main(["render", str(bundle)]) == 0
    assert "from the evidence" not in (bundle / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (["nowhere"], "cannot be read"),
        ([".", "--output", "no/such/folder/a.html"], "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], output: str
):
    monkeypatch.chdir(bundle)
    assert main(["render", *arguments]) == 4
    shown = capsys.readouterr()
    assert shown.out == ""
    assert output in shown.err
    assert len(shown.err.splitlines()) == 1


def test_broken_evidence_is_told_in_one_sentence(bundle: Path, capsys: pytest.CaptureFixture[str]):
    (bundle / "evidence.jsonl.gz").write_text("x\n")
    assert main(["render", str(bundle)]) == 4
    assert "is no evidence of a run" in capsys.readouterr().err


def test_a_pdf_takes_the_name_of_the_page(bundle: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["render", str(bundle), "--pdf"]) == 0
    paths = [bundle / "report.pdf", bundle / "report.zh.pdf"]
    assert capsys.readouterr().out.splitlines() == list(map(str, paths))
    assert all(path.read_bytes().startswith(b"%PDF-1.7") for path in paths)
    assert not list(bundle.glob("*.html"))


def test_the_pages_of_a_zip_lie_beside_it(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["bundle", str(bundle), "--output", str(tmp_path / "a.zip")]) == 0
    assert main(["render", str(tmp_path / "a.zip")]) == 0
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / "a.html"), str(tmp_path / "a.zh.html")]
    assert "from the evidence" in (tmp_path / "a.html").read_text("utf-8")


def test_fonts_are_those_of_a_pdf(bundle: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["render", str(bundle), "--font-path", "."]) == 4
    assert "add --pdf" in capsys.readouterr().err
