"""A short summary of a run, or of a comparison, in the Markdown of GitHub and GitLab.

Whatever somebody else wrote is inert: it stands in a code element, each of its punctuation marks as a character
reference, so that it is neither markup nor a mention, a link or a workflow command.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pytest_zstack_ticket.report.text.columns import shortened, visible
from pytest_zstack_ticket.report.text.comparison_text import diff_lines
from pytest_zstack_ticket.report.text.translations import Translations
from pytest_zstack_ticket.report.text.waiver_text import deviations_text
from pytest_zstack_ticket.verdicts.comparison import Diff

LARGEST = 900_000
"""Bytes of a summary; GitHub drops one over 1 MiB altogether."""
MOST_ROWS = 100
MAX_TEXT_COLUMNS = 300
MARKS = {"passed": "✓", "failed": "✗", "error": "!", "inconclusive": "?", "untested": "○", "inapplicable": "–"}
SHOWN = ("failed", "error", "inconclusive", "untested")
"""Verdicts of which each row is shown, in this order."""
_MARK = re.compile(r"(?<=\w)-(?=\w)|(?<=\d)\.(?=\d)|[.,](?= |$)|(?<=\w):(?= )|([!-/:-@\[-`{-~])")
"""A punctuation mark; only where it can mean nothing it is in no group."""

Report = Mapping[str, Any]


def markdown(report: Report, wording: Translations, lang: str) -> str:
    """Return a summary of a run."""
    words = wording.catalogues[lang]["page"]
    verdict = report["verdict"]
    told = deviations_text(report, wording, lang) or words[f"verdict-{verdict}"]
    lines = [
        f"## {MARKS[verdict]} {inert(words['title'])}: {inert(told)}",
        "",
        inert(words["partial" if report["partial"] else "whole"]),
        "",
        *_facts(report, wording, lang),
        "",
        *_counts(report, wording, lang),
        *_rows(report, wording, lang),
    ]
    if report["run"]["cut_short"]:
        lines += ["", inert(words["cut-short"].format(reason=report["run"]["cut_short"]))]
    return _bounded(lines)


def diff_markdown(diff: Diff, wording: Translations, lang: str) -> str:
    """Return a summary of a comparison."""
    first, *lines = diff_lines(diff, wording, lang)
    title = inert(wording.catalogues[lang]["page"]["upgrade"])
    mark = MARKS["failed" if diff.exit_status else "passed"]
    return _bounded([f"## {mark} {title}", "", inert(first), "", *(f"- {inert(line)}" for line in lines)])


def inert(text: str) -> str:
    """Return a text on one line that shows as it is and does nothing."""
    told = shortened(visible(text), MAX_TEXT_COLUMNS)
    return _MARK.sub(lambda found: f"&#{ord(found[1])};" if found[1] else found[0], told)


def foreign(text: str) -> str:
    """Return what somebody else wrote, so that nobody is mentioned by it either."""
    return f"<code>{inert(text)}</code>"


def _facts(report: Report, wording: Translations, lang: str) -> list[str]:
    words, run, target = wording.catalogues[lang]["page"], report["run"], report["target"]
    release = target["release"]
    same = release["oldest"] == release["newest"]
    between = foreign(release["oldest"]) if same else f"{foreign(release['oldest'])} – {foreign(release['newest'])}"
    rows = [
        ("target", f"{foreign(target['url'])} {inert(wording.word(target['kind'], lang))}"),
        ("release", between),
        ("profile", foreign(report["profile"]["name"])),
        ("effort", inert(words["effort-seed"].format(effort=run["effort"], seed=run["seed"]))),
        ("examined", _examined(report, words)),
        ("when", foreign(run["started"])),
        ("suite", foreign(f"{run['suite']['name']} {run['suite']['version']}")),
        ("run", foreign(run["id"])),
    ]
    return ["| | |", "| --- | --- |", *(f"| {inert(words[key])} | {told} |" for key, told in rows)]


def _examined(report: Report, words: Mapping[str, str]) -> str:
    examples = sum(report["counts"]["examples"].values())
    return inert(words["counts"].format(requirements=report["requirement-set"]["count"], examples=examples))


def _counts(report: Report, wording: Translations, lang: str) -> list[str]:
    counts = {name: count for name, count in report["counts"]["requirements"].items() if count}
    heads = " | ".join(f"{MARKS[name]} {inert(wording.word(name, lang))}" for name in counts)
    return [
        f"| {heads} |",
        f"| {' | '.join('---' for _ in counts)} |",
        f"| {' | '.join(map(str, counts.values()))} |",
    ]


def _rows(report: Report, wording: Translations, lang: str) -> list[str]:
    rows = sorted(
        (row for row in report["requirements"] if row["verdict"] in SHOWN), key=lambda row: SHOWN.index(row["verdict"])
    )
    if not rows:
        return []
    words = wording.catalogues[lang]["page"]
    heads = " | ".join(inert(words[key]) for key in ("requirements", "reason"))
    lines = ["", f"| | {heads} |", "| --- | --- | --- |", *(_row(row, wording, lang) for row in rows[:MOST_ROWS])]
    return [*lines, *([f"| … | {len(rows) - MOST_ROWS} | |"] if len(rows) > MOST_ROWS else [])]


def _row(row: Report, wording: Translations, lang: str) -> str:
    waived = f", {inert(wording.catalogues[lang]['page']['waived'])}" if row.get("waived") else ""
    verdict = f"{MARKS[row['verdict']]} {inert(wording.word(row['verdict'], lang))}{waived}"
    return f"| {verdict} | {foreign(row['id'])} {inert(row['text'][lang])} | {_why(row, wording, lang)} |"


def _why(row: Report, wording: Translations, lang: str) -> str:
    if row["findings"]:
        first = row["findings"][0]
        instead = wording.catalogues[lang]["page"]["instead"]
        return foreign(instead.format(expected=first["expected"][lang], actual=first["actual"][lang]))
    return foreign(row["reason"][lang]) if row["reason"] else ""


def _bounded(lines: Sequence[str]) -> str:
    """Return as many lines as a summary may have, and say so if some are missing."""
    kept: list[str] = []
    used = 0
    for number, line in enumerate(lines):
        used += len(line.encode()) + 1
        if used > LARGEST:
            return _text([*kept, "", f"… ({len(lines) - number})"])
        kept.append(line)
    return _text(kept)


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
