"""The webhook: a job's result is delivered to the URL that the create named."""

import uuid

import pytest

from pytest_zstack_ticket import Edit, by_requirement

FACETS = {
    "ZT-JOB-020": "arrives",
    "ZT-JOB-021": "job-uuid",
    "ZT-JOB-022": "job-success",
    "ZT-JOB-023": "body",
    "ZT-JOB-027": "no-session",
}
SECONDS = 10.0


def create_with_webhook(endpoint, listener, draft, *, refuse=0, count=1):
    """Create with a webhook; return the result and the deliveries."""
    token = uuid.uuid4().hex
    headers = (("X-Web-Hook", listener.url(token, refuse=refuse)),)
    result = endpoint.create(draft, headers=headers)
    return result, listener.wait(token, count=count, seconds=SECONDS)


@pytest.mark.parametrize("facet", by_requirement(FACETS))
@pytest.mark.zstack_rounds
def test_result_is_delivered_to_the_webhook(facet, ticket_endpoint, zstack_webhook, zstack_examine):
    """A successful job delivers its result with its id and X-Job-Success: true."""
    result, delivered = create_with_webhook(ticket_endpoint, zstack_webhook, ticket_endpoint.calibration_draft)
    violation = zstack_examine("webhook-delivery", subject=result, hook=delivered, arguments={"facet": facet})
    assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-024")
@pytest.mark.zstack_rounds
def test_error_is_delivered_to_the_webhook(ticket_endpoint, zstack_cases, zstack_webhook, zstack_examine):
    """The error of a failed job is delivered to the webhook."""
    draft = zstack_cases.rows("mutations", "params.name/drop")[0]
    result, delivered = create_with_webhook(ticket_endpoint, zstack_webhook, draft)
    for facet in ("arrives", "job-success", "body"):
        violation = zstack_examine(
            "webhook-delivery", edit=draft.edit, subject=result, hook=delivered, arguments={"facet": facet}
        )
        assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-025")
@pytest.mark.zstack_rounds
def test_failed_webhook_delivery_is_repeated(ticket_endpoint, zstack_webhook, zstack_examine):
    """A webhook delivery that is answered with 500 is repeated."""
    result, delivered = create_with_webhook(
        ticket_endpoint, zstack_webhook, ticket_endpoint.calibration_draft, refuse=1, count=2
    )
    violation = zstack_examine("webhook-delivery", subject=result, hook=delivered, arguments={"facet": "retried"})
    assert violation is None, violation


def cancel_with_webhook(canary, listener, *, refuse=0, count=1):
    """Cancel a ticket with a webhook; return the result and the deliveries."""
    token = uuid.uuid4().hex
    headers = (("X-Web-Hook", listener.url(token, refuse=refuse)),)
    path = f"/v1/tickets/{canary.uuid}/actions"
    result = canary.owner.call("PUT", path, body=canary.body_of("cancel"), headers=headers)
    return result, listener.wait(token, count=count, seconds=SECONDS if result.started_job else 0.0)


@pytest.mark.requirement("ZT-JOB-029")
@pytest.mark.zstack_rounds
def test_end_of_an_events_job_is_delivered(zstack_canary, zstack_webhook, zstack_examine):
    """The end of an event's job is delivered with its id, and says whether it succeeded: a second cancel does not."""
    canary = zstack_canary()
    for name in ("first", "second"):
        result, delivered = cancel_with_webhook(canary, zstack_webhook)
        for facet in ("arrives", "job-uuid", "job-success", "body") if result.started_job else ():
            edit = Edit(kind="variation", name=f"{name}-cancel")
            violation = zstack_examine(
                "webhook-delivery", edit=edit, subject=result, hook=delivered, arguments={"facet": facet}
            )
            assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-030")
@pytest.mark.zstack_rounds
def test_failed_delivery_of_an_events_job_is_repeated(zstack_canary, zstack_webhook, zstack_examine):
    """The webhook delivery of an event's job that is answered with 500 is repeated."""
    result, delivered = cancel_with_webhook(zstack_canary(), zstack_webhook, refuse=1, count=2)
    edit = Edit(kind="variation", name="event-cancel")
    violation = zstack_examine(
        "webhook-delivery", edit=edit, subject=result, hook=delivered, arguments={"facet": "retried"}
    )
    assert violation is None, violation
