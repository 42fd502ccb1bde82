"""How a ticket moves from status to status: cancel, update, reopen, delete, and the history. No ticket is approved here."""

import json
import random
import uuid

import pytest
from hypothesis import strategies as st

from pytest_zstack_ticket import Draft, Edit

EVENTS = ("cancel", "reopen", "update", "unknown", "open", "reject")
LONGEST = 6
MOST_EVENTS = 10
"""Events in one sequence."""
MALFORMED = {
    "no-event": {"changeTicketStatus": {}},
    "null-event": {"changeTicketStatus": {"statusEvent": None}},
    "unknown-action": {"changeTicketState": {"statusEvent": "cancel"}},
    "no-action": {},
}
"""Bodies of actions that the API does not have. A lowercase wrapper is not among them: pages of the API print it so."""
pytestmark = pytest.mark.zstack_rounds


class Ticket:
    """One ticket of the run, and the calls made on it."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        body = json.loads(endpoint.calibration_draft.body)
        body["params"]["description"] = "lifecycle / 工单的生命周期"
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
        """Say whether the run itself deleted the ticket to stay under a quota."""
        return self.endpoint.was_deleted_for_quota(self.uuid)

    def history(self):
        """Query for the ticket's whole history."""
        return self.endpoint.call("GET", f"/v1/tickets/histories?q=ticketUuid%3D{self.uuid}&limit=200")

    def delete(self, mode="?deleteMode=Permissive"):
        """Delete the ticket."""
        return self.endpoint.call("DELETE", f"/v1/tickets/{self.uuid}{mode}")


def ticket_factory(endpoint):
    """Return a function that creates a ticket; skip where no uuid is shown."""

    def create():
        ticket = Ticket(endpoint)
        if ticket.uuid is None:
            pytest.skip("the ticket is not shown")
        return ticket

    return create


def edit_of(event):
    """Name an event as an edit."""
    return Edit(kind="variation", name=f"event-{event}")


def check_event(ticket, event, examine, *, must=None, other=None, sibling=None):  # noqa: PLR0913 - what a step may stand beside
    """Send an event and check it; return its result and the query afterwards.

    With a sibling, an event that the target accepted, a refusal counts only if that one was accepted.
    """
    before, bystanders = ticket.find_by_uuid(), {"bystander-before": other.find_by_uuid()} if other else {}
    if sibling is not None:
        bystanders["sibling"] = sibling
    subject = ticket.send_event(event)
    after = ticket.find_by_uuid()
    if other:
        bystanders["bystander-after"] = other.find_by_uuid()
    if ticket.was_deleted_for_quota():
        return subject, after
    arguments = {"event": event, **({"must": must} if must else {})}
    violation = examine(
        "event-effect",
        edit=edit_of(event),
        subject=subject,
        before=before,
        after=after,
        arguments=arguments,
        **bystanders,
    )
    assert violation is None, violation
    return subject, after


@pytest.mark.requirement("ZT-LIFECYCLE-001")
def test_pending_ticket_can_be_cancelled(ticket_endpoint, zstack_profile, zstack_examine):
    """A user can cancel their own pending ticket, which then has the status Cancelled.

    A target may take the user named in the context for the owner (wire dossier, unknown 8): if that is another user, a
    refusal proves nothing.
    """
    new_owned_ticket = ticket_factory(ticket_endpoint.as_user("owner"))
    must = "accept" if "own-context" in zstack_profile.capabilities else "may"
    for _ in range(3):
        check_event(new_owned_ticket(), "cancel", zstack_examine, must=must)


@pytest.mark.requirement("ZT-LIFECYCLE-002")
def test_requests_of_a_pending_ticket_cannot_be_updated(ticket_endpoint, zstack_examine):
    """The requests of a ticket that has not been cancelled cannot be updated."""
    new_ticket = ticket_factory(ticket_endpoint)
    cancelled = new_ticket()
    cancelled.send_event("cancel")
    sibling = cancelled.send_event("update")
    check_event(new_ticket(), "update", zstack_examine, must="refuse", sibling=sibling)
    cancelled.send_event("reopen")  # which a target may refuse: by the status that it shows the update is judged
    check_event(cancelled, "update", zstack_examine, sibling=sibling)


@pytest.mark.requirement("ZT-LIFECYCLE-003")
def test_requests_of_a_cancelled_ticket_can_be_updated(ticket_endpoint, zstack_examine):
    """After an update, a cancelled ticket has the updated requests."""
    new_ticket = ticket_factory(ticket_endpoint)
    for _ in range(2):
        ticket = new_ticket()
        check_event(ticket, "cancel", zstack_examine)
        subject, after = check_event(ticket, "update", zstack_examine)
        violation = zstack_examine("updated-requests", edit=edit_of("update"), subject=subject, after=after)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-004")
def test_cancelled_ticket_can_be_reopened(ticket_endpoint, zstack_examine):
    """If a cancelled ticket can be reopened, it becomes Pending and can be cancelled again; it is still one ticket."""
    new_ticket = ticket_factory(ticket_endpoint)
    ticket = new_ticket()
    ticket.send_event("cancel")
    for event, must in (("reopen", "may"), ("cancel", "accept"), ("reopen", "may"), ("cancel", "accept")):
        subject, _ = check_event(ticket, event, zstack_examine, must=must)
        if subject.refused:
            break
    named = ticket_endpoint.find_by_name(ticket.created)
    if not ticket.was_deleted_for_quota():
        violation = zstack_examine("stored-once", subject=ticket.created, named=named)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-005")
def test_unknown_event_is_refused(ticket_endpoint, zstack_examine):
    """An event that does not exist is refused and changes nothing."""
    new_ticket = ticket_factory(ticket_endpoint)
    ticket, sibling = new_ticket(), new_ticket().send_event("cancel")
    check_event(ticket, "unknown", zstack_examine, must="refuse", sibling=sibling)
    check_event(ticket, "cancel", zstack_examine)
    check_event(ticket, "unknown", zstack_examine, must="refuse", sibling=sibling)


@pytest.mark.requirement("ZT-LIFECYCLE-025")
def test_status_change_without_an_event_is_refused(ticket_endpoint, zstack_examine):
    """A status change that names no event is refused and changes nothing."""
    new_ticket = ticket_factory(ticket_endpoint)
    ticket, sibling = new_ticket(), new_ticket().send_event("cancel")
    for event in ("no-event", "null-event"):
        check_event(ticket, event, zstack_examine, must="refuse", sibling=sibling)


@pytest.mark.requirement("ZT-LIFECYCLE-026")
def test_unknown_action_is_refused(ticket_endpoint, zstack_examine):
    """An action that does not exist is refused and changes nothing."""
    new_ticket = ticket_factory(ticket_endpoint)
    ticket, sibling = new_ticket(), new_ticket().send_event("cancel")
    for event in ("unknown-action", "no-action"):
        check_event(ticket, event, zstack_examine, must="refuse", sibling=sibling)


@pytest.mark.requirement("ZT-LIFECYCLE-006")
def test_response_to_an_event_shows_the_resulting_ticket(ticket_endpoint, zstack_examine):
    """The response to an event shows the ticket's state after the event."""
    new_ticket = ticket_factory(ticket_endpoint)
    ticket = new_ticket()
    for event in ("cancel", "update", "reopen", "cancel"):
        subject, after = ticket.send_event(event), ticket.find_by_uuid()
        violation = zstack_examine("event-response", edit=edit_of(event), subject=subject, after=after)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-007")
def test_event_changes_no_other_ticket(ticket_endpoint, zstack_examine):
    """An event changes no other ticket, not even one of the same owner."""
    new_ticket = ticket_factory(ticket_endpoint)
    other, ticket, third = new_ticket(), new_ticket(), new_ticket()
    for event in ("cancel", "update", "reopen", "cancel"):
        check_event(ticket, event, zstack_examine, other=other)
    check_event(ticket, "reopen", zstack_examine, other=third)


@pytest.mark.requirement("ZT-LIFECYCLE-008")
def test_history_has_one_row_per_change(ticket_endpoint, zstack_round, zstack_examine):
    """The history has ticket row per change, each starting where the previous ticket ended, the last ending with the status shown."""
    new_ticket = ticket_factory(ticket_endpoint)
    ticket, other = new_ticket(), new_ticket()
    other.send_event("cancel")
    events = ["cancel", "reopen", "cancel", "unknown", "reopen", "cancel"]
    if zstack_round():
        chance = random.Random(zstack_round())
        events = chance.choices(("cancel", "reopen", "update", "unknown"), k=chance.randint(1, MOST_EVENTS))
    calls = {f"event{place}": ticket.send_event(event) for place, event in enumerate(events)}
    violation = zstack_examine(
        "complete-history", after=ticket.find_by_uuid(), history=ticket.history(), **calls, arguments={"events": events}
    )
    assert violation is None, violation


def delete_cancelled(endpoint):
    """Delete three cancelled tickets, the last without a mode, each beside another; each with what to judge of it."""
    new_ticket, found = ticket_factory(endpoint), []
    for mode in ((), (), ("",)):
        other, ticket = new_ticket(), new_ticket()
        ticket.send_event("cancel")
        path = f"/v1/tickets?q=uuid%3D{ticket.uuid}&limit=3&replyWithCount=true"
        count = f"/v1/tickets?q=uuid%3D{ticket.uuid}&count=true"
        endpoint.call("GET", count)  # a cache may keep what is counted once
        before = endpoint.call("GET", path)
        roles = {"before": before, "bystander-before": other.find_by_uuid(), "subject": ticket.delete(*mode)}
        roles |= {"after": endpoint.call("GET", path), "named": endpoint.find_by_name(ticket.created)}
        roles["counted"] = endpoint.call("GET", count)
        found.append((ticket, roles | {"bystander-after": other.find_by_uuid()}))
    return found


@pytest.mark.requirement("ZT-LIFECYCLE-010")
def test_deleted_ticket_is_no_longer_shown(ticket_endpoint, zstack_once, zstack_examine):
    """A deleted ticket is no longer shown or counted, and no other ticket disappears with it."""
    for _, roles in zstack_once("lifecycle: deletions", lambda: delete_cancelled(ticket_endpoint)):
        violation = zstack_examine("deleted-ticket", **roles)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-047")
def test_own_cancelled_ticket_can_be_deleted(ticket_endpoint, zstack_once, zstack_examine):
    """A user can delete a ticket of their own that is cancelled."""
    for _, roles in zstack_once("lifecycle: deletions", lambda: delete_cancelled(ticket_endpoint)):
        violation = zstack_examine("own-deletion", subject=roles["subject"], before=roles["before"])
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-011")
@pytest.mark.zstack_long
def test_any_order_of_events_leads_to_the_expected_status(ticket_endpoint, zstack_explore, zstack_examine):
    """Whatever the order of events, refused ones change nothing, accepted ones lead where they must, and the history records it."""
    new_ticket = ticket_factory(ticket_endpoint)

    def holds(events):
        ticket = new_ticket()
        calls = {}
        for place, event in enumerate(events):
            calls[f"event{place}"], _ = check_event(ticket, event, zstack_examine)
        roles = {"history": ticket.history(), "after": ticket.find_by_uuid(), **calls}
        if not ticket.was_deleted_for_quota():
            violation = zstack_examine("complete-history", **roles, arguments={"events": list(events)})
            assert violation is None, violation

    zstack_explore(st.lists(st.sampled_from(EVENTS), min_size=2, max_size=LONGEST), holds)
