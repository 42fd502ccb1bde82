"""What an action may hold, and how it is answered: updates of several requests and of none, comments, statuses."""

import uuid

import pytest

from pytest_zstack_ticket import Edit

NO_REQUESTS = {"empty": {"requests": []}, "null": {"requests": None}, "without": {}}


def edit_of(name):
    """Name an action as an edit."""
    return Edit(kind="variation", name=f"event-{name}")


def update(canary, told):
    """Send an update with these members."""
    path = f"/v1/tickets/{canary.uuid}/actions"
    return canary.owner.call("PUT", path, body={"updateTicketRequest": told})


@pytest.mark.requirement("ZT-LIFECYCLE-003")
def test_several_requests_are_updated(zstack_canary, zstack_examine):
    """The updated requests of a cancelled ticket are its requests, each of them in its place."""
    one = zstack_canary()
    one.send_event("cancel")
    first = (one.created.sent("requests") or [{}])[0]
    names = [f"changed {place} {uuid.uuid4().hex}" for place in range(3)]
    requests = [{**first, "requestName": name, "executeTimes": place + 1} for place, name in enumerate(names)]
    subject = update(one, {"requests": requests})
    if not one.was_deleted_for_quota:
        violation = zstack_examine("updated", edit=edit_of("several"), subject=subject, after=one.find_by_uuid())
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-038")
def test_events_and_deletions_are_answered_like_creates(zstack_canary, zstack_examine):
    """What is accepted of events and deletions is told by status 200 and a JSON object, directly or at a job's end."""
    for _ in range(2):
        one = zstack_canary()
        for event in ("cancel", "update", "reopen", "delete"):
            told = {"call": one.call_kind(event)}
            violation = zstack_examine(
                "success-form", edit=edit_of(event), subject=one.send_event(event), arguments=told
            )
            assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-039")
def test_an_update_without_requests_is_refused(zstack_canary, zstack_examine):
    """An update without requests is refused and changes nothing."""
    other = zstack_canary()
    other.send_event("cancel")
    sibling = other.send_event("update")
    for name, told in NO_REQUESTS.items():
        one = zstack_canary()
        one.send_event("cancel")
        roles = {
            "before": one.find_by_uuid(),
            "subject": update(one, told),
            "after": one.find_by_uuid(),
            "sibling": sibling,
        }
        if not one.was_deleted_for_quota:
            arguments = {"event": "update", "must": "refuse"}
            violation = zstack_examine("life-step", edit=edit_of(name), arguments=arguments, **roles)
            assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-040")
def test_a_comment_that_is_too_long_is_refused(zstack_canary, zstack_profile, zstack_examine):
    """A comment of more than 65535 characters is refused and changes nothing."""
    sibling = zstack_canary().send_event("cancel")
    for more in (1, 5000):
        one = zstack_canary()
        comment = "x" * (zstack_profile.limits.comment + more)
        roles = {
            "before": one.find_by_uuid(),
            "subject": one.send_event("cancel", comment=comment),
            "after": one.find_by_uuid(),
        }
        if not one.was_deleted_for_quota:
            arguments = {"event": "cancel", "must": "refuse"}
            violation = zstack_examine(
                "life-step", edit=edit_of("long-comment"), arguments=arguments, sibling=sibling, **roles
            )
            assert violation is None, violation
