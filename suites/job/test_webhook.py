"""The web hook: a job's end is delivered to the URL that the create named."""

import uuid

import pytest

from pytest_zstack_ticket import by_requirement

FACETS = {
    "ZT-JOB-020": "arrives",
    "ZT-JOB-021": "job-uuid",
    "ZT-JOB-022": "job-success",
    "ZT-JOB-023": "body",
}
SECONDS = 10.0


def hooked(endpoint, listener, draft, *, refuse=0, count=1):
    """Create with a web hook; return the trail and what was delivered."""
    token = uuid.uuid4().hex
    headers = (("X-Web-Hook", listener.url(token, refuse=refuse)),)
    trail = endpoint.create(draft, headers=headers)
    return trail, listener.wait(token, count=count, seconds=SECONDS)


@pytest.mark.parametrize("facet", by_requirement(FACETS))
def test_a_success_is_delivered(facet, ticket_endpoint, zstack_webhook, zstack_examine):
    """A job that succeeds delivers its result with its id and X-Job-Success: true."""
    trail, delivered = hooked(ticket_endpoint, zstack_webhook, ticket_endpoint.calibration_draft)
    violation = zstack_examine("hooked", subject=trail, hook=delivered, arguments={"facet": facet})
    assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-024")
def test_a_failure_is_delivered(ticket_endpoint, zstack_cases, zstack_webhook, zstack_examine):
    """A job that fails delivers its error with X-Job-Success: false."""
    draft = zstack_cases.rows("mutations", "params.name/drop")[0]
    trail, delivered = hooked(ticket_endpoint, zstack_webhook, draft)
    for facet in ("arrives", "job-success", "body"):
        violation = zstack_examine("hooked", edit=draft.edit, subject=trail, hook=delivered, arguments={"facet": facet})
        assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-025")
def test_a_refused_delivery_is_tried_again(ticket_endpoint, zstack_webhook, zstack_examine):
    """A web hook that is answered with 500 is delivered again."""
    trail, delivered = hooked(ticket_endpoint, zstack_webhook, ticket_endpoint.calibration_draft, refuse=1, count=2)
    violation = zstack_examine("hooked", subject=trail, hook=delivered, arguments={"facet": "retried"})
    assert violation is None, violation
