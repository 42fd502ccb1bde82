"""What waivers and the run before make of a result: deviations, a stale waiver, a regression."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_zstack_ticket.core.diff import Diff, compare, diff_to_json
from pytest_zstack_ticket.core.judge import REGRESSION, Result
from pytest_zstack_ticket.core.pinning import same_input
from pytest_zstack_ticket.core.waivers import Decision, with_waivers
from pytest_zstack_ticket.model.pinned import pinned_from_json
from pytest_zstack_ticket.standing import decision_to_json, signatures_of, waived_by

if TYPE_CHECKING:
    from pytest_zstack_ticket.run import Run

OF_A_VERDICT = frozenset({0, 1, 12, 13})
"""Exit statuses that a regression counts more than; the others say that there is no verdict."""


@dataclass(slots=True, kw_only=True)
class Aftermath:
    """A result with its waivers. `result` has the verdict that decides the exit status, `waived` what does not."""

    run: Run
    result: Result
    decisions: tuple[Decision, ...]
    waived: list[str]
    diff: Diff | None = None

    @classmethod
    def of(cls, run: Run, result: Result) -> Aftermath:
        """Decide on the waivers of a run."""
        signatures = signatures_of(run.gathered.findings)
        decisions = run.standing.decisions(run.reached.profile, signatures)
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
        standing = self.run.standing
        report["pinned"] = pinned_together(standing.pinned.values(), self.run.gathered.pinned.values())
        report["waivers"] = [decision_to_json(one) for one in self.decisions]
        report["deviations"] = self.deviations
        for row in report["requirements"]:
            row["waived"] = row["id"] in self.waived
        if standing.baseline is not None:
            self.diff = compare(standing.baseline, report)
            if self.diff.exit_status == REGRESSION and report["exit_status"] in OF_A_VERDICT:
                report["exit_status"] = REGRESSION
            upgrade = {"baseline": standing.baseline["run"]["id"], "replayed": len(standing.pinned)}
            report["upgrade"] = {**upgrade, **diff_to_json(self.diff)}
        return report


def pinned_together(baseline: Iterable[dict[str, Any]], gathered: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the examples of the run before and our own, each once; how often one departed is kept."""
    found = {same_input(pinned_from_json(one)): one for one in baseline}
    for one in gathered:
        known = found.setdefault(same_input(pinned_from_json(one)), one)
        if one["tried"] and known["signature"] == one["signature"]:
            known |= {"seen": one["seen"], "tried": one["tried"]}
    return sorted(found.values(), key=lambda one: (one["requirement"], one["signature"] or ""))
