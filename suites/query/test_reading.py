"""Reading one ticket by its path, and reading again."""

import uuid

import pytest


@pytest.mark.requirement("ZT-QUERY-033")
def test_a_path_shows_its_ticket(zstack_shelf, zstack_examine):
    """GET of a ticket's path shows exactly that ticket."""
    for one in zstack_shelf.uuids():
        departure = zstack_examine("by-uuid", subject=zstack_shelf.get(one))
        assert departure is None, departure


@pytest.mark.requirement("ZT-QUERY-034")
def test_a_path_shows_what_a_query_shows(zstack_shelf, zstack_examine):
    """A ticket reads the same by its path and in a list."""
    for one in zstack_shelf.uuids():
        listing = zstack_shelf.listing()
        for trail in (zstack_shelf.get(one), zstack_shelf.find(f"uuid={one}")):
            departure = zstack_examine("same-row", subject=trail, before=listing)
            assert departure is None, departure


@pytest.mark.requirement("ZT-QUERY-035")
def test_a_path_of_no_ticket_shows_nothing(zstack_shelf, zstack_examine, zstack_profile):
    """GET of a path with an unknown uuid answers an empty list."""
    arguments = {"may_refuse": zstack_profile.strict}
    near = [f"{one[:-1]}{'1' if one.endswith('0') else '0'}" for one in zstack_shelf.uuids()[:1]]
    for unknown in (uuid.uuid4().hex, *near):
        trail = zstack_shelf.get(unknown)
        departure = zstack_examine("empty", subject=trail, before=zstack_shelf.listing(), arguments=arguments)
        assert departure is None, departure


@pytest.mark.requirement("ZT-QUERY-036")
def test_reading_changes_nothing(zstack_shelf, zstack_examine):
    """A ticket that nobody has changed reads the same again."""
    first = zstack_shelf.first
    for _ in range(2):
        departure = zstack_examine("same-row", subject=zstack_shelf.listing(), before=first)
        assert departure is None, departure
