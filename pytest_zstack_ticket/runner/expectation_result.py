"""A run's result with its waivers and the comparison with the earlier run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pytest_zstack_ticket.model.saved_example import saved_example_from_json
from pytest_zstack_ticket.runner.expectations import decision_to_json, signatures_of, waived_by
from pytest_zstack_ticket.runner.run import Run
from pytest_zstack_ticket.verdicts.comparison import Diff, compare, diff_to_json
from pytest_zstack_ticket.verdicts.judge import REGRESSION, Result
from pytest_zstack_ticket.verdicts.saved_examples import same_input
from pytest_zstack_ticket.verdicts.waivers import Decision, with_waivers

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
    """Merge the examples of the earlier run and of this one, each once; how often one failed is kept."""
    found = {same_input(saved_example_from_json(one)): one for one in baseline}
    for one in results:
        known = found.setdefault(same_input(saved_example_from_json(one)), one)
        if one["tried"] and known["signature"] == one["signature"]:
            known |= {"seen": one["seen"], "tried": one["tried"]}
    return sorted(found.values(), key=lambda one: (one["requirement"], one["signature"] or ""))
