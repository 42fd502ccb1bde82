"""Two users at the same time: their tickets contain nothing of each other, and each user sees only their own."""

import pytest

from pytest_zstack_ticket import CanaryTicket

ROUNDS = 4
PEOPLE = ("owner", "stranger") * 3


pytestmark = pytest.mark.zstack_alone
"""What gets mixed up must have been sent by these tests, or they would not know its content."""


def rounds(zstack_once, zstack_concurrently):
    """Let the owner and the stranger create tickets concurrently, a few times; the tickets of each round."""
    return zstack_once("isolation: rounds", lambda: [zstack_concurrently(*PEOPLE) for _ in range(ROUNDS)])


@pytest.mark.requirement("ZT-ISOLATION-019")
def test_concurrent_tickets_of_two_users_are_not_mixed(
    zstack_once, zstack_concurrently, zstack_in_window, zstack_examine
):
    """Tickets that two users create at the same time contain nothing of each other."""
    before = []
    for tickets in rounds(zstack_once, zstack_concurrently):
        around, before = [*before, *tickets], tickets
        there = (canary for canary in tickets if not canary.was_deleted_for_quota)
        for canary, shown in zstack_in_window(CanaryTicket.find_by_name, there):
            others = {f"other{place}": other.created for place, other in enumerate(around) if other is not canary}
            violation = zstack_examine("no-mixed-content", subject=canary.created, shown=shown, **others)
            assert violation is None, violation


@pytest.mark.requirement("ZT-ISOLATION-020")
def test_each_user_sees_only_their_own_ticket(  # noqa: PLR0913, PLR0917 - each is a fixture
    zstack_once, zstack_concurrently, zstack_in_window, ticket_endpoint, zstack_profile, zstack_examine
):
    """When two users create tickets at the same time, each sees their own and neither sees the other's."""
    owner, stranger = (ticket_endpoint.as_user(part) for part in ("owner", "stranger"))

    def look(canary):
        named = canary.find_by_name()
        if canary.owner is not owner and "plain-owner" not in zstack_profile.capabilities:
            return named, None
        return named, canary.compare_views("uuid", by=stranger if canary.owner is owner else owner)

    for tickets in rounds(zstack_once, zstack_concurrently):
        there = (canary for canary in tickets if not canary.was_deleted_for_quota and canary.uuid)
        for canary, (named, views) in zstack_in_window(look, there):
            violation = zstack_examine("stored-once", subject=canary.created, named=named)
            assert violation is None, violation
            if views is not None:
                violation = zstack_examine("not-visible", arguments={"uuid": canary.uuid}, **views)
                assert violation is None, violation
