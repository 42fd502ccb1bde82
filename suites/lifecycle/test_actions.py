"""What an action may contain, and how it is reported: updates of several requests and of none, comments, statuses."""

import json
import time
import uuid

import pytest

from pytest_zstack_ticket import Draft, Edit

LEFT_OUT = "conformanceLeftOut"
"""A member of apiBody that an update leaves out."""
COMMENT = "conformance: 备注 <b>&'\" 工单"
MANY = 10_000
"""So many characters a target may not take in one body, though a comment may have them."""
NO_REQUESTS = {"empty": {"requests": []}, "null": {"requests": None}, "without": {}}


def edit_of(name):
    """Name an action as an edit."""
    return Edit(kind="variation", name=f"event-{name}")


def update(canary, members):
    """Send an update with these members."""
    path = f"/v1/tickets/{canary.uuid}/actions"
    return canary.owner.call("PUT", path, body={"updateTicketRequest": members})


def sent_updates(zstack_canary, zstack_once):
    """Return what updates without a description led to, by name; they are sent once in a round."""

    def act():
        canary, found = zstack_canary(), {}
        canary.send_event("cancel")
        first = (canary.created.sent("requests") or [{}])[0]
        names = [f"changed / 已更改 {place} {uuid.uuid4().hex}" for place in range(3)]
        requests = [{**first, "requestName": name, "executeTimes": place + 1} for place, name in enumerate(names)]
        before, by_path = canary.find_by_uuid(), f"/v1/tickets/{canary.uuid}"
        canary.owner.call("GET", by_path)  # a cache may keep what is read once
        for name, sent in (("several", requests), ("fewer", requests[2:])):
            subject = update(canary, {"requests": sent})
            after, read = canary.find_by_uuid(), canary.owner.call("GET", by_path)
            if not canary.was_deleted_for_quota:
                found[name] = {"before": before, "subject": subject, "after": after, "by_path": read}
        return found

    return zstack_once("lifecycle: updates without a description", act)


@pytest.mark.requirement("ZT-LIFECYCLE-003")
@pytest.mark.zstack_rounds
def test_update_replaces_all_requests(zstack_canary, zstack_once, zstack_examine):
    """After an update with several requests, a cancelled ticket has all of them, in order; then one has replaced them."""
    for name, found in sent_updates(zstack_canary, zstack_once).items():
        for after in (found["after"], *([found["by_path"]] if found["by_path"].rows else [])):
            roles = {"subject": found["subject"], "after": after}
            violation = zstack_examine("updated-requests", edit=edit_of(name), **roles)
            assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-055")
@pytest.mark.zstack_rounds
def test_update_keeps_the_description_that_it_does_not_name(zstack_canary, zstack_once, zstack_examine):
    """An update that names no description leaves the ticket's own as it was."""
    for name, found in sent_updates(zstack_canary, zstack_once).items():
        roles = {role: found[role] for role in ("before", "subject", "after")}
        violation = zstack_examine("kept-description", edit=edit_of(name), **roles)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-003")
@pytest.mark.zstack_rounds
def test_update_keeps_nothing_that_it_leaves_out(zstack_canary, ticket_endpoint, zstack_examine):
    """After an update, a request has nothing more of what it had before and the update leaves out."""
    body = json.loads(ticket_endpoint.calibration_draft.body)
    first = body["params"]["requests"][0]
    body["params"]["requests"] = [{**first, "apiBody": {**(first.get("apiBody") or {}), LEFT_OUT: "of before"}}]
    draft = Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=ticket_endpoint.calibration_draft.headers)
    created = ticket_endpoint.as_user("owner").create(draft)
    if created.refused:
        return  # what an apiBody may hold besides is another requirement's
    canary = zstack_canary(created)
    canary.send_event("cancel")
    subject = update(canary, {"requests": [first]})
    if not canary.was_deleted_for_quota:
        violation = zstack_examine(
            "updated-requests",
            edit=edit_of("left-out"),
            subject=subject,
            after=canary.find_by_uuid(),
            arguments={"gone": LEFT_OUT},
        )
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-049")
@pytest.mark.zstack_rounds
def test_update_stores_the_description_that_it_names(zstack_canary, zstack_examine):
    """From 4.8 on, a description that an update names becomes the ticket's description."""
    canary = zstack_canary()
    canary.send_event("cancel")
    long = f"updated / 已更新 {uuid.uuid4().hex} {'x' * 1900} end"
    subject = canary.send_event("update", more={"description": long})
    if not canary.was_deleted_for_quota:
        violation = zstack_examine(
            "updated-description", edit=edit_of("description"), subject=subject, after=canary.find_by_uuid()
        )
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-054")
@pytest.mark.zstack_rounds
def test_entity_tag_changes_with_the_ticket(zstack_canary, zstack_examine):
    """Once a ticket has changed, its path and a query for it show another ETag, or none."""
    canary = zstack_canary()
    paths = {"entity-tag": f"/v1/tickets/{canary.uuid}", "of-a-query": f"/v1/tickets?q=uuid%3D{canary.uuid}"}
    before = {name: canary.owner.call("GET", path) for name, path in paths.items()}
    subject = canary.send_event("cancel")
    for name, path in paths.items():
        edit, after = edit_of(name), canary.owner.call("GET", path)
        if not canary.was_deleted_for_quota:
            violation = zstack_examine(
                "entity-tag-moves-on", edit=edit, subject=subject, before=before[name], after=after
            )
            assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-038")
@pytest.mark.zstack_rounds
def test_events_and_deletions_are_reported_with_status_200(zstack_canary, zstack_examine):
    """An accepted event or deletion is reported with status 200 and a JSON object, directly or at the end of a job."""
    for _ in range(2):
        canary = zstack_canary()
        for event in ("cancel", "update", "reopen", "delete"):
            arguments = {"call": canary.call_kind(event)}
            violation = zstack_examine(
                "success-format", edit=edit_of(event), subject=canary.send_event(event), arguments=arguments
            )
            assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-039")
@pytest.mark.zstack_rounds
def test_update_without_requests_is_refused(zstack_canary, zstack_examine):
    """An update without requests is refused and changes nothing."""
    other = zstack_canary()
    other.send_event("cancel")
    sibling = other.send_event("update")
    for name, members in NO_REQUESTS.items():
        canary = zstack_canary()
        canary.send_event("cancel")
        roles = {
            "before": canary.find_by_uuid(),
            "subject": update(canary, members),
            "after": canary.find_by_uuid(),
            "sibling": sibling,
        }
        if not canary.was_deleted_for_quota:
            arguments = {"event": "update", "must": "refuse"}
            violation = zstack_examine("event-effect", edit=edit_of(name), arguments=arguments, **roles)
            assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-009")
@pytest.mark.zstack_rounds
def test_comment_is_recorded_in_the_history(zstack_canary, zstack_examine):
    """The comment of an event is recorded in the history as sent, for that event alone."""
    canary = zstack_canary()
    sent = {event: canary.send_event(event, comment=f"{event} {COMMENT}") for event in ("cancel", "reopen")}
    canary.send_event("cancel")  # without one
    history = canary.history()
    for event, subject in sent.items():
        violation = zstack_examine("recorded-comment", edit=edit_of(event), subject=subject, history=history)
        assert violation is None, violation
    for comment in (f"{COMMENT} {'备注 long ' * 200}".strip(), f"{'x' * 60_000} end", "0"):
        canary = zstack_canary()
        roles = {"subject": canary.send_event("cancel", comment=comment), "history": canary.history()}
        if len(comment) < MANY:
            roles["sibling"] = sent["cancel"]
        violation = zstack_examine("recorded-comment", edit=edit_of("cancel"), **roles)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-040")
@pytest.mark.zstack_rounds(most=4)
def test_overlong_comment_is_refused(zstack_canary, zstack_profile, zstack_examine):
    """A comment longer than 65535 characters is refused and changes nothing."""
    sibling = zstack_canary().send_event("cancel")
    for more in (1, 5000):
        canary = zstack_canary()
        comment = "x" * (zstack_profile.limits.comment + more)
        roles = {
            "before": canary.find_by_uuid(),
            "subject": canary.send_event("cancel", comment=comment),
        }
        for after in (canary.find_by_uuid(), canary.owner.call("GET", f"/v1/tickets/{canary.uuid}")):
            if not canary.was_deleted_for_quota and after.rows:
                shown = roles | {"after": after, "sibling": sibling}
                arguments = {"event": "cancel", "must": "refuse"}
                violation = zstack_examine("event-effect", edit=edit_of("long-comment"), arguments=arguments, **shown)
                assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-057")
@pytest.mark.zstack_rounds(most=4)
def test_update_with_an_overlong_description_is_refused(zstack_canary, zstack_profile, zstack_examine):
    """From 4.8 on, an update whose description is longer than 2048 characters is refused and changes nothing."""
    canary = zstack_canary()
    canary.send_event("cancel")
    sibling = canary.send_event("update", more={"description": "x" * zstack_profile.limits.description})
    roles = {
        "before": canary.find_by_uuid(),
        "subject": canary.send_event("update", more={"description": "x" * (zstack_profile.limits.description + 1)}),
        "after": canary.find_by_uuid(),
    }
    if not canary.was_deleted_for_quota:
        arguments = {"event": "update", "must": "refuse"}
        edit = edit_of("long-description")
        violation = zstack_examine("event-effect", edit=edit, arguments=arguments, sibling=sibling, **roles)
        assert violation is None, violation


PAUSE = 1.1
"""Seconds between a create and an event: dates have whole seconds."""


@pytest.mark.requirement("ZT-LIFECYCLE-048")
@pytest.mark.zstack_long
@pytest.mark.zstack_rounds
def test_event_moves_the_last_date_on(zstack_canary, zstack_profile, zstack_examine):
    """A cancel and, from 4.8 on, an update with another description each move the ticket's lastOpDate on."""
    canary, before = zstack_canary(), None
    # requests may have a table of their own, so that an update of them alone need not touch the ticket
    changes = {"cancel": {}, **({"update": {"description": "updated"}} if zstack_profile.surely_since(4, 8) else {})}
    for event, more in changes.items():
        time.sleep(PAUSE)
        before = before or canary.find_by_uuid()
        roles = {"before": before, "subject": canary.send_event(event, more=more), "after": canary.find_by_uuid()}
        before = roles["after"]
        if not canary.was_deleted_for_quota:
            violation = zstack_examine("date-moves-on", edit=Edit(kind="variation", name=f"event-{event}"), **roles)
            assert violation is None, violation
