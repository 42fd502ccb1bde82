"""Histories and dates over time: rows stay as written, dates never move backwards."""

import uuid
from urllib.parse import quote

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


REFUSED = (("cancel", "cancel"), ("cancel", "unknown"), ("reopen", "update"), ("reopen", "reopen"))
"""Events on a ticket that is cancelled at first: one that changes its status, and one that the new status denies."""


@pytest.mark.requirement("ZT-LIFECYCLE-050")
@pytest.mark.zstack_rounds
def test_refused_event_leaves_no_history_row(zstack_ticket_group, zstack_examine):
    """A refused event leaves no row in the history."""
    tickets = new_group(zstack_ticket_group, 1)
    member = tickets.members[0]
    for step, event in REFUSED:
        tickets.send_event(member, step)
        earlier = tickets.history(member)
        subject = tickets.send_event(member, event)
        violation = zstack_examine(
            "refused-not-recorded",
            edit=edit_of(f"refused-{event}"),
            subject=subject,
            earlier=earlier,
            later=tickets.history(member),
        )
        assert violation is None, violation


def changed_ticket(zstack_ticket_group, zstack_once):
    """Return a ticket that was cancelled, reopened and cancelled, with its group; made once in a round."""

    def act():
        tickets = new_group(zstack_ticket_group, 1)
        for event in ("cancel", "reopen", "cancel"):
            tickets.send_event(tickets.members[0], event)
        return tickets, tickets.members[0]

    return zstack_once("lifecycle: a ticket with a history", act)


ASKED = {
    "count": "q=toStatus%3DCancelled&count=true",
    "page": "sort=-uuid&limit=2&start=1&replyWithCount=true",
    "upwards": "sort=uuid&limit=2",
}
"""A condition and a count; an order, a page and a total. No order that rows have by chance is right for both sorts."""


@pytest.mark.requirement("ZT-LIFECYCLE-058")
@pytest.mark.zstack_rounds
def test_history_is_listed_as_asked(zstack_ticket_group, zstack_once, ticket_endpoint, zstack_examine):
    """Conditions, order, pages and totals apply to histories, and a condition on no field of theirs shows none."""
    tickets, member = changed_ticket(zstack_ticket_group, zstack_once)
    before, own = tickets.history(member), f"/v1/tickets/histories?q=ticketUuid%3D{member.uuid}"
    asked = {name: ticket_endpoint.call("GET", f"{own}&{more}") for name, more in ASKED.items()}
    after = tickets.history(member)
    for name, subject in asked.items():
        edit = edit_of(f"history-{name}")
        violation = zstack_examine("listed-as-asked", edit=edit, subject=subject, before=before, after=after)
        assert violation is None, violation
    if before.rows:
        subject = ticket_endpoint.call("GET", f"{own}&q=noSuchField%3D1")
        violation = zstack_examine("not-widened", edit=edit_of("no-field"), subject=subject, before=before)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-051")
@pytest.mark.zstack_rounds
def test_sequence_is_a_number(zstack_ticket_group, zstack_once, ticket_endpoint, zstack_examine):
    """The sequence of a history row is compared and sorted as a number."""
    tickets, member = changed_ticket(zstack_ticket_group, zstack_once)
    history = tickets.history(member)
    rows = (getattr(history.outcome, "result", None) or {}).get("inventories") or []
    numbers = [row["sequence"] for row in rows if isinstance(row.get("sequence"), int)]
    digits = len(str(max(numbers, default=0)))
    own = f"ticketUuid={member.uuid}"
    # as texts, all numbers of these digits but a power of ten are less than the one bound and more than the other
    for condition in (f"sequence>{10 ** (digits - 1) - 1}", f"sequence<{10**digits}"):
        asked = "&".join(f"q={quote(one, safe='')}" for one in (own, condition))
        subject = ticket_endpoint.call("GET", f"/v1/tickets/histories?{asked}&sort=-sequence&limit=100")
        violation = zstack_examine("sequence-as-number", edit=edit_of(condition[:9]), subject=subject, history=history)
        assert violation is None, violation
    # some of the rows of a run have more digits than others
    subject = ticket_endpoint.call("GET", "/v1/tickets/histories?sort=-sequence&limit=200")
    violation = zstack_examine("sequence-as-number", edit=edit_of("all-rows"), subject=subject)
    assert violation is None, violation
