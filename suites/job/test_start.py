"""How a job starts: the 202, its location and its id."""

import json
import uuid

import pytest

from pytest_zstack_ticket import CanaryTicket, Draft, Edit, Message, by_requirement

START_PARTS = {
    "ZT-JOB-001": (["location"], ["required", "type"]),
    "ZT-JOB-002": (["location"], ["pattern"]),
    "ZT-JOB-003": (["apiTimeout"], []),
}
OF_A_TICKET = {
    "cancel": ("PUT", "/actions", {"changeTicketStatus": {"statusEvent": "cancel"}}),
    "delete": ("DELETE", "?deleteMode=Permissive", None),
}
"""Calls on a ticket that start jobs: method, rest of the path, body."""
NO_NUMBERS = ("soon", "never", "five", "default", "x", "later")
BAD_JOB_IDS = ("a" * 31, "b" * 33, "01234567-89ab-4def-8123-456789abcdef", "0123-4567-89ab-cdef-0123-4567-89ab-cdef")


def with_header(draft, edit_name, name, value):
    """Return the draft as a message with one more header."""
    edit = Edit(kind="breakage", name=edit_name, note=f"{name}: {value}")
    return Message(edit=edit, body=draft.body, headers=(*draft.headers, (name, value)))


@pytest.mark.parametrize("part", by_requirement(START_PARTS))
def test_accepted_response_has_a_usable_location(part, ticket_endpoint, zstack_cases, zstack_examine):
    """The 202 that starts a job has a usable location, and a valid apiTimeout if any."""
    places, keywords = part
    arguments = {"places": places, "keywords": keywords}
    violation = zstack_examine("accepted-job-part", subject=ticket_endpoint.calibration, arguments=arguments)
    assert violation is None, violation
    for edit, result in zstack_cases.results("variations"):
        if result.started_job:
            violation = zstack_examine("accepted-job-part", edit=edit, subject=result, arguments=arguments)
            assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-004")
@pytest.mark.zstack_rounds
def test_job_has_the_id_requested(ticket_endpoint, zstack_examine):
    """A job has the id that X-Job-UUID requested, be it that of a create, of an event or of a deletion."""
    for _ in range(3):
        result = ticket_endpoint.create(ticket_endpoint.calibration_draft, job_uuid="fresh")
        violation = zstack_examine("requested-job-id", subject=result)
        assert violation is None, violation
    ticket = (getattr(result.outcome, "inventory", None) or {}).get("uuid")
    for name, (method, path, body) in OF_A_TICKET.items() if isinstance(ticket, str) else ():
        headers = (("X-Job-UUID", uuid.uuid4().hex),)
        subject = ticket_endpoint.call(method, f"/v1/tickets/{ticket}{path}", body=body, headers=headers)
        if subject.started_job:
            violation = zstack_examine(
                "requested-job-id", edit=Edit(kind="variation", name=f"job-of-{name}"), subject=subject
            )
            assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-013")
@pytest.mark.zstack_rounds
def test_job_id_of_another_length_is_refused(ticket_endpoint, zstack_examine):
    """An X-Job-UUID that is not 32 characters long is refused, be it that of a create, an event or a deletion."""
    for value in BAD_JOB_IDS:
        message = with_header(ticket_endpoint.calibration_draft, f"job-uuid-of-{len(value)}", "X-Job-UUID", value)
        violation = zstack_examine(
            "refusal", edit=message.edit, subject=ticket_endpoint.send(message), sibling=ticket_endpoint.calibration
        )
        assert violation is None, violation
    sibling = ticket_endpoint.calibration
    canary = (
        CanaryTicket(ticket_endpoint) if {"query", "accepted"} <= set(ticket_endpoint.profile.capabilities) else None
    )
    for name, (method, path, body) in OF_A_TICKET.items() if canary and canary.uuid else ():
        headers, of = (("X-Job-UUID", BAD_JOB_IDS[1]),), f"/v1/tickets/{canary.uuid}"
        subject = canary.owner.call(method, f"{of}{path}", body=body, headers=headers, follow=False)
        edit = Edit(kind="breakage", name=f"job-uuid-of-{name}", note="33 characters")
        violation = zstack_examine("not-success", edit=edit, subject=subject, sibling=sibling)
        assert violation is None, violation


USED = {"because": True}
"""Only a job that was started uses its id."""


@pytest.mark.requirement("ZT-JOB-014")
@pytest.mark.zstack_rounds
def test_used_job_id_is_refused(ticket_endpoint, zstack_examine):
    """From 4.5 on, an X-Job-UUID that was used before is refused."""
    first = ticket_endpoint.create(ticket_endpoint.calibration_draft, job_uuid="fresh")
    message = with_header(ticket_endpoint.calibration_draft, "job-uuid-again", "X-Job-UUID", first.requested_job)
    second = ticket_endpoint.send(message, follow=False)
    violation = zstack_examine("not-success", edit=message.edit, arguments=USED, subject=second, sibling=first)
    assert violation is None, violation
    ticket = (getattr(first.outcome, "inventory", None) or {}).get("uuid")
    for name, (method, path, changed) in OF_A_TICKET.items() if isinstance(ticket, str) else ():
        headers = (("X-Job-UUID", first.requested_job),)
        second = ticket_endpoint.call(
            method, f"/v1/tickets/{ticket}{path}", body=changed, headers=headers, follow=False
        )
        edit = Edit(kind="breakage", name=f"job-uuid-again-{name}", note="the id of the create's job")
        violation = zstack_examine("not-success", edit=edit, arguments=USED, subject=second, sibling=first)
        assert violation is None, violation
    body = json.loads(ticket_endpoint.calibration_draft.body)
    del body["params"]["requests"]
    bad = Draft(body=json.dumps(body).encode(), headers=ticket_endpoint.calibration_draft.headers)
    failed = ticket_endpoint.create(bad, job_uuid="fresh")
    if failed.started_job and failed.refused:
        message = with_header(ticket_endpoint.calibration_draft, "job-uuid-of-a-failure", "X-Job-UUID", failed.job)
        second = ticket_endpoint.send(message, follow=False)
        violation = zstack_examine("not-success", edit=message.edit, arguments=USED, subject=second, sibling=failed)
        assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-015")
@pytest.mark.zstack_rounds
def test_api_timeout_is_reported_in_milliseconds(ticket_endpoint, zstack_round, zstack_examine):
    """From 4.1 on, an X-API-Timeout in seconds is reported as apiTimeout in milliseconds."""
    for seconds in (77 + 13 * zstack_round(), 7201 + 17 * zstack_round(), 3_000_000 + zstack_round()):  # over 32 bits
        result = ticket_endpoint.create(ticket_endpoint.calibration_draft, headers=(("X-API-Timeout", str(seconds)),))
        violation = zstack_examine("reported-timeout", subject=result, arguments={"milliseconds": seconds * 1000})
        assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-016")
@pytest.mark.zstack_rounds
def test_api_timeout_that_is_not_a_number_is_refused(ticket_endpoint, zstack_round, zstack_examine):
    """An X-API-Timeout that is not a number is refused."""
    word = NO_NUMBERS[zstack_round() % len(NO_NUMBERS)]
    message = with_header(ticket_endpoint.calibration_draft, "timeout-word", "X-API-Timeout", word)
    violation = zstack_examine(
        "refusal", edit=message.edit, subject=ticket_endpoint.send(message), sibling=ticket_endpoint.calibration
    )
    assert violation is None, violation


ELSEWHERE = "elsewhere.invalid"
FORWARDED = (("X-Forwarded-Host", ELSEWHERE), ("X-Host", ELSEWHERE), ("Forwarded", f"host={ELSEWHERE}"))


@pytest.mark.requirement("ZT-JOB-026")
@pytest.mark.zstack_rounds
def test_header_leads_no_job_to_another_host(ticket_endpoint, zstack_examine):
    """The location of a job is not on a host that a header of the create names."""
    result = ticket_endpoint.create(ticket_endpoint.calibration_draft, headers=FORWARDED)
    edit, arguments = Edit(kind="variation", name="forwarded-host"), {"host": ELSEWHERE}
    violation = zstack_examine("location-not-led", edit=edit, subject=result, arguments=arguments)
    assert violation is None, violation
