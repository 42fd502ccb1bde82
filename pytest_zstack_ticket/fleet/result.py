"""What a fleet keeps of one target: the result of its run, and what it broke since the baseline. Plain JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_zstack_ticket.fleet.job import Outcome
from pytest_zstack_ticket.fleet.plan import FleetTarget
from pytest_zstack_ticket.report.grouping import causes_in
from pytest_zstack_ticket.report.text.columns import shortened, visible
from pytest_zstack_ticket.verdicts.comparison import compare

Report = Mapping[str, Any]
LONGEST_TEXT = 300
"""Columns of a reason that are kept; the bundle has all of it."""


def examined(  # noqa: PLR0913 - what a result is made of
    target: FleetTarget, wave: str, outcome: Outcome, report: Report, *, baseline: Report | None, attempts: int
) -> dict[str, Any]:
    """Build the result of a target with a report."""
    rows, run = report["requirements"], report["run"]
    regressions = None
    if baseline is not None:
        lines = compare(baseline, report).lines
        regressions = sorted({one for line in lines if line.kind == "regression" for one in line.requirements})
    return {
        **_common(target, wave, outcome, attempts),
        "state": "examined",
        "verdict": report["verdict"],
        "partial": report["partial"],
        "run": run["id"],
        "started": run["started"],
        "ended": run["ended"],
        "release": _release(report),
        "profile": report["profile"]["name"],
        "suite": run["suite"]["version"],
        "left": len(run["residue"]["left"]) + run["residue"]["unseen"] + outcome.left
        if run["residue"]
        else outcome.left,
        "verdicts": {row["id"]: row["verdict"] for row in rows},
        "waived": sorted(row["id"] for row in rows if row["verdict"] == "failed" and row.get("waived")),
        "roots": sorted(group.root["id"] for group in causes_in(rows).groups),
        "notes": {row["id"]: _note(row) for row in rows if row["verdict"] not in ("passed", "inapplicable")},
        "regressions": regressions,
    }


def without_report(target: FleetTarget, wave: str, outcome: Outcome, *, attempts: int) -> dict[str, Any]:
    """Build the result of a target that no attempt gave a report for."""
    return {
        **_common(target, wave, outcome, attempts),
        "state": "error",
        "verdict": "error",
        "partial": True,
        "run": "",
        "started": "",
        "ended": "",
        "release": "",
        "profile": "",
        "suite": "",
        "left": outcome.left,
        "verdicts": {},
        "waived": [],
        "roots": [],
        "notes": {},
        "regressions": None,
    }


def _common(target: FleetTarget, wave: str, outcome: Outcome, attempts: int) -> dict[str, Any]:
    return {
        "name": target.name,
        "url": target.url,
        "groups": list(target.groups),
        "wave": wave,
        "kind": outcome.kind,
        "exit_status": outcome.status,
        "text": "\n".join(visible(line) for line in outcome.text[-2000:].splitlines()),
        "attempts": attempts,
        "seconds": outcome.seconds,
        "unswept": outcome.unswept,
    }


def _release(report: Report) -> str:
    bounds = report["target"]["release"]
    return visible(
        bounds["oldest"] if bounds["oldest"] == bounds["newest"] else f"{bounds['oldest']}-{bounds['newest']}"
    )


def _note(row: Mapping[str, Any]) -> dict[str, str]:
    """Say in both languages why a requirement did not pass."""
    if row["findings"]:
        first = row["findings"][0]
        texts = {"en": f"expected: {first['expected']['en']}; got: {first['actual']['en']}"}
        texts["zh"] = f"预期：{first['expected']['zh']}；实际：{first['actual']['zh']}"
    else:
        texts = {lang: row["reason"][lang] if row["reason"] else "" for lang in ("en", "zh")}
    return {lang: shortened(visible(text), LONGEST_TEXT) for lang, text in texts.items()}


def requirements_of(report: Report) -> dict[str, dict[str, Any]]:
    """Return what a fleet shows of each requirement of a report."""
    return {
        row["id"]: {"id": row["id"], "area": row["area"], "level": row["level"], "text": dict(row["text"])}
        for row in report["requirements"]
    }


def merged_status(results: Sequence[Mapping[str, Any]]) -> int:
    """Return the exit status of a fleet from those of its targets: what matters most for a decision counts."""
    statuses = {status_of(one) for one in results}
    return next((status for status in ORDER if status in statuses), 0)


ORDER = (10, 1, 11, 13, 12)
"""A regression, a failure, a target without verdict, tickets left, nothing decided."""


def status_of(result: Mapping[str, Any]) -> int:
    """Return what one target counts as."""
    if result["regressions"]:
        return 10
    if result["state"] == "error":
        return 11
    status = int(result["exit_status"]) if result["exit_status"] in (0, *ORDER) else 1
    return 13 if status in (0, 12) and (result["left"] or result["unswept"]) else status
