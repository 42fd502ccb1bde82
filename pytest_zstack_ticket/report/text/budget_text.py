"""What a budget did not buy: requirements with fewer distinct examples than the effort asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_zstack_ticket.report.text.translations import Translations

MOST = 12


def explored(row: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return how many examples of a requirement were explored within a budget, and of how many; None without one."""
    told = (row.get("outside") or {}).get("explored")
    return (told["explored"], told["wanted"]) if told else None


def shortfall_lines(report: Mapping[str, Any], words: Translations, lang: str) -> list[str]:
    """Return what a budget bought, one line for all and one for each requirement that it was too short for."""
    seconds = report["run"].get("budget")
    if not seconds:
        return []
    counts = [
        (row["id"], found) for row in report["requirements"] if row["verdict"] != "failed" and (found := explored(row))
    ]
    short = sorted((done / wanted, name, done, wanted) for name, (done, wanted) in counts if done < wanted)
    if not short:
        return [words.say("budget-enough", lang, seconds=f"{seconds:g}")]
    lines = [words.say("budget-short", lang, seconds=f"{seconds:g}", effort=report["run"]["effort"])]
    lines += [
        words.say("budget-row", lang, requirement=name, explored=done, wanted=wanted)
        for _, name, done, wanted in short[:MOST]
    ]
    return [*lines, *([f"… {len(short) - MOST}"] if len(short) > MOST else [])]
