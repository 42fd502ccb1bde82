"""What a run stands on: the waivers that count in it, and the report of the run before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.artifacts.report_reader import load_report
from pytest_zstack_ticket.config.options import RunOptions
from pytest_zstack_ticket.config.waiver_file import load_waivers
from pytest_zstack_ticket.model.errors import EvidenceError, SettingsError
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.waiver import Waiver
from pytest_zstack_ticket.verdicts.waivers import Decision, Outcome, counts_today, covered, decide


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
