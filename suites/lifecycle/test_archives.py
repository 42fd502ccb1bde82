"""Where a deleted ticket is: in the archives as it was or nowhere, and never among the living again."""

import pytest

from pytest_zstack_ticket import Accepted, Edit

LISTS = ("/v1/tickets/archives", "/v1/tickets/histories", "/v1/tickets/histories/archives")
COLLECTIONS = ("/v1/ticket-types", "/v1/tickets/flow-collections", "/v1/tickets/flow")
COMMENT = "to be archived / 待归档"
EVENTS = ("cancel", "reopen", "update", "open")


def edit_of(name):
    """Name a step as an edit."""
    return Edit(kind="variation", name=name)


def answered(trail):
    """Say in a word what a call came to."""
    return "accepted" if isinstance(trail.outcome, Accepted) else "refused"


@pytest.fixture
def family(zstack_ticket_group):
    """Return what begins a family of so many tickets; skip where no uuid is shown."""

    def begin(count):
        one = zstack_ticket_group()
        for place in range(count):
            one.create(description=f"member {place} / 成员", requests=1 + place % 2)
        if not all(member.uuid for member in one.members):
            pytest.skip("the tickets are not shown")
        return one

    return begin


def lived(family, member):
    """Let a ticket have a history, and end as Cancelled."""
    for event in ("cancel", "reopen", "cancel", "update"):
        family.send_event(member, event, comment=COMMENT)
    return family.history(member)


def lists(endpoint, examine, paths):
    """Judge that each of the paths answers a list."""
    for path in paths:
        subject = endpoint.call("GET", f"{path}?limit=5")
        violation = examine("offered", edit=edit_of(path.rpartition("/")[2]), subject=subject)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-013")
def test_archives_and_histories_are_lists(ticket_endpoint, zstack_examine):
    """A query of archives or histories answers a list."""
    lists(ticket_endpoint, zstack_examine, LISTS)


@pytest.mark.requirement("ZT-LIFECYCLE-014")
def test_a_deleted_ticket_is_archived_as_it_was(family, zstack_examine, zstack_observe):
    """A deleted ticket is in the archives once and as it was, or in none."""
    tickets = family(3)
    for member in tickets.members:
        lived(tickets, member)
        subject = tickets.delete(member)
        archives = tickets.archives(member)
        violation = zstack_examine("archived", subject=subject, before=member.before, archives=archives)
        assert violation is None, violation
        rows = getattr(archives.outcome, "result", None) or {}
        zstack_observe("delete.archives", bool(rows.get("inventories")), archives)


@pytest.mark.requirement("ZT-LIFECYCLE-015")
def test_an_archived_history_is_that_of_its_ticket(family, zstack_examine):
    """The archived history of a deleted ticket is its own, with every row that it had."""
    tickets = family(3)
    histories = {member.uuid: lived(tickets, member) for member in tickets.members}
    for member in tickets.members[:2]:
        tickets.delete(member)
    for member in tickets.members[:2]:
        subject = tickets.archived_history(member)
        violation = zstack_examine("archived-history", subject=subject, history=histories[member.uuid])
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-016")
def test_no_living_ticket_is_archived(family, zstack_examine):
    """The archives show no ticket that lives."""
    tickets = family(3)
    lived(tickets, tickets.members[0])
    tickets.send_event(tickets.members[1], "cancel")
    for member in (None, tickets.members[2]):
        if member:
            tickets.delete(member)
        roles = {"subject": tickets.archives(), "shown": tickets.listing()}
        violation = zstack_examine("apart", **roles, arguments={"taken": tickets.deleted_for_quota})
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-021")
def test_nothing_comes_of_events_on_a_deleted_ticket(family, zstack_examine, zstack_observe):
    """An event on a deleted ticket brings nothing back, and is carried out on no other."""
    tickets = family(2)
    other, member = tickets.members
    tickets.send_event(member, "cancel")
    deleted, aside = tickets.delete(member), tickets.find_by_uuid(other)
    for event in EVENTS:
        subject = tickets.send_event(member, event)
        zstack_observe("event.on-deleted", answered(subject), subject)
        roles = {"deleted": deleted, "subject": subject, "after": tickets.find_by_uuid(member)}
        beside = {"bystander-before": aside, "bystander-after": tickets.find_by_uuid(other)}
        told = {"event": event, "call": "action"}
        violation = zstack_examine("stays-dead", edit=edit_of(event), **roles, **beside, arguments=told)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-022")
def test_deleting_twice_deletes_nothing_else(family, zstack_examine, zstack_observe):
    """A second deletion changes nothing, whether it is refused or not."""
    tickets = family(3)
    member = tickets.members[1]
    tickets.send_event(member, "cancel")
    deleted, aside = tickets.delete(member), tickets.find_by_uuid(tickets.members[2])
    for _ in range(2):
        subject = tickets.delete(member)
        zstack_observe("delete.again", answered(subject), subject)
        roles = {"deleted": deleted, "subject": subject, "after": tickets.find_by_uuid(member)}
        beside = {"bystander-before": aside, "bystander-after": tickets.find_by_uuid(tickets.members[2])}
        violation = zstack_examine(
            "stays-dead", edit=edit_of("delete"), **roles, **beside, arguments={"event": "delete", "call": "delete"}
        )
        assert violation is None, violation
        archives = tickets.archives(member)
        violation = zstack_examine("archived", subject=deleted, before=member.before, archives=archives)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-023")
def test_types_and_flows_are_lists(ticket_endpoint, zstack_examine):
    """A query of ticket types, flow collections or flows answers a list."""
    lists(ticket_endpoint, zstack_examine, COLLECTIONS)


@pytest.mark.requirement("ZT-LIFECYCLE-024")
def test_the_uuid_of_a_deleted_ticket_brings_nothing_back(family, zstack_examine, zstack_observe):
    """A create with the uuid of a deleted ticket is refused, or makes a new ticket as it was sent."""
    for _ in range(2):
        tickets = family(2)
        member = tickets.members[0]
        lived(tickets, member)
        tickets.delete(member)
        before = tickets.listing()
        subject = tickets.create(uuid=member.uuid).created
        zstack_observe("create.deleted-uuid", answered(subject), subject)
        roles = {"subject": subject, "before": before, "after": tickets.listing()}
        violation = zstack_examine(
            "family-step",
            edit=edit_of("again"),
            **roles,
            arguments={"event": "create", "taken": tickets.deleted_for_quota},
        )
        assert violation is None, violation
