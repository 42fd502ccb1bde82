"""Queries of what tickets were: the fields of histories and archives."""

import pytest

from pytest_zstack_ticket import Edit

FIELDS = {"/v1/tickets/histories": "uuid,toStatus", "/v1/tickets/archives": "uuid,name"}
PAGE = "limit=2"


def shows_rows(result):
    """Return whether a query shows any row."""
    return bool((getattr(result.outcome, "result", None) or {}).get("inventories"))


def add_past(tickets, path):
    """Change a ticket, so that it has a history, or delete it, so that it may be archived."""
    member = tickets.members[-1] if tickets.members else tickets.create()
    if member.uuid and path.endswith("histories"):
        tickets.send_event(member, "cancel")
    elif member.uuid:
        tickets.delete(member)


@pytest.mark.requirement("ZT-QUERY-026")
def test_fields_select_members_of_the_past(ticket_endpoint, zstack_ticket_group, zstack_examine):
    """With fields, each row of histories and archives has exactly the members that fields lists."""
    tickets = zstack_ticket_group()
    for path, fields in FIELDS.items():
        whole = ticket_endpoint.call("GET", f"{path}?{PAGE}")
        if not shows_rows(whole) and not whole.refused:
            add_past(tickets, path)
            whole = ticket_endpoint.call("GET", f"{path}?{PAGE}")
        subject = ticket_endpoint.call("GET", f"{path}?{PAGE}&fields={fields}")
        edit = Edit(kind="variation", name=f"fields-{path.rpartition('/')[2]}")
        violation = zstack_examine("selected-fields-of-past", edit=edit, subject=subject, whole=whole)
        assert violation is None, violation
