"""The PDF of a report: what it says, what is in it, and what it needs."""

import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pypdf
import pytest

from pytest_zstack_ticket.model.errors import EvidenceError, UsageError
from pytest_zstack_ticket.report.html.page_context import EvidenceExtract
from pytest_zstack_ticket.report.pdf import printer, typst_compiler
from pytest_zstack_ticket.report.pdf.printer import Printer, render_pdf
from pytest_zstack_ticket.report.pdf.typst_compiler import FONT_PACKAGE, Typesetter
from pytest_zstack_ticket.report.text.translations import LANGUAGES, translations
from tests.support.sample_report import hostile, sample_report

WORDING = translations()


def printed(report: dict[str, Any], lang: str = "en", *, fonts: Path | None = None) -> bytes:
    text = json.dumps(report, ensure_ascii=True).encode()
    return Printer(pdf=True, fonts=fonts).page(text, "report.json", Path("nowhere"), lang, ())


def read(content: bytes) -> tuple[pypdf.PdfReader, str]:
    reader = pypdf.PdfReader(io.BytesIO(content))
    return reader, "\n".join(page.extract_text() for page in reader.pages)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_and_pdf_list_the_same_requirements_with_the_same_verdicts(lang: str):
    report = sample_report()
    _, text = read(printed(report, lang))
    page = Printer().page(json.dumps(report).encode(), "report.json", Path("nowhere"), lang, ()).decode()
    marks = dict(
        re.findall(
            r'<details class="requirement" id="([^"]+)".*?<span class="badge [a-z]+">. ([^<·]+?)(?: ·|</span>)', page
        )
    )
    table = text[text.rindex(WORDING.catalogues[lang]["page"]["requirements"]) :]
    table = table if len(re.findall(r"ZT-BODY-\d{3}", table)) >= len(marks) else text
    document = {row["id"]: WORDING.word(row["verdict"], lang) for row in report["requirements"]}
    assert {key: word.strip() for key, word in marks.items()} == document
    for key, word in document.items():
        assert re.search(rf"{key}\s*\S?\s*{word}", text), (key, word)


def test_the_report_lies_in_the_pdf_and_its_digest_is_said():
    text = json.dumps(sample_report()).encode()
    reader, said = read(printed(sample_report()))
    assert reader.attachments["report.json"] == [text]
    assert hashlib.sha256(text).hexdigest() in re.sub(r"\s", "", said)


def test_it_is_kept_for_years_and_names_run_and_pages():
    reader, text = read(printed(sample_report()))
    about = reader.xmp_metadata
    assert about is not None
    assert b"pdfaid:part" in about.stream.get_data()
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert sample_report()["run"]["id"] in text
    assert f"page {len(reader.pages)} of {len(reader.pages)}" in text


def test_the_same_report_makes_the_same_bytes():
    assert printed(sample_report(), "zh") == printed(sample_report(), "zh")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_hostile_text_is_shown_and_nothing_else(lang: str):
    report = hostile(sample_report())
    report["target"]["url"] = '#read("/etc/passwd") $x$ \U0001f600 \ue000 \U000f0000 =*_`'
    # no report with these fits its schema; the page and the PDF do not rely on that
    _, text = read(render_pdf(report, b"{}", lang, evidence=EvidenceExtract(), typesetter=Typesetter()))
    assert '#read("/etc/passwd")' in re.sub(r"\n", "", text)
    assert "\\U0001f600" in text
    assert "\\u202e" in text
    assert "\u202e" not in text


def test_a_font_without_chinese_is_refused_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(typst_compiler, "FONT_PACKAGE", "no_such_package")
    with pytest.raises(UsageError, match=r"No font here has \d+ characters of this report.*--font-path"):
        printed(sample_report(), "zh", fonts=tmp_path)


def test_a_folder_of_fonts_comes_first():
    import importlib.util  # noqa: PLC0415 - where the package lies is what is tested

    spec = importlib.util.find_spec(FONT_PACKAGE)
    assert spec
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0])
    assert Typesetter(folder)._families[0].startswith("Noto Sans CJK")
    assert printed(sample_report(), "zh", fonts=folder)


def test_what_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(UsageError, match="is not a folder"):
        Typesetter(Path("no/such/folder"))
    monkeypatch.setattr(typst_compiler, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"pip install 'pytest-zstack-ticket\[pdf\]'"):
        Typesetter()


def test_a_run_without_a_date_and_a_broken_template_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    report = sample_report()
    report["run"]["ended"] = "yesterday"
    with pytest.raises(EvidenceError, match=r"run\.ended is not a date"):
        printed(report)
    broken = tmp_path / "broken.typ"
    broken.write_text("#panic()")
    monkeypatch.setattr(printer, "LAYOUT", broken)
    with pytest.raises(UsageError, match="typst cannot set this report"):
        printed(sample_report())
