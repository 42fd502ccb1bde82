"""Pairwise combinations of the values of several fields."""

from __future__ import annotations

import itertools

from pytest_zstack_ticket.model.exchange import Json


def pairwise_combinations(choices: dict[str, tuple[Json, ...]]) -> list[dict[str, Json]]:
    """Combine fields so that every two of them meet in every pair of their values; greedy, not minimal."""
    names = list(choices)
    indexes = list(itertools.product(*(range(len(choices[name])) for name in names)))
    missing = {
        (one, other, row[one], row[other])
        for row in indexes
        for one, other in itertools.combinations(range(len(names)), 2)
    }
    rows: list[tuple[int, ...]] = []
    while missing:
        best = max(indexes, key=lambda row: len(missing & _pairs(row)))
        missing -= _pairs(best)
        rows.append(best)
    return [{name: choices[name][at] for name, at in zip(names, row, strict=True)} for row in rows]


def _pairs(row: tuple[int, ...]) -> set[tuple[int, int, int, int]]:
    return {(one, other, row[one], row[other]) for one, other in itertools.combinations(range(len(row)), 2)}
