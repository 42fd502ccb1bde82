"""Lines on what limits a verdict: pages from in front of the target, a refused calibration, tickets that are left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_zstack_ticket.report.text.translations import Translations
from pytest_zstack_ticket.verdicts.judge import RESIDUE

Report = Mapping[str, Any]


def front_end_lines(report: Report, translations: Translations, lang: str) -> list[str]:
    """Name what stands in front of the target, in one line, if it answered with pages of its own."""
    seen = report.get("front_end") or []
    if not seen:
        return []
    statuses = ", ".join(str(one["status"]) for one in seen)
    return [translations.say("front-end", lang, statuses=statuses, count=sum(one["requests"] for one in seen))]


def residue_line(report: Report, translations: Translations, lang: str) -> str:
    """Say why a run without a failure ended with exit status 13; empty if it did not."""
    if report.get("exit_status") != RESIDUE:
        return ""
    left, unseen = report["run"]["left_on_target"], report["run"]["residue"]["unseen"]
    key = "exit-left" if left else "exit-unseen" if unseen else "exit-unknown"
    return translations.say(key, lang, count=left or unseen)


def calibration_lines(report: Report, translations: Translations, lang: str) -> list[str]:
    """Say why the calibration request was not accepted, and what helps; nothing if it was."""
    calibration = report["calibration"]
    if not calibration or calibration["accepted"]:
        return []
    flaw = calibration.get("flaw")
    if flaw is None or flaw["key"] == "calibration-refused":
        lines = [translations.say("calibration-refused", lang, reason=calibration["reason"])]
        return [*lines, translations.say("calibration-advice", lang)]
    return [translations.say("calibration-undecided", lang, reason=translations.render_json(flaw, lang))]
