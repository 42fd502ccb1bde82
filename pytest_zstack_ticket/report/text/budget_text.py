"""The shortfall of a budget: requirements with fewer distinct examples than the effort asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_zstack_ticket.report.text.translations import Translations

MAX_ROWS = 12


def explored(row: Mapping[str, Any]) -> tuple[int, int] | None:
    """Count the examples explored within a budget, and those that the effort asks for; None without a budget."""
    explored_json = (row.get("outside") or {}).get("explored")
    return (explored_json["explored"], explored_json["wanted"]) if explored_json else None


def shortfall_lines(report: Mapping[str, Any], translations: Translations, lang: str) -> list[str]:
    """Write what a budget allowed: one line for all, and one for each requirement that it was too short for."""
    seconds = report["run"].get("budget")
    if not seconds:
        return []
    counts = [
        (row["id"], found) for row in report["requirements"] if row["verdict"] != "failed" and (found := explored(row))
    ]
    short = sorted((done / wanted, name, done, wanted) for name, (done, wanted) in counts if done < wanted)
    if not short:
        return [translations.say("budget-enough", lang, seconds=f"{seconds:g}")]
    lines = [translations.say("budget-short", lang, seconds=f"{seconds:g}", effort=report["run"]["effort"])]
    lines += [
        translations.say("budget-row", lang, requirement=name, explored=done, wanted=wanted)
        for _, name, done, wanted in short[:MAX_ROWS]
    ]
    return [*lines, *([f"… {len(short) - MAX_ROWS}"] if len(short) > MAX_ROWS else [])]
