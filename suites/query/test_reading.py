"""Reading one ticket by its path, and reading it again."""

import uuid

import pytest

from pytest_zstack_ticket import Edit

AGAIN = (
    *("name={a}", "name={b}", "name={c}", "name={d}", "name={e}", "uuid={uuid1}", "uuid={uuid2}", "uuid={uuid3}"),
    *("uuid={uuid4}", "uuid={uuid5}", "name?={a},{e}", "name?={b},{c},{d}", "uuid?={uuid2},{uuid4}", "name~={own} d%"),
    *("name~=%{own}_b%", "uuid~={uuid2:.30}%", "description={text_a}", "description={text_c}", "description={text_e}"),
    *("name~={own} _ %", "name~=%{own}__%", "name~={own:.13}_ %", "uuid?={uuid1},{uuid3},{uuid5}", "name?={a},{b}"),
)
"""Conditions that some of our tickets meet and no others, for efforts above smoke."""
PATHS = ("X-Original-URL", "X-Rewrite-URL")
"""Headers by which some frameworks let a path be another one (OWASP WSTG-ATHZ-02)."""
pytestmark = pytest.mark.zstack_alone("queries")
"""They share a few tickets, which no other test may crowd out where few may exist."""


@pytest.mark.requirement("ZT-QUERY-033")
def test_path_returns_its_ticket(ticket_endpoint, zstack_tickets, zstack_many_tickets, zstack_effort, zstack_examine):
    """GET on a ticket's path returns exactly that ticket, also where a header names the path of another one."""
    more, few = () if zstack_effort == "smoke" else zstack_many_tickets.all_uuids(), zstack_tickets.uuids()
    for one in (*few, *more):
        violation = zstack_examine("ticket-by-path", subject=zstack_tickets.get_by_path(one))
        assert violation is None, violation
    for one in few[1:]:
        headers = tuple((name, f"/zstack/v1/tickets/{few[0]}") for name in PATHS)
        subject = ticket_endpoint.call("GET", f"/v1/tickets/{one}", headers=headers)
        edit = Edit(kind="variation", name="path-in-header", note="headers name the path of another ticket")
        violation = zstack_examine("ticket-by-path", edit=edit, subject=subject)
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-034")
def test_path_and_query_return_the_same_ticket(zstack_tickets, zstack_many_tickets, zstack_effort, zstack_examine):
    """A ticket reads the same by its path, by a query for its uuid and in a list."""
    few = [(zstack_tickets, one) for one in zstack_tickets.uuids()]
    more = () if zstack_effort == "smoke" else zstack_many_tickets.all_uuids()
    for tickets, one in (*few, *((zstack_many_tickets, one) for one in more)):
        listing = tickets.listing()
        for result in (tickets.get_by_path(one), tickets.query(f"uuid={one}")):
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
def test_unchanged_ticket_reads_the_same_again(zstack_tickets, zstack_effort, zstack_examine):
    """A ticket that no user has changed reads the same again, whichever query shows it."""
    first = zstack_tickets.first_listing
    for _ in range(2):
        violation = zstack_examine("same-ticket-read", subject=zstack_tickets.listing(), before=first)
        assert violation is None, violation
    for condition in () if zstack_effort == "smoke" else AGAIN:
        violation = zstack_examine("same-ticket-read", subject=zstack_tickets.query(condition), before=first)
        assert violation is None, violation
