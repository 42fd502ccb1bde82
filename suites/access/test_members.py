"""What the server owns takes no effect when a client sends it, with a create or with an event."""

import json
import uuid

import pytest

from pytest_zstack_ticket import Edit

LONG_AGO = "Jan 1, 2001 1:00:00 AM"
OWNED = {
    "status": "FinalApproved",
    "createDate": LONG_AGO,
    "lastOpDate": LONG_AGO,
}
"""Members that are the server's own. `id`, `timeout`, `headers` and `session` are members of every message: not these."""
UUIDS = ("uuid", "currentFlowUuid", "ticketTypeUuid", "accountUuid", "ownerUuid")


def edit_of(name):
    """Name what is special about a call as an edit."""
    return Edit(kind="variation", name=name, note="has no effect of its own")


@pytest.mark.requirement("ZT-ACCESS-015")
@pytest.mark.zstack_rounds
def test_members_of_the_server_take_no_effect_in_a_create(ticket_endpoint, zstack_context, zstack_examine):
    """Status, uuid, dates, flow, type and account sent with a create take no effect, nor does `request`."""
    members = OWNED | {name: uuid.uuid4().hex for name in UUIDS}
    users = [ticket_endpoint.as_user(one) for one in ("stranger",) if one in zstack_context.users]
    accounts = {"server-owned": None}
    if users and ticket_endpoint.account:
        accounts["account-of-another"] = ticket_endpoint.account  # one that there is
    for endpoint in (ticket_endpoint, *users):  # an administrator sees whose ticket it becomes no more than before
        draft = endpoint.calibration_draft
        first = json.loads(draft.body)["params"]["requests"][0]
        members["request"] = [{**first, "requestName": "member of the server"}]
        sibling = endpoint.create(draft)
        plain = endpoint.find_by_nonce(sibling)
        for name, account in accounts.items() if endpoint in users else [("server-owned", None)]:
            more = members if account is None else {"accountUuid": account, "ownerUuid": account}
            subject = endpoint.create(endpoint.draft(**more))
            roles = {"subject": subject, "sibling": sibling, "plain": plain, "shown": endpoint.find_by_nonce(subject)}
            if endpoint.can_be_found(subject) and endpoint.can_be_found(sibling):
                violation = zstack_examine("server-owned", edit=edit_of(name), **roles)
                assert violation is None, violation


@pytest.mark.requirement("ZT-ACCESS-016")
@pytest.mark.zstack_rounds
def test_members_of_the_server_take_no_effect_in_an_event(zstack_canary, ticket_endpoint, zstack_examine):
    """Status, name, dates, account and operator sent with an event take no effect: it leads where it does without."""
    canary, more = zstack_canary(), OWNED | {"name": "renamed by an event", "accountUuid": uuid.uuid4().hex}
    plain, more["operatorUuid"] = zstack_canary(), uuid.uuid4().hex
    for event in ("cancel", "update"):
        before, subject = canary.find_by_uuid(), canary.send_event(event, more=more)
        roles = {"before": before, "subject": subject, "after": canary.find_by_uuid()}
        roles["sibling"] = plain.send_event(event)
        if not canary.was_deleted_for_quota:
            edit, arguments = edit_of(f"server-owned-{event}"), {"event": event}
            violation = zstack_examine("event-effect", edit=edit, arguments=arguments, **roles)
            assert violation is None, violation
        if event == "cancel" and "histories" in ticket_endpoint.profile.capabilities:
            violation = zstack_examine(
                "operator-not-sent", edit=edit_of("operator"), subject=subject, history=canary.history()
            )
            assert violation is None, violation
