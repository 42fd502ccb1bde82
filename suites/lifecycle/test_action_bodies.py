"""Bodies of actions that say nothing, or nothing that the API knows: each is refused and changes nothing."""

import uuid

import pytest

from pytest_zstack_ticket import Edit

STATUS_CHANGES = {
    "no-body": None,
    "wrapper-null": {"changeTicketStatus": None},
    "wrapper-empty-list": {"changeTicketStatus": []},
    "wrapper-text": {"changeTicketStatus": "cancel"},
    "wrapper-number": {"changeTicketStatus": 1},
    "wrapper-other-case": {"changeticketstatus": {"statusEvent": "cancel"}},
    "event-number": {"changeTicketStatus": {"statusEvent": 1}},
    "event-boolean": {"changeTicketStatus": {"statusEvent": True}},
    "event-list": {"changeTicketStatus": {"statusEvent": ["cancel"]}},
    "event-object": {"changeTicketStatus": {"statusEvent": {"name": "cancel"}}},
    "event-empty": {"changeTicketStatus": {"statusEvent": ""}},
    "event-other-case": {"changeTicketStatus": {"statusEvent": "Cancel"}},
    "event-homoglyph": {"changeTicketStatus": {"statusEvent": "\u0441ancel"}},
    "event-full-width": {"changeTicketStatus": {"statusEvent": "\uff43\uff41\uff4e\uff43\uff45\uff4c"}},
    "event-zero-width": {"changeTicketStatus": {"statusEvent": "cancel\u200b"}},
    "event-key-blank": {"changeTicketStatus": {"statusEvent ": "cancel"}},
}
REQUESTS = {"null-element": [None], "text": "create vm", "object": {}, "number": 1, "element-text": ["create vm"]}


NO_API = "org.zstack.conformance.APINoSuchThingMsg"


def edit_of(name):
    """Name an action as an edit."""
    return Edit(kind="variation", name=f"action-{name}")


def attempt(canary, body):
    """Send an action between two looks at the ticket."""
    before = canary.find_by_uuid()
    subject = canary.owner.call("PUT", f"/v1/tickets/{canary.uuid}/actions", body=body, call="action")
    return {"before": before, "subject": subject, "after": canary.find_by_uuid()}


def judge(roles, canary, examine, **more):
    """Check that an action was refused and changed nothing."""
    if not canary.was_deleted_for_quota:
        violation = examine("event-effect", **roles, **more)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-045")
@pytest.mark.zstack_rounds
def test_action_without_a_known_event_is_refused(zstack_canary, zstack_examine):
    """A status change that is empty, of a wrong type, or whose event only looks like one is refused."""
    canary, sibling = zstack_canary(), zstack_canary().send_event("cancel")
    arguments = {"event": "malformed", "must": "refuse"}
    for name, body in STATUS_CHANGES.items():
        roles = attempt(canary, body)
        judge(roles, canary, zstack_examine, edit=edit_of(name), sibling=sibling, arguments=arguments)


@pytest.mark.requirement("ZT-LIFECYCLE-046")
@pytest.mark.zstack_rounds
def test_update_with_requests_of_a_wrong_type_is_refused(zstack_canary, zstack_examine, zstack_observe):
    """An update whose requests are no list of objects is refused; an update that is refused changes nothing."""
    other, canary = zstack_canary(), zstack_canary()
    other.send_event("cancel")
    canary.send_event("cancel")
    sibling = other.send_event("update")
    arguments = {"event": "update", "must": "refuse"}
    good = canary.created.sent("requests") or [{}]
    changed = {**good[0], "requestName": f"changed {uuid.uuid4().hex}"}
    for name, requests in (REQUESTS | {"good-before-null": [changed, None]}).items():
        roles = attempt(canary, {"updateTicketRequest": {"requests": requests}})
        judge(roles, canary, zstack_examine, edit=edit_of(name), sibling=sibling, arguments=arguments)
    half = {"requests": [changed, {**good[0], "apiName": NO_API}], "description": "of a refused update"}
    roles = attempt(canary, {"updateTicketRequest": half})
    zstack_observe("update.unknown-api", "refused" if roles["subject"].refused else "accepted", roles["subject"])
    if roles["subject"].refused:  # where any apiName is taken, nothing is to be left out
        edit = edit_of("good-before-no-api")
        judge(roles, canary, zstack_examine, edit=edit, sibling=sibling, arguments=arguments)
