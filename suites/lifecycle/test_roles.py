"""Who moves a ticket: a stranger never, its owner and its approver each in his own way. Approved only where allowed."""

import pytest

from pytest_zstack_ticket import Accepted, Edit

COMMENT = "conformance: 审批意见 <b>&'\""
EVENTS = ("cancel", "reject", "reopen", "open")


def edit_of(event, part):
    """Name an event of somebody as an edit."""
    return Edit(kind="variation", name=f"{part}-{event}")


@pytest.fixture
def moved(ticket_endpoint, zstack_examine):
    """Return what lets somebody send an event for a ticket and judges it; the roles of that step are returned."""

    def send(canary, event, part, *, check, **words):
        before = canary.find_by_uuid()
        subject = canary.send_event(event, by=ticket_endpoint.as_user(part), comment=words.get("comment", ""))
        roles = {"before": before, "subject": subject, "after": canary.find_by_uuid(), "history": canary.history()}
        if not canary.was_deleted_for_quota:
            told = {"event": event, **({"must": words["must"]} if "must" in words else {})}
            violation = zstack_examine(check, edit=edit_of(event, part), arguments=told, **roles)
            assert violation is None, violation
        return roles

    return send


@pytest.mark.requirement("ZT-LIFECYCLE-030")
def test_a_stranger_moves_nothing(zstack_canary, ticket_endpoint, zstack_examine):
    """Whatever event a stranger sends, it is refused; status, members and history stay."""
    stranger, sibling = ticket_endpoint.as_user("stranger"), zstack_canary().send_event("cancel")
    for status in ("Pending", "Cancelled"):
        one = zstack_canary()
        if status == "Cancelled":
            one.send_event("cancel")
        for event in EVENTS * 2:
            roles = {"before": one.find_by_uuid(), "history-before": one.history()}
            roles |= {
                "subject": one.send_event(event, by=stranger),
                "after": one.find_by_uuid(),
                "history-after": one.history(),
            }
            roles["sibling"] = sibling
            if not one.was_deleted_for_quota:
                told = {"call": "action", "event": event}
                violation = zstack_examine("left-alone", edit=edit_of(event, "stranger"), arguments=told, **roles)
                assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-031")
def test_an_owner_does_not_reject(zstack_canary, moved, zstack_observe):
    """A reject by the ticket's owner is refused and changes nothing, or is carried out as it is told."""
    roles = moved(zstack_canary(), "reject", "owner", check="wrong-operator")
    zstack_observe("reject-by-owner", isinstance(roles["subject"].outcome, Accepted), roles["subject"])


@pytest.mark.requirement("ZT-LIFECYCLE-032")
def test_an_approver_rejects(zstack_canary, moved, zstack_examine, zstack_observe):
    """An accepted reject by the approver leads to Rejected, and the history tells it once."""
    for _ in range(2):
        one = zstack_canary()
        roles = moved(one, "reject", "approver", check="operated", comment=COMMENT)
        told = {"event": "reject"}
        violation = zstack_examine("recorded", edit=edit_of("reject", "approver"), arguments=told, **roles)
        assert violation is None, violation
        zstack_observe("operator-of-a-reject", operators(roles["history"]), roles["history"])


def operators(history):
    """Say who the last history row says it was: the kind alone, for a uuid differs in every run."""
    rows = (getattr(history.outcome, "result", None) or {}).get("inventories") or [{}]
    return f"{rows[-1].get('operatorType')}, {'named' if rows[-1].get('operatorUuid') else 'not named'}"


@pytest.mark.requirement("ZT-LIFECYCLE-033")
def test_an_approver_does_not_cancel(zstack_canary, moved, zstack_observe):
    """A cancel by the approver is refused and changes nothing, or is carried out as it is told."""
    roles = moved(zstack_canary(), "cancel", "approver", check="wrong-operator")
    zstack_observe("cancel-by-approver", isinstance(roles["subject"].outcome, Accepted), roles["subject"])


@pytest.mark.requirement("ZT-LIFECYCLE-034")
def test_an_approver_approves(zstack_canary, moved):
    """An accepted approval by the approver leads to IntermediateApproved or FinalApproved."""
    moved(zstack_canary(), "approve", "approver", check="operated", comment=COMMENT)


@pytest.mark.requirement("ZT-LIFECYCLE-035")
def test_an_approval_stands_in_the_history(zstack_canary, moved, zstack_examine, zstack_observe):
    """The history tells an approval once, with its comment."""
    one = zstack_canary()
    roles = moved(one, "approve", "approver", check="operated", comment=COMMENT)
    for check in ("recorded", "commented"):
        told = {"event": "approve"}
        violation = zstack_examine(check, edit=edit_of("approve", "approver"), arguments=told, **roles)
        assert violation is None, violation
    zstack_observe("operator-of-an-approval", operators(roles["history"]), roles["history"])


@pytest.mark.requirement("ZT-LIFECYCLE-036")
def test_nobody_else_approves(zstack_canary, ticket_endpoint, moved, zstack_examine, zstack_observe):
    """An approval by a stranger is refused; one by the owner is refused, or carried out as it is told."""
    one, stranger = zstack_canary(), ticket_endpoint.as_user("stranger")
    # not an approval, for each of them may carry requests out
    sibling = zstack_canary().send_event("cancel")
    before, subject = one.find_by_uuid(), one.send_event("approve", by=stranger)
    if not one.was_deleted_for_quota:
        told = {"call": "action", "event": "approve"}
        roles = {"before": before, "subject": subject, "after": one.find_by_uuid(), "sibling": sibling}
        violation = zstack_examine("left-alone", edit=edit_of("approve", "stranger"), arguments=told, **roles)
        assert violation is None, violation
    roles = moved(one, "approve", "owner", check="wrong-operator")
    zstack_observe("approve-by-owner", isinstance(roles["subject"].outcome, Accepted), roles["subject"])


@pytest.mark.requirement("ZT-LIFECYCLE-037")
def test_an_approved_ticket_stays(zstack_canary, moved):
    """The requests of a finally approved ticket cannot be updated, and a refused event does not change it."""
    one = zstack_canary()
    moved(one, "approve", "approver", check="operated")
    moved(one, "update", "owner", check="wrong-operator", must="refuse")
    for event in ("cancel", "reopen", "open"):
        moved(one, event, "owner", check="wrong-operator")
