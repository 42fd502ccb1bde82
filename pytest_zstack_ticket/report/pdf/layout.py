"""The XML that a PDF is typeset from: parts of the HTML page in the order of a certification file.

What it shows is computed by the same functions and laid out by the same templates as the page, so both say the same;
`layout.typ` decides how it looks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from html import unescape
from typing import Any

from pytest_zstack_ticket.report.html.causes_view import causes_view
from pytest_zstack_ticket.report.html.charts_view import charts_view
from pytest_zstack_ticket.report.html.observations_view import observations_view
from pytest_zstack_ticket.report.html.page_context import (
    Area,
    EvidenceExtract,
    Json,
    PageContext,
    areas_by_name,
    by_verdict,
)
from pytest_zstack_ticket.report.html.rendering import anchor, render
from pytest_zstack_ticket.report.html.requirement_view import requirement_view
from pytest_zstack_ticket.report.html.summary_view import summary_view
from pytest_zstack_ticket.report.text.headline import claims_of, headline
from pytest_zstack_ticket.report.text.translations import Translations

_MUST_BE_SHOWN = re.compile("[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")
"""What a reader of Chinese cannot do without; no escape stands for it."""
_TAG = re.compile(r"<[^>]*>")
_TAG_OR_TEXT = re.compile(r"(<[^>]*>)")


def pdf_xml(
    report: Mapping[str, Any], translations: Translations, lang: str, *, evidence: EvidenceExtract, digest: str
) -> str:
    """Render what a PDF of a report shows; `digest` is that of the report.json that is attached to the PDF."""
    context = PageContext(report=report, translations=translations, lang=lang, evidence=evidence)
    with_findings = [row for row in by_verdict(report["requirements"]) if row["findings"]]
    return render(
        "pdf.xml",
        context,
        summary=summary_view(context),
        causes=causes_view(context),
        charts=charts_view(context),
        with_findings=[requirement_view(context, row) for row in with_findings],
        areas=list(_areas(report["requirements"])),
        observations=observations_view(context),
        digest=digest,
    )


def _areas(rows: list[Json]) -> Iterator[tuple[Area, list[tuple[Json, str]]]]:
    """Yield each area with its requirements and their anchors; an anchor that is used already is left out."""
    used: set[str] = set()
    for area in areas_by_name(sorted(rows, key=lambda row: str(row["id"]))):
        lines = []
        for row in area.rows:
            place = anchor(row["id"])
            lines.append((row, "" if place in used else place))
            used.add(place)
        yield area, lines


def page_header(report: Mapping[str, Any], translations: Translations, lang: str) -> dict[str, str]:
    """Collect what stands at the edges of every page: the title, the run, and how pages are counted."""
    words = translations.catalogues[lang]["page"]
    return {
        "lang": lang,
        "title": words["title"],
        "name": f"{words['title']}: {headline(claims_of(report), translations, lang)}",
        "run": report["run"]["id"],
        "of": words["pdf-pages"],
    }


def characters_of(markup: str) -> str:
    """Every character of the text of a markup, once."""
    return "".join(sorted(set(unescape(_TAG.sub("", markup)))))


def needs_font(character: str) -> bool:
    """Say whether a character must be shown as itself: ASCII, and whatever Chinese is written with."""
    return character.isascii() or _MUST_BE_SHOWN.match(character) is not None


def is_private(character: str) -> bool:
    """Say whether a character has no meaning in a file that is kept for years."""
    return unicodedata.category(character) in ("Co", "Cn")


def escape_missing(markup: str, missing: Collection[str]) -> str:
    """Write the characters that no font has as marked escapes, in the text of a markup alone."""
    table = {ord(one): f'<i class="esc">\\U{ord(one):08x}</i>' for one in missing}
    if not table:
        return markup
    return "".join(part if part[:1] == "<" else part.translate(table) for part in _TAG_OR_TEXT.split(markup))
