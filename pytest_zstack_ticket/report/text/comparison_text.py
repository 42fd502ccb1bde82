"""Say to people what differs between two runs."""

from __future__ import annotations

import json
from dataclasses import replace

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.report.text.columns import visible
from pytest_zstack_ticket.report.text.translations import Translations
from pytest_zstack_ticket.verdicts.comparison import Diff, Line

MOST_NAMED = 6


def diff_lines(diff: Diff, wording: Translations, lang: str) -> list[str]:
    """Return a comparison as lines: first what it comes to, then one line for each difference."""
    words = wording.catalogues[lang]["diff"]
    counts = dict.fromkeys((line.kind for line in diff.lines), 0)
    for line in diff.lines:
        counts[line.kind] += 1
    told = ", ".join(f"{words[kind]} {count}" for kind, count in counts.items()) or words["nothing"]
    first = words["first"].format(compared=diff.compared, told=told)
    known = [words["known"].format(count=len(diff.known), ids=_named(diff.known))] if diff.known else []
    return [first, *(line_text(line, wording, lang) for line in _folded(diff.lines)), *known]


def _folded(lines: tuple[Line, ...]) -> list[Line]:
    """Return lines in which facts that changed in the same way are one line, as a change of the whole runs."""
    found: dict[str, Line] = {}
    for line in lines:
        key = json.dumps([line.kind, line.requirements or line.what.partition("/")[0], line.before, line.after])
        key += "" if line.requirements == () else line.what
        known = found.get(key)
        found[key] = replace(known, what=f"{known.what}, {line.what}") if known else line
    return list(found.values())


def line_text(line: Line, wording: Translations, lang: str) -> str:
    """Return one difference as a line."""
    words = wording.catalogues[lang]["diff"]
    parts = {
        "kind": words[line.kind],
        "what": words.get(line.what) or _facts(line.what),
        "before": _value(line.before, wording, lang),
        "after": _value(line.after, wording, lang),
        "ids": ", ".join(line.requirements[:MOST_NAMED]),
    }
    if len(line.requirements) > MOST_NAMED:
        parts["ids"] += f" … ({len(line.requirements)})"
    return words["line" if line.requirements else "line-of-runs"].format(**parts)


def _named(lines: tuple[Line, ...]) -> str:
    ids = [key for line in lines for key in line.requirements]
    return ", ".join(ids[:MOST_NAMED]) + (f" … ({len(ids)})" if len(ids) > MOST_NAMED else "")


def _value(value: Json, wording: Translations, lang: str) -> str:
    if isinstance(value, str) and value:
        return visible(wording.word(value, lang))
    if value in (None, "", [], {}):
        return wording.catalogues[lang]["diff"]["none"]
    text = ", ".join(map(str, value)) if isinstance(value, list) else json.dumps(value, ensure_ascii=False)
    return visible(text[:160])


def _facts(what: str) -> str:
    """Return the names of facts, the first few of many."""
    names = what.split(", ")
    return ", ".join(names[:MOST_NAMED]) + (f" … ({len(names)})" if len(names) > MOST_NAMED else "")
