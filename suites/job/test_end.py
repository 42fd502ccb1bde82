"""How a job is followed to its end, and that the end stays what it is."""

import json
import time
import uuid

import pytest

from pytest_zstack_ticket import Draft, Edit, Message

NOT_FOUND = [404, 410, 400]
"""404 on the platform (RestServer.java); a gateway may have one status for all that the client got wrong.

The page names no statuses: by the documented profile any failure will do.
"""
TRIES, ENOUGH = 20, 5
"""Creates that are polled at once to find jobs that still run, and how many of those are enough."""
LATER = 1.0
"""Seconds after which a job that was called done too early is done."""
GRACE = 10.0
"""Seconds beyond the announced time-out: a target may look at its clock only now and then."""


@pytest.mark.requirement("ZT-JOB-006")
def test_a_running_job_shows_nothing_yet(ticket_endpoint, zstack_cases, zstack_examine):
    """A poll of a running job shows neither result nor error."""
    running = [(edit, trail) for edit, trail in zstack_cases.trails("variations") if trail.polled_while_running]
    seen = 0
    for _ in range(TRIES):
        trail = ticket_endpoint.create(ticket_endpoint.calibration_draft, first_wait=0.0)
        if trail.polled_while_running:
            running.append((None, trail))
            seen += 1
        if seen == ENOUGH:
            break
    # where every job was over before its first poll, the last one says that this cannot be decided
    for edit, one in running or [(None, trail)]:
        violation = zstack_examine("pending-body", edit=edit, subject=one)
        assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-007")
def test_a_job_ends_with_200_or_503(ticket_endpoint, zstack_cases, zstack_examine):
    """A job's end is told by status 200 or 503."""
    violation = zstack_examine("end-status", subject=ticket_endpoint.calibration)
    assert violation is None, violation
    for edit, trail in zstack_cases.trails("mutations"):
        if trail.started_job:
            violation = zstack_examine("end-status", edit=edit, subject=trail)
            assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-008")
def test_a_job_ends_with_a_result_or_an_error(ticket_endpoint, zstack_cases, zstack_examine):
    """A job ends with {}, an inventory or a well-formed error."""
    violation = zstack_examine("result-form", subject=ticket_endpoint.calibration)
    assert violation is None, violation
    for edit, trail in zstack_cases.trails("mutations"):
        if trail.started_job:
            violation = zstack_examine("result-form", edit=edit, subject=trail)
            assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-009")
def test_a_result_reads_the_same_again(ticket_endpoint, zstack_examine):
    """The result of a job that succeeded reads the same again, at once and later, also where it was polled at once."""
    trail = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    early = [ticket_endpoint.create(ticket_endpoint.calibration_draft, first_wait=0.0) for _ in range(2)]
    for _ in range(3):
        violation = zstack_examine("end-stable", subject=trail, again=ticket_endpoint.poll_again(trail))
        assert violation is None, violation
    time.sleep(LATER)
    for one in early:
        violation = zstack_examine("end-stable", subject=one, again=ticket_endpoint.poll_again(one))
        assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-010")
def test_an_error_reads_the_same_again(ticket_endpoint, zstack_cases, zstack_examine):
    """The error of a job that failed reads the same again."""
    for edit, trail in zstack_cases.trails("mutations", "params.name/drop", "params.requests/drop", "*/unknown"):
        if not trail.started_job:
            # refused before there is a job, which is as good
            zstack_examine("end-stable", edit=edit, subject=trail)
        for _ in range(3 if trail.started_job else 0):
            again = ticket_endpoint.poll_again(trail)
            violation = zstack_examine("end-stable", edit=edit, subject=trail, again=again)
            assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-011")
def test_an_unknown_job_is_not_found(ticket_endpoint, zstack_examine):
    """A job that does not exist is not found: neither pending nor done."""
    for unknown in (uuid.uuid4().hex, "not-a-job"):
        trail = ticket_endpoint.call("GET", f"/v1/api-jobs/{unknown}", follow=False)
        check, told = ("not-success", {}) if ticket_endpoint.profile.strict else ("status", {"statuses": NOT_FOUND})
        violation = zstack_examine(check, subject=trail, sibling=ticket_endpoint.calibration, arguments=told)
        assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-012")
def test_a_job_refuses_other_methods(ticket_endpoint, zstack_examine):
    """A job's URL refuses POST, PUT and DELETE."""
    trail = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    for method in ("POST", "PUT", "DELETE"):
        edit = Edit(kind="breakage", name=f"{method.lower()}-job", note=f"{method} on a job")
        path = ticket_endpoint.job_path(trail)
        again = ticket_endpoint.send(Message(edit=edit, method=method, path=path, headers=()), follow=False)
        violation = zstack_examine("not-success", edit=edit, subject=again, sibling=trail)
        assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-017")
def test_a_job_ends_in_the_announced_time(ticket_endpoint, zstack_examine):
    """A job ends within the apiTimeout that was announced for it."""
    trail = ticket_endpoint.create(
        ticket_endpoint.calibration_draft, headers=(("X-API-Timeout", "5"),), job_limit=5 + GRACE + 5
    )
    violation = zstack_examine("ends", subject=trail, arguments={"grace": GRACE})
    assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-018")
def test_results_are_not_mixed_up(ticket_endpoint, zstack_examine):
    """The results of two jobs that run at the same time are not mixed up."""
    drafts = [own_uuid(ticket_endpoint.calibration_draft) for _ in range(4)]
    for trail in ticket_endpoint.create_together(drafts):
        violation = zstack_examine("own-uuid", subject=trail, shown=ticket_endpoint.shown(trail) or trail)
        assert violation is None, violation


def own_uuid(draft):
    """Return a draft with a resourceUuid of its own, of the shape that the API asks for."""
    body = json.loads(draft.body)
    body["params"]["resourceUuid"] = uuid.uuid4().hex
    return Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=draft.headers)
