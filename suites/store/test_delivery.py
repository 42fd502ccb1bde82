"""What becomes of a create whose connection dies, and of jobs that ended long ago."""

import uuid

import pytest

from pytest_zstack_ticket import Edit

CUTS = ("when-answered", "at-once")
OTHERS = 6
"""Creates between the end of a job and its later reading."""


@pytest.mark.requirement("ZT-STORE-013")
def test_a_post_that_is_delivered_twice_leaves_one_ticket(ticket_endpoint, zstack_examine, zstack_observe):
    """One POST that is delivered twice, the first time on a dying connection, leaves one ticket."""
    for cut in CUTS * 2:
        first, second = ticket_endpoint.create_twice(
            ticket_endpoint.calibration_draft, job_uuid=uuid.uuid4().hex, cut=cut
        )
        roles = {"second": second, "named": ticket_endpoint.find_by_name(second)}
        if not ticket_endpoint.can_be_found(second):
            continue
        # the delivery that we cut has no answer, and is not to be asked for again
        violation = zstack_examine(
            "delivered-once", edit=Edit(kind="variation", name=f"cut-{cut}"), subject=first.exchanges, **roles
        )
        assert violation is None, violation
        rows = (getattr(roles["named"].outcome, "result", None) or {}).get("inventories") or ()
        zstack_observe("create.delivered-twice", len(rows), roles["named"])


@pytest.mark.requirement("ZT-STORE-014")
def test_the_result_of_a_job_stays(ticket_endpoint, zstack_examine):
    """The result of a job reads the same after others have ended, and after its ticket has moved on."""
    trails = [ticket_endpoint.create(ticket_endpoint.calibration_draft) for _ in range(OTHERS)]
    own = (getattr(trails[0].outcome, "inventory", None) or {}).get("uuid")
    if isinstance(own, str):
        body = {"changeTicketStatus": {"statusEvent": "cancel"}}
        ticket_endpoint.call("PUT", f"/v1/tickets/{own}/actions", body=body)
    for trail in trails:
        if trail.job:
            for _ in range(2):
                violation = zstack_examine("job-kept", subject=trail, later=ticket_endpoint.poll_again(trail))
                assert violation is None, violation
