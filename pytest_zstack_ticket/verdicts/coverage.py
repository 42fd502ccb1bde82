"""How much of the suite a report covers, which every claim has to be read with."""

from __future__ import annotations

from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.model.profile import Limits

EXAMINED = frozenset({"passed", "failed", "inconclusive", "error"})


def coverage(report: JsonObject) -> JsonObject:
    """Count what a report leaves out, and name what narrows it: absent capabilities, limits of its own."""
    rows = report["requirements"]
    left_out = [row for row in rows if row["verdict"] not in EXAMINED]
    profile = report["profile"]
    return {
        "requirements": len(rows),
        "not-examined": len(left_out),
        "must-not-examined": sum(row["level"] == "must" for row in left_out),
        "absent": sorted(profile["absent"]),
        "other-limits": other_limits(profile["limits"]),
    }


def standard_limits() -> dict[str, int]:
    """The limits of the built-in profiles."""
    limits = Limits()
    return {"name": limits.name, "description": limits.description, "comment": limits.comment}


def other_limits(limits: JsonObject) -> dict[str, int]:
    """The limits that differ from those of the built-in profiles."""
    return {key: limits[key] for key, length in standard_limits().items() if limits[key] != length}
