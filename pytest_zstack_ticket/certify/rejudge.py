"""Form the verdicts of a bundle again from its evidence, without a network."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_zstack_ticket.artifacts.evidence_reader import Evidence, read_evidence
from pytest_zstack_ticket.artifacts.report_reader import load_report
from pytest_zstack_ticket.certify.plausibility import implausible
from pytest_zstack_ticket.certify.totals import excuse, total
from pytest_zstack_ticket.checks import CHECKS, evaluate
from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.config.profile_file import profile_from_json
from pytest_zstack_ticket.config.suite_tests import requirements_by_test
from pytest_zstack_ticket.model.codec import edit_from_json, phrase_from_json, phrase_to_json
from pytest_zstack_ticket.model.errors import EvidenceError
from pytest_zstack_ticket.model.exchange import Exchange, JsonObject
from pytest_zstack_ticket.model.outcome import Phrase, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.model.verdict import Example
from pytest_zstack_ticket.report.document import (
    RequirementRow,
    kill_matrix_json,
    profile_json,
    requirement_json,
    row_json,
)
from pytest_zstack_ticket.report.finding import (
    at_once_json,
    deciding_role,
    message_json,
    sibling_role,
    status_in_signature,
    subject_role,
    witness_json,
)
from pytest_zstack_ticket.report.sanitize import scrubbed_json
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.verdicts.floors import thin_passes, thin_reasons
from pytest_zstack_ticket.verdicts.input_digest import input_of
from pytest_zstack_ticket.verdicts.judge import NOT_CALIBRATED, Result, doubts_of, judge, signature
from pytest_zstack_ticket.verdicts.lateness import first_seen, too_early
from pytest_zstack_ticket.verdicts.limits_in_text import with_limits
from pytest_zstack_ticket.verdicts.relevance import irrelevance
from pytest_zstack_ticket.verdicts.tally import Tally, tallies


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudged:
    """A report as today's rules form it from the evidence.

    `same_rules` is True if requirements and schemas are those of the run; `changed` are the ids of rows that differ.
    `judged` are the examples with what their checks say today.
    """

    report: JsonObject
    judged: tuple[Example, ...]
    same_rules: bool
    changed: tuple[str, ...]

    @property
    def examples(self) -> int:
        """How many examples were judged."""
        return len(self.judged)

    @property
    def same(self) -> bool:
        """True if nothing differs from what the run wrote."""
        return not self.changed


def judge_bundle(folder: Path) -> Rejudged:
    """Form the verdicts of the bundle in a folder again. Raises EvidenceError if it cannot be read."""
    return rejudged(*read_bundle(folder))


def read_bundle(folder: Path) -> tuple[JsonObject, Evidence]:
    """Read report and evidence of a bundle. Raises EvidenceError, also if they cannot be those of one run."""
    stated = load_report(folder)
    if stated["evidence"] is None:
        raise EvidenceError(f"{folder}: the run kept no evidence, so nothing can be judged again.")
    evidence = read_evidence(folder / stated["evidence"]["file"], most=stated["evidence"]["size"])
    if evidence.header["run"] != stated["run"]["id"]:
        raise EvidenceError(f"{folder}: the evidence is that of another run ({evidence.header['run']}).")
    why = implausible(stated, evidence)
    if why:
        raise EvidenceError(f"{folder}: {why}, so the evidence was edited.")
    return stated, evidence


def rejudged(stated: JsonObject, evidence: Evidence) -> Rejudged:
    """Return what a report comes to by today's rules; only what no exchange shows is taken from it."""
    profile = profile_from_json(stated["profile"])
    known = {one.id: one for one in with_limits(catalogue(), profile.limits)}
    requirements = [known.get(row["id"]) or _own(row) for row in stated["requirements"]]
    examples = [_evaluated(one, evidence.exchanges, profile) for one in evidence.examples]
    _require_relevant(examples, {one.id: one for one in requirements})
    result = _result(stated, requirements, examples, evidence.exchanges, profile)
    report = copy.deepcopy(stated)
    for row, rule, one in zip(report["requirements"], requirements, result.judged, strict=True):
        fresh = RequirementRow(
            requirement=rule,
            judged=one,
            findings=list(_findings(row["findings"], evidence.exchanges, profile)),
            outside=row.get("outside"),
            witnesses=_witnesses(rule, row, evidence.exchanges, profile),
        )
        row.update(scrubbed_json(row_json(fresh, translations())))
    excuse(report)
    report["profile"] = profile_json(profile)
    if "kill-matrix" in report:
        report["kill-matrix"] = kill_matrix_json(requirements)
    total(report, result, cut_short=bool(stated["run"]["cut_short"]))
    same_rules = _same_rules(stated, requirements, profile)
    return Rejudged(
        report=report, judged=tuple(examples), same_rules=same_rules, changed=tuple(_changes(stated, report))
    )


def _result(
    stated: JsonObject,
    requirements: Sequence[Requirement],
    examples: Sequence[Example],
    exchanges: Mapping[str, Exchange],
    profile: Profile,
) -> Result:
    """Judge examples with what a report has of the run and no example shows."""
    found = _with_outside(tallies(examples), stated["requirements"])
    cut = frozenset(row["id"] for row in stated["requirements"] if (row.get("outside") or {}).get("cut"))
    cut_short = bool(stated["run"]["cut_short"])
    late = frozenset(rule.id for rule in requirements if rule.late)
    early = too_early(first_seen(examples, exchanges), late)
    calibrated = stated["calibration"]
    flaw = calibrated.get("flaw") if calibrated else phrase_to_json(NOT_CALIBRATED)
    calibration = phrase_from_json(flaw) if flaw else None
    thin = thin_reasons(thin_passes(requirements, found, stated["run"]["effort"]))
    doubts = doubts_of(cut=cut, early=early, thin=thin)
    left_out = any((row.get("outside") or {}).get("left_out") for row in stated["requirements"])
    return judge(
        requirements,
        found,
        profile,
        doubts=doubts,
        calibration=calibration,
        cut_short=cut_short,
        left_out=left_out,
    )


def _same_rules(stated: JsonObject, requirements: Sequence[Requirement], profile: Profile) -> bool:
    """Tell whether profile and requirements are those of the run."""
    rows = zip(requirements, stated["requirements"], strict=True)
    same_profile = bool(profile_json(profile)["digest"] == stated["profile"]["digest"])
    return same_profile and all(requirement_json(rule).items() <= row.items() for rule, row in rows)


def _changes(stated: JsonObject, report: JsonObject) -> Iterator[str]:
    """Yield what differs: ids of requirements, and names of other parts of the report."""
    for old, new in zip(stated["requirements"], report["requirements"], strict=True):
        if old != new:
            yield old["id"]
    yield from (key for key in report if key != "requirements" and report[key] != stated.get(key))


def _own(row: JsonObject) -> Requirement:
    """Read a requirement back that is not of our suites."""
    return Requirement(
        id=row["id"],
        area=row["area"],
        level=row["level"],
        basis=row["basis"],
        text=row["text"],
        source=row["source"],
        needs=tuple(row["needs"]),
        after=tuple(row["after"]),
        profiles=tuple(row["profiles"]),
        consequence=row["consequence"],
        killed_by=tuple(row.get("killed_by", ())),
    )


def _evaluated(example: Example, exchanges: Mapping[str, Exchange], profile: Profile) -> Example:
    """Return an example with what its check says today. Raises EvidenceError if the evidence has not all of it."""
    try:
        trails = {role: tuple(exchanges[one] for one in ids) for role, ids in example.roles.items()}
    except KeyError as error:
        raise EvidenceError(f"the exchange {error} of an example of {example.requirement} is missing") from error
    if example.check not in CHECKS:
        return replace(example, judgement=Undecided(Phrase.of("unknown-check", check=example.check)))
    stated = input_of(subject_role(trails), trails)
    try:
        judgement = evaluate(example.check, trails, example.arguments, profile)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        # no run writes what a check cannot take, so the evidence was edited
        raise EvidenceError(f"an example of {example.requirement} is none that {example.check} can judge") from error
    return replace(example, judgement=judgement, input=stated)


def _require_relevant(examples: Sequence[Example], requirements: Mapping[str, Requirement]) -> None:
    """Raise EvidenceError for an example that cannot decide its requirement: the evidence was edited."""
    tests = requirements_by_test()
    for example in examples:
        rule = requirements.get(example.requirement)
        why = irrelevance(example, rule, tests) if rule else "the report has no such requirement"
        if why:
            raise EvidenceError(f"an example of {example.requirement} cannot decide it: {why}")


def _with_outside(found: dict[str, Tally], rows: list[JsonObject]) -> dict[str, Tally]:
    """Add what no example shows: how tests broke off, and that there were tests."""
    for row in rows:
        outside = row.get("outside")
        if outside:
            errors, lost = tuple(outside["errors"]), tuple(map(phrase_from_json, outside["lost"]))
            known = frozenset(row.get("without_example", ()))
            stated = outside.get("explored") or {}
            beside = Tally(requirement=row["id"], errors=errors, lost=lost, ran=outside["ran"], known=known, **stated)
            seen = found.get(row["id"])
            found[row["id"]] = seen.plus(beside) if seen else beside
    return found


def _findings(stated: list[JsonObject], exchanges: Mapping[str, Exchange], profile: Profile) -> Iterator[JsonObject]:
    """Yield the findings that still depart, with all of them formed again that the evidence shows."""
    for finding in stated:
        roles = {role: tuple(ids) for role, ids in finding["exchanges"].items()}
        bare = Example(
            requirement=finding["requirement"],
            test=finding["test"],
            check=finding["check"],
            arguments=finding["arguments"],
            roles=roles,
            judgement=None,
            edit=edit_from_json(finding["edit"]),
            partition=finding["partition"],
        )
        example = _evaluated(bare, exchanges, profile)
        if not isinstance(example.judgement, Violation):
            continue
        trails = {role: tuple(exchanges[one] for one in ids) for role, ids in roles.items()}
        named = (trails.get(role(trails), ()) for role in (subject_role, sibling_role, deciding_role))
        subject, sibling, deciding = named
        yield {
            **finding,
            "expected": phrase_to_json(example.judgement.expected),
            "actual": phrase_to_json(example.judgement.actual),
            "signature": signature(example, status=status_in_signature(trails)),
            "subject": message_json(subject),
            "sibling": message_json(sibling),
            **({"deciding": message_json(deciding)} if "deciding" in finding else {}),
            **({"at_once": at_once} if (at_once := at_once_json(trails)) else {}),
        }


def _witnesses(
    rule: Requirement, row: JsonObject, exchanges: Mapping[str, Exchange], profile: Profile
) -> Iterator[JsonObject]:
    """Yield the witnesses of a row that still hold, their messages formed again."""
    for stated in row.get("witnesses", ()):
        bare = Example(
            requirement=rule.id,
            test=stated["test"],
            check=stated["check"],
            arguments=stated["arguments"],
            roles={role: tuple(ids) for role, ids in stated["exchanges"].items()},
            judgement=None,
            partition=stated["partition"],
        )
        if _evaluated(bare, exchanges, profile).judgement is None:
            trails = {role: tuple(exchanges[one] for one in ids) for role, ids in bare.roles.items()}
            yield witness_json(bare, trails)
