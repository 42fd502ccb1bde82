"""Say to people what a run's waivers are worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_zstack_ticket.report.text import Wording
from pytest_zstack_ticket.report.width import visible


def waiver_lines(report: Mapping[str, Any], wording: Wording, lang: str) -> list[str]:
    """Return one line for each waiver of a report, and what they make of the verdict."""
    words = wording.catalogues[lang]["waiver"]
    lines = [
        words["line"].format(
            requirement=visible(one["requirement"]),
            signature=one["signature"],
            state=words[_shade(one)].format(**one["replays"]),
            expires=one["expires"],
            owner=visible(one["owner"]),
            reason=visible(one["reason"]),
        )
        for one in report.get("waivers", ())
    ]
    count = report.get("deviations")
    return [*lines, words["deviations"].format(count=count)] if count else lines


def _shade(one: Mapping[str, Any]) -> str:
    """Return the state of a waiver; one whose failure was not seen this time is waived all the same."""
    unseen = one["state"] == "waived" and not one["found"] and not one["replays"]["departed"]
    return "kept" if unseen else str(one["state"])
