"""Say to people what differs between two runs."""

from __future__ import annotations

import json

from pytest_zstack_ticket.core.diff import Diff, Line
from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.report.text import Wording
from pytest_zstack_ticket.report.width import visible

MOST_NAMED = 6


def diff_lines(diff: Diff, wording: Wording, lang: str) -> list[str]:
    """Return a comparison as lines: first what it comes to, then one line for each difference."""
    words = wording.catalogues[lang]["diff"]
    counts = dict.fromkeys((line.kind for line in diff.lines), 0)
    for line in diff.lines:
        counts[line.kind] += 1
    told = ", ".join(f"{words[kind]} {count}" for kind, count in counts.items()) or words["nothing"]
    first = words["first"].format(compared=diff.compared, told=told)
    known = [words["known"].format(count=len(diff.known), ids=_named(diff.known))] if diff.known else []
    return [first, *(line_text(line, wording, lang) for line in diff.lines), *known]


def line_text(line: Line, wording: Wording, lang: str) -> str:
    """Return one difference as a line."""
    words = wording.catalogues[lang]["diff"]
    parts = {
        "kind": words[line.kind],
        "what": words.get(line.what, line.what),
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


def _value(value: Json, wording: Wording, lang: str) -> str:
    if isinstance(value, str) and value:
        return visible(wording.word(value, lang))
    if value in (None, "", [], {}):
        return wording.catalogues[lang]["diff"]["none"]
    text = ", ".join(map(str, value)) if isinstance(value, list) else json.dumps(value, ensure_ascii=False)
    return visible(text[:160])
