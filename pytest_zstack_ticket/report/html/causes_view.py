"""Causes and actions: failed requirements first, then why others were not decided, and what helps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pytest_zstack_ticket.report.grouping import Group, OpenReason, causes_in
from pytest_zstack_ticket.report.html.page_context import Json, PageContext
from pytest_zstack_ticket.report.text.left_out_text import group_of

ACTIONS = frozenset(
    {
        "calibration-malformed",
        "calibration-refused",
        "calibration-unanswered",
        "calibration-unfinished",
        "cut-short",
        "examined-too-early",
        "front-end",
        "front-end-closes",
        "front-end-filters",
        "front-end-frames",
        "harness-error",
        "no-example",
        "not-run",
        "other-profile",
        "sibling-not-accepted",
        "target-lost",
        "target-silent",
        "too-few-inputs",
        "unmet-need",
    }
)
"""The reasons, by the key of their phrase, that a reader can do something about."""
OPTIONAL = frozenset({"users", "approval", "webhook", "access-key", "log-in"})
"""Groups of needs that an option or a variable may meet."""
MAX_IDS = 60
MAX_FAILED = 25
UNFOLDED_IDS = 12
"""Ids that are shown without a fold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedCause:
    """The root of a group, with what was expected and what came once for each way in which it failed.

    `explained` are the ids of the requirements that failed for it or have no verdict for it.
    """

    row: Json
    differences: Sequence[tuple[str, str]]
    explained: Sequence[str]


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
    found = causes_in(context.report["requirements"])
    failed = [_failed(context, group) for group in found.groups]
    return Causes(
        failed=failed[:MAX_FAILED],
        more_failed=failed[MAX_FAILED:],
        undecided=[_undecided(context, one) for one in found.reasons],
    )


def _failed(context: PageContext, group: Group) -> FailedCause:
    findings = group.root["findings"]
    pairs = ((context.text(one["expected"]), context.text(one["actual"])) for one in findings)
    return FailedCause(
        row=group.root,
        differences=list(dict.fromkeys(pairs)),
        explained=[row["id"] for row in group.explained],
    )


def _action(reason: Json) -> str:
    """Key of what can be done about a reason; of a need that an option meets, that option."""
    group = group_of(reason["key"], reason["parameters"].get("need", ""))
    return f"action-need-{group}" if group in OPTIONAL else f"action-{reason['key']}"


def _undecided(context: PageContext, one: OpenReason) -> UndecidedCause:
    key, rows = one.reason["key"], one.rows
    return UndecidedCause(
        verdict=one.verdict,
        reason=context.text(one.reason),
        action=context.say(_action(one.reason)) if key in ACTIONS else "",
        count=len(rows),
        shown_ids=[row["id"] for row in rows[:MAX_IDS]],
        folded=len(rows) > UNFOLDED_IDS,
    )
