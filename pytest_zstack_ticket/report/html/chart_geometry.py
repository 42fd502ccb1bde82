"""Geometry of the charts: places in per cent of the width and sizes in pixels, so that text never shrinks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

HEIGHT = 96
"""Pixels of the tallest bar of a histogram."""
TOP = 16
"""Pixels above it, for the names of quantiles."""
PER_DECADE = 6
"""Buckets of a histogram in each power of ten."""
TILE, TILES_PER_ROW = 14, 18
SHARES = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPart:
    """Part of a stacked bar: one verdict."""

    verdict: str
    x: str
    width: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """Small square: one partition, passed or failed."""

    name: str
    state: str
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Bar of a histogram."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Place on the axis with its name; `late` is near the right end."""

    x: str
    name: str
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """How seconds are spread over a logarithmic scale; `bottom` is where the axis lies, in pixels."""

    bottom: int
    bars: Sequence[Bar]
    quantiles: Sequence[Mark]
    ticks: Sequence[Mark]


def stacked_bar(counts: Mapping[str, int]) -> list[BarPart]:
    """Divide a bar among verdicts, side by side."""
    whole = sum(counts.values()) or 1
    parts, at = [], 0.0
    for verdict, count in counts.items():
        share = 100 * count / whole
        parts.append(BarPart(verdict=verdict, x=f"{at:.2f}%", width=f"{share:.2f}%"))
        at += share
    return parts


def tiles(states: Mapping[str, str]) -> list[Tile]:
    """Place one tile for each name, row by row."""
    return [
        Tile(name=name, state=state, x=TILE * (place % TILES_PER_ROW), y=TILE * (place // TILES_PER_ROW))
        for place, (name, state) in enumerate(states.items())
    ]


def tiles_size(count: int) -> tuple[int, int]:
    """Width and height in pixels of so many tiles."""
    return TILE * TILES_PER_ROW, TILE * (math.ceil(count / TILES_PER_ROW) or 1)


def histogram(values: Sequence[float], name: Callable[[float], str]) -> Histogram:
    """Place the bars, the median, the slow ends and the ticks of a histogram; `name` writes a tick's seconds."""
    low, counts = _buckets(values)
    tallest, across = max(counts), len(counts)
    return Histogram(
        bottom=HEIGHT + TOP,
        bars=[_bar(place, across, _height(count, tallest)) for place, count in enumerate(counts) if count],
        quantiles=[_quantile_mark(_place(quantile(values, share), low, across), share) for share in SHARES],
        ticks=[
            Mark(x=f"{100 * place / across:.2f}%", name=name(10 ** ((low + place) / PER_DECADE)))
            for place in range(0, across + 1, PER_DECADE)
        ],
    )


def quantile(values: Sequence[float], share: float) -> float:
    """Smallest value that at least this share of all is not above."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _buckets(values: Sequence[float]) -> tuple[int, list[int]]:
    """First bucket and the count of each, in whole decades."""
    places = [math.floor(math.log10(max(value, 1e-6)) * PER_DECADE) for value in values]
    low = PER_DECADE * (min(places) // PER_DECADE)
    high = PER_DECADE * (max(places) // PER_DECADE + 1)
    counts = [0] * (high - low)
    for place in places:
        counts[place - low] += 1
    return low, counts


def _bar(place: int, across: int, height: float) -> Bar:
    return Bar(
        x=f"{100 * place / across + 0.2:.2f}%",
        y=f"{HEIGHT + TOP - height:.1f}",
        width=f"{100 / across - 0.4:.2f}%",
        height=f"{height:.1f}",
    )


def _height(count: int, tallest: int) -> float:
    """Pixels of a bar; one that holds anything can be seen."""
    return max(2.0, HEIGHT * count / tallest)


def _place(value: float, low: int, across: int) -> float:
    return 100 * (math.log10(max(value, 1e-6)) * PER_DECADE - low) / across


def _quantile_mark(place: float, share: float) -> Mark:
    return Mark(x=f"{place:.2f}%", name=f"p{share * 100:g}", late=place > 80)
