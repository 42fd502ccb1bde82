"""Causes and actions: failed requirements first, then why others were not decided, and what helps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pytest_zstack_ticket.report.html.page_context import VERDICTS, Json, PageContext, by_verdict

ACTIONS = frozenset(
    {
        "calibration-refused",
        "cut-short",
        "examined-too-early",
        "harness-error",
        "no-example",
        "not-run",
        "other-profile",
        "sibling-not-accepted",
        "target-lost",
        "target-silent",
        "unmet-need",
    }
)
"""The reasons, by the key of their phrase, that a reader can do something about."""
MAX_IDS = 60
MAX_FAILED = 25
UNFOLDED_IDS = 12
"""Ids that are shown without a fold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedCause:
    """A failed requirement, with what was expected and what came once for each way in which it failed."""

    row: Json
    differences: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndecidedCause:
    """One reason, what can be done about it, and the requirements that it kept from a decision."""

    verdict: str
    reason: str
    action: str
    count: int
    shown_ids: Sequence[str]
    folded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """What `causes.html` shows; `more_failed` stand in a fold."""

    failed: Sequence[FailedCause]
    more_failed: Sequence[FailedCause]
    undecided: Sequence[UndecidedCause]


def causes_view(context: PageContext) -> Causes:
    """Compute causes and actions."""
    rows = by_verdict(context.report["requirements"])
    failed = [_failed(context, row) for row in rows if row["verdict"] == "failed"]
    reasons = _by_reason(row for row in rows if row["verdict"] not in ("passed", "failed"))
    return Causes(
        failed=failed[:MAX_FAILED],
        more_failed=failed[MAX_FAILED:],
        undecided=[_undecided(context, verdict, key, same) for (verdict, _, key), same in reasons.items()],
    )


def _failed(context: PageContext, row: Json) -> FailedCause:
    pairs = ((context.text(one["expected"]), context.text(one["actual"])) for one in row["findings"])
    return FailedCause(row=row, differences=list(dict.fromkeys(pairs)))


def _undecided(context: PageContext, verdict: str, key: str, rows: list[Json]) -> UndecidedCause:
    return UndecidedCause(
        verdict=verdict,
        reason=context.text(rows[0]["reason"]),
        action=context.say(f"action-{key}") if key in ACTIONS else "",
        count=len(rows),
        shown_ids=[row["id"] for row in rows[:MAX_IDS]],
        folded=len(rows) > UNFOLDED_IDS,
    )


def _by_reason(rows: Iterable[Json]) -> dict[tuple[str, str, str], list[Json]]:
    """Group requirements by verdict, text and key of their reason, what needs action first."""
    found: dict[tuple[str, str, str], list[Json]] = {}
    for row in rows:
        reason = row["reason"] or {"key": "", "en": ""}
        found.setdefault((row["verdict"], reason["en"], reason["key"]), []).append(row)
    return dict(sorted(found.items(), key=lambda pair: VERDICTS.index(pair[0][0])))
