"""The charts of a page: verdicts by area and by level, the timeline, what was tried, and how long things took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pytest_zstack_ticket.report.html.chart_geometry import (
    BarPart,
    Histogram,
    histogram,
    quantile,
    stacked_bar,
)
from pytest_zstack_ticket.report.html.coverage_view import Coverage, coverage_view
from pytest_zstack_ticket.report.html.page_context import VERDICTS, Area, Json, PageContext, areas
from pytest_zstack_ticket.report.html.timeline_view import Timeline, timeline_view

LEVELS = ("must", "should", "may")


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelsTable:
    """Counts of each verdict that occurs, one column for each level: few columns, so that no screen cuts one off."""

    levels: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """How long something took, as a histogram and in figures; `label` is a key of the page's catalogue."""

    label: str
    count: int
    figures: str
    histogram: Histogram


@dataclass(frozen=True, slots=True, kw_only=True)
class Charts:
    """What `charts.html` shows."""

    areas: Sequence[tuple[Area, Sequence[BarPart]]]
    levels: LevelsTable
    durations: Sequence[Durations]
    coverage: Coverage
    timeline: Timeline | None


def charts_view(context: PageContext) -> Charts:
    """Compute the charts."""
    durations = (("latency", context.evidence.seconds), ("jobs", context.evidence.jobs))
    return Charts(
        areas=[(area, stacked_bar(area.counts)) for area in areas(context.report["requirements"])],
        levels=_levels(context.report["counts"]["by-level"]),
        durations=[_durations(label, values) for label, values in durations if values],
        coverage=coverage_view(context.report["requirements"]),
        timeline=timeline_view(context, duration),
    )


def _levels(counts: Json) -> LevelsTable:
    levels = [level for level in LEVELS if level in counts]
    numbers = ((verdict, [counts[level].get(verdict, 0) for level in levels]) for verdict in VERDICTS)
    return LevelsTable(levels=levels, rows=[(verdict, row) for verdict, row in numbers if any(row)])


def _durations(label: str, values: Sequence[float]) -> Durations:
    figures = [(f"p{share * 100:g}", quantile(values, share)) for share in (0.5, 0.95, 0.99)]
    return Durations(
        label=label,
        count=len(values),
        figures=", ".join(f"{name} {duration(value)}" for name, value in [*figures, ("max", max(values))]),
        histogram=histogram(values, duration),
    )


def duration(seconds: float) -> str:
    """Seconds in the unit that reads best."""
    for factor, unit in ((1, "s"), (1e3, "ms")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"
