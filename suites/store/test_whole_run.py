"""What a target is like at the end of a run, beside how it was at the start: this file comes last."""

import json

import pytest

MARKS = {"smoke": 24, "standard": 60, "certify": 240}
FIRST = {"smoke": 12, "standard": 40, "certify": 1000}
"""Rows of each catalogue that are sent again."""


@pytest.fixture
def effort(zstack_run):
    """Return the effort of the run."""
    return zstack_run.wishes["effort"]


def repeatable(row):
    """Return True for a draft that may be sent twice: a used resourceUuid is refused for good reasons."""
    try:
        return b"resourceUuid" not in row.body and "params" in json.loads(row.body)
    except (ValueError, TypeError):
        return False


@pytest.mark.requirement("ZT-STORE-015")
def test_the_first_tickets_are_still_there(ticket_endpoint, zstack_drift, zstack_examine, effort):
    """A ticket that was created early is there at the end, unchanged."""
    early = [*zstack_drift.early, *(zstack_drift.mark() for _ in range(3))]
    for _ in range(MARKS[effort]):
        ticket_endpoint.create(ticket_endpoint.calibration_draft)
    if not any(ticket_endpoint.can_be_found(mark.created) for mark in early):
        # where few tickets may be alive, the early ones were taken away: look at one that is young
        early = [zstack_drift.mark()]
        ticket_endpoint.create(ticket_endpoint.calibration_draft)
    for mark in early:
        if mark.shown is not None and ticket_endpoint.can_be_found(mark.created):
            later = ticket_endpoint.find_by_name(mark.created)
            violation = zstack_examine("still-there", subject=mark.created, shown=mark.shown, later=later)
            assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-016")
def test_one_draft_is_treated_alike_during_the_whole_run(zstack_drift, zstack_examine, effort):
    """The same draft is decided, answered and stored in the same way during the whole run."""
    for _ in range(MARKS[effort]):
        violation = zstack_drift.compare(zstack_examine, zstack_drift.mark())
        assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-017")
def test_the_first_drafts_are_decided_as_at_the_start(ticket_endpoint, zstack_cases, zstack_examine, effort):
    """What was accepted or refused at the start of a run is at its end."""
    first = []
    for catalogue in ("mutations", "variations"):
        rows = [row for row in zstack_cases.rows(catalogue) if repeatable(row)]
        first += [(row, zstack_cases.result_of(row)) for row in rows[:: max(1, len(rows) // FIRST[effort])]]
    for row, trail in first:
        violation = zstack_examine("steady", edit=row.edit, subject=ticket_endpoint.create(row), sibling=trail)
        assert violation is None, violation
