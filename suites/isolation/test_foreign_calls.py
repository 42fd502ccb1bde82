"""What a stranger can do to another user's ticket: nothing, and no refusal discloses its content."""

import json
import uuid

import pytest

from pytest_zstack_ticket import Draft, Edit, Refused
from pytest_zstack_ticket.strategies import injection_drafts

TRIES = 4
"""Repetitions of each call: what is let through only now and then is let through in one of them."""
JOBS = 6


def edit_of(event):
    """Name a stranger's call as an edit."""
    return Edit(kind="mutation", name=f"foreign-{event}")


class ForeignCalls:
    """Calls of a stranger on tickets, and checks that they change nothing."""

    def __init__(self, stranger, sibling, examine):
        self.stranger = stranger
        self.sibling = sibling
        self.examine = examine

    def check_refused(self, canary, event, *, times=TRIES):
        """Send a call as the stranger and check that the ticket stays unchanged; every second deletion is enforced."""
        for number in range(times):
            more = {"deleteMode": "Enforcing"} if event == "delete" and number % 2 else None
            roles = {"before": canary.find_by_uuid(), "history-before": canary.history()}
            roles |= {"subject": canary.send_event(event, by=self.stranger, more=more), "after": canary.find_by_uuid()}
            if canary.was_deleted_for_quota:
                return
            roles["history-after"] = canary.history()
            roles |= {"sibling": self.sibling} if event != "delete" else {}
            arguments = {"call": canary.call_kind(event), "event": event, "may_succeed": event == "delete"}
            violation = self.examine("unchanged-by-stranger", edit=edit_of(event), arguments=arguments, **roles)
            assert violation is None, violation


def foreign_calls(ticket_endpoint, zstack_once, zstack_canary, zstack_examine):
    """Act as the stranger, beside a ticket that its owner has cancelled.

    Where no user may send events, refusing a stranger proves nothing.
    """
    sibling = zstack_once("isolation: cancelled by its owner", lambda: zstack_canary().send_event("cancel"))
    return ForeignCalls(ticket_endpoint.as_user("stranger"), sibling, zstack_examine)


@pytest.mark.requirement("ZT-ISOLATION-009")
@pytest.mark.zstack_rounds
def test_stranger_cannot_cancel(ticket_endpoint, zstack_once, zstack_canary, zstack_examine):
    """A stranger cannot cancel a ticket, however often they try; the ticket stays unchanged."""
    calls = foreign_calls(ticket_endpoint, zstack_once, zstack_canary, zstack_examine)
    calls.check_refused(zstack_canary(), "cancel")
    calls.check_refused(zstack_canary(), "cancel", times=1)


@pytest.mark.requirement("ZT-ISOLATION-010")
@pytest.mark.zstack_rounds
def test_stranger_cannot_reopen(ticket_endpoint, zstack_once, zstack_canary, zstack_examine):
    """A stranger cannot reopen a cancelled ticket; the ticket stays unchanged."""
    calls = foreign_calls(ticket_endpoint, zstack_once, zstack_canary, zstack_examine)
    canary = zstack_canary()
    canary.send_event("cancel")
    calls.check_refused(canary, "reopen")


@pytest.mark.requirement("ZT-ISOLATION-011")
@pytest.mark.zstack_rounds
def test_stranger_cannot_update_requests(ticket_endpoint, zstack_once, zstack_canary, zstack_examine):
    """A stranger cannot change the requests of a ticket, whether pending or cancelled."""
    calls = foreign_calls(ticket_endpoint, zstack_once, zstack_canary, zstack_examine)
    canary = zstack_canary()
    calls.check_refused(canary, "update", times=2)
    canary.send_event("cancel")
    calls.check_refused(canary, "update")


@pytest.mark.requirement("ZT-ISOLATION-012")
@pytest.mark.zstack_rounds
def test_stranger_cannot_delete(ticket_endpoint, zstack_once, zstack_canary, zstack_examine):
    """A stranger's delete does not remove a ticket; the response may be the one for a ticket that does not exist."""
    calls = foreign_calls(ticket_endpoint, zstack_once, zstack_canary, zstack_examine)
    canary = zstack_canary()
    calls.check_refused(canary, "delete", times=2)
    canary.send_event("cancel")
    calls.check_refused(canary, "delete", times=2)


def send_foreign_calls(stranger, zstack_canary, zstack_observe):
    """Send each call of a stranger once for a ticket and once for an unknown uuid; the pairs of results."""
    sent, canary = [], zstack_canary()
    for event in ("cancel", "reject", "update", "delete"):
        subject = canary.send_event(event, by=stranger)
        unknown = canary.send_event(event, by=stranger, uuid=uuid.uuid4().hex)
        sent.append((canary, event, subject, unknown))
        zstack_observe(f"foreign-{event}", response_of(subject), subject)
        zstack_observe(f"unknown-{event}", response_of(unknown), unknown)
        zstack_observe("foreign-refusal-names-the-ticket", names(subject, canary), subject)
    return sent


def refusals(ticket_endpoint, zstack_once, zstack_canary, zstack_observe):
    """Return what a stranger's calls led to, which are sent once in a run."""
    stranger = ticket_endpoint.as_user("stranger")
    return zstack_once("isolation: refusals", lambda: send_foreign_calls(stranger, zstack_canary, zstack_observe))


def response_of(result):
    """Say how a call was answered: if a ticket and an unknown uuid differ, a stranger learns that the ticket exists."""
    outcome = result.outcome
    return f"{outcome.status} {outcome.code}".strip() if isinstance(outcome, Refused) else type(outcome).__name__


def names(result, canary):
    """Say whether a refusal contains the ticket's name, as a message of the platform does."""
    return canary.name in getattr(result.outcome, "details", "")


@pytest.mark.requirement("ZT-ISOLATION-013")
@pytest.mark.zstack_rounds
def test_refusal_discloses_nothing_of_the_ticket(
    ticket_endpoint, zstack_once, zstack_canary, zstack_observe, zstack_examine
):
    """A response that refuses a stranger discloses nothing of the ticket's description and requests."""
    sent = refusals(ticket_endpoint, zstack_once, zstack_canary, zstack_observe)
    for canary, event, subject, _ in sent:
        violation = zstack_examine(
            "discloses-nothing",
            edit=edit_of(event),
            subject=subject,
            made=canary.created,
            arguments={"call": canary.call_kind(event)},
        )
        assert violation is None, violation


@pytest.mark.requirement("ZT-ISOLATION-014")
@pytest.mark.zstack_rounds(most=8)
@pytest.mark.zstack_long
def test_stranger_cannot_create_with_a_used_uuid(ticket_endpoint, zstack_canary, zstack_in_window, zstack_examine):
    """A create by a stranger with the resourceUuid of a ticket is refused, discloses nothing and leaves the ticket unchanged."""
    stranger = ticket_endpoint.as_user("stranger")

    def try_uuid_of(canary):
        body = json.loads(stranger.calibration_draft.body)
        body["params"] |= {"resourceUuid": canary.uuid, "description": "another one"}
        draft = Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=stranger.calibration_draft.headers)
        sibling, before, subject = (
            stranger.create(stranger.calibration_draft),
            canary.find_by_uuid(),
            stranger.create(draft),
        )
        roles = {"before": before, "subject": subject, "after": canary.find_by_uuid(), "sibling": sibling}
        return None if canary.was_deleted_for_quota else roles

    for canary, roles in zstack_in_window(try_uuid_of, [zstack_canary() for _ in range(2)]):
        if roles is None:
            continue
        arguments = {"call": "create", "event": "create"}
        violation = zstack_examine("unchanged-by-stranger", edit=edit_of("create"), arguments=arguments, **roles)
        assert violation is None, violation
        violation = zstack_examine(
            "discloses-nothing",
            edit=edit_of("create"),
            arguments={"call": "create"},
            subject=roles["subject"],
            made=canary.created,
        )
        assert violation is None, violation


def flow_collection_of(part, context):
    """Return the flow collection that the context file gives for one user's project, empty if it gives none."""
    person = context.users.get(part)
    own = person.flow_collection if person else ""
    return own or (context.flow_collection if part == "owner" else "")


@pytest.mark.requirement("ZT-ISOLATION-015")
@pytest.mark.zstack_rounds
def test_flow_collection_of_another_project_is_refused(ticket_endpoint, zstack_context, zstack_profile, zstack_examine):
    """No user can create a ticket in a flow collection that belongs to another project."""
    for creator, home in (("owner", "stranger"), ("stranger", "owner")):
        collection = flow_collection_of(home, zstack_context)
        if not collection or (creator == "owner" and "plain-owner" not in zstack_profile.capabilities):
            continue
        endpoint, at_home = ticket_endpoint.as_user(creator), ticket_endpoint.as_user(home)
        known = at_home.call("GET", f"/v1/tickets/flow-collections?q=uuid%3D{collection}&limit=2")
        for _ in range(4):  # a target may take every second one only
            sibling, inside = endpoint.create(endpoint.calibration_draft), at_home.create(at_home.calibration_draft)
            body = json.loads(endpoint.calibration_draft.body)
            body["params"]["flowCollectionUuid"] = collection
            headers = endpoint.calibration_draft.headers
            subject = endpoint.create(Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=headers))
            roles = {"subject": subject, "sibling": sibling, "inside": inside, "collection": known}
            violation = zstack_examine("foreign-flow-collection", edit=edit_of("flow"), **roles)
            assert violation is None, violation


@pytest.mark.requirement("ZT-ISOLATION-016")
def test_no_response_contains_internals_of_the_target(  # noqa: PLR0913, PLR0917 - each is a fixture
    ticket_endpoint, zstack_once, zstack_canary, zstack_observe, zstack_context, zstack_examine
):
    """No response to a call on another user's ticket, or to code-like text, contains paths, source lines or SQL of the target."""
    for _, event, *pair in refusals(ticket_endpoint, zstack_once, zstack_canary, zstack_observe):
        for result in pair:
            violation = zstack_examine("no-internals", edit=edit_of(event), subject=result)
            assert violation is None, violation
    for draft in injection_drafts(zstack_context)[::6]:
        violation = zstack_examine("no-internals", edit=draft.edit, subject=ticket_endpoint.create(draft))
        assert violation is None, violation


@pytest.mark.requirement("ZT-ISOLATION-017")
@pytest.mark.zstack_rounds
def test_no_response_to_a_stranger_contains_a_secret(
    ticket_endpoint, zstack_once, zstack_canary, zstack_observe, zstack_examine
):
    """No response to a stranger contains a session or other secret."""
    stranger = ticket_endpoint.as_user("stranger")
    for _, event, *pair in refusals(ticket_endpoint, zstack_once, zstack_canary, zstack_observe):
        for result in pair:
            violation = zstack_examine("no-secret", edit=edit_of(event), subject=result)
            assert violation is None, violation
    roles = zstack_canary().compare_views("uuid", by=stranger)
    violation = zstack_examine("no-secret", partition="look/uuid", subject=roles["subject"])
    assert violation is None, violation


@pytest.mark.requirement("ZT-ISOLATION-018")
@pytest.mark.zstack_rounds
def test_job_id_cannot_be_guessed_from_others(ticket_endpoint, zstack_examine):
    """A job id cannot be guessed from others, for whoever knows an id can read the job's result."""
    draft = ticket_endpoint.calibration_draft
    made = {f"made{number}": ticket_endpoint.create(draft) for number in range(JOBS)}
    violation = zstack_examine("unpredictable-job-ids", **made)
    assert violation is None, violation
