"""Whether the target behaves at the end of a run as at its start: this file runs last."""

import json

import pytest

MARKS = {"smoke": 24, "standard": 60, "certify": 240}
FIRST = {"smoke": 12, "standard": 40, "certify": 1000}
"""Rows of each catalogue that are sent again."""


pytestmark = pytest.mark.zstack_alone("end", cleanup=True)
"""They compare the end of a run with its start."""


def marks_of(run):
    """Return how often the calibration draft is sent again at the effort of a run."""
    return MARKS[run.options["effort"]]


def repeatable(row):
    """Say whether a draft may be sent twice: a used resourceUuid is refused for good reason."""
    try:
        return b"resourceUuid" not in row.body and "params" in json.loads(row.body)
    except (ValueError, TypeError):
        return False


@pytest.mark.requirement("ZT-STORE-015")
def test_early_tickets_still_exist_at_the_end(
    ticket_endpoint, zstack_drift, zstack_run, zstack_in_window, zstack_examine
):
    """A ticket created early in a run still exists at its end, unchanged."""
    early = [*zstack_drift.early, *(zstack_drift.mark() for _ in range(3))]
    for _ in zstack_in_window(ticket_endpoint.create, [ticket_endpoint.calibration_draft] * marks_of(zstack_run)):
        pass
    if not any(ticket_endpoint.can_be_found(mark.created) for mark in early):
        # where the quota is small, the early ones were deleted: look at a recent one
        early = [zstack_drift.mark()]
        ticket_endpoint.create(ticket_endpoint.calibration_draft)
    for mark in early:
        if mark.shown is not None and ticket_endpoint.can_be_found(mark.created):
            later = ticket_endpoint.find_by_name(mark.created)
            violation = zstack_examine("still-stored", subject=mark.created, shown=mark.shown, later=later)
            assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-025")
def test_dates_of_creation_are_as_far_apart_as_the_creates(zstack_drift, zstack_examine):
    """The creation dates of two tickets are as far apart as their creates were, from the start of a run to its end."""
    early, last = [*zstack_drift.early, zstack_drift.mark()], zstack_drift.mark()
    for mark in early:
        if mark.shown is not None and last.shown is not None:
            roles = {"first": mark.created, "first-shown": mark.shown, "subject": last.created, "shown": last.shown}
            violation = zstack_examine("dates-apart", **roles)
            assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-013")
def test_no_response_of_the_run_contained_a_secret(zstack_run, ticket_endpoint, zstack_examine):
    """No response to any call of the run contained a session, a password or a key, refused calls included."""
    violation = zstack_examine("no-secret", subject=ticket_endpoint.calibration)
    assert violation is None, violation
    for exchange in zstack_run.leaks.leaking:
        violation = zstack_examine("no-secret", subject=(exchange,))
        assert violation is None, violation


def delete_some(new_canary):
    """Delete three cancelled tickets where no other test did; each with what to judge of it."""
    found = []
    for canary in [new_canary() for _ in range(3)]:
        canary.send_event("cancel")
        roles = {"before": canary.find_by_uuid(), "subject": canary.send_event("delete")}
        found.append((canary, roles | {"after": canary.find_by_uuid()}))
    return found


@pytest.mark.requirement("ZT-STORE-024")
def test_deleted_tickets_are_still_gone_at_the_end(zstack_canary, zstack_once, zstack_examine):
    """A ticket deleted early in a run is still gone at its end."""
    for ticket, roles in zstack_once("lifecycle: deletions", lambda: delete_some(zstack_canary)):
        looks = {"before": roles["before"], "subject": roles["subject"], "after": ticket.find_by_uuid()}
        violation = zstack_examine("deleted-ticket", **looks)
        assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-016")
def test_same_draft_is_treated_the_same_throughout_the_run(zstack_drift, zstack_run, zstack_in_window, zstack_examine):
    """The same draft is decided, answered and stored in the same way throughout the run."""
    for _, mark in zstack_in_window(lambda _: zstack_drift.mark(), range(marks_of(zstack_run))):
        violation = zstack_drift.compare(zstack_examine, mark)
        assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-017")
@pytest.mark.zstack_alone(cleanup=True)
def test_first_drafts_get_the_same_decision_at_the_end(
    zstack_cases, zstack_run, zstack_second_pass, zstack_in_window, zstack_examine
):
    """What was accepted or refused at the start of a run is decided the same at its end, whoever sends it."""
    first = []
    for catalogue in ("mutations", "variations"):
        rows = [row for row in zstack_cases.rows(catalogue) if repeatable(row)]
        step = max(1, len(rows) // FIRST[zstack_run.options["effort"]])
        first += [(row, zstack_cases.result_of(row)) for row in rows[::step]]
    zstack_second_pass.begin(zstack_cases)
    for (row, result), again in zstack_in_window(lambda pair: zstack_second_pass.create(pair[0]), first):
        violation = zstack_examine("same-treatment", edit=row.edit, subject=again, sibling=result)
        assert violation is None, violation
