"""Reading one ticket by its path, and reading again."""

import uuid

import pytest


@pytest.mark.requirement("ZT-QUERY-033")
def test_a_path_shows_its_ticket(zstack_tickets, zstack_examine):
    """GET of a ticket's path shows exactly that ticket."""
    for one in zstack_tickets.uuids():
        violation = zstack_examine("by-uuid", subject=zstack_tickets.get_by_path(one))
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-034")
def test_a_path_shows_what_a_query_shows(zstack_tickets, zstack_examine):
    """A ticket reads the same by its path and in a list."""
    for one in zstack_tickets.uuids():
        listing = zstack_tickets.listing()
        for trail in (zstack_tickets.get_by_path(one), zstack_tickets.query(f"uuid={one}")):
            violation = zstack_examine("same-row", subject=trail, before=listing)
            assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-035")
def test_a_path_of_no_ticket_shows_nothing(zstack_tickets, zstack_examine, zstack_profile):
    """GET of a path with an unknown uuid answers an empty list."""
    arguments = {"may_refuse": zstack_profile.strict}
    near = [f"{one[:-1]}{'1' if one.endswith('0') else '0'}" for one in zstack_tickets.uuids()[:1]]
    for unknown in (uuid.uuid4().hex, *near):
        trail = zstack_tickets.get_by_path(unknown)
        violation = zstack_examine("empty", subject=trail, before=zstack_tickets.listing(), arguments=arguments)
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-036")
def test_reading_changes_nothing(zstack_tickets, zstack_examine):
    """A ticket that nobody has changed reads the same again."""
    first = zstack_tickets.first_listing
    for _ in range(2):
        violation = zstack_examine("same-row", subject=zstack_tickets.listing(), before=first)
        assert violation is None, violation
