"""Histories and dates over time: rows stay as written, dates never move backwards."""

import uuid

import pytest

from pytest_zstack_ticket import Edit

EVENTS = ("cancel", "reopen", "cancel", "update", "reopen", "cancel")


def new_group(zstack_ticket_group, count):
    """Create a group of tickets; skip where no uuid is shown."""
    one = zstack_ticket_group()
    for _ in range(count):
        one.create()
    if not all(member.uuid for member in one.members):
        pytest.skip("the tickets are not shown")
    return one


def edit_of(event):
    """Name an event as an edit."""
    return Edit(kind="variation", name=f"after-{event}")


@pytest.mark.requirement("ZT-LIFECYCLE-017")
@pytest.mark.zstack_rounds
def test_history_contains_only_its_tickets_rows(zstack_ticket_group, zstack_examine):
    """A query for one ticket's history returns rows of that ticket only."""
    tickets = new_group(zstack_ticket_group, 2)
    one, other = tickets.members
    for event in ("cancel", "reopen", "cancel"):
        tickets.send_event(one, event)
        tickets.send_event(other, event)
    no_ticket = tickets.query("/v1/tickets/histories", f"ticketUuid={uuid.uuid4().hex}")
    for member, beside in ((one, other), (other, one)):
        roles = {"subject": tickets.history(member), "other": tickets.history(beside), "none": no_ticket}
        violation = zstack_examine("own-history", **roles)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-018")
@pytest.mark.zstack_rounds
def test_history_rows_are_not_rewritten(zstack_ticket_group, zstack_examine):
    """History rows are neither lost nor rewritten by later events."""
    tickets = new_group(zstack_ticket_group, 3)
    one, other, third = tickets.members
    tickets.send_event(other, "cancel", comment="of the other")
    earlier, other_history = None, tickets.history(other)
    for place, event in enumerate(EVENTS):
        tickets.send_event(one, event, comment=f"step {place}")
        later = tickets.history(one)
        if earlier is not None:
            violation = zstack_examine("history-not-rewritten", edit=edit_of(event), earlier=earlier, later=later)
            assert violation is None, violation
        earlier = later
    tickets.send_event(third, "cancel")
    tickets.delete(third)
    for before, member in ((other_history, other), (earlier, one)):
        later = tickets.history(member)
        violation = zstack_examine("history-not-rewritten", edit=edit_of("delete"), earlier=before, later=later)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-019")
@pytest.mark.zstack_rounds
def test_dates_never_move_backwards(zstack_ticket_group, zstack_examine):
    """A ticket's createDate never changes, and its lastOpDate never moves backwards."""
    tickets = new_group(zstack_ticket_group, 2)
    for member in tickets.members:
        readings = {"reading0": tickets.find_by_uuid(member)}
        for place, event in enumerate(EVENTS, 1):
            tickets.send_event(member, event)
            readings[f"reading{place}"] = tickets.find_by_uuid(member)
        violation = zstack_examine("dates-not-backwards", **readings)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-020")
@pytest.mark.zstack_rounds
def test_history_rows_are_dated_in_order(zstack_ticket_group, zstack_examine):
    """History rows are dated in the order of their sequence."""
    tickets = new_group(zstack_ticket_group, 2)
    for member in tickets.members:
        for event in EVENTS:
            tickets.send_event(member, event)
        violation = zstack_examine("history-date-order", subject=tickets.history(member))
        assert violation is None, violation
