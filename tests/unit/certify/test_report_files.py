"""Files that repeat a report are made again and compared; what cannot be is named."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pytest

from pytest_zstack_ticket.artifacts.bundle import FolderBundle
from pytest_zstack_ticket.certify import report_files
from pytest_zstack_ticket.certify.report_files import compared_files
from pytest_zstack_ticket.cleanup.ledger import SCHEMA
from pytest_zstack_ticket.model.errors import UsageError
from tests.support.sample_report import sample_report


class FakePrinter:
    """Prints the language of the page, and no PDF where typst is not installed."""

    typst = True

    def __init__(self, *, pdf: bool = False) -> None:
        if pdf and not self.typst:
            raise UsageError("A PDF needs typst.")
        self.kind = "pdf" if pdf else "html"

    def page(self, _text: bytes, _where: str, _folder: Path, lang: str, _rules: object) -> bytes:
        return f"{self.kind} in {lang}".encode()


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict:
    """The report of a run of this version, in a folder."""
    monkeypatch.setattr(report_files, "Printer", FakePrinter)
    found = sample_report()
    found["run"]["suite"] |= {"version": version("pytest-zstack-ticket")}
    (tmp_path / "report.json").write_text(json.dumps(found), "utf-8")
    return found


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("report.html", "html in en", (0, 0, 0)),
        ("report.html", "html in zh", (0, 0, 0)),
        ("report.zh.html", "html in en", (1, 1, 0)),
        ("report.html", "html in en, Conformant", (1, 1, 0)),
        ("report.pdf", "pdf in en", (0, 0, 0)),
        ("report.pdf", "pdf of another run", (0, 1, 1)),
        ("junit.xml", "<testsuites/>", (1, 1, 0)),
        ("requests/ZT-BODY-999.json", "{}", (0, 0, 1)),
        ("CERTIFICATE.html", "Conformant", (0, 0, 1)),
        ("ledger-{run}-m.jsonl", "ledger", (0, 0, 1)),
        ("ledger-{run}-m.jsonl", "ledger of another target", (0, 0, 1)),
        ("ledger-{run}-m.jsonl", "Conformant", (0, 0, 1)),
        ("ledger-of-another.jsonl", "{}", (0, 0, 1)),
    ],
)
def test_what_repeats_a_report_is_made_again(name: str, text: str, expected: tuple, report: dict, tmp_path: Path):
    """Reasons to reject it for a verifier and for a signer, and how many files were not compared."""
    place = tmp_path / name.format(run=report["run"]["id"])
    place.parent.mkdir(exist_ok=True)
    url = report["target"]["url"] if text == "ledger" else "https://vendor.example"
    head = {"type": "header", "schema": SCHEMA, "run": report["run"]["id"], "url": url, "login": "account", "user": "a"}
    place.write_text(f"{json.dumps(head)}\n" if text.startswith("ledger") else text, "utf-8")
    found = compared_files(FolderBundle(tmp_path), report)
    counts = [len(found.rejections(signing=one)) for one in (False, True)]
    assert (*counts, len(found.uncompared)) == expected


def test_a_pdf_is_named_where_none_can_be_printed(report: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(FakePrinter, "typst", False)
    (tmp_path / "report.pdf").write_bytes(b"any")
    found = compared_files(FolderBundle(tmp_path), report)
    assert (found.rejections(signing=True), found.uncompared) == ([], ("report.pdf",))


def test_of_another_version_nothing_can_be_made_again(report: dict, tmp_path: Path):
    report["run"]["suite"]["version"] = "0.0.9"
    (tmp_path / "report.html").write_bytes(b"any")
    assert compared_files(FolderBundle(tmp_path), report).uncompared == ("report.html",)
