"""The page of a registry of certificates: one self-contained HTML text without a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_zstack_ticket.report.html.page import LANGUAGE_TAGS
from pytest_zstack_ticket.report.text.headline import headline, mark_of, narrowed
from pytest_zstack_ticket.report.text.left_out_text import left_out_line
from pytest_zstack_ticket.report.text.translations import Translations


def render_registry_page(registry: Mapping[str, Any], translations: Translations, lang: str) -> str:
    """Render a registry in a language; every text in it is inert, whoever wrote it."""
    from pytest_zstack_ticket.report.html.rendering import environment  # noqa: PLC0415 - only a page pays

    words = translations.catalogues[lang]["registry"]
    rows = [_row(one, translations, lang) for one in registry["certificate"]]
    template = environment().get_template("registry.html")
    return template.render(registry=registry, rows=rows, words=words, language_tag=LANGUAGE_TAGS[lang])


def _row(entry: Mapping[str, Any], translations: Translations, lang: str) -> Mapping[str, Any]:
    words = translations.catalogues[lang]["registry"]
    gone, target, release = entry["withdrawn"], entry["target"], entry["target"]["release"]
    valid = words["valid"].format(since=entry["validity"]["notBefore"], until=entry["validity"]["notAfter"])
    kind = translations.word(target["kind"], lang)
    versions = f"{release.get('oldest', '')} – {release.get('newest', '')}"
    return {
        "number": entry["number"],
        "withdrawn": bool(gone),
        "state": words["withdrawn"].format(**gone) if gone else valid,
        "mark": mark_of(entry),
        "headline": headline(entry, translations, lang),
        "narrowed": [*filter(None, [left_out_line(entry, translations, lang)]), *narrowed(entry, translations, lang)],
        "target": f"{target['url']} ({kind}), {versions}, {entry['profile']['name']}",
        "policy": entry["policy"]["name"] if entry["policy"] else words["no-policy"],
        "examined": f"{entry['run']['started'][:10]}, {entry['suite']}",
        "signers": entry["signers"],
        "logged": [words["logged"].format(**one) for one in entry.get("logged", ())],
    }
