"""A comparison of two runs as lines of text."""

from __future__ import annotations

import json
from dataclasses import replace

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.report.text.columns import visible
from pytest_zstack_ticket.report.text.translations import Translations
from pytest_zstack_ticket.verdicts.comparison import Diff, Line

MAX_NAMES = 6


def diff_lines(diff: Diff, translations: Translations, lang: str) -> list[str]:
    """Write a comparison: first the totals, then one line for each difference."""
    words = translations.catalogues[lang]["diff"]
    counts = dict.fromkeys((line.kind for line in diff.lines), 0)
    for line in diff.lines:
        counts[line.kind] += 1
    totals = ", ".join(f"{words[kind]} {count}" for kind, count in counts.items()) or words["nothing"]
    first = words["first"].format(compared=diff.compared, totals=totals)
    known = [words["known"].format(count=len(diff.known), ids=_named(diff.known))] if diff.known else []
    return [first, *(line_text(line, translations, lang) for line in _merged(diff.lines)), *known]


def _merged(lines: tuple[Line, ...]) -> list[Line]:
    """Merge observations that changed in the same way into one line, as a change of the whole runs."""
    found: dict[str, Line] = {}
    for line in lines:
        key = json.dumps([line.kind, line.requirements or line.what.partition("/")[0], line.before, line.after])
        key += "" if line.requirements == () else line.what
        known = found.get(key)
        found[key] = replace(known, what=f"{known.what}, {line.what}") if known else line
    return list(found.values())


def line_text(line: Line, translations: Translations, lang: str) -> str:
    """Write one difference."""
    words = translations.catalogues[lang]["diff"]
    parts = {
        "kind": words[line.kind],
        "what": words.get(line.what) or _observations(line.what),
        "before": _value(line.before, translations, lang),
        "after": _value(line.after, translations, lang),
        "ids": ", ".join(line.requirements[:MAX_NAMES]),
    }
    if len(line.requirements) > MAX_NAMES:
        parts["ids"] += f" … ({len(line.requirements)})"
    return words["line" if line.requirements else "line-of-runs"].format(**parts)


def _named(lines: tuple[Line, ...]) -> str:
    ids = [key for line in lines for key in line.requirements]
    return ", ".join(ids[:MAX_NAMES]) + (f" … ({len(ids)})" if len(ids) > MAX_NAMES else "")


def _value(value: Json, translations: Translations, lang: str) -> str:
    if isinstance(value, str) and value:
        return visible(translations.word(value, lang))
    if value in (None, "", [], {}):
        return translations.catalogues[lang]["diff"]["none"]
    text = ", ".join(map(str, value)) if isinstance(value, list) else json.dumps(value, ensure_ascii=False)
    return visible(text[:160])


def _observations(what: str) -> str:
    """Name observations, the first few of many."""
    names = what.split(", ")
    return ", ".join(names[:MAX_NAMES]) + (f" … ({len(names)})" if len(names) > MAX_NAMES else "")
