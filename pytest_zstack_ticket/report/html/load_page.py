"""The page of a load: its result, findings, errors, latencies, and how they changed over time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_zstack_ticket.report.text.load_text import QUANTILES, LoadWords
from pytest_zstack_ticket.report.text.translations import Translations

WIDTH, HEIGHT = 600, 120
"""Units of a chart; it is stretched to the width of its box, its lines are not."""
CHARTED = ("create.job", "create", "query", "cancel.job", "delete.job")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChart:
    """Lines over time, each as the points of a polyline; `top` is the value at the upper edge."""

    title: str
    top: str
    end: str
    lines: Sequence[str]


def render_load_page(document: Mapping[str, Any], translations: Translations, lang: str) -> str:
    """Render the page of a load in a language; every text in it is inert, whoever wrote it."""
    from pytest_zstack_ticket.report.html.page import LANGUAGE_TAGS  # noqa: PLC0415 - only a page pays for Jinja2
    from pytest_zstack_ticket.report.html.rendering import environment  # noqa: PLC0415 - likewise

    words = LoadWords(document, translations, lang)
    return (
        environment()
        .get_template("load.html")
        .render(
            language_tag=LANGUAGE_TAGS[lang],
            words=words,
            load=document,
            quantiles=QUANTILES,
            charts=charts_of(words),
            finding_views=[(words.finding(row), example_text(row["examples"])) for row in document["findings"]],
            error_views=[(words.error(row), example_text(row["exchanges"])) for row in document["errors"]],
            verdict_word=lambda verdict: translations.word(verdict, lang),
        )
    )


def example_text(examples: Sequence[Any]) -> str:
    """Write the exchanges of the first example as JSON."""
    return json.dumps(examples[0], ensure_ascii=False, indent=1) if examples else ""


def charts_of(words: LoadWords) -> list[LineChart]:
    """Charts of what changed over time."""
    windows = words.document["windows"]
    rows, width = windows["rows"], windows["seconds"]
    if len(rows) < 2:
        return []
    made = [
        _chart(
            words.say("chart-latency", call=words.call(call)),
            rows,
            [[row["latencies"].get(call, {}).get(name) for row in rows] for name in ("p50", "p95")],
            unit=" s",
        )
        for call in CHARTED
        if any(call in row["latencies"] for row in rows)
    ]
    made.append(_chart(words.say("chart-requests"), rows, [[row["requests"] / width for row in rows]]))
    made.append(_chart(words.say("chart-errors"), rows, [[row["errors"] for row in rows]]))
    return made


def _chart(title: str, rows: Sequence[Mapping[str, Any]], lines: list[list[Any]], *, unit: str = "") -> LineChart:
    top = max((value for line in lines for value in line if value is not None), default=0) or 1
    span = rows[-1]["at"] - rows[0]["at"] or 1
    points = [
        " ".join(
            f"{WIDTH * (row['at'] - rows[0]['at']) / span:.1f},{HEIGHT - HEIGHT * value / top:.1f}"
            for row, value in zip(rows, line, strict=True)
            if value is not None
        )
        for line in lines
    ]
    return LineChart(title=title, top=f"{top:.3g}{unit}", end=f"{rows[-1]['at']:g} s", lines=points)
