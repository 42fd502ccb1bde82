"""The coverage map: which variations were tried, by operation of the API and by field."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pytest_zstack_ticket.report.html.chart_geometry import Tile, tiles, tiles_size
from pytest_zstack_ticket.report.html.page_context import Json

MAX_FIELDS = 60
_UUID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedField:
    """The variations of one field, each as a tile and by name; an empty name is the whole request."""

    name: str
    tiles: Sequence[Tile]
    failed: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedOperation:
    """One operation of the API with the fields that were varied; an empty name where no request is known."""

    name: str
    fields: Sequence[TriedField]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Every variation that was tried; `left` fields are not shown."""

    count: int
    operations: Sequence[TriedOperation]
    left: int


def coverage_view(rows: Sequence[Json]) -> Coverage:
    """Compute the coverage map of a report's requirements."""
    states = dict.fromkeys(sorted({name for row in rows for name in row["partitions"]}), "passed")
    states |= {one["partition"]: "failed" for row in rows for one in row["findings"] if one["partition"]}
    operations = _operations(rows)
    fields: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for name, state in states.items():
        fields[operations.get(name, ""), name.partition("/")[0] if "/" in name else ""][name] = state
    order = Counter(operations.get(name, "") for name in states)
    shown = sorted(fields.items(), key=lambda one: (-order[one[0][0]], one[0][0], one[0][1] == "", one[0][1]))[
        :MAX_FIELDS
    ]
    grouped: dict[str, list[TriedField]] = defaultdict(list)
    for (operation, name), same in shown:
        grouped[operation].append(_field(name, same))
    made = [TriedOperation(name=name, fields=found) for name, found in grouped.items()]
    return Coverage(count=len(states), operations=made, left=len(fields) - len(shown))


def _operations(rows: Sequence[Json]) -> dict[str, str]:
    """Say of each variation which operation the requirements that tried it mostly are about."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        messages = (one["subject"] for one in (*row["findings"], *row.get("witnesses", ())) if one["subject"])
        named = Counter(_operation(one["request"]) for one in messages).most_common(1)
        for name in row["partitions"] if named else ():
            found[name][named[0][0]] += 1
    return {name: counts.most_common(1)[0][0] for name, counts in found.items()}


def _operation(request: Json) -> str:
    return f"{request['method']} {_UUID.sub('{uuid}', request['path'].partition('?')[0])[:80]}"


def _field(name: str, states: dict[str, str]) -> TriedField:
    width, height = tiles_size(len(states))
    failed = sum(state == "failed" for state in states.values())
    return TriedField(name=name, tiles=tiles(states), failed=failed, width=width, height=height)
