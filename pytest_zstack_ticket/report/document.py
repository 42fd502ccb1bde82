"""The machine-readable report of a run: `report.json`, the truth that every other form is made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pytest_zstack_ticket.model.codec import phrase_to_json
from pytest_zstack_ticket.model.digest import digest
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.model.json_limits import MAX_DEPTH, MAX_DIGITS
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.report.text.translations import LANGUAGES, Translations
from pytest_zstack_ticket.verdicts.judge import Judged

SCHEMA = "urn:zstack-ticket:artefact:report:1"
MAX_WITNESSES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementRow:
    """One requirement of a report: its verdict with the tally behind it, and what no tally holds.

    `findings` are as `report.finding` makes them; `outside` is what counts in the verdict and is in no example;
    `witnesses` are examples that passed, which are read only if the requirement did. Findings of a requirement that
    another one blocks are left out: they are that other one's.
    """

    requirement: Requirement
    judged: Judged
    findings: Sequence[JsonObject] = ()
    outside: JsonObject | None = None
    witnesses: Iterable[JsonObject] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What a report says of a run apart from its requirements; `run` and `target` are plain JSON.

    `front_end` counts by status what something in front of the target answered in its stead.
    """

    run: JsonObject
    target: JsonObject
    profile: Profile
    verdict: str
    partial: bool
    exit_status: int
    counts: Mapping[str, Mapping[str, int]]
    calibration: JsonObject | None = None
    front_end: Mapping[int, int] | None = None
    observations: Mapping[str, Sequence[JsonObject]] | None = None
    evidence: JsonObject | None = None
    environment: JsonObject | None = None


def report_json(facts: RunFacts, rows: Sequence[RequirementRow], translations: Translations) -> JsonObject:
    """Build the report of a run."""
    requirements = [row_json(row, translations) for row in rows]
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
        "counts": counts_json(facts.counts, requirements),
        "calibration": facts.calibration,
        "front_end": [
            {"status": status, "requests": count} for status, count in sorted((facts.front_end or {}).items())
        ],
        "evidence": facts.evidence,
        "requirements": requirements,
        "observations": [
            {"id": key, "values": list(values)} for key, values in sorted((facts.observations or {}).items())
        ],
    }


def kill_matrix_json(requirements: Sequence[Requirement]) -> JsonObject:
    """Count the requirements that faults prove able to fail and those faults; the digest identifies the whole table."""
    proven = {one.id: list(one.killed_by) for one in requirements if one.killed_by}
    return {
        "requirements": len(proven),
        "faults": len({fault for faults in proven.values() for fault in faults}),
        "digest": digest(proven),
    }


def counts_json(counts: Mapping[str, Mapping[str, int]], rows: Sequence[JsonObject]) -> JsonObject:
    """Count requirements by verdict, in all and by level, and the examples of the rows by outcome."""
    return {
        "requirements": _sums(counts),
        "by-level": {level: dict(verdicts) for level, verdicts in counts.items()},
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


def row_json(row: RequirementRow, translations: Translations) -> JsonObject:
    """Build one requirement of a report."""
    judged, tally = row.judged, row.judged.tally
    shown = row.findings if tally.failed else ()
    return {
        **requirement_json(row.requirement),
        "verdict": judged.verdict,
        "reason": _translated(phrase_to_json(judged.reason), translations) if judged.reason else None,
        "examples": {
            "held": tally.held,
            "failed": tally.failed,
            "undecided": tally.undecided,
            "open": tally.legal,
        },
        "distinct": len(tally.inputs),
        "outside": row.outside,
        "partitions": sorted(tally.partitions),
        "without_example": tally.without_example,
        "killed_by": list(row.requirement.killed_by),
        "witnesses": sorted(row.witnesses, key=_witness_order)[:MAX_WITNESSES] if judged.verdict == "passed" else [],
        "findings": sorted((_finding(one, translations) for one in shown), key=_finding_order),
    }


def _finding(finding: JsonObject, translations: Translations) -> JsonObject:
    return {
        **finding,
        "expected": _translated(finding["expected"], translations),
        "actual": _translated(finding["actual"], translations),
    }


def _witness_order(witness: JsonObject) -> tuple[str, str, str]:
    """Key that orders passing examples, whichever worker was first."""
    return witness["test"], witness["partition"], str(witness["exchanges"])


def _finding_order(finding: JsonObject) -> tuple[str, str]:
    """Key that orders findings, whichever worker found them first."""
    return finding["signature"], finding["test"]


def requirement_json(requirement: Requirement) -> JsonObject:
    """Write a requirement as JSON."""
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
    """Write a profile as JSON; its digest covers the schemas of the API and the limits of reading too."""
    content = {
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
    limits = {"max-depth": MAX_DEPTH, "max-digits": MAX_DIGITS}
    return {**content, "digest": digest({**content, **limits, "schemas": dict(profile.schemas)})}


def _translated(phrase: JsonObject, translations: Translations) -> JsonObject:
    """Add the text in every language to a phrase in JSON form."""
    return {**phrase, **{lang: translations.render_json(phrase, lang) for lang in LANGUAGES}}
