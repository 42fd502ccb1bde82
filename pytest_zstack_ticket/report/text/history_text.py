"""A history of runs as lines of text: the runs by number, then one line for each requirement that changed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pytest_zstack_ticket.report.text.columns import pad, shortened, visible, width
from pytest_zstack_ticket.report.text.translations import Translations

MAX_TARGET_COLUMNS = 60
MAX_VERDICT_COLUMNS = 14
MAX_TEXT_COLUMNS = 100


def history_lines(
    history: Mapping[str, Any], translations: Translations, lang: str, texts: Mapping[str, str] = MappingProxyType({})
) -> list[str]:
    """Write a history; verdicts stand in columns, one for each run, before the requirement's text if that is known."""
    words = translations.catalogues[lang]["history"]
    lines = [
        words["run"].format(
            number=number,
            started=visible(run["started"])[:19],
            target=shortened(visible(run["target"]), MAX_TARGET_COLUMNS),
            oldest=visible(run["release"]["oldest"]),
            newest=visible(run["release"]["newest"]),
            suite=visible(run["suite"]["version"]),
            verdict=translations.word(run["verdict"], lang) + (words["partial"] if run["partial"] else ""),
        )
        for number, run in enumerate(history["runs"], 1)
    ]
    columns = [[translations.word(one, lang) if one else "-" for one in row["verdicts"]] for row in history["changed"]]
    widest = min(MAX_VERDICT_COLUMNS, max((width(word) for row in columns for word in row), default=0))
    first = max((width(visible(row["id"])) for row in history["changed"]), default=0)
    numbers = "  ".join(pad(f"#{number}", widest) for number in range(1, len(history["runs"]) + 1))
    table = [
        f"{pad(visible(row['id']), first)}  {'  '.join(pad(word, widest) for word in words_of_row)}"
        f"  {shortened(visible(texts.get(row['id'], '')), MAX_TEXT_COLUMNS)}".rstrip()
        for row, words_of_row in zip(history["changed"], columns, strict=True)
    ]
    head = [f"{' ' * first}  {numbers}".rstrip()] if table else []
    return [*lines, *head, *table, words["unchanged"].format(count=history["unchanged"])]
