"""The printed page of a report: the markup of its page, in the order of a certification file, for a typesetter.

What it shows is built by the same functions as the page, so both say the same; `layout.typ` decides how it looks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from html import unescape
from typing import Any

from pytest_zstack_ticket.report.html.causes import causes
from pytest_zstack_ticket.report.html.finding import again, siblings, words
from pytest_zstack_ticket.report.html.markup import Markup, anchor, element, joined
from pytest_zstack_ticket.report.html.observations import observed
from pytest_zstack_ticket.report.html.page_context import EvidenceExtract, Json, PageContext, in_order, tally
from pytest_zstack_ticket.report.html.requirement import MOST_FINDINGS, facts
from pytest_zstack_ticket.report.html.summary import figures, summary
from pytest_zstack_ticket.report.text.translations import Translations

PARTIES = ("pdf-platform", "pdf-applicant")
LINES = ("pdf-organisation", "pdf-product", "pdf-tester", "pdf-approver", "pdf-signed", "pdf-dated")
SHARED = ("pdf-number", "pdf-until")
CHECKED = re.compile("[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")
"""What a reader of Chinese cannot do without; no escape stands for it."""
_TAG = re.compile(r"<[^>]*>")
_PIECE = re.compile(r"(<[^>]*>)")


def pdf_markup(
    report: Mapping[str, Any], wording: Translations, lang: str, *, beside: EvidenceExtract, digest: str
) -> Markup:
    """Return what a PDF of a report shows, as XML; `digest` is that of the report.json that lies in the PDF."""
    sheet = PageContext(report=report, wording=wording, lang=lang, beside=beside)
    rows = in_order(report["requirements"])
    return element(
        "document",
        summary(sheet),
        element("p", sheet.say("pdf-validity"), class_="soft"),
        causes(sheet),
        element("section", element("h2", sheet.say("charts")), *figures(sheet)),
        _findings(sheet, [row for row in rows if row["findings"]]),
        _table(sheet, rows),
        observed(sheet),
        _signatures(sheet, digest),
        element("footer", sheet.say("pdf-foot")),
    )


def header(report: Mapping[str, Any], wording: Translations, lang: str) -> dict[str, str]:
    """Return what stands at the edges of every page: the title, the run, and how pages are counted."""
    words = wording.catalogues[lang]["page"]
    verdict = f"{words['title']}: {words['verdict-' + report['verdict']]}"
    return {
        "lang": lang,
        "title": words["title"],
        "name": verdict,
        "run": report["run"]["id"],
        "of": words["pdf-pages"],
    }


def letters(markup: Markup) -> str:
    """Return every letter that the text of a markup has, once."""
    return "".join(sorted(set(unescape(_TAG.sub("", markup)))))


def needs_font(letter: str) -> bool:
    """Return True for a letter that must be seen as it is: ASCII, and whatever Chinese is written with."""
    return letter.isascii() or CHECKED.match(letter) is not None


def is_private(letter: str) -> bool:
    """Return True for a letter that has no meaning in a file that is kept for years."""
    return unicodedata.category(letter) in ("Co", "Cn")


def without(markup: Markup, missing: Collection[str]) -> Markup:
    """Return a markup in which letters that no font has are written as escapes, and marked as such."""
    table = {ord(letter): f'<i class="esc">\\U{ord(letter):08x}</i>' for letter in missing}
    if not table:
        return markup
    return Markup("".join(part if part[:1] == "<" else part.translate(table) for part in _PIECE.split(markup)))


def _findings(sheet: PageContext, rows: list[Json]) -> Markup:
    """Return each finding with its request beside its sibling; exchanges are in the evidence."""
    if not rows:
        return joined()
    return element("section", element("h2", sheet.say("findings")), *(_found(sheet, row) for row in rows))


def _found(sheet: PageContext, row: Json) -> Markup:
    waived = f" · {sheet.say('waived')}" if row.get("waived") else None
    title = element("h3", sheet.badge(row["verdict"], waived), f" · {row['id']}")
    left = len(row["findings"]) - MOST_FINDINGS
    more = element("p", sheet.say("more-findings", count=left), class_="soft") if left > 0 else None
    shown = [
        element("article", words(sheet, one), siblings(sheet, one), again(sheet, one), class_="finding")
        for one in row["findings"][:MOST_FINDINGS]
    ]
    return joined(title, element("p", sheet.told(row["text"])), facts(sheet, row), *shown, more)


def _table(sheet: PageContext, rows: list[Json]) -> Markup:
    """Return every requirement with its verdict and the clause that it comes from, by area."""
    areas: dict[str, list[Json]] = {}
    for row in sorted(rows, key=lambda row: row["id"]):
        areas.setdefault(row["area"], []).append(row)
    seen: set[str] = set()
    parts = [_area(sheet, area, areas[area], seen) for area in sorted(areas)]
    return element("section", element("h2", sheet.say("requirements")), *parts)


def _area(sheet: PageContext, area: str, rows: list[Json], seen: set[str]) -> Markup:
    counts = " · ".join(f"{sheet.word(name)} {count}" for name, count in tally(rows).items())
    title = element("h3", area, " ", element("span", counts, class_="soft"), id=f"area-{area}")
    heads = ("pdf-id", "pdf-verdict", "pdf-requirement", "source")
    body = [_row(sheet, row, seen) for row in rows]
    return joined(
        title, element("table", element("tr", *(element("th", sheet.say(one)) for one in heads)), *body, class_="rows")
    )


def _row(sheet: PageContext, row: Json, seen: set[str]) -> Markup:
    """Return one line of the table; a link leads to the first of several with the same name."""
    place = anchor(row["id"])
    waived = f" · {sheet.say('waived')}" if row.get("waived") else None
    why = element("span", sheet.told(row["reason"]), class_="soft") if row["reason"] else None
    first = None if place in seen else place
    seen.add(place)
    return element(
        "tr",
        element("td", element("code", row["id"]), id=first),
        element("td", sheet.badge(row["verdict"], waived)),
        element("td", sheet.told(row["text"]), element("br") if why else None, why),
        element(
            "td", f"{sheet.word(row['level'])} · {sheet.say('basis-' + row['basis'])}", element("br"), row["source"]
        ),
    )


def _signatures(sheet: PageContext, digest: str) -> Markup:
    """Return the block that both sides of a compatibility certification sign."""
    said = {"run": sheet.report["run"]["id"], "verdict": sheet.say(f"verdict-{sheet.report['verdict']}")}
    heads = element("tr", element("th"), *(element("th", sheet.say(one)) for one in PARTIES))
    lines = [element("tr", element("th", sheet.say(one)), *(element("td") for _ in PARTIES)) for one in LINES]
    both = [element("tr", element("th", sheet.say(one)), element("td", class_="both")) for one in SHARED]
    return element(
        "section",
        element("h2", sheet.say("pdf-signatures")),
        element("p", sheet.say("pdf-confirm", **said)),
        element("table", heads, *lines, *both, class_="signatures"),
        element("p", sheet.say("pdf-digest"), " ", element("code", digest), class_="soft"),
        class_="signatures",
    )
