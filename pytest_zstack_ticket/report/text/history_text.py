"""A history of runs as lines of text: the runs by number, then each requirement that changed with its verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pytest_zstack_ticket.report.text.columns import folded, pad, shortened, visible, width
from pytest_zstack_ticket.report.text.translations import Translations

COLUMNS = 80
MAX_VERDICT_COLUMNS = 14
MAX_ID_COLUMNS = 40


def history_lines(
    history: Mapping[str, Any], translations: Translations, lang: str, texts: Mapping[str, str] = MappingProxyType({})
) -> list[str]:
    """Write a history in lines of at most 80 columns.

    Verdicts stand in columns, one for each run, above the requirement's text if that is known. Where not all of them
    fit beside each other, numbers and verdicts go on in further lines, in the same columns.
    """
    words = translations.catalogues[lang]["history"]
    changed = history["changed"]
    verdicts = [[translations.word(one, lang) if one else "-" for one in row["verdicts"]] for row in changed]
    ids = [shortened(visible(row["id"]), MAX_ID_COLUMNS) for row in changed]
    first = max(map(width, ids), default=0)
    widest = min(MAX_VERDICT_COLUMNS, max((width(word) for row in verdicts for word in row), default=0))
    numbers = [f"#{number}" for number in range(1, len(history["runs"]) + 1)]
    columns = max(widest, *map(width, numbers))
    table = _row("", numbers, first, columns) if changed else []
    for name, row in zip(ids, verdicts, strict=True):
        table += _row(name, row, first, columns)
        table += [f"  {line}" for line in folded(visible(texts.get(name, "")), COLUMNS - 2) if line]
    return [
        *_runs(history, translations, lang),
        *table,
        *folded(words["unchanged"].format(count=history["unchanged"]), COLUMNS),
    ]


def _runs(history: Mapping[str, Any], translations: Translations, lang: str) -> list[str]:
    """Write the runs, of each first its number, beginning and verdict, then its target."""
    words = translations.catalogues[lang]["history"]
    lines = []
    for number, run in enumerate(history["runs"], 1):
        partial = words["partial"] if run["partial"] else ""
        told = words["run"].format(
            number=number,
            started=visible(run["started"])[:19],
            verdict=translations.word(run["verdict"], lang) + partial,
            oldest=visible(run["release"]["oldest"]),
            newest=visible(run["release"]["newest"]),
            suite=visible(run["suite"]["version"]),
        )
        lines += folded(told, COLUMNS)
        lines += [f"    {line}" for line in folded(visible(run["target"]), COLUMNS - 4)]
    return lines


def _row(name: str, cells: Sequence[str], first: int, columns: int) -> list[str]:
    """Write one row of the table, as many cells in a line as fit."""
    room = max(1, (COLUMNS - first) // (columns + 2))
    lines = [cells[place : place + room] for place in range(0, len(cells), room)]
    starts = (name, *[""] * (len(lines) - 1))
    return [
        f"{pad(start, first)}  {'  '.join(pad(shortened(word, columns), columns) for word in line)}".rstrip()
        for start, line in zip(starts, lines, strict=True)
    ]
