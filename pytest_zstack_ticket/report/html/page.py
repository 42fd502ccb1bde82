"""The page of a report: one self-contained HTML text without scripts, for three kinds of reader.

It is made of `report.json` alone; what lies beside it (evidence, faults) adds exchanges and charts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_zstack_ticket.report.html.causes import causes
from pytest_zstack_ticket.report.html.markup import element
from pytest_zstack_ticket.report.html.observations import observed
from pytest_zstack_ticket.report.html.page_context import EvidenceExtract, PageContext
from pytest_zstack_ticket.report.html.requirement import requirements
from pytest_zstack_ticket.report.html.style import head
from pytest_zstack_ticket.report.html.summary import charts, summary
from pytest_zstack_ticket.report.text.translations import Translations

NOTHING = EvidenceExtract()
TAGS = {"en": "en", "zh": "zh-CN"}


def page(report: Mapping[str, Any], wording: Translations, lang: str, *, beside: EvidenceExtract = NOTHING) -> str:
    """Return the page of a report in a language; every text in it is inert, whoever wrote it."""
    sheet = PageContext(report=report, wording=wording, lang=lang, beside=beside)
    title = f"{sheet.say('title')}: {sheet.say('verdict-' + report['verdict'])}"
    body = element(
        "body", summary(sheet), causes(sheet), charts(sheet), requirements(sheet), observed(sheet), _foot(sheet)
    )
    return f"<!DOCTYPE html>\n{element('html', head(title), body, lang=TAGS[lang])}\n"


def _foot(sheet: PageContext) -> str:
    return element("footer", element("p", sheet.say("foot"), class_="soft"))
