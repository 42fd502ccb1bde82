"""What a run stands on: the waivers that count in it, and the report of the run before."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_zstack_ticket.artifacts.report_reader import load_report
from pytest_zstack_ticket.config.options import RunOptions
from pytest_zstack_ticket.config.waiver_file import load_waivers
from pytest_zstack_ticket.model.errors import EvidenceError, SettingsError
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.saved_example import saved_example_from_json
from pytest_zstack_ticket.model.waiver import Waiver
from pytest_zstack_ticket.verdicts.comparison import Diff, compare, diff_to_json
from pytest_zstack_ticket.verdicts.judge import REGRESSION, Result
from pytest_zstack_ticket.verdicts.saved_examples import same_input
from pytest_zstack_ticket.verdicts.waivers import Decision, Outcome, counts_today, covered, decide, with_waivers


@dataclass(slots=True)
class Expectations:
    """Waivers and baseline of a run; `active` are requirement and signature of the waivers that count today.

    `outcomes` are those of the waivers' replays, `pinned` the baseline's examples as they were seen this time.
    """

    waivers: tuple[Waiver, ...] = ()
    baseline: dict[str, Any] | None = None
    active: frozenset[tuple[str, str]] = frozenset()
    outcomes: dict[tuple[str, str], list[Outcome]] = field(default_factory=dict)
    pinned: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def activate(self, profile: Profile) -> None:
        """Note which waivers count for a target today."""
        self.active = frozenset(
            (one.requirement, one.signature)
            for one in self.waivers
            if counts_today(one, today=today(), profile=profile) is None
        )

    def decisions(self, profile: Profile, signatures: dict[str, set[str]]) -> tuple[Decision, ...]:
        """Return what each waiver is worth; `signatures` are those of the run's findings by requirement."""
        return tuple(
            decide(
                one,
                today=today(),
                profile=profile,
                outcomes=self.outcomes.get((one.requirement, one.signature), ()),
                findings=signatures.get(one.requirement, ()),
            )
            for one in self.waivers
        )


def load_expectations(options: RunOptions, known: Collection[str]) -> Expectations:
    """Read the waivers and the baseline that were asked for. Raises our UsageError, before anything is sent."""
    waivers = load_waivers(Path(options["waivers"]), known=known) if options["waivers"] else ()
    try:
        baseline = load_report(Path(options["baseline"])) if options["baseline"] else None
    except EvidenceError as error:
        raise SettingsError(f"--zstack-baseline: {error}") from error
    return Expectations(waivers=waivers, baseline=baseline)


def signatures_of(findings: dict[str, list[dict[str, Any]]]) -> dict[str, set[str]]:
    """Return the signatures of findings by requirement."""
    return {key: {one["signature"] for one in found} for key, found in findings.items()}


def waived_by(decisions: Collection[Decision], signatures: dict[str, set[str]], failed: Collection[str]) -> list[str]:
    """Return the failed requirements of which every finding is waived."""
    return sorted(covered(decisions, signatures) & set(failed))


def decision_to_json(one: Decision) -> dict[str, Any]:
    """Return a decision as JSON."""
    waiver = one.waiver
    return {
        "requirement": waiver.requirement,
        "signature": waiver.signature,
        "class": waiver.kind,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "approver": waiver.approver,
        "expires": waiver.expires.isoformat(),
        "link": waiver.link or None,
        "state": one.state,
        "replays": {"failed": one.seen, "decided": one.tried},
        "found": one.found,
    }


def today() -> date:
    """Return the day in UTC."""
    return datetime.now(UTC).date()


if TYPE_CHECKING:
    from pytest_zstack_ticket.runner.run import Run
OF_A_VERDICT = frozenset({0, 1, 12, 13})


@dataclass(slots=True, kw_only=True)
class ExpectationResult:
    """A result with its waivers. `result` has the verdict that decides the exit status, `waived` what does not."""

    run: Run
    result: Result
    decisions: tuple[Decision, ...]
    waived: list[str]
    diff: Diff | None = None

    @classmethod
    def of(cls, run: Run, result: Result) -> ExpectationResult:
        """Decide on the waivers of a run."""
        signatures = signatures_of(run.results.findings)
        decisions = run.expectations.decisions(run.reached.profile, signatures)
        failed = [one.id for one in result.judged if one.verdict == "failed"]
        waived = waived_by(decisions, signatures, failed)
        lenient = with_waivers(result, waived, cut_short=bool(run.cut_short))
        return cls(run=run, result=lenient, decisions=decisions, waived=waived)

    @property
    def deviations(self) -> int | None:
        """How many waived failures stand between the target and conformance, None where more than that does."""
        return len(self.waived) if self.waived and self.result.verdict == "passed" and not self.stale else None

    @property
    def stale(self) -> list[Decision]:
        """The waivers of which the failure is gone."""
        return [one for one in self.decisions if one.state == "stale"]

    def status(self, status: int) -> int:
        """Return an exit status with what a stale waiver makes of it."""
        return 1 if self.stale and status in OF_A_VERDICT else status

    def added(self, report: dict[str, Any]) -> dict[str, Any]:
        """Return a report with pinned examples, waivers and the comparison with the run before."""
        expectations = self.run.expectations
        report["pinned"] = pinned_together(expectations.pinned.values(), self.run.results.pinned.values())
        report["waivers"] = [decision_to_json(one) for one in self.decisions]
        report["deviations"] = self.deviations
        for row in report["requirements"]:
            row["waived"] = row["id"] in self.waived
        if expectations.baseline is not None:
            self.diff = compare(expectations.baseline, report)
            if self.diff.exit_status == REGRESSION and report["exit_status"] in OF_A_VERDICT:
                report["exit_status"] = REGRESSION
            upgrade = {"baseline": expectations.baseline["run"]["id"], "replayed": len(expectations.pinned)}
            report["upgrade"] = {**upgrade, **diff_to_json(self.diff)}
        return report


def pinned_together(baseline: Iterable[dict[str, Any]], results: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the examples of the run before and our own, each once; how often one departed is kept."""
    found = {same_input(saved_example_from_json(one)): one for one in baseline}
    for one in results:
        known = found.setdefault(same_input(saved_example_from_json(one)), one)
        if one["tried"] and known["signature"] == one["signature"]:
            known |= {"seen": one["seen"], "tried": one["tried"]}
    return sorted(found.values(), key=lambda one: (one["requirement"], one["signature"] or ""))
