"""How a ticket moves: cancel, update, reopen, delete, and the history. Nothing is ever approved here."""

import json
import uuid

import pytest
from hypothesis import strategies as st

from pytest_zstack_ticket import Draft, Edit

EVENTS = ("cancel", "reopen", "update", "unknown", "open", "reject")
LONGEST = 6
"""Events in one life."""
MALFORMED = {
    "no-event": {"changeTicketStatus": {}},
    "null-event": {"changeTicketStatus": {"statusEvent": None}},
    "unknown-action": {"changeTicketState": {"statusEvent": "cancel"}},
    "no-action": {},
}
"""Bodies of actions that the API does not have. A wrapper in lower case is none: pages of the API print it so."""
COMMENT = "conformance: 备注 <b>&'\" 工单"


class Life:
    """One ticket of ours, and what is done with it."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        body = json.loads(endpoint.calibration_draft.body)
        body["params"]["description"] = "a life / 工单的一生"
        headers = endpoint.calibration_draft.headers
        self.created = endpoint.create(Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=headers))
        inventory = getattr(self.created.outcome, "inventory", None) or {}
        self.name = str(self.created.sent("name")).strip()
        self.uuid = inventory.get("uuid") or self._uuid_by_name()

    def _uuid_by_name(self):
        rows = getattr(self.endpoint.find_by_name(self.created).outcome, "result", None) or {}
        found = [row.get("uuid") for row in rows.get("inventories") or () if row.get("name") == self.name]
        return found[0] if len(found) == 1 and isinstance(found[0], str) else None

    def find_by_uuid(self):
        """Query for the ticket."""
        return self.endpoint.query(f"uuid={self.uuid}", limit=3)

    def send_event(self, event, *, comment=None):
        """Send an event."""
        if event == "update":
            request = {
                "requestName": f"changed {uuid.uuid4().hex}",
                "apiName": "org.zstack.header.vm.APICreateVmInstanceMsg",
            }
            first = (self.created.sent("requests") or [{}])[0]
            body = {"updateTicketRequest": {"requests": [{**first, **request, "executeTimes": 2}]}}
        elif event in MALFORMED:
            body = MALFORMED[event]
        else:
            sent = "no-such-event" if event == "unknown" else event
            body = {"changeTicketStatus": {"statusEvent": sent, **({"comment": comment} if comment else {})}}
        return self.endpoint.call("PUT", f"/v1/tickets/{self.uuid}/actions", body=body)

    def was_deleted_for_quota(self):
        """Return True if we took the ticket away ourselves, to stay under a cap."""
        return self.endpoint.was_deleted_for_quota(self.uuid)

    def history(self):
        """Query for the ticket's whole history."""
        return self.endpoint.call("GET", f"/v1/tickets/histories?q=ticketUuid%3D{self.uuid}&limit=200")

    def delete(self):
        """Delete the ticket."""
        return self.endpoint.call("DELETE", f"/v1/tickets/{self.uuid}?deleteMode=Permissive")


def begun(endpoint):
    """Return what begins a ticket's life; skip where no uuid is shown."""

    def begin():
        one = Life(endpoint)
        if one.uuid is None:
            pytest.skip("the ticket is not shown")
        return one

    return begin


@pytest.fixture
def life(ticket_endpoint):
    """Return what begins the life of a ticket of ours."""
    return begun(ticket_endpoint)


@pytest.fixture
def owned(ticket_endpoint):
    """Return what begins the life of a ticket of its owner, who is somebody else if the context file names one."""
    return begun(ticket_endpoint.as_user("owner"))


def edit_of(event):
    """Name an event as an edit."""
    return Edit(kind="variation", name=f"event-{event}")


def stepped(life, event, examine, *, must=None, other=None, sibling=None):  # noqa: PLR0913 - what a step may stand beside
    """Send an event, judge it, and return its trail with the queries before and after.

    With a sibling, an event that the target accepted, a refusal counts only beside it.
    """
    before, aside = life.find_by_uuid(), {"bystander-before": other.find_by_uuid()} if other else {}
    if sibling is not None:
        aside["sibling"] = sibling
    subject = life.send_event(event)
    after = life.find_by_uuid()
    if other:
        aside["bystander-after"] = other.find_by_uuid()
    if life.was_deleted_for_quota():
        return subject, after
    told = {"event": event, **({"must": must} if must else {})}
    violation = examine(
        "life-step", edit=edit_of(event), subject=subject, before=before, after=after, arguments=told, **aside
    )
    assert violation is None, violation
    return subject, after


@pytest.mark.requirement("ZT-LIFECYCLE-001")
def test_a_pending_ticket_can_be_cancelled(owned, zstack_profile, zstack_examine):
    """One's own pending ticket can be cancelled, and then is Cancelled.

    A target may take whom the context names for the owner (wire dossier, unknown 8): where that is somebody else, a
    refusal proves nothing.
    """
    must = "accept" if "own-context" in zstack_profile.capabilities else "may"
    for _ in range(3):
        stepped(owned(), "cancel", zstack_examine, must=must)


@pytest.mark.requirement("ZT-LIFECYCLE-002")
def test_requests_of_a_pending_ticket_stay(life, zstack_examine):
    """The requests of a ticket that is not cancelled cannot be updated."""
    cancelled = life()
    cancelled.send_event("cancel")
    sibling = cancelled.send_event("update")
    for _ in range(2):
        stepped(life(), "update", zstack_examine, must="refuse", sibling=sibling)


@pytest.mark.requirement("ZT-LIFECYCLE-003")
def test_requests_of_a_cancelled_ticket_are_updated(life, zstack_examine):
    """The updated requests of a cancelled ticket are its requests."""
    for _ in range(2):
        one = life()
        stepped(one, "cancel", zstack_examine)
        subject, after = stepped(one, "update", zstack_examine)
        violation = zstack_examine("updated", edit=edit_of("update"), subject=subject, after=after)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-004")
def test_a_cancelled_ticket_can_be_reopened(life, zstack_examine):
    """A cancelled ticket that can be reopened is Pending then, and can be cancelled again."""
    one = life()
    one.send_event("cancel")
    for event, must in (("reopen", "may"), ("cancel", "accept"), ("reopen", "may"), ("cancel", "accept")):
        subject, _ = stepped(one, event, zstack_examine, must=must)
        if subject.refused:
            break


@pytest.mark.requirement("ZT-LIFECYCLE-005")
def test_an_unknown_event_is_refused(life, zstack_examine):
    """An event that does not exist is refused and changes nothing."""
    one, sibling = life(), life().send_event("cancel")
    stepped(one, "unknown", zstack_examine, must="refuse", sibling=sibling)
    stepped(one, "cancel", zstack_examine)
    stepped(one, "unknown", zstack_examine, must="refuse", sibling=sibling)


@pytest.mark.requirement("ZT-LIFECYCLE-025")
def test_a_change_without_an_event_is_refused(life, zstack_examine):
    """A change of status that names no event is refused and changes nothing."""
    one, sibling = life(), life().send_event("cancel")
    for event in ("no-event", "null-event"):
        stepped(one, event, zstack_examine, must="refuse", sibling=sibling)


@pytest.mark.requirement("ZT-LIFECYCLE-026")
def test_an_unknown_action_is_refused(life, zstack_examine):
    """An action that does not exist is refused and changes nothing."""
    one, sibling = life(), life().send_event("cancel")
    for event in ("unknown-action", "no-action"):
        stepped(one, event, zstack_examine, must="refuse", sibling=sibling)


@pytest.mark.requirement("ZT-LIFECYCLE-006")
def test_an_event_is_told_truly(life, zstack_examine):
    """The answer to an event shows the ticket as it then is."""
    one = life()
    for event in ("cancel", "update", "reopen", "cancel"):
        subject, after = stepped(one, event, zstack_examine)
        violation = zstack_examine("told-truly", edit=edit_of(event), subject=subject, after=after)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-007")
def test_an_event_leaves_other_tickets_alone(life, zstack_examine):
    """An event changes no other ticket, also none of the same owner."""
    other, one, third = life(), life(), life()
    for event in ("cancel", "update", "reopen", "cancel"):
        stepped(one, event, zstack_examine, other=other)
    stepped(one, "reopen", zstack_examine, other=third)


@pytest.mark.requirement("ZT-LIFECYCLE-008")
def test_the_history_is_a_chain(life, zstack_examine):
    """The history has one row for each change, each begins where the one before ended, the last is what is shown."""
    one, other = life(), life()
    other.send_event("cancel")
    events = ["cancel", "reopen", "cancel", "unknown", "reopen", "cancel"]
    calls = {f"event{place}": one.send_event(event) for place, event in enumerate(events)}
    violation = zstack_examine(
        "history", history=one.history(), after=one.find_by_uuid(), **calls, arguments={"events": events}
    )
    assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-009")
def test_a_comment_stands_in_the_history(life, zstack_examine):
    """The comment of an event stands in the history as it was sent."""
    for comment in (COMMENT, COMMENT, f"{COMMENT} {'备注 long ' * 200}".strip()):
        one = life()
        subject = one.send_event("cancel", comment=comment)
        violation = zstack_examine("commented", edit=edit_of("cancel"), subject=subject, history=one.history())
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-010")
def test_a_deleted_ticket_is_gone(life, ticket_endpoint, zstack_examine):
    """A deleted ticket is not shown any more, and no other one is gone with it."""
    for _ in range(3):
        other, one = life(), life()
        one.send_event("cancel")
        before, aside = one.find_by_uuid(), other.find_by_uuid()
        subject = one.delete()
        violation = zstack_examine(
            "gone",
            subject=subject,
            before=before,
            after=one.find_by_uuid(),
            named=ticket_endpoint.find_by_name(one.created),
            **{"bystander-before": aside, "bystander-after": other.find_by_uuid()},
        )
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-011")
def test_any_life_follows_the_model(life, zstack_explore, zstack_examine):
    """Whatever happens to a ticket in whatever order, refusals change nothing and the history tells it."""

    def holds(events):
        one = life()
        calls = {}
        for place, event in enumerate(events):
            calls[f"event{place}"], _ = stepped(one, event, zstack_examine)
        told = {"history": one.history(), "after": one.find_by_uuid(), **calls}
        if not one.was_deleted_for_quota():
            violation = zstack_examine("history", **told, arguments={"events": list(events)})
            assert violation is None, violation

    zstack_explore(st.lists(st.sampled_from(EVENTS), min_size=2, max_size=LONGEST), holds)
