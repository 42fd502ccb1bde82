"""The report, its language and an extract of its evidence: what every part of a page is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pytest_zstack_ticket.report.text.translations import Translations

Json = Mapping[str, Any]
VERDICTS = ("failed", "error", "inconclusive", "passed", "untested", "inapplicable")
"""In the order of a page: what needs action comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceExtract:
    """What a page shows and a report does not hold; all of it may be missing.

    `exchanges` are as the evidence has them, by id; `seconds` how long each answer took and `started` when its request
    was sent, `tickets` the moments at which one more or one less was there, `jobs` how long each job took;
    `faults` are those of the simulator that must make a requirement fail; `baseline` has, by requirement, the examples
    that passed in the run that this one is compared with. `number` and `valid`, its period, are those of the run's
    certificate, once that was verified.
    """

    exchanges: Mapping[str, Json] = field(default_factory=dict)
    seconds: Sequence[float] = ()
    started: Sequence[float] = ()
    tickets: Sequence[tuple[float, int]] = ()
    jobs: Sequence[float] = ()
    faults: Mapping[str, Sequence[str]] = field(default_factory=dict)
    baseline: Mapping[str, Sequence[Json]] = field(default_factory=dict)
    number: str = ""
    valid: str = ""


NO_EVIDENCE = EvidenceExtract()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """A report with the language of its page."""

    report: Json
    translations: Translations
    lang: str
    evidence: EvidenceExtract = NO_EVIDENCE

    def say(self, key: str, **parameters: object) -> str:
        """Line of the page's own catalogue."""
        return self.translations.catalogues[self.lang]["page"][key].format(**parameters)

    def word(self, key: str) -> str:
        """Word such as a verdict or a level."""
        return self.translations.word(key, self.lang)

    def text(self, phrase: Json | None) -> str:
        """Text that the report holds in every language."""
        return str(phrase[self.lang]) if phrase else ""

    def counts(self, counts: Mapping[str, int], separator: str = " · ") -> str:
        """How many requirements have each verdict, in words."""
        return separator.join(f"{self.word(verdict)} {count}" for verdict, count in counts.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """The requirements of one area, with how many have each verdict."""

    name: str
    rows: Sequence[Json]
    counts: Mapping[str, int]


def areas(rows: Sequence[Json]) -> list[Area]:
    """Group requirements by area, areas and rows in the order in which they come."""
    found: dict[str, list[Json]] = {}
    for row in rows:
        found.setdefault(row["area"], []).append(row)
    return [Area(name=name, rows=same, counts=verdict_counts(same)) for name, same in found.items()]


def areas_by_name(rows: Sequence[Json]) -> list[Area]:
    """Group requirements by area, areas in the order of their names."""
    return sorted(areas(rows), key=lambda area: area.name)


def verdict_counts(rows: Sequence[Json]) -> dict[str, int]:
    """Count the requirements of each verdict, in the order of a page, without verdicts that none has."""
    counts = dict.fromkeys(VERDICTS, 0)
    for row in rows:
        counts[row["verdict"]] += 1
    return {verdict: count for verdict, count in counts.items() if count}


def by_verdict(rows: Sequence[Json]) -> list[Json]:
    """Sort requirements by verdict, what needs action first, and then as the report has them."""
    return sorted(rows, key=lambda row: VERDICTS.index(row["verdict"]))
