"""The page of a report: one self-contained HTML text without scripts, which is well-formed XML too.

It is made from `report.json` alone; an extract of the evidence adds exchanges and charts. Functions of this package
compute what each part shows, and `templates/page.html` with the templates that it includes lays it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_zstack_ticket.report.html.causes_view import causes_view
from pytest_zstack_ticket.report.html.charts_view import charts_view
from pytest_zstack_ticket.report.html.observations_view import observations_view
from pytest_zstack_ticket.report.html.page_context import NO_EVIDENCE, EvidenceExtract, PageContext, verdict_counts
from pytest_zstack_ticket.report.html.requirement_view import areas_view
from pytest_zstack_ticket.report.html.summary_view import summary_view
from pytest_zstack_ticket.report.text.translations import Translations

LANGUAGE_TAGS = {"en": "en", "zh": "zh-CN"}


def render_page(
    report: Mapping[str, Any], translations: Translations, lang: str, *, evidence: EvidenceExtract = NO_EVIDENCE
) -> str:
    """Render the page of a report in a language; every text in it is inert, whoever wrote it."""
    from pytest_zstack_ticket.report.html.rendering import render  # noqa: PLC0415 - only a page pays for Jinja2

    context = PageContext(report=report, translations=translations, lang=lang, evidence=evidence)
    return render(
        "page.html",
        context,
        language_tag=LANGUAGE_TAGS[lang],
        summary=summary_view(context),
        causes=causes_view(context),
        charts=charts_view(context),
        areas=areas_view(context),
        totals=verdict_counts(report["requirements"]),
        observations=observations_view(context),
    )
