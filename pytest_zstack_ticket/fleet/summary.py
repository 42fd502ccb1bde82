"""The result of a whole fleet, `fleet.json`: matrix, targets that fail alike, differences of releases, trend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_zstack_ticket.fleet.result import merged_status

SCHEMA = "urn:zstack-ticket:artefact:fleet-report:1"
LETTERS = {"passed": "p", "failed": "f", "error": "e", "inconclusive": "i", "untested": "u", "inapplicable": "n"}
UNKNOWN = "-"
"""Letter of a requirement that the run of a target did not have."""
DECIDED = ("passed", "failed")
LONGEST_TREND = 100
KEPT = (
    "name", "url", "groups", "wave", "state", "kind", "verdict", "partial", "exit_status", "text", "attempts",
    "seconds", "run", "started", "ended", "release", "profile", "suite", "left", "unswept", "waived", "roots",
    "notes", "regressions",
)  # fmt: skip
Result = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetFacts:
    """What a fleet's result says apart from its targets. `stopped` has wave and reason, None if none stopped.

    `baseline` is true if it was compared with an earlier fleet.
    """

    id: str
    name: str
    started: str
    ended: str
    waves: Sequence[Mapping[str, Any]]
    stopped: Mapping[str, str] | None = None
    interrupted: bool = False
    baseline: bool = False


def fleet_json(
    facts: FleetFacts,
    results: Sequence[Result],
    requirements: Mapping[str, Mapping[str, Any]],
    *,
    trend: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Build the result of a fleet; `trend` is that of the fleets before."""
    ids = sorted(requirements)
    status = 2 if facts.interrupted else merged_status(results)
    point = _point(facts, results, status)
    return {
        "schema": SCHEMA,
        "fleet": {"id": facts.id, "name": facts.name, "started": facts.started, "ended": facts.ended},
        "exit_status": status,
        "stopped": dict(facts.stopped) if facts.stopped else None,
        "interrupted": facts.interrupted,
        "baseline": facts.baseline,
        "waves": [dict(one) for one in facts.waves],
        "requirements": [dict(requirements[key]) for key in ids],
        "targets": [_target(one, ids) for one in results],
        "alike": alike(results),
        "releases": releases(results, ids),
        "trend": [*trend, point][-LONGEST_TREND:],
    }


def _target(result: Result, ids: Sequence[str]) -> dict[str, Any]:
    verdicts = result["verdicts"]
    letters = "".join(LETTERS[verdicts[key]] if key in verdicts else UNKNOWN for key in ids)
    return {**{name: result[name] for name in KEPT}, "verdicts": letters}


def alike(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Group targets whose defects have the same roots, the largest group first."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for one in results:
        if one["roots"]:
            groups.setdefault(tuple(one["roots"]), []).append(one["name"])
    made = [{"roots": list(roots), "targets": sorted(names)} for roots, names in groups.items()]
    return sorted(made, key=lambda one: (-len(one["targets"]), one["roots"]))


def releases(results: Sequence[Result], ids: Sequence[str]) -> dict[str, Any]:
    """Say which requirements releases decide differently: counts of each verdict by release, for those alone."""
    by_release: dict[str, list[Result]] = {}
    for one in results:
        if one["release"]:
            by_release.setdefault(one["release"], []).append(one)
    names = sorted(by_release, key=_natural)
    rows = []
    for key in ids:
        counts = {name: Counter(_decided(by_release[name], key)) for name in names}
        decided = [frozenset(found) for found in counts.values() if found]
        if len(set(decided)) > 1:
            rows.append({"id": key, "counts": [dict(sorted(counts[name].items())) for name in names]})
    return {"names": names, "targets": [len(by_release[name]) for name in names], "rows": rows}


def _decided(results: Sequence[Result], key: str) -> list[str]:
    return [verdict for one in results if (verdict := one["verdicts"].get(key, "")) in DECIDED]


def _natural(name: str) -> list[tuple[int, str]]:
    """Key that orders 4.10 after 4.8."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in name.replace("-", ".").split(".")]


def _point(facts: FleetFacts, results: Sequence[Result], status: int) -> dict[str, Any]:
    cells = Counter(verdict for one in results for verdict in one["verdicts"].values())
    return {
        "id": facts.id,
        "started": facts.started,
        "exit_status": status,
        "targets": dict(sorted(Counter(one["verdict"] for one in results).items())),
        "cells": dict(sorted(cells.items())),
        "regressions": sum(len(one["regressions"] or ()) for one in results),
    }
