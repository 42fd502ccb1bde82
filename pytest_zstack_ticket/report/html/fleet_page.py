"""The page of a fleet: one self-contained HTML text. Its script shows a part of the matrix at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pytest_zstack_ticket.report.exports.fleet_markdown import fleet_lines, state_of
from pytest_zstack_ticket.report.html.page import LANGUAGE_TAGS
from pytest_zstack_ticket.report.text.columns import visible
from pytest_zstack_ticket.report.text.translations import Translations
from pytest_zstack_ticket.report.text.verdict_marks import VERDICT_MARKS

LETTERS = {"passed": "p", "failed": "f", "error": "e", "inconclusive": "i", "untested": "u", "inapplicable": "n"}
MOST_LINES = 100
Fleet = Mapping[str, Any]


def render_fleet_page(fleet: Fleet, translations: Translations, lang: str) -> str:
    """Render the page of a fleet in a language; every text in it is inert, whoever wrote it."""
    from pytest_zstack_ticket.report.html.rendering import digest, environment, own  # noqa: PLC0415 - only a page pays

    words = translations.catalogues[lang]["fleet"]
    css, script = own("page.css") + own("fleet.css"), own("fleet.js")
    lines = list(fleet_lines(fleet, translations, lang))
    return (
        environment()
        .get_template("fleet.html")
        .render(
            fleet=fleet,
            words=words,
            word=lambda key: translations.word(key, lang),
            text=lambda row: row["text"][lang],
            texts={row["id"]: row["text"][lang] for row in fleet["requirements"]},
            lines_shown=[
                *lines[:MOST_LINES],
                *([f"… (+{len(lines) - MOST_LINES})"] if len(lines) > MOST_LINES else []),
            ],
            state=state_of(fleet),
            language_tag=LANGUAGE_TAGS[lang],
            fleet_css=css,
            fleet_css_digest=digest(css),
            fleet_script=script,
            fleet_script_digest=digest(script),
            data=_as_markup(page_data(fleet, translations, lang)),
        )
    )


def _as_markup(data: Mapping[str, Any]) -> Any:
    """Write data for a script element: nothing in it can end the element."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2, which only a page pays for

    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))  # noqa: S704 - escaped here


def page_data(fleet: Fleet, translations: Translations, lang: str) -> dict[str, Any]:
    """Return what the script shows: each text stands once, and the rows of the matrix are strings of letters."""
    words = translations.catalogues[lang]["fleet"]
    places = {row["id"]: place for place, row in enumerate(fleet["requirements"])}
    texts: dict[str, int] = {}
    targets = []
    for one in fleet["targets"]:
        notes = {
            places[key]: texts.setdefault(visible(note[lang]), len(texts))
            for key, note in one["notes"].items()
            if key in places and note[lang]
        }
        targets.append(
            {
                "name": one["name"],
                "about": visible(" ".join([one["url"], *one["groups"], one["wave"], one["release"]])),
                "release": visible(one["release"]),
                "verdict": LETTERS[one["verdict"]],
                "verdicts": one["verdicts"] or "-" * len(places),
                "regressions": [places[key] for key in one["regressions"] or () if key in places],
                "notes": notes,
            }
        )
    return {
        "requirements": [[row["id"], visible(row["text"][lang])] for row in fleet["requirements"]],
        "targets": targets,
        "texts": list(texts),
        "verdicts": {
            letter: [VERDICT_MARKS[name], translations.word(name, lang), name] for name, letter in LETTERS.items()
        },
        "words": {name: words[name] for name in ("shown", "regression", "unknown")},
    }
