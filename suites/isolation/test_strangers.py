"""What a stranger sees: nothing of a ticket that is not his, however he asks and whatever its owner does with it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import strategies as st

TICKETS = 4
"""So many tickets a look: what shows only now and then shows in one of them."""
BY_UUID = ("uuid", "list-of-uuids", "part-of-uuid", "range-of-uuids", "no-other-uuid")
BY_NAME = ("name", "part-of-name", "list-of-names", "no-other-name", "unlike-other-names")
OTHERWISE = ("status", "description", "flow", "kind", "date", "anything", "several", "some-members", "second-page")
LIVING_PAST = ("history", "path-of-change", "changes-to-status", "latest-changes")
DEAD_PAST = ("archive", "archive-of-name", "latest-archives", "archived-history", "latest-archived-changes")
LOOKS = ("uuid", "name", "latest", "path", "count", "history")
MOVES = ("cancel", "reopen", "update", *LOOKS)
LONGEST = 8
BUSY_ROUNDS = 12


@pytest.fixture(scope="module")
def stranger(ticket_endpoint):
    """Return the endpoint as the stranger."""
    return ticket_endpoint.as_user("stranger")


@pytest.fixture
def looked(stranger, zstack_examine):
    """Return what lets the stranger ask for a ticket, and judges what he sees; `where` it has to be found by its owner."""

    def look(canary, what):
        roles = canary.compare_views(what, by=stranger)
        if canary.was_deleted_for_quota:
            return
        counts = what in ("count", "count-of-name", "total")
        checks = ("uncounted",) if what.startswith("count") else ("unseen", "uncounted") if counts else ("unseen",)
        for check in checks:
            violation = zstack_examine(check, partition=f"look/{what}", arguments={"uuid": canary.uuid}, **roles)
            assert violation is None, violation

    return look


@pytest.mark.requirement("ZT-ISOLATION-003")
def test_a_uuid_shows_a_stranger_nothing(zstack_canary, looked):
    """A query for the uuid of a ticket does not show it to a stranger."""
    for _ in range(TICKETS):
        one = zstack_canary()
        for what in BY_UUID:
            looked(one, what)


@pytest.mark.requirement("ZT-ISOLATION-004")
def test_a_name_shows_a_stranger_nothing(zstack_canary, looked):
    """A query for the name of a ticket, or a part of it, does not show it to a stranger."""
    for _ in range(TICKETS):
        one = zstack_canary()
        for what in BY_NAME:
            looked(one, what)


@pytest.mark.requirement("ZT-ISOLATION-005")
def test_a_listing_shows_a_stranger_nothing(zstack_canary, looked):
    """A query without a condition does not show a ticket of others, not even the latest."""
    for _ in range(TICKETS):
        looked(zstack_canary(), "latest")


@pytest.mark.requirement("ZT-ISOLATION-006")
def test_a_path_shows_a_stranger_nothing(zstack_canary, looked):
    """GET of a ticket's path shows a stranger nothing of it."""
    for _ in range(TICKETS):
        looked(zstack_canary(), "path")


@pytest.mark.requirement("ZT-ISOLATION-007")
def test_a_count_tells_a_stranger_nothing(zstack_canary, looked):
    """No count and no total tells a stranger that a ticket is there."""
    for _ in range(TICKETS):
        one = zstack_canary()
        for what in ("count", "count-of-name", "total"):
            looked(one, what)


@pytest.mark.requirement("ZT-ISOLATION-007")
def test_the_count_of_all_tells_a_stranger_nothing(zstack_canary, stranger, zstack_examine):
    """The count of all that a stranger sees does not follow what others create."""

    def counted():
        return stranger.call("GET", "/v1/tickets?count=true")

    roles = {"count0": counted()}
    for number in (1, 2, 3):
        for _ in range(number):
            zstack_canary()
        roles[f"count{number}"] = counted()
    violation = zstack_examine("uncoupled", partition="look/count-of-all", **roles)
    assert violation is None, violation


@pytest.mark.requirement("ZT-ISOLATION-008")
def test_the_past_shows_a_stranger_nothing(zstack_canary, looked):
    """The history of a ticket is not shown to a stranger, nor what is left of a deleted one."""
    for _ in range(2):
        one = zstack_canary()
        one.send_event("cancel")
        for what in LIVING_PAST:
            looked(one, what)
        one.send_event("delete")
        for what in DEAD_PAST:
            looked(one, what)


@pytest.mark.requirement("ZT-ISOLATION-023")
def test_no_other_question_shows_a_stranger_anything(zstack_canary, looked):
    """By whatever member, in whatever choice of members and on whatever page, a stranger sees no ticket of others."""
    for _ in range(2):
        one = zstack_canary()
        # a younger one, or the second page begins behind the ticket
        zstack_canary()
        for what in OTHERWISE:
            looked(one, what)


@pytest.mark.requirement("ZT-ISOLATION-021")
def test_a_decision_shows_a_stranger_nothing(zstack_canary, ticket_endpoint, zstack_profile, looked):
    """What an approver decides, where there is one, shows a stranger nothing."""
    decisions = [("reject", "approver"), ("approve", "approval")]
    for event, needed in decisions:
        one = zstack_canary()
        looked(one, "uuid")
        if needed in zstack_profile.capabilities:
            one.send_event(event, by=ticket_endpoint.as_user("approver"))
            for what in ("uuid", "name", "latest", "path"):
                looked(one, what)


@pytest.mark.requirement("ZT-ISOLATION-021")
def test_no_life_shows_a_stranger_anything(zstack_canary, zstack_explore, looked):
    """Whatever its owner does with a ticket in whatever order, a stranger sees nothing of it."""

    def holds(moves):
        one = zstack_canary()
        for move in moves:
            if move in LOOKS:
                looked(one, move)
            else:
                one.send_event(move)
                looked(one, "uuid")

    zstack_explore(st.lists(st.sampled_from(MOVES), min_size=2, max_size=LONGEST), holds)


@pytest.mark.requirement("ZT-ISOLATION-022")
def test_a_busy_target_shows_a_stranger_nothing(zstack_canary, stranger, looked, zstack_examine):
    """While others' jobs are on their way, a stranger sees and moves no more than before."""
    one, others = zstack_canary(), [zstack_canary() for _ in range(4)]
    sibling = zstack_canary().send_event("cancel")
    with ThreadPoolExecutor(max_workers=len(others)) as pool:
        for number in range(BUSY_ROUNDS):
            event = "reopen" if number % 2 else "cancel"
            at_work = [pool.submit(other.send_event, event) for other in others]
            looked(one, ("uuid", "path", "name")[number % 3])
            before = one.find_by_uuid()
            subject = one.send_event("cancel", by=stranger)
            for job in at_work:
                job.result()
            if not one.was_deleted_for_quota:
                told = {"call": "action", "event": "cancel"}
                roles = {"before": before, "subject": subject, "after": one.find_by_uuid(), "sibling": sibling}
                violation = zstack_examine("left-alone", partition="busy/cancel", arguments=told, **roles)
                assert violation is None, violation
