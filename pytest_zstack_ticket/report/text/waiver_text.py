"""The waivers of a run as lines of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_zstack_ticket.report.text.columns import visible
from pytest_zstack_ticket.report.text.translations import Translations


def waiver_lines(report: Mapping[str, Any], translations: Translations, lang: str) -> list[str]:
    """Write one line for each waiver of a report."""
    words = translations.catalogues[lang]["waiver"]
    return [
        words["line"].format(
            requirement=visible(one["requirement"]),
            signature=one["signature"],
            state=words[_state(one)].format(**one["replays"]),
            expires=one["expires"],
            owner=visible(one["owner"]),
            reason=visible(one["reason"]),
        )
        for one in report.get("waivers", ())
    ]


def _state(one: Mapping[str, Any]) -> str:
    """Name the state of a waiver; one whose failure was not seen this time is waived all the same."""
    unseen = one["state"] == "waived" and not one["found"] and not one["replays"]["failed"]
    return "kept" if unseen else str(one["state"])
