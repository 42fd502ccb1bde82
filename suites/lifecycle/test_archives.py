"""What becomes of a deleted ticket: archived unchanged or not at all, and never restored."""

import time
from itertools import product

import pytest

from pytest_zstack_ticket import Accepted, Edit

LISTS = ("/v1/tickets/archives", "/v1/tickets/histories", "/v1/tickets/histories/archives")
COLLECTIONS = ("/v1/ticket-types", "/v1/tickets/flow-collections", "/v1/tickets/flow")
NOWHERE = "0" * 32
PAGED = {
    "count": "count=true",
    "page": "sort=-uuid&limit=2&start=1&replyWithCount=true",
    "upwards": "sort=uuid&limit=2",
}
"""No order that rows have by chance is right for both sorts."""
PAGES = (
    *("limit=1", "limit=2", "limit=1&start=1", "limit=3&start=2", "replyWithCount=true&limit=2"),
    *(f"q=uuid%3D{NOWHERE}&limit=2", f"q=uuid%21%3D{NOWHERE}&limit=2", "fields=uuid&limit=2"),
)
"""Further pages of a list, for efforts above smoke."""
PAUSE = 2.0
COMMENT = "to be archived / 待归档"
EVENTS = ("cancel", "reopen", "update", "open")


def edit_of(name):
    """Name a step as an edit."""
    return Edit(kind="variation", name=name)


def answered(result):
    """Say in one word how a call ended."""
    return "accepted" if isinstance(result.outcome, Accepted) else "refused"


def new_group(zstack_ticket_group, count):
    """Create a group of tickets; skip where no uuid is shown."""
    one = zstack_ticket_group()
    for place in range(count):
        one.create(description=f"member {place} / 成员", requests=1 + place % 2)
    if not all(member.uuid for member in one.members):
        pytest.skip("the tickets are not shown")
    return one


def add_history(group, member):
    """Give a ticket a history that ends with Cancelled; return the history."""
    for event in ("cancel", "reopen", "cancel", "update"):
        group.send_event(member, event, comment=COMMENT)
    return group.history(member)


def check_lists(endpoint, examine, paths, effort):
    """Check that each path returns a list."""
    for path, query in product(paths, ["limit=5", *([] if effort == "smoke" else PAGES)]):
        subject = endpoint.call("GET", f"{path}?{query}")
        violation = examine("returns-list", edit=edit_of(path.rpartition("/")[2]), subject=subject)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-013")
def test_queries_for_archives_and_histories_return_lists(ticket_endpoint, zstack_effort, zstack_examine):
    """A query for archives, histories or archived histories returns a list."""
    check_lists(ticket_endpoint, zstack_examine, LISTS, zstack_effort)


def deletions(new_tickets, once):
    """Return what the archives show of three deleted tickets, the last of them Pending where that may be deleted."""

    def act():
        tickets, found = new_group(new_tickets, 3), []
        for member in tickets.members:
            subject = None if member is not tickets.members[-1] else tickets.delete(member)
            if subject is None or subject.refused:
                member.deleted = None
                add_history(tickets, member)
                subject = tickets.delete(member)
            archives = tickets.archives(member)
            found.append((tickets, member, {"subject": subject, "before": member.before, "archives": archives}))
        return found

    return once("lifecycle: what archives show", act)


@pytest.mark.requirement("ZT-LIFECYCLE-014")
@pytest.mark.zstack_rounds
def test_deleted_ticket_is_archived_unchanged(zstack_ticket_group, zstack_once, zstack_examine, zstack_observe):
    """A deleted ticket, if archived, is archived once, under its former uuid and unchanged."""
    for _, _, roles in deletions(zstack_ticket_group, zstack_once):
        violation = zstack_examine("archived-unchanged", **roles)
        assert violation is None, violation
        rows = getattr(roles["archives"].outcome, "result", None) or {}
        zstack_observe("delete.archives", bool(rows.get("inventories")), roles["archives"])


@pytest.mark.requirement("ZT-LIFECYCLE-058")
@pytest.mark.zstack_rounds
def test_archives_are_listed_as_asked(zstack_ticket_group, zstack_once, ticket_endpoint, zstack_examine):
    """Conditions, order, pages and totals apply to archives."""
    found = deletions(zstack_ticket_group, zstack_once)
    tickets, member = found[0][0], found[-1][1]
    own, other = f"{LISTS[0]}?q=name~%3D%25{tickets.token}%25", f"q=ticketUuid%21%3D{member.uuid}"
    before, queries = tickets.archives(), PAGED | {"count": f"{other}&count=true"}
    asked = {name: ticket_endpoint.call("GET", f"{own}&{more}") for name, more in queries.items()}
    after = tickets.archives()
    for name, subject in asked.items():
        edit = edit_of(f"archives-{name}")
        violation = zstack_examine("listed-as-asked", edit=edit, subject=subject, before=before, after=after)
        assert violation is None, violation
    nothing = {"no-field": f"{own}&q=noSuchField%3D1", "no-uuid": f"{LISTS[0]}/{NOWHERE}"} if before.rows else {}
    for name, path in nothing.items():
        subject, edit = ticket_endpoint.call("GET", path), edit_of(f"archives-{name}")
        violation = zstack_examine("not-widened", edit=edit, subject=subject, before=before)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-058")
@pytest.mark.zstack_rounds
def test_types_and_flows_are_listed_as_asked(ticket_endpoint, zstack_examine):
    """Conditions, order, pages and totals apply to ticket types and flow collections."""
    for path in COLLECTIONS[:2]:
        before = ticket_endpoint.call("GET", f"{path}?limit=200")
        queries = PAGED | {"none": f"q=uuid%3D{NOWHERE}&limit=1&replyWithCount=true"}
        asked = {name: ticket_endpoint.call("GET", f"{path}?{more}") for name, more in queries.items()}
        after = ticket_endpoint.call("GET", f"{path}?limit=200")
        for name, subject in asked.items():
            edit = edit_of(f"{path.rpartition('/')[2]}-{name}")
            violation = zstack_examine("listed-as-asked", edit=edit, subject=subject, before=before, after=after)
            assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-056")
@pytest.mark.zstack_rounds
def test_archive_shows_the_last_status(zstack_ticket_group, zstack_once, zstack_examine):
    """An archived ticket shows the status that it had when it was deleted, also where that was Pending."""
    for tickets, member, roles in deletions(zstack_ticket_group, zstack_once):
        more = {}
        if statuses(roles["archives"]) not in ([], statuses(roles["before"])):
            # a deletion that closes a ticket tells it there
            more = {"history": tickets.archived_history(member), "left": tickets.history(member)}
        violation = zstack_examine("archived-status", **roles, **more)
        assert violation is None, violation


def statuses(result):
    """List the statuses that a query shows."""
    return [row.get("status") for row in (getattr(result.outcome, "result", None) or {}).get("inventories") or ()]


def one_of_each(new_tickets, once):
    """Return what each list shows of a ticket that was cancelled, and then deleted; asked once in a round."""

    def act():
        tickets = new_group(new_tickets, 1)
        member = tickets.members[0]
        tickets.send_event(member, "cancel")
        lists = {"tickets": tickets.find_by_uuid(member), "histories": tickets.history(member)}
        tickets.delete(member)
        return lists | {"archives": tickets.archives(member)}

    return once("lifecycle: a row of each list", act)


@pytest.mark.requirement("ZT-LIFECYCLE-053")
@pytest.mark.zstack_rounds
def test_rows_have_the_class_of_their_list(zstack_ticket_group, zstack_once, zstack_examine):
    """Where the schema of a list names a class for a row, it is not that of another list's rows."""
    for name, subject in one_of_each(zstack_ticket_group, zstack_once).items():
        violation = zstack_examine("row-classes", edit=edit_of(f"class-{name}"), subject=subject)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-010")
@pytest.mark.zstack_rounds
def test_rows_have_dates_that_clients_can_read(zstack_ticket_group, zstack_once, zstack_examine):
    """The dates of rows of tickets, histories and archives have a format that clients can read."""
    for name, subject in one_of_each(zstack_ticket_group, zstack_once).items():
        violation = zstack_examine("row-dates", edit=edit_of(f"dates-{name}"), subject=subject)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-060")
@pytest.mark.zstack_rounds
def test_rows_can_be_read(zstack_ticket_group, zstack_once, ticket_endpoint, zstack_examine):
    """Rows of tickets, archives, histories, types and flows have booleans, lists and texts where SDKs declare them."""
    lists = {path.rpartition("/")[2]: ticket_endpoint.call("GET", f"{path}?limit=20") for path in COLLECTIONS[:2]}
    for name, subject in (one_of_each(zstack_ticket_group, zstack_once) | lists).items():
        violation = zstack_examine("readable-rows", edit=edit_of(f"row-of-{name}"), subject=subject)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-015")
@pytest.mark.zstack_rounds
def test_archived_history_is_complete(zstack_ticket_group, zstack_examine):
    """An archived history belongs to its ticket and contains every row of its history, which is not lost."""
    tickets = new_group(zstack_ticket_group, 3)
    histories = {member.uuid: add_history(tickets, member) for member in tickets.members}
    for member in tickets.members[:2]:
        tickets.delete(member)
    for member in tickets.members[:2]:
        roles = {"subject": tickets.archived_history(member), "history": histories[member.uuid]}
        if not (roles["subject"].rows or roles["subject"].refused):
            roles |= {"archives": tickets.archives(member), "left": tickets.history(member)}
            if roles["archives"].rows and not roles["left"].rows:
                time.sleep(PAUSE)  # a ticket and its history may be archived one after the other
                roles["subject"] = tickets.archived_history(member)
        violation = zstack_examine("archived-history", **roles)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-016")
@pytest.mark.zstack_rounds
def test_no_existing_ticket_is_archived(zstack_ticket_group, zstack_examine):
    """No existing ticket is in the archives."""
    tickets = new_group(zstack_ticket_group, 3)
    add_history(tickets, tickets.members[0])
    tickets.send_event(tickets.members[1], "cancel")
    for member in (None, tickets.members[2]):
        if member:
            tickets.delete(member)
        roles = {"subject": tickets.archives(), "shown": tickets.listing()}
        violation = zstack_examine("not-archived", **roles, arguments={"taken": tickets.deleted_for_quota})
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-021")
@pytest.mark.zstack_rounds
def test_event_on_a_deleted_ticket_changes_nothing(zstack_ticket_group, zstack_examine, zstack_observe):
    """An event on a deleted ticket neither restores it nor changes anything."""
    tickets = new_group(zstack_ticket_group, 2)
    other, member = tickets.members
    tickets.send_event(member, "cancel")
    deleted, bystander_before = tickets.delete(member), tickets.find_by_uuid(other)
    for event in EVENTS:
        subject = tickets.send_event(member, event)
        zstack_observe("event.on-deleted", answered(subject), subject)
        roles = {"deleted": deleted, "subject": subject, "after": tickets.find_by_uuid(member)}
        bystanders = {"bystander-before": bystander_before, "bystander-after": tickets.find_by_uuid(other)}
        arguments = {"event": event, "call": "action"}
        violation = zstack_examine("stays-deleted", edit=edit_of(event), **roles, **bystanders, arguments=arguments)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-022")
@pytest.mark.zstack_rounds
def test_second_deletion_changes_nothing(zstack_ticket_group, zstack_examine, zstack_observe):
    """Deleting a ticket twice neither deletes another ticket nor archives it a second time."""
    tickets = new_group(zstack_ticket_group, 3)
    member = tickets.members[1]
    tickets.send_event(member, "cancel")
    deleted, bystander_before = tickets.delete(member), tickets.find_by_uuid(tickets.members[2])
    for _ in range(2):
        subject = tickets.delete(member)
        zstack_observe("delete.again", answered(subject), subject)
        roles = {"deleted": deleted, "subject": subject, "after": tickets.find_by_uuid(member)}
        bystanders = {"bystander-before": bystander_before, "bystander-after": tickets.find_by_uuid(tickets.members[2])}
        violation = zstack_examine(
            "stays-deleted",
            edit=edit_of("delete"),
            **roles,
            **bystanders,
            arguments={"event": "delete", "call": "delete"},
        )
        assert violation is None, violation
        archives = tickets.archives(member)
        violation = zstack_examine("archived-unchanged", subject=deleted, before=member.before, archives=archives)
        assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-023")
def test_queries_for_types_and_flows_return_lists(ticket_endpoint, zstack_effort, zstack_examine):
    """A query for ticket types, flow collections or flows returns a list."""
    check_lists(ticket_endpoint, zstack_examine, COLLECTIONS, zstack_effort)


@pytest.mark.requirement("ZT-LIFECYCLE-024")
@pytest.mark.zstack_rounds
def test_create_with_the_uuid_of_a_deleted_ticket_restores_nothing(zstack_ticket_group, zstack_examine, zstack_observe):
    """A create with the uuid of a deleted ticket is refused, or creates a new ticket as sent."""
    for _ in range(2):
        tickets = new_group(zstack_ticket_group, 2)
        member = tickets.members[0]
        add_history(tickets, member)
        tickets.delete(member)
        before = tickets.listing()
        subject = tickets.create(uuid=member.uuid).created
        zstack_observe("create.deleted-uuid", answered(subject), subject)
        roles = {"subject": subject, "before": before, "after": tickets.listing()}
        violation = zstack_examine(
            "group-step",
            edit=edit_of("again"),
            **roles,
            arguments={"event": "create", "taken": tickets.deleted_for_quota},
        )
        assert violation is None, violation
