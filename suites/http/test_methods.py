"""What a method may do: nothing in a header, a parameter or a body makes a reading of tickets change one."""

import pytest

from pytest_zstack_ticket import Edit, Message

OVERRIDES = (("X-HTTP-Method-Override", "DELETE"), ("X-HTTP-Method", "DELETE"), ("X-Method-Override", "DELETE"))
READING = ("HEAD", "OPTIONS")
CANCEL = {"changeTicketStatus": {"statusEvent": "cancel"}}


def edit_of(name):
    """Name a request as an edit."""
    return Edit(kind="breakage", name=name)


def shown_canary(zstack_canary):
    """Return a ticket of the run; skip where the target does not show it."""
    canary = zstack_canary()
    if not canary.uuid:
        pytest.skip("the ticket is not shown")
    return canary


@pytest.mark.requirement("ZT-HTTP-029")
@pytest.mark.zstack_rounds
def test_method_override_changes_nothing(zstack_canary, zstack_examine):
    """A GET or POST to a ticket deletes nothing, whatever method a header or a parameter names."""
    canary = shown_canary(zstack_canary)
    path = f"/v1/tickets/{canary.uuid}"
    named = f"{path}?_method=DELETE&deleteMode=Permissive"
    calls = {
        "override-header": ("GET", path, OVERRIDES),
        "override-parameter": ("GET", named, ()),
        "override-of-a-post": ("POST", named, OVERRIDES),  # frameworks that have overrides take them from a POST
    }
    for name, (method, target, headers) in calls.items():
        before = canary.find_by_uuid()
        subject = canary.owner.call(method, target, headers=headers)
        after = canary.find_by_uuid()
        if not canary.was_deleted_for_quota:
            violation = zstack_examine("reads-only", edit=edit_of(name), subject=subject, before=before, after=after)
            assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-030")
@pytest.mark.zstack_rounds
def test_reading_methods_create_and_change_nothing(ticket_endpoint, zstack_canary, zstack_examine):
    """A HEAD or OPTIONS with the body of a create or of a cancel creates and changes nothing."""
    canary = shown_canary(zstack_canary)
    nowhere = "/v1/tickets?q=uuid%3Dffffffffffff4fff8fffffffffffffff&limit=1"
    draft = ticket_endpoint.calibration_draft
    for method in READING:
        edit = edit_of(f"create-by-{method.lower()}")
        subject = ticket_endpoint.send(
            Message(edit=edit, method=method, path=nowhere, headers=draft.headers, body=draft.body), follow=False
        )
        roles = {"named": ticket_endpoint.find_by_name(subject), "listed": canary.find_by_name()}
        if not canary.was_deleted_for_quota:
            violation = zstack_examine("reads-only", edit=edit, subject=subject, **roles)
            assert violation is None, violation
        before = canary.find_by_uuid()
        subject = canary.owner.call(method, f"/v1/tickets/{canary.uuid}/actions", body=CANCEL)
        after = canary.find_by_uuid()
        if not canary.was_deleted_for_quota:
            edit = edit_of(f"cancel-by-{method.lower()}")
            violation = zstack_examine("reads-only", edit=edit, subject=subject, before=before, after=after)
            assert violation is None, violation
