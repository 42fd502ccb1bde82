"""The timeline of a run: requests per second, response times and tickets alive, with its findings as marks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pytest_zstack_ticket.report.html.chart_geometry import Bar, quantile
from pytest_zstack_ticket.report.html.page_context import PageContext

BINS = 60
LANE = 48
"""Pixels of the tallest bar of a lane."""
SLOW = 0.95
"""Share of the responses of a moment that are not slower than what its bar shows."""
MAX_FINDINGS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One quantity over the run; `label` is a key of the page's catalogue, `most` what the tallest bar stands for."""

    label: str
    most: str
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingMark:
    """The moment of a finding's request."""

    x: str
    requirement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What `timeline` shows; `seconds` is how long the run sent requests."""

    lanes: Sequence[Lane]
    findings: Sequence[FindingMark]
    seconds: str
    height: int = LANE


def timeline_view(context: PageContext, duration: Callable[[float], str]) -> Timeline | None:
    """Compute the timeline; None without evidence of at least two moments."""
    evidence = context.evidence
    if len(evidence.started) < 2 or len(evidence.started) != len(evidence.seconds):
        return None
    begin, span = min(evidence.started), max(evidence.started) - min(evidence.started)
    if span <= 0:
        return None

    def bin_of(moment: float) -> int:
        return min(BINS - 1, max(0, int(BINS * (moment - begin) / span)))

    times: list[list[float]] = [[] for _ in range(BINS)]
    for moment, seconds in zip(evidence.started, evidence.seconds, strict=True):
        times[bin_of(moment)].append(seconds)
    rates = [len(one) * BINS / span for one in times]
    slow = [quantile(one, SLOW) if one else 0.0 for one in times]
    alive = _alive(evidence.tickets, bin_of)
    lanes = [
        _lane("timeline-rate", rates, f"{max(rates):.0f}"),
        _lane("timeline-slow", slow, duration(max(slow)) if max(slow) else "0"),
        _lane("timeline-alive", alive, f"{max(alive):.0f}"),
    ]
    return Timeline(lanes=lanes, findings=_marks(context, begin, span), seconds=duration(span))


def _alive(tickets: Sequence[tuple[float, int]], bin_of: Callable[[float], int]) -> list[float]:
    """Count the most tickets that were there at once in each bin."""
    most, now, place = [0.0] * BINS, 0, 0
    for moment, change in sorted(tickets):
        here = bin_of(moment)
        for between in range(place + 1, here + 1):
            most[between] = float(now)
        place, now = here, max(0, now + change)
        most[here] = max(most[here], float(now))
    for after in range(place + 1, BINS):
        most[after] = float(now)
    return most


def _lane(label: str, values: Sequence[float], most: str) -> Lane:
    tallest = max(values) or 1.0
    bars = [
        Bar(
            x=f"{100 * place / BINS + 0.1:.2f}%",
            y=f"{LANE - _height(value, tallest):.1f}",
            width=f"{100 / BINS - 0.2:.2f}%",
            height=f"{_height(value, tallest):.1f}",
        )
        for place, value in enumerate(values)
        if value
    ]
    return Lane(label=label, most=most, bars=bars)


def _height(value: float, tallest: float) -> float:
    return max(2.0, LANE * value / tallest)


def _marks(context: PageContext, begin: float, span: float) -> list[FindingMark]:
    """Mark the findings whose first exchange is in the evidence."""
    marks = []
    for row in context.report["requirements"]:
        for finding in row["findings"][:1]:
            subject = finding["subject"]
            known = context.evidence.exchanges.get(subject["exchange"]) if subject else None
            if known is not None:
                place = min(100.0, max(0.0, 100 * (known["started"] - begin) / span))
                marks.append(FindingMark(x=f"{place:.2f}%", requirement=row["id"]))
    return marks[:MAX_FINDINGS]
