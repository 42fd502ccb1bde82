"""Which requirements changed over several runs, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_zstack_ticket.model.exchange import JsonObject

Report = Mapping[str, Any]


def history(reports: Sequence[Report]) -> JsonObject:
    """List runs in the order of their start, and the requirements whose verdict was not the same in all.

    A requirement that a run did not know has None there.
    """
    ordered = sorted(reports, key=lambda report: (report["run"]["started"], report["run"]["id"]))
    rows = [{row["id"]: row for row in report["requirements"]} for report in ordered]
    ids = sorted({key for one in rows for key in one})
    verdicts = {key: [one[key]["verdict"] if key in one else None for one in rows] for key in ids}
    changed = [key for key in ids if len(set(verdicts[key])) > 1]
    return {
        "runs": [_run(report) for report in ordered],
        "changed": [{"id": key, "verdicts": verdicts[key]} for key in changed],
        "unchanged": len(ids) - len(changed),
    }


def _run(report: Report) -> JsonObject:
    run = report["run"]
    return {
        "id": run["id"],
        "started": run["started"],
        "target": report["target"]["url"],
        "release": report["target"]["release"],
        "suite": run["suite"],
        "requirement-set": report["requirement-set"]["digest"],
        "verdict": report["verdict"],
        "partial": report["partial"],
    }
