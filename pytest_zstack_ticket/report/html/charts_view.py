"""The charts of a page: verdicts by area and by level, partitions that were tried, and how long things took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pytest_zstack_ticket.report.html.chart_geometry import (
    BarPart,
    Histogram,
    Tile,
    histogram,
    quantile,
    stacked_bar,
    tiles,
    tiles_size,
)
from pytest_zstack_ticket.report.html.page_context import VERDICTS, Area, Json, PageContext, areas

LEVELS = ("must", "should", "may")
MAX_PATHS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelsTable:
    """Counts by level, one column for each verdict that occurs."""

    verdicts: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """How long something took, as a histogram and in figures; `label` is a key of the page's catalogue."""

    label: str
    count: int
    figures: str
    histogram: Histogram


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedPath:
    """The partitions of one path of the body; an empty name is the whole request."""

    name: str
    tiles: Sequence[Tile]
    failed: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedPartitions:
    """Every partition that was tried, by path; `paths` are the first of `path_count`."""

    count: int
    paths: Sequence[TriedPath]
    path_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Charts:
    """What `charts.html` shows."""

    areas: Sequence[tuple[Area, Sequence[BarPart]]]
    levels: LevelsTable
    durations: Sequence[Durations]
    partitions: TriedPartitions


def charts_view(context: PageContext) -> Charts:
    """Compute the charts."""
    durations = (("latency", context.evidence.seconds), ("jobs", context.evidence.jobs))
    return Charts(
        areas=[(area, stacked_bar(area.counts)) for area in areas(context.report["requirements"])],
        levels=_levels(context.report["counts"]["by-level"]),
        durations=[_durations(label, values) for label, values in durations if values],
        partitions=_partitions(context.report["requirements"]),
    )


def _levels(counts: Json) -> LevelsTable:
    used = [verdict for verdict in VERDICTS if any(row.get(verdict) for row in counts.values())]
    rows = [(level, [counts[level].get(verdict, 0) for verdict in used]) for level in LEVELS if level in counts]
    return LevelsTable(verdicts=used, rows=rows)


def _durations(label: str, values: Sequence[float]) -> Durations:
    figures = [(f"p{share * 100:g}", quantile(values, share)) for share in (0.5, 0.95, 0.99)]
    return Durations(
        label=label,
        count=len(values),
        figures=", ".join(f"{name} {duration(value)}" for name, value in [*figures, ("max", max(values))]),
        histogram=histogram(values, duration),
    )


def _partitions(rows: Sequence[Json]) -> TriedPartitions:
    states = dict.fromkeys(sorted({name for row in rows for name in row["partitions"]}), "passed")
    states |= {one["partition"]: "failed" for row in rows for one in row["findings"] if one["partition"]}
    paths: dict[str, dict[str, str]] = {}
    for name, state in sorted(states.items(), key=lambda one: ("/" not in one[0], one[0])):
        paths.setdefault(name.partition("/")[0] if "/" in name else "", {})[name] = state
    shown = [_tried_path(name, same) for name, same in list(paths.items())[:MAX_PATHS]]
    return TriedPartitions(count=len(states), paths=shown, path_count=len(paths))


def _tried_path(name: str, states: dict[str, str]) -> TriedPath:
    width, height = tiles_size(len(states))
    failed = sum(state == "failed" for state in states.values())
    return TriedPath(name=name, tiles=tiles(states), failed=failed, width=width, height=height)


def duration(seconds: float) -> str:
    """Seconds in the unit that reads best."""
    for factor, unit in ((1, "s"), (1e3, "ms")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"
