"""What time does to a ticket and its history: rows stay as they were written, dates do not go back."""

import uuid

import pytest

from pytest_zstack_ticket import Edit

EVENTS = ("cancel", "reopen", "cancel", "update", "reopen", "cancel")


@pytest.fixture
def family(zstack_ticket_group):
    """Return what begins a family of so many tickets; skip where no uuid is shown."""

    def begin(count):
        one = zstack_ticket_group()
        for _ in range(count):
            one.create()
        if not all(member.uuid for member in one.members):
            pytest.skip("the tickets are not shown")
        return one

    return begin


def edit_of(event):
    """Name an event as an edit."""
    return Edit(kind="variation", name=f"after-{event}")


@pytest.mark.requirement("ZT-LIFECYCLE-017")
def test_a_history_is_that_of_its_ticket(family, zstack_examine):
    """A query for one ticket's history shows rows of that ticket alone."""
    tickets = family(2)
    one, other = tickets.members
    for event in ("cancel", "reopen", "cancel"):
        tickets.send_event(one, event)
        tickets.send_event(other, event)
    nobody = tickets.query("/v1/tickets/histories", f"ticketUuid={uuid.uuid4().hex}")
    for member, beside in ((one, other), (other, one)):
        roles = {"subject": tickets.history(member), "other": tickets.history(beside), "nobody": nobody}
        violation = zstack_examine("own-history", **roles)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-018")
def test_history_is_not_rewritten(family, zstack_examine):
    """What a history told it still tells, after events on this ticket and others, and after deletions."""
    tickets = family(3)
    one, other, third = tickets.members
    tickets.send_event(other, "cancel", comment="of the other")
    earlier, aside = None, tickets.history(other)
    for place, event in enumerate(EVENTS):
        tickets.send_event(one, event, comment=f"step {place}")
        later = tickets.history(one)
        if earlier is not None:
            violation = zstack_examine("history-kept", edit=edit_of(event), earlier=earlier, later=later)
            assert violation is None, violation
        earlier = later
    tickets.send_event(third, "cancel")
    tickets.delete(third)
    for before, member in ((aside, other), (earlier, one)):
        later = tickets.history(member)
        violation = zstack_examine("history-kept", edit=edit_of("delete"), earlier=before, later=later)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-019")
def test_dates_do_not_go_back(family, zstack_examine):
    """CreateDate never changes, and lastOpDate never goes back."""
    tickets = family(2)
    for member in tickets.members:
        readings = {"reading0": tickets.find_by_uuid(member)}
        for place, event in enumerate(EVENTS, 1):
            tickets.send_event(member, event)
            readings[f"reading{place}"] = tickets.find_by_uuid(member)
        violation = zstack_examine("dates-kept", **readings)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-020")
def test_history_is_dated_in_its_order(family, zstack_examine):
    """The rows of a history are dated in the order of their sequence."""
    tickets = family(2)
    for member in tickets.members:
        for event in EVENTS:
            tickets.send_event(member, event)
        violation = zstack_examine("history-dates", subject=tickets.history(member))
        assert violation is None, violation
