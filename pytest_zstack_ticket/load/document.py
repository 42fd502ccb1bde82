"""load.json: what a load found, as one JSON value with a schema; and the exit status that it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from pytest_zstack_ticket.load.drift import Slowing
from pytest_zstack_ticket.load.tally import LoadTally, Window
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.model.requirement import Requirement

SCHEMA = "urn:zstack-ticket:artefact:load:1"
STATUS = {"passed": 0, "failed": 1, "interrupted": 2, "inconclusive": 12, "left": 13}
"""Exit status of each result, as that of a run."""

MOST_LOST = 0.01
"""Share of lives in which a call may go wrong in a load that passes: what got no answer proves nothing."""


def load_document(  # noqa: PLR0913 - what a load is made of
    *,
    load: JsonObject,
    target: JsonObject,
    tally: LoadTally,
    catalogue: Mapping[str, Requirement],
    requirements: Sequence[str],
    slower: Slowing | None,
    probes: JsonObject,
    swept: JsonObject,
    usage: JsonObject,
    evidence: JsonObject,
    ended: str,
) -> JsonObject:
    """Return the document. `ended`: why the load ended before its time, empty if it did not."""
    rows = [_requirement(one, tally, catalogue[one]) for one in sorted({*requirements, *tally.judged})]
    result = result_of(rows, slower, swept, ended=ended, lost=lost_share(tally))
    return {
        "schema": SCHEMA,
        "suite": {"name": "pytest-zstack-ticket", "version": version("pytest-zstack-ticket")},
        "load": load,
        "target": target,
        "result": result,
        "exit-status": STATUS[result],
        "ended-early": ended,
        "requests": tally.requests,
        "lives": tally.lives,
        "usage": usage,
        "latencies": {call: tally.latencies[call].figures() for call in sorted(tally.latencies)},
        "windows": {"seconds": tally.width, "rows": window_rows(tally.windows, tally.width)},
        "requirements": rows,
        "findings": [_rounded(one) for one in sorted(tally.findings.values(), key=_order)],
        "errors": [_rounded(one) for one in sorted(tally.errors.values(), key=lambda one: -one["count"])],
        "slower": None
        if slower is None
        else {"before": round(slower.before, 4), "after": round(slower.after, 4), "rising": round(slower.rising, 3)},
        "probes": probes,
        "cleanup": swept,
        "evidence": evidence,
    }


def lost_share(tally: LoadTally) -> float:
    """Share of lives in which a call went wrong; one life counts as often as its calls did."""
    count = sum(int(one["count"]) for one in tally.errors.values())
    return count / max(1, tally.lives)


def result_of(rows: Sequence[JsonObject], slower: Slowing | None, swept: JsonObject, *, ended: str, lost: float) -> str:
    """Say what a load comes to: a violation is worst, then what could not be decided, then tickets that are left."""
    if any(row["failed"] for row in rows):
        return "failed"
    if ended == "interrupted":
        return "interrupted"
    undecided = not rows or any(not row["held"] for row in rows)
    if ended or slower is not None or undecided or lost > MOST_LOST:
        return "inconclusive"
    return "left" if swept["left"] or swept["unseen"] or swept["why"] else "passed"


def _requirement(key: str, tally: LoadTally, requirement: Requirement) -> JsonObject:
    held, failed, undecided = tally.judged.get(key, (0, 0, 0))
    verdict = "failed" if failed else "passed" if held else "inconclusive"
    return {
        "id": key,
        "verdict": verdict,
        "held": held,
        "failed": failed,
        "undecided": undecided,
        "text": dict(requirement.text),
    }


def _order(finding: JsonObject) -> tuple[bool, int]:
    return finding["kind"] == "other", -finding["count"]


def _rounded(row: JsonObject) -> JsonObject:
    return {**row, "first": round(row["first"], 3), "last": round(row["last"], 3)}


def window_rows(windows: Mapping[int, Window], width: float) -> list[dict[str, Any]]:
    """Rows of a chart: when a window began, requests and errors in it, and latencies by call."""
    first = min(windows, default=0)
    return [
        {
            "at": round((place - first) * width, 3),
            "requests": windows[place].requests,
            "errors": windows[place].errors,
            "latencies": {
                call: {"p50": round(latency.quantile(0.5), 4), "p95": round(latency.quantile(0.95), 4)}
                for call, latency in sorted(windows[place].latencies.items())
            },
        }
        for place in sorted(windows)
    ]
