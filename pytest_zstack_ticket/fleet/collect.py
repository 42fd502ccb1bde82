"""A fleet's result from bundles of runs that were made elsewhere, read one at a time: any number fits into memory."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.artifacts.report_reader import load_report
from pytest_zstack_ticket.fleet.job import Outcome
from pytest_zstack_ticket.fleet.plan import FleetTarget
from pytest_zstack_ticket.fleet.result import examined, requirements_of
from pytest_zstack_ticket.fleet.store import baseline_of, require_fleet, trend_before
from pytest_zstack_ticket.fleet.summary import FleetFacts, fleet_json
from pytest_zstack_ticket.model.errors import FleetError

WAVE = "collected"
_ODD = re.compile(r"[^A-Za-z0-9._-]+")


def collect(bundles: Sequence[Path], folder: Path, *, baseline: str, now: str) -> dict[str, Any]:
    """Build the result from bundles, in a new folder or an empty one. Raises EvidenceError and FleetError."""
    require_fleet(baseline)
    if folder.exists() and any(folder.iterdir()):
        raise FleetError(f"--report: {folder} is not empty; name another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    requirements: dict[str, Any] = {}
    results = list(_results(bundles, baseline, requirements))
    wave = {
        "name": WAVE,
        "targets": [one["name"] for one in results],
        "continue-if": "finished",
        "tolerate": 0,
        "state": "done",
    }
    facts = FleetFacts(
        id=secrets.token_hex(8),
        name=folder.name,
        started=min(one["started"] for one in results),
        ended=now,
        waves=[wave],
        baseline=bool(baseline),
    )
    return fleet_json(facts, results, requirements, trend=trend_before(baseline))


def _results(bundles: Sequence[Path], baseline: str, requirements: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
    for path, name in zip(bundles, _names(bundles), strict=True):
        report = load_report(path, brief=True)
        target = FleetTarget(name=name, url=report["target"]["url"])
        _, before = baseline_of(name, "", baseline)
        requirements |= requirements_of(report)
        outcome = Outcome(target=name, kind="report", status=report["exit_status"])
        yield examined(target, WAVE, outcome, report, baseline=before, attempts=1)


def _names(bundles: Sequence[Path]) -> list[str]:
    """Name each target after its bundle; a name that is taken gets a number."""
    names: dict[str, None] = {}
    for path in bundles:
        stem = _ODD.sub("-", path.absolute().name.removesuffix(".zip").removesuffix(".json")).strip("-.")[:70] or "run"
        name, number = stem, 1
        while name in names:
            number += 1
            name = f"{stem}-{number}"
        names[name] = None
    return list(names)
