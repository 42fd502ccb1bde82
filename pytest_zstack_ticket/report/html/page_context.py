"""What the parts of a page are made with: the report, its language, and what lies beside the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pytest_zstack_ticket.report.html.markup import Markup, Part, element
from pytest_zstack_ticket.report.text.translations import Translations

Json = Mapping[str, Any]
MARKS = {"passed": "✓", "failed": "✗", "error": "!", "inconclusive": "?", "untested": "○", "inapplicable": "–"}
VERDICTS = ("failed", "error", "inconclusive", "passed", "untested", "inapplicable")
"""In the order of a page: what needs somebody comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceExtract:
    """What a page shows and a report does not hold; all of it may be missing.

    `exchanges` are as the evidence has them, by id; `seconds` how long each answer took, `jobs` how long each job;
    `faults` are those of the simulator that must make a requirement fail.
    """

    exchanges: Mapping[str, Json] = field(default_factory=dict)
    seconds: Sequence[float] = ()
    jobs: Sequence[float] = ()
    faults: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """A report on its way to become a page in one language."""

    report: Json
    wording: Translations
    lang: str
    beside: EvidenceExtract

    def say(self, key: str, **parameters: object) -> str:
        """Return one of the page's own lines."""
        return self.wording.catalogues[self.lang]["page"][key].format(**parameters)

    def word(self, key: str) -> str:
        """Return a word such as a verdict or a level."""
        return self.wording.word(key, self.lang)

    def told(self, phrase: Json | None) -> str:
        """Return a text that the report holds in both languages."""
        return str(phrase[self.lang]) if phrase else ""

    def badge(self, verdict: str, *more: Part) -> Markup:
        """Return a verdict with its mark, so that it is known without its colour."""
        return element("span", f"{MARKS[verdict]} ", self.word(verdict), *more, class_=f"badge {verdict}")

    def facts(self, rows: Sequence[tuple[str, Part]], **attributes: str) -> Markup:
        """Return labels with their values; a value that is empty is left out with its label."""
        pairs = [
            element("div", element("dt", self.say(key)), element("dd", value))
            for key, value in rows
            if value or value == 0
        ]
        return element("dl", *pairs, **attributes)


def tally(rows: Sequence[Json]) -> dict[str, int]:
    """Return how many requirements have each verdict, in the order of a page, without those that none has."""
    counts = dict.fromkeys(VERDICTS, 0)
    for row in rows:
        counts[row["verdict"]] += 1
    return {verdict: count for verdict, count in counts.items() if count}


def in_order(rows: Sequence[Json]) -> list[Json]:
    """Return requirements by verdict, what needs somebody first, and then as the report has them."""
    return sorted(rows, key=lambda row: VERDICTS.index(row["verdict"]))
