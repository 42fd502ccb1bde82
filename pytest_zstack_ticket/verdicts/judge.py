"""Verdicts of a run, computed from its examples: one function decides for people and machines alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pytest_zstack_ticket.api.capabilities import unmet
from pytest_zstack_ticket.model.outcome import (
    Accepted,
    Malformed,
    Outcome,
    Phrase,
    Unanswered,
    Unfinished,
    Violation,
)
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.model.verdict import ROLL_UP, Example, Verdict
from pytest_zstack_ticket.verdicts.tally import Tally, phrase_order

REGRESSION, NO_TARGET, INCONCLUSIVE, RESIDUE = 10, 11, 12, 13
"""Exit statuses of runs and comparisons; pytest has 0 to 5."""
DECIDED = frozenset({"error", "failed", "inconclusive", "passed"})
SILENT = frozenset(
    {"no-answer", "no-example", "sibling-not-accepted", "target-silent", "was-unanswered", "was-unfinished"}
)
"""Reasons that only follow from a calibration request that came to no end."""
NO_END = frozenset({"calibration-unanswered", "calibration-unfinished"})
NOT_CALIBRATED = Phrase.of("cut-short")
"""Stands for the flaw of the calibration where the target was lost before it."""
ANSWERED = "ZT-ANSWER-001"
"""The requirement that fails where no create is answered at all."""
LEARNED = frozenset({"accepted", "inventory", "shown", "schema"})
"""Capabilities that only an accepted calibration draft can show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The verdict on one requirement and why."""

    id: str
    verdict: Verdict
    reason: Phrase | None
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The verdict of a run: `partial` if a requirement that applies was not examined, or not by all its tests."""

    verdict: Verdict
    partial: bool
    judged: tuple[Judged, ...]
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def applies(requirement: Requirement, profile: Profile) -> Phrase | None:
    """Say why a requirement does not apply to a target, or None if it does."""
    if requirement.profiles and profile.base not in requirement.profiles:
        return Phrase.of("other-profile", profile=", ".join(requirement.profiles))
    need = unmet(requirement.needs, profile)
    return Phrase.of("unmet-need", need=need) if need else None


def calibration_flaw(outcome: Outcome) -> Phrase | None:
    """Say why the calibration request showed nothing of what is accepted; None if it was accepted."""
    match outcome:
        case Unfinished(waited=waited):
            return Phrase.of("calibration-unfinished", seconds=f"{waited:.0f}")
        case Unanswered(failure=failure):
            return Phrase.of("calibration-unanswered", kind=failure.kind, detail=failure.detail)
        case Malformed(leaning="neither", reasons=reasons):
            return Phrase.of("calibration-malformed", reason=reasons[0].key)
        case Accepted() | Malformed(leaning="accepted"):
            return None
        case _:
            return Phrase.of("calibration-refused")


def verdict_of(
    requirement: Requirement,
    tally: Tally | None,
    profile: Profile,
    *,
    doubt: Phrase | None = None,
    calibration: Phrase | None = None,
) -> Judged:
    """Judge one requirement. Without a decided example nothing passes.

    `doubt` is why a requirement cannot pass whatever its examples say, `calibration` why the calibration was not
    accepted.
    """
    tally = tally or Tally(requirement=requirement.id)
    verdict, reason = _verdict(requirement, tally, profile, doubt=doubt, calibration=calibration)
    return Judged(id=requirement.id, verdict=verdict, reason=reason, tally=tally)


def _verdict(  # noqa: PLR0911 - the order of these questions is the rule
    requirement: Requirement, tally: Tally, profile: Profile, *, doubt: Phrase | None, calibration: Phrase | None
) -> tuple[Verdict, Phrase | None]:
    if tally.errors:
        return "error", Phrase.of("harness-error", error=tally.errors[0])
    if tally.failed:
        return "failed", None
    if requirement.not_tested:
        return "untested", Phrase.of("not-tested", reason=requirement.not_tested)
    inapplicable = applies(requirement, profile)
    if inapplicable is not None:
        return _not_applicable(inapplicable, profile, calibration)
    if tally.undecided or tally.lost:
        return "inconclusive", _cause(min(tally.lost, default=tally.reason, key=phrase_order), calibration)
    if doubt is not None:
        return "inconclusive", doubt
    if tally.missing > 0:
        return "inconclusive", Phrase.of("explored-too-little", explored=tally.explored, wanted=tally.wanted)
    if tally.held:
        return "passed", None
    if tally.legal:
        return "inapplicable", tally.chosen or Phrase.of("left-open")
    return (
        ("inconclusive", _cause(Phrase.of("no-example"), calibration))
        if tally.ran
        else ("untested", Phrase.of("not-run"))
    )


def _cause(reason: Phrase | None, calibration: Phrase | None) -> Phrase | None:
    """Return what is behind a reason: where the calibration request came to no end, that is why the others did not."""
    if calibration is None or calibration.key not in NO_END or reason is None or reason.key not in SILENT:
        return reason
    return calibration


def _not_applicable(why: Phrase, profile: Profile, calibration: Phrase | None) -> tuple[Verdict, Phrase]:
    need = dict(why.parameters).get("need", "")
    if need in LEARNED and "accepted" not in profile.capabilities and need not in profile.absent:
        return "inconclusive", calibration or Phrase.of("calibration-refused")
    return "inapplicable", why


def judge(  # noqa: PLR0913 - what a verdict depends on
    requirements: Sequence[Requirement],
    found: Mapping[str, Tally],
    profile: Profile,
    *,
    doubts: Mapping[str, Phrase] | None = None,
    calibration: Phrase | None = None,
    cut_short: bool = False,
    left_out: bool = False,
) -> Result:
    """Judge a run and each requirement.

    `doubts` are why some cannot pass, `calibration` why the calibration was not accepted; tests may be `left_out`.
    """
    judged = tuple(
        verdict_of(
            requirement,
            found.get(requirement.id),
            profile,
            doubt=(doubts or {}).get(requirement.id),
            calibration=calibration,
        )
        for requirement in requirements
    )
    judged = _cascaded(requirements, _explained(judged))
    counts: dict[str, dict[str, int]] = {}
    for requirement, one in zip(requirements, judged, strict=True):
        level = counts.setdefault(requirement.level, dict.fromkeys(ROLL_UP, 0))
        level[one.verdict] += 1
    pairs = zip(judged, requirements, strict=True)
    partial = cut_short or left_out or any(one.verdict == "untested" and not rule.not_tested for one, rule in pairs)
    worst = roll_up([*(one.verdict for one in judged), *(("inconclusive",) if cut_short else ())])
    return Result(verdict=worst, partial=partial, judged=judged, counts=counts)


def _explained(judged: tuple[Judged, ...]) -> tuple[Judged, ...]:
    """Turn a failure of which every example has a cause that failed by itself into untested, with its causes.

    A requirement with one violation that no other failed requirement explains stays failed, and only such a one can be
    a cause: so what explains another is always failed itself.
    """
    failed = {one.id for one in judged if one.verdict == "failed"}
    roots = {one.id for one in judged if one.id in failed and not _is_explained(one, failed)}
    return tuple(_blocked(one, roots) if one.id in failed and _is_explained(one, roots) else one for one in judged)


def _is_explained(one: Judged, by: Collection[str]) -> bool:
    found = one.tally.causes
    return bool(found) and all(set(by).intersection(causes) for causes in found)


def _blocked(one: Judged, roots: Collection[str]) -> Judged:
    causes = sorted({cause for causes in one.tally.causes for cause in causes} & set(roots))
    tally = replace(one.tally, failed=0, undecided=one.tally.undecided + one.tally.failed)
    return replace(one, verdict="untested", reason=Phrase.of("blocked", by=", ".join(causes)), tally=tally)


def _cascaded(requirements: Sequence[Requirement], judged: tuple[Judged, ...]) -> tuple[Judged, ...]:
    """Turn what could not be decided because a requirement below it failed into untested, with its cause.

    What failed stays failed, and what passed stays passed: they have evidence of their own.
    """
    bases = {rule.id: rule.after for rule in requirements}
    broken = {one.id: _broken_by(one) for one in judged}
    return tuple(
        replace(one, verdict="untested", reason=Phrase.of("blocked", by=", ".join(causes)))
        if one.verdict == "inconclusive" and (causes := _unanswered(one, broken) or _causes(one.id, bases, broken))
        else one
        for one in judged
    )


def _unanswered(one: Judged, broken: Mapping[str, Sequence[str]]) -> list[str]:
    """Name the requirement that failed because no create is answered, if that is what kept another from a verdict."""
    unanswered = one.reason is not None and one.reason.key == "calibration-unanswered"
    return [ANSWERED] if unanswered and broken.get(ANSWERED) else []


def _broken_by(one: Judged) -> tuple[str, ...]:
    """Say what broke a requirement: nothing, itself, or the failed ones that explain it."""
    if one.verdict == "failed":
        return (one.id,)
    explained = one.verdict == "untested" and one.reason is not None and one.reason.key == "blocked"
    return tuple(dict(one.reason.parameters)["by"].split(", ")) if explained and one.reason else ()


def _causes(requirement: str, bases: Mapping[str, Sequence[str]], broken: Mapping[str, Sequence[str]]) -> list[str]:
    """List the failed requirements that one depends on, the lowest ones of each path."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = list(bases.get(requirement, ()))
    while waiting:
        base = waiting.pop()
        if base in seen:
            continue
        seen.add(base)
        found.update(broken.get(base, ()))
        waiting += bases.get(base, ())
    return sorted(found)


def doubts_of(
    *, cut: Iterable[str], early: Iterable[str], thin: Mapping[str, Phrase] | None = None
) -> dict[str, Phrase]:
    """Say why requirements cannot pass.

    The run was `cut` short before their end, they were examined too `early`, or on too few inputs, which `thin` words.
    """
    return (
        dict(thin or {})
        | dict.fromkeys(early, Phrase.of("examined-too-early"))
        | dict.fromkeys(cut, Phrase.of("cut-short"))
    )


def roll_up(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst verdict; a run in which nothing was decided is inconclusive, not passed."""
    found = set(verdicts)
    return next((verdict for verdict in ROLL_UP if verdict in found and verdict in DECIDED), "inconclusive")


def exit_status(result: Result | None, pytest_status: int, *, no_target: bool = False, residue: bool = False) -> int:
    """Return the exit status of a run. pytest's own 2 to 5 stand; a failed test stays 1.

    Without any requirement there were ordinary tests only, and pytest's status stands.
    """
    if no_target:
        return NO_TARGET
    if pytest_status not in (0, 1) or result is None:
        return pytest_status
    if pytest_status == 1 or result.verdict in ("failed", "error"):
        return 1
    if residue:
        return RESIDUE
    return INCONCLUSIVE if result.judged and result.verdict == "inconclusive" else 0


def signature(example: Example, *, status: int = 0) -> str:
    """Return what tells one failure of a requirement from another, whatever the generated values were.

    `status` is that of the answer; only its class counts.
    """
    judgement = example.judgement
    if not isinstance(judgement, Violation):
        return ""
    edit = example.edit
    parts = [
        example.requirement,
        example.check,
        judgement.expected.key,
        judgement.actual.key,
        edit.path if edit else "",
        edit.name if edit else "",
        status // 100,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
