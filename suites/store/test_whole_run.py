"""Whether the target behaves at the end of a run as at its start: this file runs last."""

import json

import pytest

MARKS = {"smoke": 24, "standard": 60, "certify": 240}
FIRST = {"smoke": 12, "standard": 40, "certify": 1000}
"""Rows of each catalogue that are sent again."""


@pytest.fixture
def effort(zstack_run):
    """Effort of the run."""
    return zstack_run.options["effort"]


def repeatable(row):
    """Say whether a draft may be sent twice: a used resourceUuid is refused for good reason."""
    try:
        return b"resourceUuid" not in row.body and "params" in json.loads(row.body)
    except (ValueError, TypeError):
        return False


@pytest.mark.requirement("ZT-STORE-015")
def test_early_tickets_still_exist_at_the_end(ticket_endpoint, zstack_drift, zstack_examine, effort):
    """A ticket created early in a run still exists at its end, unchanged."""
    early = [*zstack_drift.early, *(zstack_drift.mark() for _ in range(3))]
    for _ in range(MARKS[effort]):
        ticket_endpoint.create(ticket_endpoint.calibration_draft)
    if not any(ticket_endpoint.can_be_found(mark.created) for mark in early):
        # where the quota is small, the early ones were deleted: look at a recent one
        early = [zstack_drift.mark()]
        ticket_endpoint.create(ticket_endpoint.calibration_draft)
    for mark in early:
        if mark.shown is not None and ticket_endpoint.can_be_found(mark.created):
            later = ticket_endpoint.find_by_name(mark.created)
            violation = zstack_examine("still-stored", subject=mark.created, shown=mark.shown, later=later)
            assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-016")
def test_same_draft_is_treated_the_same_throughout_the_run(zstack_drift, zstack_examine, effort):
    """The same draft is decided, answered and stored in the same way throughout the run."""
    for _ in range(MARKS[effort]):
        violation = zstack_drift.compare(zstack_examine, zstack_drift.mark())
        assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-017")
def test_first_drafts_get_the_same_decision_at_the_end(ticket_endpoint, zstack_cases, zstack_examine, effort):
    """What was accepted or refused at the start of a run is decided the same at its end."""
    first = []
    for catalogue in ("mutations", "variations"):
        rows = [row for row in zstack_cases.rows(catalogue) if repeatable(row)]
        first += [(row, zstack_cases.result_of(row)) for row in rows[:: max(1, len(rows) // FIRST[effort])]]
    for row, result in first:
        violation = zstack_examine("same-treatment", edit=row.edit, subject=ticket_endpoint.create(row), sibling=result)
        assert violation is None, violation
