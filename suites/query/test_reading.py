"""Reading one ticket by its path, and reading it again."""

import uuid

import pytest

pytestmark = pytest.mark.zstack_alone("queries")
"""They share a few tickets, which no other test may crowd out where few may exist."""


@pytest.mark.requirement("ZT-QUERY-033")
def test_path_returns_its_ticket(zstack_tickets, zstack_examine):
    """GET on a ticket's path returns exactly that ticket."""
    for one in zstack_tickets.uuids():
        violation = zstack_examine("ticket-by-path", subject=zstack_tickets.get_by_path(one))
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-034")
def test_path_and_query_return_the_same_ticket(zstack_tickets, zstack_examine):
    """A ticket reads the same by its path, by a query for its uuid and in a list."""
    for one in zstack_tickets.uuids():
        listing = zstack_tickets.listing()
        for result in (zstack_tickets.get_by_path(one), zstack_tickets.query(f"uuid={one}")):
            violation = zstack_examine("same-ticket-read", subject=result, before=listing)
            assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-035")
def test_path_with_unknown_uuid_returns_an_empty_list(zstack_tickets, zstack_examine, zstack_profile, zstack_effort):
    """GET on a path with an unknown uuid returns an empty list."""
    arguments = {"may_refuse": zstack_profile.strict}
    near = [f"{one[:-1]}{'1' if one.endswith('0') else '0'}" for one in zstack_tickets.uuids()[:1]]
    for unknown in (*(uuid.uuid4().hex for _ in range(1 if zstack_effort == "smoke" else 7)), *near):
        result = zstack_tickets.get_by_path(unknown)
        violation = zstack_examine("empty-result", subject=result, before=zstack_tickets.listing(), arguments=arguments)
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-036")
def test_unchanged_ticket_reads_the_same_again(zstack_tickets, zstack_examine):
    """A ticket that no user has changed reads the same again."""
    first = zstack_tickets.first_listing
    for _ in range(2):
        violation = zstack_examine("same-ticket-read", subject=zstack_tickets.listing(), before=first)
        assert violation is None, violation
