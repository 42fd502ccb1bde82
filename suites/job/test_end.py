"""How a job is followed to its end, and that its result stays the same."""

import json
import time
import uuid
from itertools import chain, cycle, islice

import pytest

from pytest_zstack_ticket import CanaryTicket, Draft, Edit, Message

NOT_FOUND = [404, 410, 400]
"""404 on the platform (RestServer.java); a gateway may use one status for all client errors.

The page names no statuses: for the documented profile any failure is enough.
"""
TRIES = 4
ENOUGH = {"smoke": 5, "standard": 5, "certify": 10}
"""Jobs that have to be seen running: for each of them so many creates are polled at once, with drafts of their own."""
AWAY = ("0" * 32, "f" * 32, "0", "-1", "null", "undefined", "job", "a" * 31, "a" * 33)
"""Ids that no job has, for efforts above smoke."""
PART = 16
"""So many characters of a job's id are not its id."""
UNKNOWN = {"smoke": 0, "standard": 0, "certify": 12}
LATER = 1.0
"""Seconds after which a job that was reported as done too early is done."""
GRACE = 10.0
"""Seconds beyond the announced timeout: a target may check its clock only now and then."""
SOON = (("X-API-Timeout", "5"),)
TOGETHER, MOST_BEFORE = 8, 40
"""Jobs that are started at the same time, and so many that may be before one of them where each waits for the last."""
PATIENT = 40.0
"""GRACE for those: what takes a second alone may take as long where each waits for the last."""
GIVEN_UP = 2
"""Bodies that are sent again at most: each is waited for."""
IN_TURN = {
    "reopen": ("PUT", "/actions", {"changeTicketStatus": {"statusEvent": "reopen"}}),
    "cancel": ("PUT", "/actions", {"changeTicketStatus": {"statusEvent": "cancel"}}),
    "delete": ("DELETE", "?deleteMode=Permissive", None),
}
"""Calls on a new ticket: method, rest of the path, body. The first is refused, for the ticket is open."""


@pytest.mark.requirement("ZT-JOB-006")
def test_running_job_has_no_result_yet(ticket_endpoint, zstack_cases, zstack_effort, zstack_examine):
    """A poll of a running job returns neither a result nor an error."""
    running = [(edit, result) for edit, result in zstack_cases.results("variations") if result.polled_while_running]
    rows = (row for row in zstack_cases.rows("variations") if b"resourceUuid" not in row.body)  # that is used by now
    accepted = (row for row in rows if zstack_cases.result_of(row).reading == "accepted")
    drafts, seen = cycle(chain([ticket_endpoint.calibration_draft], accepted)), 0
    for draft in islice(drafts, TRIES * ENOUGH[zstack_effort]):
        result = ticket_endpoint.create(draft, first_wait=0.0)
        if result.polled_while_running:
            running.append((draft.edit, result))
            seen += 1
        if seen == ENOUGH[zstack_effort]:
            break
    # where every job was over before its first poll, the last one says that this cannot be decided
    for edit, one in running or [(None, result)]:
        violation = zstack_examine("pending-body", edit=edit, subject=one)
        assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-007")
def test_job_ends_with_status_200_or_503(ticket_endpoint, zstack_cases, zstack_examine):
    """The end of a job is reported with status 200 or 503."""
    violation = zstack_examine("job-end-status", subject=ticket_endpoint.calibration)
    assert violation is None, violation
    for edit, result in zstack_cases.results("mutations"):
        if result.started_job:
            violation = zstack_examine("job-end-status", edit=edit, subject=result)
            assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-008")
def test_job_ends_with_a_result_or_an_error(ticket_endpoint, zstack_cases, zstack_examine):
    """A job ends with {}, an inventory or a well-formed error."""
    violation = zstack_examine("job-result-format", subject=ticket_endpoint.calibration)
    assert violation is None, violation
    for edit, result in zstack_cases.results("mutations"):
        if result.started_job:
            violation = zstack_examine("job-result-format", edit=edit, subject=result)
            assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-009")
@pytest.mark.zstack_rounds
def test_job_result_reads_the_same_again(ticket_endpoint, zstack_examine, zstack_observe):
    """The result of a successful job stays the same when read again, at once and later, even if it was polled immediately."""
    result = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    early = [ticket_endpoint.create(ticket_endpoint.calibration_draft, first_wait=0.0) for _ in range(2)]
    for _ in range(3):
        violation = zstack_examine("job-end-stable", subject=result, again=ticket_endpoint.poll_again(result))
        assert violation is None, violation
    if result.started_job:
        path = ticket_endpoint.job_path(result)
        asked = ticket_endpoint.call("GET", path, authorization="OAuth null", follow=False, call="create")
        zstack_observe("poll.without-a-session", "refused" if asked.refused else "answered", asked)
    time.sleep(LATER)
    for one in early:
        violation = zstack_examine("job-end-stable", subject=one, again=ticket_endpoint.poll_again(one))
        assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-010")
@pytest.mark.zstack_rounds
def test_job_error_reads_the_same_again(ticket_endpoint, zstack_cases, zstack_examine):
    """The error of a failed job stays the same when read again."""
    for edit, result in zstack_cases.results("mutations", "params.name/drop", "params.requests/drop", "*/unknown"):
        if not result.started_job:
            # refused before there is a job, which is allowed
            zstack_examine("job-end-stable", edit=edit, subject=result)
        for _ in range(3 if result.started_job else 0):
            again = ticket_endpoint.poll_again(result)
            violation = zstack_examine("job-end-stable", edit=edit, subject=result, again=again)
            assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-028")
@pytest.mark.zstack_rounds
def test_end_of_an_events_job_reads_the_same_again(zstack_canary, ticket_endpoint, zstack_examine):
    """The end of an event's or a deletion's job stays the same when read again, be it a result or an error."""
    canary = zstack_canary()
    for event in ("cancel", "cancel", "update", "delete"):
        edit, result = Edit(kind="variation", name=f"event-{event}"), canary.send_event(event)
        if not result.started_job:
            # an event that is refused needs no job
            zstack_examine("job-end-stable", edit=edit, subject=result)
        for _ in range(2 if result.started_job else 0):
            again = ticket_endpoint.poll_again(result)
            violation = zstack_examine("job-end-stable", edit=edit, subject=result, again=again)
            assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-011")
def test_unknown_job_is_not_found(ticket_endpoint, zstack_effort, zstack_examine):
    """A job that does not exist is reported as not found, neither pending nor done."""
    job = ticket_endpoint.calibration.job
    near = [job[:PART], f"{job[:-1]}_"] if len(job) > PART else []
    if job and zstack_effort != "smoke":
        near += [job[::-1], f"{job[:-1]}{'1' if job.endswith('0') else '0'}", *AWAY]
    fresh = (uuid.uuid4().hex for _ in range(UNKNOWN[zstack_effort]))
    for unknown in (uuid.uuid4().hex, "not-a-job", *near, *fresh):
        result = ticket_endpoint.call("GET", f"/v1/api-jobs/{unknown}", follow=False)
        check, arguments = (
            ("not-success", {}) if ticket_endpoint.profile.strict else ("expected-status", {"statuses": NOT_FOUND})
        )
        violation = zstack_examine(check, subject=result, sibling=ticket_endpoint.calibration, arguments=arguments)
        assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-012")
@pytest.mark.zstack_rounds
def test_job_url_refuses_other_methods(ticket_endpoint, zstack_examine):
    """A job's URL refuses POST, PUT and DELETE."""
    result = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    for method in ("POST", "PUT", "DELETE"):
        edit = Edit(kind="breakage", name=f"{method.lower()}-job", note=f"{method} on a job")
        path = ticket_endpoint.job_path(result)
        again = ticket_endpoint.send(Message(edit=edit, method=method, path=path, headers=()), follow=False)
        violation = zstack_examine("not-success", edit=edit, subject=again, sibling=result)
        assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-017")
@pytest.mark.zstack_rounds
def test_job_ends_within_its_announced_timeout(ticket_endpoint, zstack_examine):
    """A job ends within the apiTimeout that the target announced for it."""
    limit = 5 + GRACE + 5
    result = ticket_endpoint.create(ticket_endpoint.calibration_draft, headers=SOON, job_limit=limit)
    violation = zstack_examine("job-ends-in-time", subject=result, arguments={"grace": GRACE})
    assert violation is None, violation
    for edit, result in of_other_calls(ticket_endpoint, SOON, limit):
        if result.started_job:
            violation = zstack_examine("job-ends-in-time", edit=edit, subject=result, arguments={"grace": GRACE})
            assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-017")
@pytest.mark.zstack_alone("races")
@pytest.mark.zstack_rounds
def test_jobs_that_start_together_end(ticket_endpoint, zstack_examine):
    """Of jobs that are started at the same time each ends within the apiTimeout that the target announced for it."""
    draft = ticket_endpoint.calibration_draft
    alone = ticket_endpoint.create(draft, headers=SOON, job_limit=5 + GRACE + 5)  # judged by the test before
    ended = alone.started_job and getattr(alone.exchanges[-1].answer, "status", 202) != 202
    # jobs that are done one after the other may take as long as all others of the run together
    if ended and alone.exchanges[-1].started - alone.exchanges[0].started < PATIENT / MOST_BEFORE:
        timed = Draft(body=draft.body, headers=(*draft.headers, *SOON))
        for result in ticket_endpoint.create_together([timed] * TOGETHER, job_limit=5 + PATIENT + 5):
            edit = Edit(kind="variation", name="together")
            violation = zstack_examine("job-ends-in-time", edit=edit, subject=result, arguments={"grace": PATIENT})
            assert violation is None, violation


@pytest.mark.requirement("ZT-JOB-017")
@pytest.mark.zstack_alone("races")
@pytest.mark.zstack_rounds
def test_job_that_was_given_up_ends_when_sent_again(ticket_endpoint, zstack_cases, zstack_examine):
    """A job that had not ended when the test that started it gave it up ends within its apiTimeout when sent again."""
    for draft in zstack_cases.unfinished()[:GIVEN_UP]:
        result = ticket_endpoint.create(draft, headers=SOON, job_limit=5 + GRACE + 5)
        if result.started_job:
            arguments = {"grace": GRACE}
            violation = zstack_examine("job-ends-in-time", edit=draft.edit, subject=result, arguments=arguments)
            assert violation is None, violation


def of_other_calls(endpoint, headers, limit):
    """Send a create that is refused and calls on a new ticket; their jobs end, too."""
    bad = endpoint.draft(without=("requests",))
    edit = Edit(kind="breakage", name="required-missing", path="params.requests")
    yield edit, endpoint.create(bad, headers=headers, job_limit=limit)
    canary = CanaryTicket(endpoint)
    for name, (method, path, body) in IN_TURN.items() if canary.uuid else ():
        of, edit = f"/v1/tickets/{canary.uuid}{path}", Edit(kind="variation", name=f"timeout-of-{name}")
        yield edit, canary.owner.call(method, of, body=body, headers=headers, job_limit=limit)


@pytest.mark.requirement("ZT-JOB-018")
@pytest.mark.zstack_alone("races")
@pytest.mark.zstack_rounds
def test_job_results_are_not_mixed_up(ticket_endpoint, zstack_examine):
    """The results of two jobs are not mixed up."""
    drafts = [own_uuid(ticket_endpoint.calibration_draft) for _ in range(4)]
    for result in ticket_endpoint.create_together(drafts):
        violation = zstack_examine(
            "requested-uuid", subject=result, shown=ticket_endpoint.find_ticket(result) or result
        )
        assert violation is None, violation


def own_uuid(draft):
    """Return a draft with a fresh resourceUuid in the format that the API requires."""
    body = json.loads(draft.body)
    body["params"]["resourceUuid"] = uuid.uuid4().hex
    return Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=draft.headers)
