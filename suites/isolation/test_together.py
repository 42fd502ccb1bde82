"""Two users at the same time: their tickets contain nothing of each other, and each user sees only their own."""

import pytest

ROUNDS = 4
PEOPLE = ("owner", "stranger") * 3


@pytest.fixture(scope="module")
def rounds(zstack_concurrently):
    """Let the owner and the stranger create tickets concurrently, a few times; the tickets of each round."""
    made = []

    def create():
        if not made:
            made.extend(zstack_concurrently(*PEOPLE) for _ in range(ROUNDS))
        return made

    return create


@pytest.mark.requirement("ZT-ISOLATION-019")
def test_concurrent_tickets_of_two_users_are_not_mixed(rounds, zstack_examine):
    """Tickets that two users create at the same time contain nothing of each other."""
    before = []
    for tickets in rounds():
        around, before = [*before, *tickets], tickets
        for canary in (canary for canary in tickets if not canary.was_deleted_for_quota):
            others = {f"other{place}": other.created for place, other in enumerate(around) if other is not canary}
            violation = zstack_examine(
                "no-mixed-content", subject=canary.created, shown=canary.find_by_name(), **others
            )
            assert violation is None, violation


@pytest.mark.requirement("ZT-ISOLATION-020")
def test_each_user_sees_only_their_own_ticket(rounds, ticket_endpoint, zstack_profile, zstack_examine):
    """When two users create tickets at the same time, each sees their own and neither sees the other's."""
    owner, stranger = (ticket_endpoint.as_user(part) for part in ("owner", "stranger"))
    for tickets in rounds():
        for canary in (canary for canary in tickets if not canary.was_deleted_for_quota and canary.uuid):
            violation = zstack_examine("stored-once", subject=canary.created, named=canary.find_by_name())
            assert violation is None, violation
            if canary.owner is owner or "plain-owner" in zstack_profile.capabilities:
                other = stranger if canary.owner is owner else owner
                arguments = {"uuid": canary.uuid}
                violation = zstack_examine("not-visible", arguments=arguments, **canary.compare_views("uuid", by=other))
                assert violation is None, violation
