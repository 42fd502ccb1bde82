"""The machine-readable report of a run: `report.json`, the truth that every other form is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pytest_zstack_ticket.model.codec import phrase_to_json
from pytest_zstack_ticket.model.digest import digest
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.model.json_limits import MAX_DEPTH, MAX_DIGITS
from pytest_zstack_ticket.model.outcome import Phrase
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.report.text.translations import LANGUAGES, Translations

SCHEMA = "urn:zstack-ticket:artefact:report:1"
MOST_WITNESSES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One requirement with its verdict and what it was formed from; `findings` are as `report.finding` makes them.

    `outside` is what counts in the verdict and is in no example; `distinct` is how many of the examples sent different
    inputs, `without_example` the partitions that were looked through and gave none, `witnesses` examples that held.
    """

    requirement: Requirement
    verdict: str
    reason: Phrase | None
    held: int
    failed: int
    undecided: int
    open: int
    partitions: Sequence[str] = ()
    findings: Sequence[JsonObject] = ()
    outside: JsonObject | None = None
    distinct: int = 0
    without_example: Sequence[str] = ()
    witnesses: Sequence[JsonObject] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a run apart from its requirements; `run` and `target` are plain JSON."""

    run: JsonObject
    target: JsonObject
    profile: Profile
    verdict: str
    partial: bool
    exit_status: int
    counts: Mapping[str, Mapping[str, int]]
    calibration: JsonObject | None = None
    observations: Mapping[str, Sequence[JsonObject]] | None = None
    evidence: JsonObject | None = None
    environment: JsonObject | None = None


def document(facts: Facts, rows: Sequence[Row], wording: Translations) -> JsonObject:
    """Return the report of a run."""
    told = [row_json(row, wording) for row in rows]
    return {
        "schema": SCHEMA,
        "run": facts.run,
        "target": facts.target,
        "environment": facts.environment,
        "profile": profile_json(facts.profile),
        "requirement-set": {
            "count": len(rows),
            "digest": digest([requirement_json(row.requirement) for row in rows]),
        },
        "kill-matrix": kill_matrix_json([row.requirement for row in rows]),
        "verdict": facts.verdict,
        "partial": facts.partial,
        "exit_status": facts.exit_status,
        "counts": counts_json(facts.counts, told),
        "calibration": facts.calibration,
        "evidence": facts.evidence,
        "requirements": told,
        "observations": [
            {"id": key, "values": list(values)} for key, values in sorted((facts.observations or {}).items())
        ],
    }


def kill_matrix_json(requirements: Sequence[Requirement]) -> JsonObject:
    """Return how many faults prove how many requirements, and the digest by which the whole table can be recognised."""
    proven = {one.id: list(one.killed_by) for one in requirements if one.killed_by}
    return {
        "requirements": len(proven),
        "faults": len({fault for faults in proven.values() for fault in faults}),
        "digest": digest(proven),
    }


def counts_json(counts: Mapping[str, Mapping[str, int]], rows: Sequence[JsonObject]) -> JsonObject:
    """Return how many requirements, by level, and how many examples of the rows there are of each kind."""
    return {
        "requirements": _sums(counts),
        "by-level": {level: dict(told) for level, told in counts.items()},
        "examples": {
            kind: sum(row["examples"][kind] for row in rows) for kind in ("held", "failed", "undecided", "open")
        },
    }


def _sums(counts: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for level in counts.values():
        for verdict, count in level.items():
            sums[verdict] = sums.get(verdict, 0) + count
    return sums


def row_json(row: Row, wording: Translations) -> JsonObject:
    """Return one requirement of a report."""
    return {
        **requirement_json(row.requirement),
        "verdict": row.verdict,
        "reason": _said(phrase_to_json(row.reason), wording) if row.reason else None,
        "examples": {
            "held": row.held,
            "failed": row.failed,
            "undecided": row.undecided,
            "open": row.open,
        },
        "distinct": row.distinct,
        "outside": row.outside,
        "partitions": list(row.partitions),
        "without_example": list(row.without_example),
        "killed_by": list(row.requirement.killed_by),
        "witnesses": sorted(row.witnesses, key=_order)[:MOST_WITNESSES],
        "findings": sorted((_finding(one, wording) for one in row.findings), key=_place),
    }


def _finding(finding: JsonObject, wording: Translations) -> JsonObject:
    return {
        **finding,
        "expected": _said(finding["expected"], wording),
        "actual": _said(finding["actual"], wording),
    }


def _order(witness: JsonObject) -> tuple[str, str, str]:
    """Return what orders witnesses, whichever worker was first."""
    return witness["test"], witness["partition"], str(witness["exchanges"])


def _place(finding: JsonObject) -> tuple[str, str]:
    """Return what orders findings, whichever worker found them first."""
    return finding["signature"], finding["test"]


def requirement_json(requirement: Requirement) -> JsonObject:
    """Return a requirement as JSON."""
    return {
        "id": requirement.id,
        "area": requirement.area,
        "level": requirement.level,
        "basis": requirement.basis,
        "text": dict(requirement.text),
        "source": requirement.source,
        "needs": list(requirement.needs),
        "after": list(requirement.after),
        "profiles": list(requirement.profiles),
        "consequence": dict(requirement.consequence) if requirement.consequence else None,
    }


def profile_json(profile: Profile) -> JsonObject:
    """Return a profile as JSON; its digest covers the schemas of the API and the limits of reading too."""
    told = {
        "name": profile.name,
        "base": profile.base,
        "limits": {
            "name": profile.limits.name,
            "description": profile.limits.description,
            "comment": profile.limits.comment,
        },
        "release": {"oldest": str(profile.oldest), "newest": str(profile.newest)},
        "capabilities": sorted(profile.capabilities),
        "absent": sorted(profile.absent),
    }
    contract = {**told, "schemas": dict(profile.schemas), "max-depth": MAX_DEPTH, "max-digits": MAX_DIGITS}
    return {**told, "digest": digest(contract)}


def _said(told: JsonObject, wording: Translations) -> JsonObject:
    """Return a phrase in JSON form with its text in every language beside it."""
    return {**told, **{lang: wording.render_json(told, lang) for lang in LANGUAGES}}
