"""What a stranger does: nothing to a ticket that is not his, and nothing that refuses him tells what stands in it."""

import json
import uuid

import pytest

from pytest_zstack_ticket import Draft, Edit, Refused
from pytest_zstack_ticket.strategies import injection_drafts

TRIES = 4
"""So often the same call is sent: what is let through only now and then is let through in one of them."""
JOBS = 6


@pytest.fixture(scope="module")
def stranger(ticket_endpoint):
    """Return the endpoint as the stranger."""
    return ticket_endpoint.as_user("stranger")


def edit_of(event):
    """Name a foreign call as an edit."""
    return Edit(kind="mutation", name=f"foreign-{event}")


@pytest.fixture(scope="module")
def sibling(zstack_canary):
    """Return what an owner's cancel led to: where nobody may send events, a stranger's refusal proves nothing."""
    return zstack_canary().send_event("cancel")


@pytest.fixture
def tried(stranger, sibling, zstack_examine):
    """Return what sends a call of the stranger and sees that the ticket is left alone."""

    def send(canary, event, *, times=TRIES):
        for _ in range(times):
            roles = {"before": canary.find_by_uuid(), "history-before": canary.history()}
            roles |= {"subject": canary.send_event(event, by=stranger), "after": canary.find_by_uuid()}
            if canary.was_deleted_for_quota:
                return
            roles["history-after"] = canary.history()
            roles |= {"sibling": sibling} if event != "delete" else {}
            told = {"call": canary.call_kind(event), "event": event, "may_succeed": event == "delete"}
            violation = zstack_examine("left-alone", edit=edit_of(event), arguments=told, **roles)
            assert violation is None, violation

    return send


@pytest.mark.requirement("ZT-ISOLATION-009")
def test_a_stranger_cannot_cancel(zstack_canary, tried):
    """A stranger cannot cancel a ticket, however often he tries."""
    tried(zstack_canary(), "cancel")
    tried(zstack_canary(), "cancel", times=1)


@pytest.mark.requirement("ZT-ISOLATION-010")
def test_a_stranger_cannot_reopen(zstack_canary, tried):
    """A stranger cannot reopen a cancelled ticket."""
    one = zstack_canary()
    one.send_event("cancel")
    tried(one, "reopen")


@pytest.mark.requirement("ZT-ISOLATION-011")
def test_a_stranger_cannot_change_requests(zstack_canary, tried):
    """A stranger cannot change the requests of a ticket, pending or cancelled."""
    one = zstack_canary()
    tried(one, "update", times=2)
    one.send_event("cancel")
    tried(one, "update")


@pytest.mark.requirement("ZT-ISOLATION-012")
def test_a_strangers_delete_leaves_a_ticket(zstack_canary, tried):
    """A stranger's delete leaves a ticket where it is; a platform may answer as if it were not there."""
    one = zstack_canary()
    tried(one, "delete", times=2)
    one.send_event("cancel")
    tried(one, "delete", times=2)


@pytest.fixture(scope="module")
def refusals(stranger, zstack_canary, zstack_observe):
    """Send each foreign call once for a ticket and once for a uuid of nothing; return the pairs."""
    sent = []

    def send():
        if not sent:
            one = zstack_canary()
            for event in ("cancel", "reject", "update", "delete"):
                subject = one.send_event(event, by=stranger)
                unknown = one.send_event(event, by=stranger, uuid=uuid.uuid4().hex)
                sent.append((one, event, subject, unknown))
                zstack_observe(f"foreign-{event}", told_of(subject), subject)
                zstack_observe(f"unknown-{event}", told_of(unknown), unknown)
                zstack_observe("foreign-refusal-names-the-ticket", names(subject, one), subject)
        return sent

    return send


def told_of(trail):
    """Say how a call was answered: a stranger who can tell a foreign ticket from none knows that there is one."""
    outcome = trail.outcome
    return f"{outcome.status} {outcome.code}".strip() if isinstance(outcome, Refused) else type(outcome).__name__


def names(trail, canary):
    """Say whether a refusal has the ticket's name, as a message of the platform does."""
    return canary.name in getattr(trail.outcome, "details", "")


@pytest.mark.requirement("ZT-ISOLATION-013")
def test_a_refusal_tells_nothing(refusals, zstack_examine):
    """What refuses a stranger tells him nothing of the ticket's description and requests."""
    for one, event, subject, _ in refusals():
        violation = zstack_examine(
            "tells-nothing",
            edit=edit_of(event),
            subject=subject,
            made=one.created,
            arguments={"call": one.call_kind(event)},
        )
        assert violation is None, violation


@pytest.mark.requirement("ZT-ISOLATION-014")
def test_a_used_uuid_is_not_given_to_a_stranger(stranger, zstack_canary, zstack_examine):
    """A stranger cannot create with the resourceUuid of a ticket, learns nothing, and the ticket stays."""
    for _ in range(2):
        one = zstack_canary()
        body = json.loads(stranger.calibration_draft.body)
        body["params"] |= {"resourceUuid": one.uuid, "description": "another one"}
        draft = Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=stranger.calibration_draft.headers)
        sibling, before, subject = (
            stranger.create(stranger.calibration_draft),
            one.find_by_uuid(),
            stranger.create(draft),
        )
        roles = {"before": before, "subject": subject, "after": one.find_by_uuid(), "sibling": sibling}
        if one.was_deleted_for_quota:
            continue
        told = {"call": "create", "event": "create"}
        violation = zstack_examine("left-alone", edit=edit_of("create"), arguments=told, **roles)
        assert violation is None, violation
        violation = zstack_examine(
            "tells-nothing", edit=edit_of("create"), arguments={"call": "create"}, subject=subject, made=one.created
        )
        assert violation is None, violation


def flow_collection_of(part, context):
    """Return the flow collection that the context file says is of one project, empty if it says none."""
    person = context.people.get(part)
    own = person.flow_collection if person else ""
    return own or (context.flow_collection if part == "owner" else "")


@pytest.mark.requirement("ZT-ISOLATION-015")
def test_a_flow_collection_serves_its_project_alone(ticket_endpoint, zstack_context, zstack_profile, zstack_examine):
    """Nobody creates into a flow collection that belongs to another project; an administrator may."""
    for creator, home in (("owner", "stranger"), ("stranger", "owner")):
        collection = flow_collection_of(home, zstack_context)
        if not collection or (creator == "owner" and "plain-owner" not in zstack_profile.capabilities):
            continue
        endpoint, at_home = ticket_endpoint.as_user(creator), ticket_endpoint.as_user(home)
        known = at_home.call("GET", f"/v1/tickets/flow-collections?q=uuid%3D{collection}&limit=2")
        for _ in range(2):
            sibling, inside = endpoint.create(endpoint.calibration_draft), at_home.create(at_home.calibration_draft)
            body = json.loads(endpoint.calibration_draft.body)
            body["params"]["flowCollectionUuid"] = collection
            headers = endpoint.calibration_draft.headers
            subject = endpoint.create(Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=headers))
            roles = {"subject": subject, "sibling": sibling, "inside": inside, "collection": known}
            violation = zstack_examine("outside-flow", edit=edit_of("flow"), **roles)
            assert violation is None, violation


@pytest.mark.requirement("ZT-ISOLATION-016")
def test_nothing_of_the_host_comes_out(ticket_endpoint, refusals, zstack_context, zstack_examine):
    """No answer to a foreign call, or to text that looks like code, shows a path, a source line or SQL of the target."""
    for _, event, *pair in refusals():
        for trail in pair:
            violation = zstack_examine("no-insides", edit=edit_of(event), subject=trail)
            assert violation is None, violation
    for draft in injection_drafts(zstack_context)[::6]:
        violation = zstack_examine("no-insides", edit=draft.edit, subject=ticket_endpoint.create(draft))
        assert violation is None, violation


@pytest.mark.requirement("ZT-ISOLATION-017")
def test_no_secret_comes_out(refusals, zstack_canary, stranger, zstack_examine):
    """No answer to a stranger shows a session or another secret."""
    for _, event, *pair in refusals():
        for trail in pair:
            violation = zstack_examine("no-leak", edit=edit_of(event), subject=trail)
            assert violation is None, violation
    roles = zstack_canary().compare_views("uuid", by=stranger)
    violation = zstack_examine("no-leak", partition="look/uuid", subject=roles["subject"])
    assert violation is None, violation


@pytest.mark.requirement("ZT-ISOLATION-018")
def test_jobs_cannot_be_counted_up(ticket_endpoint, zstack_examine):
    """The ids of jobs cannot be counted up."""
    draft = ticket_endpoint.calibration_draft
    made = {f"made{number}": ticket_endpoint.create(draft) for number in range(JOBS)}
    violation = zstack_examine("unguessable", **made)
    assert violation is None, violation
