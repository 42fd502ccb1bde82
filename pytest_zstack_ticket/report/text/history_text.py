"""Show over several runs what changed: the runs by number, then one line for each requirement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_zstack_ticket.report.text.columns import pad, shortened, visible, width
from pytest_zstack_ticket.report.text.translations import Translations

MAX_TARGET_COLUMNS = 60
MOST_COLUMNS = 14


def history_lines(told: Mapping[str, Any], wording: Translations, lang: str) -> list[str]:
    """Return the lines of a history; verdicts stand in columns, one for each run."""
    words = wording.catalogues[lang]["history"]
    lines = [
        words["run"].format(
            number=number,
            started=visible(run["started"])[:19],
            target=shortened(visible(run["target"]), MAX_TARGET_COLUMNS),
            oldest=visible(run["release"]["oldest"]),
            newest=visible(run["release"]["newest"]),
            suite=visible(run["suite"]["version"]),
            verdict=wording.word(run["verdict"], lang) + (words["partial"] if run["partial"] else ""),
        )
        for number, run in enumerate(told["runs"], 1)
    ]
    columns = [[wording.word(one, lang) if one else "-" for one in row["verdicts"]] for row in told["changed"]]
    widest = min(MOST_COLUMNS, max((width(word) for row in columns for word in row), default=0))
    first = max((width(visible(row["id"])) for row in told["changed"]), default=0)
    numbers = "  ".join(pad(f"#{number}", widest) for number in range(1, len(told["runs"]) + 1))
    table = [
        f"{pad(visible(row['id']), first)}  {'  '.join(pad(word, widest) for word in words_of_row)}".rstrip()
        for row, words_of_row in zip(told["changed"], columns, strict=True)
    ]
    head = [f"{' ' * first}  {numbers}".rstrip()] if table else []
    return [*lines, *head, *table, words["unchanged"].format(count=told["unchanged"])]
