"""A short summary of a run, or of a comparison, in the Markdown of GitHub and GitLab.

Text of other origin is inert: it stands in a code element, each of its punctuation marks as a character
reference, so that it is neither markup nor a mention, a link or a workflow command.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pytest_zstack_ticket.report.grouping import causes_in
from pytest_zstack_ticket.report.text.columns import shortened, visible
from pytest_zstack_ticket.report.text.comparison_text import diff_lines
from pytest_zstack_ticket.report.text.headline import claims_of, extent, headline, mark_of, narrowed
from pytest_zstack_ticket.report.text.left_out_text import left_out_line
from pytest_zstack_ticket.report.text.limit_text import calibration_lines, front_end_lines, residue_line
from pytest_zstack_ticket.report.text.translations import Translations
from pytest_zstack_ticket.report.text.verdict_marks import VERDICT_MARKS
from pytest_zstack_ticket.verdicts.comparison import Diff

MAX_BYTES = 900_000
"""Bytes of a summary; GitHub drops one over 1 MiB altogether."""
MAX_ROWS = 100
MAX_TEXT_COLUMNS = 300
LISTED = ("failed", "error", "inconclusive", "untested")
"""Verdicts of which each row is shown."""
_PUNCTUATION = re.compile(r"(?<=\w)-(?=\w)|(?<=\d)\.(?=\d)|[.,](?= |$)|(?<=\w):(?= )|([!-/:-@\[-`{-~])")
"""A punctuation mark; only where it can mean nothing it is in no group."""

Report = Mapping[str, Any]


def markdown(report: Report, translations: Translations, lang: str) -> str:
    """Write a summary of a run."""
    words = translations.catalogues[lang]["page"]
    mark = VERDICT_MARKS[mark_of(report)]
    claims = claims_of(report)
    lines = [
        f"## {mark} {inert(words['title'])}: {inert(headline(claims, translations, lang))}",
        "",
        *(
            [inert(words["cut-short"].format(reason=report["run"]["cut_short"])), ""]
            if report["run"]["cut_short"]
            else []
        ),
        inert(words[extent(report)]),
        "",
        *(line for limit in _limits(report, translations, lang) for line in (inert(limit), "")),
        *_facts(report, translations, lang),
        "",
        *_counts(report, translations, lang),
        *_rows(report, translations, lang),
    ]
    return _bounded(lines)


def diff_markdown(diff: Diff, translations: Translations, lang: str) -> str:
    """Write a summary of a comparison."""
    first, *lines = diff_lines(diff, translations, lang)
    title = inert(translations.catalogues[lang]["page"]["upgrade"])
    mark = VERDICT_MARKS["failed" if diff.exit_status else "passed"]
    return _bounded([f"## {mark} {title}", "", inert(first), "", *(f"- {inert(line)}" for line in lines)])


def _limits(report: Report, translations: Translations, lang: str) -> list[str]:
    claims = claims_of(report)
    first = [residue_line(report, translations, lang), left_out_line(claims, translations, lang)]
    narrow = [*filter(None, first), *narrowed(claims, translations, lang)]
    return [*narrow, *front_end_lines(report, translations, lang), *calibration_lines(report, translations, lang)]


def inert(text: str) -> str:
    """Write a text on one line so that it shows as it is and does nothing."""
    short = shortened(visible(text), MAX_TEXT_COLUMNS)
    return _PUNCTUATION.sub(lambda found: f"&#{ord(found[1])};" if found[1] else found[0], short)


def foreign(text: str) -> str:
    """Write a text of another origin, so that it mentions no user either."""
    return f"<code>{inert(text)}</code>"


def _facts(report: Report, translations: Translations, lang: str) -> list[str]:
    words, run, target = translations.catalogues[lang]["page"], report["run"], report["target"]
    release = target["release"]
    same = release["oldest"] == release["newest"]
    between = foreign(release["oldest"]) if same else f"{foreign(release['oldest'])} – {foreign(release['newest'])}"
    rows = [
        ("target", f"{foreign(target['url'])} {inert(translations.word(target['kind'], lang))}"),
        ("release", between),
        ("profile", foreign(report["profile"]["name"])),
        ("effort", inert(words["effort-seed"].format(effort=run["effort"], seed=run["seed"]))),
        ("examined", _examined(report, words)),
        ("when", foreign(run["started"])),
        ("suite", foreign(f"{run['suite']['name']} {run['suite']['version']}")),
        ("run", foreign(run["id"])),
    ]
    return ["| | |", "| --- | --- |", *(f"| {inert(words[key])} | {value} |" for key, value in rows)]


def _examined(report: Report, words: Mapping[str, str]) -> str:
    examples = sum(report["counts"]["examples"].values())
    return inert(words["counts"].format(requirements=report["requirement-set"]["count"], examples=examples))


def _counts(report: Report, translations: Translations, lang: str) -> list[str]:
    counts = {name: count for name, count in report["counts"]["requirements"].items() if count}
    heads = " | ".join(f"{VERDICT_MARKS[name]} {inert(translations.word(name, lang))}" for name in counts)
    return [
        f"| {heads} |",
        f"| {' | '.join('---' for _ in counts)} |",
        f"| {' | '.join(map(str, counts.values()))} |",
    ]


def _rows(report: Report, translations: Translations, lang: str) -> list[str]:
    causes = causes_in(report["requirements"])
    explained = {row["id"]: group.root["id"] for group in causes.groups for row in group.explained}
    roots = [group.root for group in causes.groups]
    others = [row for one in causes.reasons for row in one.rows if row["verdict"] in LISTED]
    rows = [*roots, *others, *(row for group in causes.groups for row in group.explained)]
    if not rows:
        return []
    words = translations.catalogues[lang]["page"]
    heads = " | ".join(inert(words[key]) for key in ("requirements", "reason"))
    lines = [
        "",
        f"| | {heads} |",
        "| --- | --- | --- |",
        *(_row(row, translations, lang, explained) for row in rows[:MAX_ROWS]),
    ]
    return [*lines, *([f"| … | {len(rows) - MAX_ROWS} | |"] if len(rows) > MAX_ROWS else [])]


def _row(row: Report, translations: Translations, lang: str, explained: Mapping[str, str]) -> str:
    waived = f", {inert(translations.catalogues[lang]['page']['waived'])}" if row.get("waived") else ""
    verdict = f"{VERDICT_MARKS[row['verdict']]} {inert(translations.word(row['verdict'], lang))}{waived}"
    root = explained.get(row["id"])
    caused = translations.catalogues[lang]["page"]["root"]
    why = foreign(caused.format(id=root)) if root else _why(row, translations, lang)
    return f"| {verdict} | {foreign(row['id'])} {inert(row['text'][lang])} | {why} |"


def _why(row: Report, translations: Translations, lang: str) -> str:
    if row["findings"]:
        first = row["findings"][0]
        instead = translations.catalogues[lang]["page"]["instead"]
        return foreign(instead.format(expected=first["expected"][lang], actual=first["actual"][lang]))
    return foreign(row["reason"][lang]) if row["reason"] else ""


def _bounded(lines: Sequence[str]) -> str:
    """Keep as many lines as a summary may have, and say so if some are missing."""
    kept: list[str] = []
    used = 0
    for number, line in enumerate(lines):
        used += len(line.encode()) + 1
        if used > MAX_BYTES:
            return _text([*kept, "", f"… ({len(lines) - number})"])
        kept.append(line)
    return _text(kept)


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
