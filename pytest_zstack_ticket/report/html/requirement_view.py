"""One requirement on a page: its findings, what its verdict was formed from, and an example that passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pytest_zstack_ticket.report.html.exchange_text import exchange_text, message_text
from pytest_zstack_ticket.report.html.finding_view import FindingView, finding_view
from pytest_zstack_ticket.report.html.page_context import Area, Json, PageContext, areas_by_name, by_verdict
from pytest_zstack_ticket.report.text.budget_text import explored

MAX_FINDINGS = 12
MAX_IDS = 200
"""Characters of the ids of a passing example."""
OPEN = frozenset({"failed", "error"})
"""Verdicts of requirements that are not folded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingExample:
    """An example that passed: its partition, its exchange as text and the ids of all its exchanges."""

    name: str
    exchange: str
    ids: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementView:
    """What `requirement.html` shows of a requirement; `more_findings` are in report.json alone.

    `explored` is how many distinct examples a budget allowed and how many the effort asks for, None without a budget.
    """

    row: Json
    open: bool
    needs: Sequence[str]
    faults: Sequence[str]
    explored: tuple[int, int] | None
    findings: Sequence[FindingView]
    more_findings: int
    passing_example: PassingExample | None


def areas_view(context: PageContext) -> list[tuple[Area, list[RequirementView]]]:
    """Compute every requirement by area, what needs action first."""
    found = areas_by_name(by_verdict(context.report["requirements"]))
    return [(area, [requirement_view(context, row) for row in area.rows]) for area in found]


def requirement_view(context: PageContext, row: Json) -> RequirementView:
    """Compute what a page shows of a requirement."""
    return RequirementView(
        row=row,
        open=row["verdict"] in OPEN,
        needs=[context.word(need) for need in row["needs"]],
        faults=row.get("killed_by") or context.evidence.faults.get(row["id"], ()),
        explored=explored(row),
        findings=[finding_view(context, one) for one in row["findings"][:MAX_FINDINGS]],
        more_findings=len(row["findings"]) - MAX_FINDINGS,
        passing_example=_passing_example(context, row),
    )


def _passing_example(context: PageContext, row: Json) -> PassingExample | None:
    """Choose the first example that passed, its exchange as the evidence has it where that is at hand."""
    example = next((one for one in row.get("witnesses", ()) if one["subject"]), None)
    if example is None:
        return None
    known = context.evidence.exchanges.get(example["subject"]["exchange"])
    ids = ", ".join(one for trail in example["exchanges"].values() for one in trail)
    return PassingExample(
        name=example["partition"] or example["check"],
        exchange=exchange_text(known) if known else message_text(example["subject"]),
        ids=ids[:MAX_IDS],
    )
