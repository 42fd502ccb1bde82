"""Charts as inline SVG: places in per cent of the width and sizes in pixels, so that text never shrinks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from pytest_zstack_ticket.report.html.markup import Markup, element, joined

HEIGHT = 96
"""Pixels of the tallest bar of a distribution."""
PER_DECADE = 6
TILE, ACROSS = 14, 18
SHARES = (0.5, 0.95, 0.99)


def stacked_bar(counts: Mapping[str, int], title: str) -> Markup:
    """Return one bar of parts side by side; the name of a part is the class of its rectangle."""
    whole = sum(counts.values()) or 1
    parts, at = [], 0.0
    for name, count in counts.items():
        share = 100 * count / whole
        parts.append(element("rect", x=f"{at:.2f}%", y=0, width=f"{share:.2f}%", height=18, class_=f"is-{name}"))
        at += share
    return _svg(title, 18, *parts)


def tiles(states: Mapping[str, str], title: str) -> Markup:
    """Return one small square for each name, with its state as class."""
    squares = [
        joined(
            Markup(f'<rect x="{TILE * (place % ACROSS)}" y="{TILE * (place // ACROSS)}" width="12" height="12" rx="2"'),
            Markup(f' class="is-{state}">'),
            element("title", name),
            Markup("</rect>"),
        )
        for place, (name, state) in enumerate(states.items())
    ]
    lines = math.ceil(len(squares) / ACROSS) or 1
    return _svg(title, TILE * lines, *squares, width=str(TILE * ACROSS))


def distribution(values: Sequence[float], title: str, duration: Callable[[float], str]) -> Markup:
    """Return how seconds are spread over a logarithmic scale, with lines for the median and the slow ends."""
    low, counts = _buckets(values)
    tallest, across = max(counts), len(counts)
    bars = [
        element(
            "rect",
            x=f"{100 * place / across + 0.2:.2f}%",
            y=f"{HEIGHT + 16 - _height(count, tallest):.1f}",
            width=f"{100 / across - 0.4:.2f}%",
            height=f"{_height(count, tallest):.1f}",
            class_="bar",
        )
        for place, count in enumerate(counts)
        if count
    ]
    marks = [
        _mark(_place(quantile(values, share), low, across), f"p{share * 100:g}", row)
        for row, share in enumerate(SHARES)
    ]
    decades = range(0, across + 1, PER_DECADE)
    ticks = [
        element(
            "text",
            duration(10 ** ((low + place) / PER_DECADE)),
            x=f"{100 * place / across:.2f}%",
            y=HEIGHT + 32,
            text_anchor="start" if not place else "end" if place == across else "middle",
        )
        for place in decades
    ]
    base = element("line", x1="0", x2="100%", y1=HEIGHT + 16, y2=HEIGHT + 16, class_="axis")
    return _svg(title, HEIGHT + 38, *bars, base, *marks, *ticks)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of all is not above."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _buckets(values: Sequence[float]) -> tuple[int, list[int]]:
    """Return the first bucket and the count of each, in whole decades."""
    places = [math.floor(math.log10(max(value, 1e-6)) * PER_DECADE) for value in values]
    low = PER_DECADE * (min(places) // PER_DECADE)
    high = PER_DECADE * (max(places) // PER_DECADE + 1)
    counts = [0] * (high - low)
    for place in places:
        counts[place - low] += 1
    return low, counts


def _height(count: int, tallest: int) -> float:
    """Return the pixels of a bar; one that holds anything can be seen."""
    return max(2.0, HEIGHT * count / tallest)


def _place(value: float, low: int, across: int) -> float:
    return 100 * (math.log10(max(value, 1e-6)) * PER_DECADE - low) / across


def _mark(place: float, name: str, row: int) -> Markup:
    """Return a line with its name; names stand on rows of their own, and left of the line near the right end."""
    x = f"{place:.2f}%"
    late = place > 80
    return joined(
        element("line", x1=x, x2=x, y1=4, y2=HEIGHT + 16, class_="mark"),
        element("text", name, x=x, y=12 + 14 * row, dx=-4 if late else 4, text_anchor="end" if late else "start"),
    )


def _svg(title: str, height: int, *parts: Markup, width: str = "100%") -> Markup:
    return element("svg", *parts, width=width, height=height, role="img", aria_label=title)
