"""What a stranger sees of another user's ticket: nothing, however they ask and whatever its owner does with it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import strategies as st

TICKETS = 4
"""Tickets per query: what leaks only now and then leaks in one of them."""
BY_UUID = ("uuid", "list-of-uuids", "part-of-uuid", "range-of-uuids", "no-other-uuid")
BY_NAME = ("name", "part-of-name", "list-of-names", "no-other-name", "unlike-other-names")
OTHERWISE = ("status", "description", "flow", "kind", "date", "anything", "several", "some-members", "second-page")
LIVING_PAST = ("history", "path-of-change", "changes-to-status", "latest-changes")
DEAD_PAST = ("archive", "archive-of-name", "latest-archives", "archived-history", "latest-archived-changes")
LATEST = tuple(f"latest-{place}" for place in range(8))
"""The newest tickets with other fields and totals, for efforts above smoke."""
LOOKS = ("uuid", "name", "latest", "path", "count", "history")
MOVES = ("cancel", "reopen", "update", *LOOKS)
LONGEST = 8
SHARE = {"certify": 0.4}
"""The part of the usual number of examples that is drawn of sequences: each makes up to sixteen calls."""
BUSY_ROUNDS = 12
pytestmark = pytest.mark.zstack_alone("strangers")
"""Pages of the newest tickets have to show the owner's: next to tests that create many they would not."""


class Stranger:
    """Another user of the target, who looks for tickets of the run's owner."""

    def __init__(self, ticket_endpoint, zstack_examine):
        self.endpoint = ticket_endpoint.as_user("stranger")
        self.examine = zstack_examine

    @staticmethod
    def tickets(new_canary):
        """Create tickets of the owner, and read each once more: of three reads a look, every third is never the stranger's."""
        for _ in range(TICKETS):
            canary = new_canary()
            canary.find_by_uuid()
            yield canary

    def own_uuid(self):
        """Create a ticket as the stranger, and return its uuid; nothing where the response does not show it."""
        inventory = getattr(self.endpoint.create(self.endpoint.calibration_draft).outcome, "inventory", None) or {}
        return inventory.get("uuid")

    def check_hidden_beside(self, own, canary):
        """Query for an own ticket and another user's in one list, and check that only the own one is visible."""
        path = f"/v1/tickets?q=uuid%3F%3D{own}%2C{canary.uuid}"
        roles = {
            "made": canary.created,
            "shown": canary.owner.call("GET", path),
            "subject": self.endpoint.call("GET", path),
            "still": canary.owner.call("GET", path),
        }
        if not canary.was_deleted_for_quota:
            partition = "look/list-with-own-uuid"
            violation = self.examine("not-visible", partition=partition, arguments={"uuid": canary.uuid}, **roles)
            assert violation is None, violation

    def check_hidden_in_capitals(self, canary):
        """Ask for a ticket's path in capitals, where its owner is shown it so, and check that it is not visible."""
        roles = canary.compare_views("path-in-capitals", by=self.endpoint)
        owned = all(
            (getattr(roles[one].outcome, "result", None) or {}).get("inventories") for one in ("shown", "still")
        )
        if owned and not canary.was_deleted_for_quota:
            arguments = {"uuid": canary.uuid}
            violation = self.examine("not-visible", partition="look/path-in-capitals", arguments=arguments, **roles)
            assert violation is None, violation

    def check_not_visible(self, canary, what):
        """Query for a ticket as the stranger and check that it is not visible."""
        roles = canary.compare_views(what, by=self.endpoint)
        if canary.was_deleted_for_quota:
            return
        counts = what in ("count", "count-of-name", "total")
        checks = (
            ("not-counted",)
            if what.startswith("count")
            else ("not-visible", "not-counted")
            if counts
            else ("not-visible",)
        )
        for check in checks:
            violation = self.examine(check, partition=f"look/{what}", arguments={"uuid": canary.uuid}, **roles)
            assert violation is None, violation


@pytest.mark.requirement("ZT-ISOLATION-003")
@pytest.mark.zstack_rounds
def test_stranger_sees_nothing_by_uuid(ticket_endpoint, zstack_canary, zstack_examine):
    """A stranger's query by a ticket's uuid does not show the ticket, whatever operator the query uses."""
    stranger = Stranger(ticket_endpoint, zstack_examine)
    own = stranger.own_uuid()
    for canary in stranger.tickets(zstack_canary):
        for what in BY_UUID:
            stranger.check_not_visible(canary, what)
        if own:
            stranger.check_hidden_beside(own, canary)


@pytest.mark.requirement("ZT-ISOLATION-004")
@pytest.mark.zstack_rounds
def test_stranger_sees_nothing_by_name(ticket_endpoint, zstack_canary, zstack_examine):
    """A stranger's query by a ticket's name, or part of it, does not show the ticket."""
    stranger = Stranger(ticket_endpoint, zstack_examine)
    for canary in stranger.tickets(zstack_canary):
        for what in BY_NAME:
            stranger.check_not_visible(canary, what)


@pytest.mark.requirement("ZT-ISOLATION-005")
def test_stranger_sees_nothing_without_conditions(ticket_endpoint, zstack_canary, zstack_effort, zstack_examine):
    """A stranger's query without conditions shows no other user's ticket, not even the latest."""
    stranger = Stranger(ticket_endpoint, zstack_examine)
    for canary in stranger.tickets(zstack_canary):
        stranger.check_not_visible(canary, "latest")
    for what in () if zstack_effort == "smoke" else LATEST:
        stranger.check_not_visible(zstack_canary(), what)


@pytest.mark.requirement("ZT-ISOLATION-006")
@pytest.mark.zstack_rounds
def test_stranger_sees_nothing_by_path(ticket_endpoint, zstack_canary, zstack_examine):
    """GET on a ticket's path shows a stranger nothing of the ticket."""
    stranger = Stranger(ticket_endpoint, zstack_examine)
    for _ in range(TICKETS):
        stranger.check_not_visible(zstack_canary(), "path")
    stranger.check_hidden_in_capitals(zstack_canary())


@pytest.mark.requirement("ZT-ISOLATION-007")
@pytest.mark.zstack_rounds
def test_count_reveals_nothing_to_a_stranger(ticket_endpoint, zstack_canary, zstack_examine):
    """No count or total reveals to a stranger that a ticket exists."""
    stranger = Stranger(ticket_endpoint, zstack_examine)
    for canary in stranger.tickets(zstack_canary):
        for what in ("count", "count-of-name", "total"):
            stranger.check_not_visible(canary, what)


@pytest.mark.requirement("ZT-ISOLATION-007")
@pytest.mark.zstack_alone
def test_count_of_all_reveals_nothing_to_a_stranger(ticket_endpoint, zstack_canary, zstack_examine):
    """A stranger's count of all tickets does not grow when other users create tickets."""
    stranger = ticket_endpoint.as_user("stranger")

    def counted():
        return stranger.call("GET", "/v1/tickets?count=true")

    roles = {"count0": counted()}
    for number in (1, 2, 3):
        for _ in range(number):
            zstack_canary()
        roles[f"count{number}"] = counted()
    violation = zstack_examine("count-independent", partition="look/count-of-all", **roles)
    assert violation is None, violation


@pytest.mark.requirement("ZT-ISOLATION-008")
@pytest.mark.zstack_rounds
def test_stranger_sees_no_history_and_no_archive(ticket_endpoint, zstack_canary, zstack_examine):
    """A stranger does not see a ticket's history; nor, once it is deleted, its archive or archived history."""
    stranger = Stranger(ticket_endpoint, zstack_examine)
    for _ in range(2):
        canary = zstack_canary()
        canary.send_event("cancel")
        for what in LIVING_PAST:
            stranger.check_not_visible(canary, what)
        canary.send_event("delete")
        for what in DEAD_PAST:
            stranger.check_not_visible(canary, what)


@pytest.mark.requirement("ZT-ISOLATION-023")
@pytest.mark.zstack_rounds
def test_stranger_sees_nothing_by_other_queries(ticket_endpoint, zstack_canary, zstack_examine):
    """Whichever member a stranger queries by, and whichever page and fields they ask for, they see no other user's ticket."""
    stranger = Stranger(ticket_endpoint, zstack_examine)
    for _ in range(2):
        canary = zstack_canary()
        # a newer one, or the second page would begin after the ticket
        zstack_canary()
        for what in OTHERWISE:
            stranger.check_not_visible(canary, what)


@pytest.mark.requirement("ZT-ISOLATION-021")
def test_stranger_sees_nothing_after_an_approval(ticket_endpoint, zstack_canary, zstack_profile, zstack_examine):
    """A stranger sees nothing of a ticket after an approver, if there is one, has rejected or approved it."""
    stranger = Stranger(ticket_endpoint, zstack_examine)
    decisions = [("reject", "approver"), ("approve", "approval")]
    for event, needed in decisions:
        canary = zstack_canary()
        stranger.check_not_visible(canary, "uuid")
        if needed in zstack_profile.capabilities:
            canary.send_event(event, by=ticket_endpoint.as_user("approver"))
            for what in ("uuid", "name", "latest", "path"):
                stranger.check_not_visible(canary, what)


@pytest.mark.requirement("ZT-ISOLATION-021")
def test_stranger_sees_nothing_after_any_events(
    ticket_endpoint, zstack_canary, zstack_explore, zstack_effort, zstack_examine
):
    """Whatever its owner does with a ticket, in whatever order, a stranger sees nothing of it."""
    stranger = Stranger(ticket_endpoint, zstack_examine)

    def holds(moves):
        canary = zstack_canary()
        for move in moves:
            if move in LOOKS:
                stranger.check_not_visible(canary, move)
            else:
                canary.send_event(move)
                stranger.check_not_visible(canary, "uuid")

    share = SHARE.get(zstack_effort, 1.0)
    zstack_explore(st.lists(st.sampled_from(MOVES), min_size=2, max_size=LONGEST), holds, share=share)


@pytest.mark.requirement("ZT-ISOLATION-022")
@pytest.mark.zstack_rounds
def test_stranger_sees_and_changes_nothing_while_jobs_run(ticket_endpoint, zstack_canary, zstack_examine):
    """While other users' jobs are running, a stranger can see and change no more than before."""
    stranger = Stranger(ticket_endpoint, zstack_examine)
    canary, others = zstack_canary(), [zstack_canary() for _ in range(4)]
    sibling = zstack_canary().send_event("cancel")
    with ThreadPoolExecutor(max_workers=len(others)) as pool:
        for number in range(BUSY_ROUNDS):
            event = "reopen" if number % 2 else "cancel"
            at_work = [pool.submit(other.send_event, event) for other in others]
            stranger.check_not_visible(canary, ("uuid", "path", "name")[number % 3])
            before = canary.find_by_uuid()
            subject = canary.send_event("cancel", by=stranger.endpoint)
            for job in at_work:
                job.result()
            if not canary.was_deleted_for_quota:
                arguments = {"call": "action", "event": "cancel"}
                roles = {"before": before, "subject": subject, "after": canary.find_by_uuid(), "sibling": sibling}
                violation = zstack_examine(
                    "unchanged-by-stranger", partition="busy/cancel", arguments=arguments, **roles
                )
                assert violation is None, violation
