"""What the rows of a report come to together: waived rows, verdict, counts and exit status, formed again."""

from __future__ import annotations

from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.report.document import counts_json
from pytest_zstack_ticket.verdicts.judge import REGRESSION, Result, exit_status
from pytest_zstack_ticket.verdicts.waivers import with_waivers

OF_THE_VERDICT = frozenset({0, 1, 12, 13})
"""Exit statuses that the verdict decides; the others are pytest's own."""


def excuse(report: JsonObject) -> None:
    """Mark the failed rows of which each finding has a waiver: another failure of the same requirement has none."""
    waivers = [one for one in report.get("waivers", ()) if one["state"] == "waived"]
    known = {(one["requirement"], one["signature"]) for one in waivers}
    for row in (row for row in report["requirements"] if "waived" in row or "waivers" in report):
        found = {(row["id"], one["signature"]) for one in row["findings"]}
        row["waived"] = row["verdict"] == "failed" and bool(found) and found <= known


def total(report: JsonObject, result: Result, *, cut_short: bool) -> None:
    """Put verdict, counts and exit status of the rows into a report."""
    waived = [row["id"] for row in report["requirements"] if row.get("waived")]
    lenient = with_waivers(result, waived, cut_short=cut_short)
    stale = any(one["state"] == "stale" for one in report.get("waivers", ()))
    report["exit_status"] = _status(report, lenient, stale=stale)
    if "deviations" in report or "waivers" in report:
        report["deviations"] = len(waived) if waived and lenient.verdict == "passed" and not stale else None
    report["verdict"], report["partial"] = result.verdict, result.partial
    report["counts"] = counts_json(result.counts, report["requirements"])


def _status(report: JsonObject, lenient: Result, *, stale: bool) -> int:
    """Return the exit status of a run: that of pytest, unless verdict, waivers, left-over tickets or a baseline decide.

    Reports of older versions do not have pytest's own: there a status that no verdict gives stands as it was.
    """
    stated: int = report["exit_status"]
    if "pytest_status" not in report["run"] and stated not in OF_THE_VERDICT:
        return stated
    residue = bool(report["run"]["residue"].get("avoidable"))
    status = exit_status(lenient, report["run"].get("pytest_status", 0), residue=residue)
    if status not in OF_THE_VERDICT:
        return status
    broken = report.get("upgrade", {}).get("exit_status") == REGRESSION
    return REGRESSION if broken else 1 if stale else status
