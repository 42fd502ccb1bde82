"""What a PDF says: the markup that it is set from, and the letters that fonts must have for it."""

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from pytest_zstack_ticket.report.html.page_context import EvidenceExtract
from pytest_zstack_ticket.report.pdf.layout import (
    characters_of,
    escape_missing,
    is_private,
    needs_font,
    page_header,
    pdf_xml,
)
from pytest_zstack_ticket.report.text.translations import LANGUAGES, translations
from tests.support.sample_report import hostile, sample_report

WORDING = translations()


def made(report: dict[str, Any] | None = None, lang: str = "en") -> str:
    return pdf_xml(report or sample_report(), WORDING, lang, evidence=EvidenceExtract(), digest="d1")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("report", [sample_report(), hostile(sample_report())], ids=["plain", "hostile"])
def test_it_is_xml_whatever_anybody_wrote(report: dict[str, Any], lang: str):
    tags = {one.tag for one in ET.fromstring(made(report, lang)).iter()}  # noqa: S314 - we made it
    assert tags & {"script", "img", "style"} == set()


def test_the_number_of_a_certificate_stands_at_the_top_and_in_the_block_that_is_signed():
    evidence = EvidenceExtract(number="ZT-2027-5D0A6B9C1E2F", valid="2027-01-31 / 2027-07-30")
    found = pdf_xml(sample_report(), WORDING, "en", evidence=evidence, digest="d1")
    for name, value in (("Certificate number", evidence.number), ("Valid from / until", evidence.valid)):
        assert f"<dt>{name}</dt><dd>{value}</dd>" in found
        assert f'<th>{name}</th><td class="both">{value}</td>' in found


def test_every_link_leads_to_one_place():
    twice = sample_report()
    twice["requirements"].append(dict(twice["requirements"][0]))
    root = ET.fromstring(made(twice))  # noqa: S314 - we made it
    places = [one.attrib["id"] for one in root.iter() if "id" in one.attrib]
    assert len(places) == len(set(places))
    assert {one.attrib["href"].removeprefix("#") for one in root.iter("a")} <= set(places)


def test_both_sides_sign_and_the_digest_of_the_report_stands_beside():
    text = re.sub("<[^>]*>", " ", made(lang="zh"))
    for said in ("平台方", "申请方", "签字（盖章）", "有效期（起止）", "d1"):
        assert said in text


def test_a_waived_failure_and_what_is_left_out_are_told():
    report = sample_report()
    report["requirements"][0]["findings"] *= 14
    assert "Findings listed only in report.json: 2" in made(report)
    assert made().count("waived") >= 2


def test_a_report_without_findings_has_no_section_of_them():
    report = sample_report()
    report["requirements"] = [row for row in report["requirements"] if not row["findings"]]
    assert "<h2>Findings</h2>" not in made(report)


def test_letters_are_those_of_the_text_and_not_of_the_markup():
    assert characters_of('<p class="zz">a&lt;接a</p>') == "<a接"


def test_a_letter_without_a_glyph_is_an_escape_and_attributes_stay():
    markup = '<p name="\U0001f600">x\U0001f600</p>'
    assert escape_missing(markup, {"\U0001f600"}) == '<p name="\U0001f600">x<i class="esc">\\U0001f600</i></p>'
    assert escape_missing(markup, ()) == markup


def test_chinese_and_ascii_must_be_there_and_other_letters_need_not():
    assert all(map(needs_font, "a 接，。、（"))
    assert not any(map(needs_font, "\U0001f600ก"))
    assert is_private("\ue000")
    assert is_private("\U0001fffe")
    assert not is_private("接")


def test_the_edges_of_a_page_name_run_and_verdict():
    document = page_header(sample_report(), WORDING, "zh")
    assert document["run"] == sample_report()["run"]["id"]
    assert "{page}" in document["of"]
    assert document["name"].endswith("测试强度 smoke")
    assert "没有结论" in document["name"]
