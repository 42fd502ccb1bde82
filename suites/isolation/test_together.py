"""Two people at the same time: what they create has nothing of each other, and each sees his own."""

import pytest

ROUNDS = 4
PEOPLE = ("owner", "stranger") * 3


@pytest.fixture(scope="module")
def rounds(zstack_concurrently):
    """Let the owner and the stranger create together, a few times; return each round's tickets."""
    made = []

    def create():
        if not made:
            made.extend(zstack_concurrently(*PEOPLE) for _ in range(ROUNDS))
        return made

    return create


@pytest.mark.requirement("ZT-ISOLATION-019")
def test_tickets_that_are_created_together_are_not_mixed(rounds, zstack_examine):
    """Tickets that two people create at the same time have nothing of each other."""
    before = []
    for tickets in rounds():
        around, before = [*before, *tickets], tickets
        for one in (one for one in tickets if not one.was_deleted_for_quota):
            others = {f"other{place}": other.created for place, other in enumerate(around) if other is not one}
            violation = zstack_examine("not-mixed", subject=one.created, shown=one.find_by_name(), **others)
            assert violation is None, violation


@pytest.mark.requirement("ZT-ISOLATION-020")
def test_each_sees_his_own(rounds, ticket_endpoint, zstack_profile, zstack_examine):
    """Of tickets that two people create at the same time each sees his own, and nobody the other's."""
    owner, stranger = (ticket_endpoint.as_user(part) for part in ("owner", "stranger"))
    for tickets in rounds():
        for one in (one for one in tickets if not one.was_deleted_for_quota and one.uuid):
            violation = zstack_examine("stored-once", subject=one.created, named=one.find_by_name())
            assert violation is None, violation
            if one.owner is owner or "plain-owner" in zstack_profile.capabilities:
                other = stranger if one.owner is owner else owner
                told = {"uuid": one.uuid}
                violation = zstack_examine("unseen", arguments=told, **one.compare_views("uuid", by=other))
                assert violation is None, violation
