"""What becomes of a create whose connection is dropped, and of jobs that ended long ago."""

import uuid

import pytest

from pytest_zstack_ticket import Edit

CUTS = ("when-answered", "at-once")
OTHERS = 6
"""Creates between the end of a job and its later read."""
READERS = 8
"""Polls of one job at once."""


@pytest.mark.requirement("ZT-STORE-013")
@pytest.mark.zstack_rounds
def test_post_delivered_twice_leaves_one_ticket(ticket_endpoint, zstack_examine, zstack_observe):
    """A POST that is delivered again after its first delivery was answered leaves one ticket; both at once may leave two."""
    if "query" in ticket_endpoint.profile.capabilities:
        ticket_endpoint.call("GET", "/v1/tickets?limit=1")  # a session that has died is renewed before it, not between
    for cut in CUTS * 2:
        first, second = ticket_endpoint.create_twice(
            ticket_endpoint.calibration_draft, job_uuid=uuid.uuid4().hex, cut=cut
        )
        roles = {"second": second, "named": ticket_endpoint.find_by_name(second)}
        if not ticket_endpoint.can_be_found(second):
            continue
        # the delivery whose connection was cut has no response and is not repeated
        violation = zstack_examine(
            "delivered-once",
            edit=Edit(kind="variation", name=f"cut-{cut}"),
            subject=first.exchanges,
            arguments={"together": cut == "at-once"},
            **roles,
        )
        assert violation is None, violation
        rows = (getattr(roles["named"].outcome, "result", None) or {}).get("inventories") or ()
        zstack_observe("create.delivered-twice", len(rows), roles["named"])


@pytest.mark.requirement("ZT-STORE-014")
@pytest.mark.zstack_rounds
def test_job_result_stays_the_same(ticket_endpoint, zstack_in_window, zstack_examine):
    """A job's result stays the same, whatever ends or changes afterwards, and for all who read it at once."""
    results = [ticket_endpoint.create(ticket_endpoint.calibration_draft) for _ in range(OTHERS)]
    own = (getattr(results[0].outcome, "inventory", None) or {}).get("uuid")
    if isinstance(own, str):
        body = {"changeTicketStatus": {"statusEvent": "cancel"}}
        ticket_endpoint.call("PUT", f"/v1/tickets/{own}/actions", body=body)
    for result in results:
        if result.job:
            for _ in range(2):
                violation = zstack_examine("job-result-kept", subject=result, later=ticket_endpoint.poll_again(result))
                assert violation is None, violation
    if results[-1].job:
        for result, later in zstack_in_window(ticket_endpoint.poll_again, results[-1:] * READERS):
            violation = zstack_examine("job-result-kept", subject=result, later=later)
            assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-007")
@pytest.mark.zstack_rounds
def test_used_job_uuid_leaves_no_second_ticket(ticket_endpoint, zstack_examine):
    """A second create with an X-Job-UUID already used leaves no ticket."""
    first = ticket_endpoint.create(ticket_endpoint.calibration_draft, job_uuid="fresh")
    second = ticket_endpoint.create(ticket_endpoint.calibration_draft, job_uuid=first.requested_job)
    violation = zstack_examine("job-id-used-once", **looked_for(ticket_endpoint, first, second))
    assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-007")
@pytest.mark.zstack_rounds
def test_used_job_uuid_with_another_body_leaves_no_ticket(ticket_endpoint, zstack_examine):
    """A create with an X-Job-UUID already used leaves no ticket, also if its body is another one and jobs lie between."""
    first = ticket_endpoint.create(ticket_endpoint.calibration_draft, job_uuid="fresh")
    ticket_endpoint.create(ticket_endpoint.calibration_draft, job_uuid="fresh")
    second = ticket_endpoint.create(ticket_endpoint.draft(description="another body"), job_uuid=first.requested_job)
    violation = zstack_examine("job-id-used-once", **looked_for(ticket_endpoint, first, second))
    assert violation is None, violation


def looked_for(endpoint, first, second):
    """Look for the tickets of two creates."""
    named = {"named": endpoint.find_by_name(first), "second-named": endpoint.find_by_name(second)}
    return {"first": first, "second": second, **named}


@pytest.mark.requirement("ZT-STORE-022")
@pytest.mark.zstack_rounds
def test_same_body_twice_makes_two_tickets(ticket_endpoint, zstack_examine):
    """Two creates with the same body, one after the other and without a job id, make two tickets."""
    first, second = ticket_endpoint.create_again(ticket_endpoint.calibration_draft)
    named = ticket_endpoint.find_by_name(second)
    if ticket_endpoint.can_be_found(second):
        edit = Edit(kind="variation", name="same-body")
        violation = zstack_examine("each-create-stored", edit=edit, first=first, second=second, named=named)
        assert violation is None, violation
