"""Who may move a ticket: never a stranger, its owner and its approver each in their way. Approved only where allowed."""

import json

import pytest

from pytest_zstack_ticket import Accepted, Draft, Edit

COMMENT = "conformance: 审批意见 <b>&'\""
EVENTS = ("cancel", "reject", "reopen", "open")


def rows_of(result):
    """Return the tickets that a query shows, None where it was not answered with a list."""
    return (getattr(result.outcome, "result", None) or {}).get("inventories")


def edit_of(event, part):
    """Name an event of a user as an edit."""
    return Edit(kind="variation", name=f"{part}-{event}")


class Users:
    """The users of a ticket, whose events are checked."""

    def __init__(self, ticket_endpoint, zstack_examine):
        self.endpoint = ticket_endpoint
        self.examine = zstack_examine

    def send_event_as(self, canary, event, part, *, check, **words):
        """Send an event as one of the users and check it; return the results by their role."""
        roles = self.try_event_as(canary, event, part, comment=words.get("comment", ""))
        arguments = {"event": event, **({"must": words["must"]} if "must" in words else {})}
        self.judge(canary, check, edit_of(event, part), arguments, roles)
        return roles

    def try_event_as(self, canary, event, part, *, comment):
        """Send an event as one of the users between two looks at the ticket; return the results by their role."""
        before = canary.find_by_uuid()
        subject = canary.send_event(event, by=self.endpoint.as_user(part), comment=comment)
        roles = {"before": before, "subject": subject, "after": canary.find_by_uuid(), "history": canary.history()}
        if rows_of(roles["after"]) == []:  # its owner sees it no more
            path = f"/v1/tickets/archives?q=ticketUuid%3D{canary.uuid}&limit=3"
            roles["archives"] = canary.owner.call("GET", path)
        return roles

    def judge(self, canary, check, edit, arguments, roles):
        """Check what an event led to, unless the run itself deleted its ticket."""
        if not canary.was_deleted_for_quota:
            violation = self.examine(check, edit=edit, arguments=arguments, **roles)
            assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-030")
@pytest.mark.zstack_rounds
def test_every_event_by_a_stranger_is_refused(zstack_canary, ticket_endpoint, zstack_examine):
    """Every event sent by a stranger is refused; the ticket's status, members and history stay unchanged."""
    stranger, sibling = ticket_endpoint.as_user("stranger"), zstack_canary().send_event("cancel")
    for status in ("Pending", "Cancelled"):
        canary = zstack_canary()
        if status == "Cancelled":
            canary.send_event("cancel")
        for event in EVENTS * 2:
            roles = {"before": canary.find_by_uuid(), "history-before": canary.history()}
            roles |= {
                "subject": canary.send_event(event, by=stranger),
                "after": canary.find_by_uuid(),
                "history-after": canary.history(),
            }
            roles["sibling"] = sibling
            if not canary.was_deleted_for_quota:
                arguments = {"call": "action", "event": event}
                violation = zstack_examine(
                    "unchanged-by-stranger", edit=edit_of(event, "stranger"), arguments=arguments, **roles
                )
                assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-031")
@pytest.mark.zstack_rounds
def test_reject_by_the_owner_is_refused_or_reported(zstack_canary, zstack_observe, ticket_endpoint, zstack_examine):
    """A reject by the ticket's owner is either refused without changing anything, or carried out as reported."""
    users = Users(ticket_endpoint, zstack_examine)
    roles = users.send_event_as(zstack_canary(), "reject", "owner", check="wrong-operator")
    zstack_observe("reject-by-owner", isinstance(roles["subject"].outcome, Accepted), roles["subject"])


def rejections(users, zstack_once, zstack_canary, zstack_profile):
    """Return tickets with what a reject led to, which are sent once in a round: by the approver, or by the owner."""
    part, count = ("approver", 2) if "approver" in zstack_profile.capabilities else ("owner", 1)

    def act():
        canaries = [zstack_canary() for _ in range(count)]
        return [(canary, users.try_event_as(canary, "reject", part, comment=COMMENT)) for canary in canaries]

    return zstack_once("lifecycle: rejections", act)


@pytest.mark.requirement("ZT-LIFECYCLE-002")
@pytest.mark.zstack_rounds
def test_requests_of_a_rejected_ticket_cannot_be_updated(
    zstack_canary, zstack_once, zstack_profile, zstack_examine, ticket_endpoint
):
    """The requests of a ticket that was rejected cannot be updated: it has not been cancelled."""
    users, arguments = Users(ticket_endpoint, zstack_examine), {"event": "update", "must": "refuse"}
    canary, before = rejections(users, zstack_once, zstack_canary, zstack_profile)[0]
    if [row.get("status") for row in rows_of(before["after"]) or ()] == ["Rejected"]:
        roles = {"before": before["after"], "subject": canary.send_event("update"), "after": canary.find_by_uuid()}
        users.judge(canary, "event-effect", edit_of("update", "rejected"), arguments, roles)


@pytest.mark.requirement("ZT-LIFECYCLE-032")
@pytest.mark.zstack_rounds
def test_reject_by_the_approver_leads_to_rejected(  # noqa: PLR0913, PLR0917 - each is a fixture
    zstack_canary, zstack_once, zstack_profile, zstack_examine, zstack_observe, ticket_endpoint
):
    """An accepted reject by the approver leads to Rejected, and the history records it exactly once."""
    users, arguments = Users(ticket_endpoint, zstack_examine), {"event": "reject"}
    for canary, roles in rejections(users, zstack_once, zstack_canary, zstack_profile):
        users.judge(canary, "approver-event", edit_of("reject", "approver"), arguments, roles)
        violation = zstack_examine("recorded-event", edit=edit_of("reject", "approver"), arguments=arguments, **roles)
        assert violation is None, violation
        zstack_observe("operator-of-a-reject", operators(roles["history"]), roles["history"])
    if "approver" in zstack_profile.capabilities and isinstance(roles["subject"].outcome, Accepted):
        cancelled = zstack_canary()
        cancelled.send_event("cancel")
        late = users.try_event_as(cancelled, "reject", "approver", comment="")
        if [row.get("status") for row in rows_of(late["before"]) or ()] == ["Cancelled"]:
            late["sibling"], arguments = roles["subject"], {"event": "reject", "must": "refuse"}
            users.judge(cancelled, "event-effect", edit_of("reject-cancelled", "approver"), arguments, late)


@pytest.mark.requirement("ZT-LIFECYCLE-052")
@pytest.mark.zstack_rounds
def test_history_tells_the_approver_from_the_owner(zstack_canary, ticket_endpoint, zstack_examine):
    """The history names another operator for the approver's event than for the owner's."""
    own, canary = zstack_canary(), zstack_canary()
    roles = {"own": own.send_event("cancel"), "own-history": own.history()}
    roles |= {
        "subject": canary.send_event("reject", by=ticket_endpoint.as_user("approver")),
        "history": canary.history(),
    }
    if not (own.was_deleted_for_quota or canary.was_deleted_for_quota):
        violation = zstack_examine("other-operator", edit=edit_of("reject", "approver"), **roles)
        assert violation is None, violation


def operators(history):
    """Say which operator the last history row names: the kind only, for the uuid differs in every run."""
    rows = rows_of(history) or [{}]
    return f"{rows[-1].get('operatorType')}, {'named' if rows[-1].get('operatorUuid') else 'not named'}"


@pytest.mark.requirement("ZT-LIFECYCLE-033")
@pytest.mark.zstack_rounds
def test_cancel_by_the_approver_is_refused_or_reported(zstack_canary, zstack_observe, ticket_endpoint, zstack_examine):
    """A cancel by the approver is either refused without changing anything, or carried out as reported."""
    users = Users(ticket_endpoint, zstack_examine)
    roles = users.send_event_as(zstack_canary(), "cancel", "approver", check="wrong-operator")
    zstack_observe("cancel-by-approver", isinstance(roles["subject"].outcome, Accepted), roles["subject"])


@pytest.mark.requirement("ZT-LIFECYCLE-034")
def test_approval_by_the_approver_leads_to_an_approved_status(
    zstack_canary, ticket_endpoint, zstack_examine, zstack_observe
):
    """An accepted approval by the approver leads to IntermediateApproved or FinalApproved."""
    users = Users(ticket_endpoint, zstack_examine)
    roles = users.send_event_as(zstack_canary(), "approve", "approver", check="approver-event", comment=COMMENT)
    draft = draft_of_two_flows(ticket_endpoint.as_user("owner"), roles["history"])
    created = draft and ticket_endpoint.as_user("owner").create(draft)
    if created and isinstance(created.outcome, Accepted):
        roles = users.send_event_as(zstack_canary(created), "approve", "approver", check="approver-event")
        shown = [row.get("status") for row in rows_of(roles["after"]) or ()]
        # no document says that two flows want two approvals, also where one user decides on both
        zstack_observe("first-approval-of-two", ", ".join(map(str, shown)), roles["after"])


def draft_of_two_flows(owner, history):
    """Return a draft with an enabled flow collection of several flows, the first for who decided in a history.

    None where the owner is shown no such collection, or it is not known for whom its first flow is.
    """
    decider = (rows_of(history) or [{}])[-1].get("operatorUuid")
    for row in rows_of(owner.call("GET", "/v1/tickets/flow-collections?limit=50")) or ():
        flows = row.get("flows")
        usable = row.get("state") == "Enabled" and row.get("status", "Valid") == "Valid"
        if (
            usable
            and decider
            and isinstance(flows, list)
            and len(flows) > 1
            and flows[0].get("approverUuid") == decider
        ):
            draft = owner.calibration_draft
            body = json.loads(draft.body)
            body["params"]["flowCollectionUuid"] = row.get("uuid")
            return Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=draft.headers)
    return None


@pytest.mark.requirement("ZT-LIFECYCLE-035")
def test_approval_is_recorded_in_the_history(zstack_canary, zstack_examine, zstack_observe, ticket_endpoint):
    """The history records an approval exactly once, with its comment."""
    users = Users(ticket_endpoint, zstack_examine)
    canary = zstack_canary()
    roles = users.send_event_as(canary, "approve", "approver", check="approver-event", comment=COMMENT)
    for check in ("recorded-event", "recorded-comment"):
        arguments = {"event": "approve"}
        violation = zstack_examine(check, edit=edit_of("approve", "approver"), arguments=arguments, **roles)
        assert violation is None, violation
    zstack_observe("operator-of-an-approval", operators(roles["history"]), roles["history"])


@pytest.mark.requirement("ZT-LIFECYCLE-036")
def test_approval_by_others_is_refused_or_reported(zstack_canary, ticket_endpoint, zstack_examine, zstack_observe):
    """An approval by a stranger is refused; one by the owner is refused, or carried out as reported."""
    users = Users(ticket_endpoint, zstack_examine)
    canary, stranger = zstack_canary(), ticket_endpoint.as_user("stranger")
    # not an approval, which may execute the requests
    sibling = zstack_canary().send_event("cancel")
    before, subject = canary.find_by_uuid(), canary.send_event("approve", by=stranger)
    if not canary.was_deleted_for_quota:
        arguments = {"call": "action", "event": "approve"}
        roles = {"before": before, "subject": subject, "after": canary.find_by_uuid(), "sibling": sibling}
        violation = zstack_examine(
            "unchanged-by-stranger", edit=edit_of("approve", "stranger"), arguments=arguments, **roles
        )
        assert violation is None, violation
    roles = users.send_event_as(canary, "approve", "owner", check="wrong-operator")
    zstack_observe("approve-by-owner", isinstance(roles["subject"].outcome, Accepted), roles["subject"])


@pytest.mark.requirement("ZT-LIFECYCLE-037")
def test_approved_ticket_cannot_be_updated(zstack_canary, ticket_endpoint, zstack_examine):
    """The requests of a finally approved ticket cannot be updated, and no other refused event changes the ticket."""
    users = Users(ticket_endpoint, zstack_examine)
    canary = zstack_canary()
    users.send_event_as(canary, "approve", "approver", check="approver-event")
    users.send_event_as(canary, "update", "owner", check="wrong-operator", must="refuse")
    for event in ("cancel", "reopen", "open"):
        users.send_event_as(canary, event, "owner", check="wrong-operator")
