"""Consistency of a report: rows, counts, verdict, requirement set, and the seal of its evidence.

It reads the file alone, as any other reader could.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from pytest_zstack_ticket.artifacts.seal import Sealed
from pytest_zstack_ticket.certify.rejection import Rejection
from pytest_zstack_ticket.config.own_catalogue import OWN
from pytest_zstack_ticket.config.profile_file import built_in_like
from pytest_zstack_ticket.model.digest import digest
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.model.look_alikes import one_person
from pytest_zstack_ticket.verdicts.coverage import other_limits

WORST_FIRST = ("error", "failed", "inconclusive", "passed")
DEFINED = ("id", "area", "level", "basis", "text", "source", "needs", "after", "profiles", "consequence")
"""Members that a row repeats from the catalogue; the digest of the requirement set covers them."""
MOST_NAMED = 5


def inconsistencies(report: JsonObject, *, known: Collection[str] = ()) -> list[Rejection]:
    """Return why a report cannot be genuine; `known` are the requirements of its suite."""
    rows: list[JsonObject] = report["requirements"]
    return [
        *_incomplete(report, rows, known),
        *(Rejection("row-without-examples", row["id"]) for row in rows if not _row_fits(row)),
        *_miscounted(report, rows),
        *_borrowed_name(report["profile"]),
        *(Rejection("requirement-foreign", key) for key in _foreign(rows, known)),
        *(Rejection("waiver-void", one["requirement"]) for one in _void(report)),
        *([] if verdict_fits(report) else [Rejection("verdict-without-rows", report["verdict"])]),
    ]


def _incomplete(report: JsonObject, rows: list[JsonObject], known: Collection[str]) -> list[Rejection]:
    claimed = report["requirement-set"]
    ids = [row["id"] for row in rows]
    missing = sorted(set(known) - set(ids))
    if missing:
        more = f" … ({len(missing)})" if len(missing) > MOST_NAMED else ""
        return [Rejection("requirements-incomplete", ", ".join(missing[:MOST_NAMED]) + more)]
    rules = [{key: row[key] for key in DEFINED} for row in rows]
    if len(ids) != len(set(ids)) or (claimed["count"], claimed["digest"]) != (len(rows), digest(rules)):
        return [Rejection("requirements-changed", f"{len(rows)} / {claimed['count']}")]
    return []


def _borrowed_name(profile: JsonObject) -> list[Rejection]:
    """Return whether a profile bears the name of a built-in one without its rules."""
    own = profile["base"] == profile["name"] and not other_limits(profile["limits"])
    if own or not built_in_like(profile["name"]):
        return []
    return [Rejection("profile-name-reserved", profile["name"])]


def _foreign(rows: list[JsonObject], known: Collection[str]) -> list[str]:
    """List the rows that pass for requirements of the suites and are none: your own have an area of their own."""
    return [row["id"] for row in rows if known and row["id"] not in known and row["area"] != OWN][:MOST_NAMED]


def _void(report: JsonObject) -> Iterator[JsonObject]:
    """Yield the waivers that excuse a failure though no run takes them: expired before it, or by their own owner."""
    started = report["run"]["started"][:10]
    for one in report.get("waivers", ()):
        if one["state"] == "waived" and (one["expires"] < started or one_person(one["owner"], one["approver"])):
            yield one


def _row_fits(row: JsonObject) -> bool:
    """Tell whether the examples of a row support its verdict."""
    examples = row["examples"]
    if row["verdict"] == "passed":
        return bool(examples["held"]) and not examples["failed"] and not row["findings"]
    found, failed = bool(examples["failed"]), bool(row["verdict"] == "failed")
    return bool(row["verdict"] == "error") or found == failed


def _miscounted(report: JsonObject, rows: list[JsonObject]) -> list[Rejection]:
    counts = report["counts"]
    levels = {level: +Counter(count) for level, count in counts["by-level"].items()}
    counted = {level: Counter(row["verdict"] for row in rows if row["level"] == level) for level in levels}
    examples = Counter[str]()
    for row in rows:
        examples.update(row["examples"])
    fits = (
        +Counter(counts["requirements"]) == Counter(row["verdict"] for row in rows)
        and levels == counted
        and +Counter(counts["examples"]) == +examples
    )
    return [] if fits else [Rejection("counts-without-rows")]


def verdict_fits(report: JsonObject) -> bool:
    """Tell whether a report's verdict is the worst of its rows, and its deviations are its waived failures."""
    rows = report["requirements"]
    found = {row["verdict"] for row in rows} | ({"inconclusive"} if report["run"]["cut_short"] else set())
    worst = next((verdict for verdict in WORST_FIRST if verdict in found), "inconclusive")
    waived = [row for row in rows if row.get("waived")]
    deviations = report.get("deviations")
    return (
        report["verdict"] == worst
        and bool(report["run"]["complete"]) != bool(report["run"]["cut_short"])
        and (report["partial"] or not _unrun(report))
        and all(row["verdict"] == "failed" for row in waived)
        and deviations in (None, len(waived) or None)
        and (deviations is None or not found_beside(rows) & {"error", "failed", "inconclusive"})
    )


def _unrun(report: JsonObject) -> bool:
    """Tell whether a requirement that applies was not tested."""
    rows = (row for row in report["requirements"] if row["verdict"] == "untested")
    return not report["run"]["complete"] or any((row["reason"] or {}).get("key") != "not-tested" for row in rows)


def found_beside(rows: list[JsonObject]) -> set[str]:
    """Return the verdicts of the rows that no waiver covers."""
    return {row["verdict"] for row in rows if not row.get("waived")}


def unsealed(report: JsonObject, found: Sealed) -> list[Rejection]:
    """Return why a report does not belong to the evidence in its bundle."""
    sealed_as = report["evidence"]
    if found.run != report["run"]["id"]:
        return [Rejection("evidence-of-other-run", found.run)]
    if (sealed_as["size"], sealed_as["root"]) != (found.seal.size, found.seal.root):
        return [Rejection("evidence-not-of-report", sealed_as["file"])]
    return []
