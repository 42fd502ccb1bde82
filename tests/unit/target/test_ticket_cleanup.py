"""While tests run, only tickets are deleted that none of them looks at."""

from types import SimpleNamespace
from typing import Any, cast

from pytest_zstack_ticket.cleanup.entries import Entry, Intent
from pytest_zstack_ticket.model.quotas import Quotas
from pytest_zstack_ticket.target.ticket_cleanup import PATIENCE, TicketCleanup
from pytest_zstack_ticket.transport.clock import SystemClock
from pytest_zstack_ticket.transport.usage_counter import SharedUsageCounter


def entry(number: int) -> Entry:
    """Make the entry of an accepted create, whose UUID is its number."""
    intent = Intent(number=number, nonce=f"zt-{number:016x}", places={}, name="", sent=0.0)
    return Entry(intent=intent, end="accepted", ticket=str(number))


class Cloud:
    """A clean-up with one user, who has created some tickets under a quota."""

    def __init__(self, alive: int) -> None:
        self.counter = SharedUsageCounter(Quotas(alive=alive))
        self.cleanup = TicketCleanup(cast("Any", None), cast("Any", None), self.counter, SystemClock())
        self.entries: dict[str, Entry] = {}
        ledger = SimpleNamespace(drop_gone=list)
        self.connection: Any = SimpleNamespace(settings=SimpleNamespace(part=""), ledger=ledger)

    def create(self, count: int = 1) -> list[str]:
        """Create tickets in this context."""
        made = []
        for _ in range(count):
            number = len(self.entries) + 1
            self.cleanup.created("", number)
            self.counter.reserve(1, creates=True)
            self.entries[str(number)] = entry(number)
            made.append(str(number))
        return made

    def chosen(self, *, own: bool = False) -> set[str]:
        """Choose what is deleted now."""
        idle = self.cleanup._idle(self.connection, own=own)
        try:
            return idle.choose(self.entries)
        finally:
            idle.end()


def test_what_the_running_test_created_stays():
    cloud = Cloud(alive=100)
    cloud.cleanup.protect()
    first = cloud.create(2)
    assert cloud.chosen() == set()
    cloud.cleanup.protect()
    second = cloud.create()
    assert cloud.chosen() == set(first)
    assert cloud.cleanup.keep(*second)
    assert not cloud.cleanup.keep(first[0])


def test_bodies_hold_their_own_tickets_whichever_is_older():
    cloud = Cloud(alive=100)
    cloud.cleanup.protect("old")
    cloud.cleanup.protect("new")
    cloud.cleanup.holds.enter("old")
    old = cloud.create(2)
    cloud.cleanup.holds.enter("new")
    new = cloud.create(2)
    cloud.cleanup.release("new")
    assert cloud.chosen() == set(new)
    cloud.cleanup.release("old")
    assert cloud.chosen() >= set(old)


def test_a_ticket_of_an_earlier_test_stays_for_the_one_that_asked_about_it():
    cloud = Cloud(alive=100)
    cloud.cleanup.protect()
    asked, other = cloud.create(2)
    cloud.cleanup.protect()
    assert cloud.cleanup.keep(f"zt-{int(asked):016x}")
    assert cloud.chosen() == {other}
    cloud.cleanup.protect()
    assert asked in cloud.chosen()


def test_shared_tickets_go_only_where_the_quota_is_nearly_used_up():
    cloud = Cloud(alive=10)
    cloud.cleanup.protect()
    with cloud.cleanup.sharing():
        shared = cloud.create(8)
    cloud.cleanup.protect()
    assert cloud.chosen() == set()
    cloud.create()
    assert cloud.chosen() == set(shared)


def test_a_test_gives_up_its_own_earlier_tickets_and_no_other_tests():
    cloud = Cloud(alive=20)
    cloud.cleanup.protect("other")
    cloud.cleanup.holds.enter("other")
    cloud.create(4)
    cloud.cleanup.protect()
    own = cloud.create(14)
    assert cloud.chosen() == set()
    assert cloud.chosen(own=True) == set(own[:-5])


def test_a_call_apart_holds_its_tickets_until_it_ends_and_those_of_its_test_stay():
    cloud = Cloud(alive=100)
    cloud.cleanup.protect("test")
    cloud.cleanup.holds.enter("test")
    kept = cloud.create()
    with cloud.cleanup.apart():
        apart = cloud.create(2)
        assert cloud.chosen() == set()
        with cloud.cleanup.holds.waiting():
            assert cloud.cleanup.holds.stuck  # the test waits for its call
    assert cloud.chosen() == set(apart)
    kept += cloud.create()
    cloud.cleanup.release("test")
    assert cloud.chosen() >= set(kept)


def test_what_one_clean_up_deletes_no_other_one_does_until_it_ends():
    cloud = Cloud(alive=100)
    cloud.cleanup.protect()
    made = cloud.create(3)
    cloud.cleanup.protect()
    first, second = (cloud.cleanup._idle(cloud.connection) for _ in range(2))
    assert first.choose(cloud.entries) == set(made)
    assert second.choose(cloud.entries) == set()
    first.end()
    assert cloud.chosen() == set(made)


def test_while_a_clean_up_is_under_way_a_create_waits_and_gives_up_nothing_of_its_test():
    cloud = Cloud(alive=20)
    cloud.cleanup.protect()
    cloud.create(4)
    assert cloud.cleanup._must_give_up_own(0.0, 0.0)
    with cloud.cleanup.turns.one():
        assert not cloud.cleanup._must_give_up_own(0.0, 0.0)
        assert cloud.cleanup._may_get_room(PATIENCE + 1)
    assert not cloud.cleanup._may_get_room(PATIENCE + 1)


def test_what_was_never_protected_can_be_released():
    cloud = Cloud(alive=20)
    cloud.cleanup.holds.enter(None)
    cloud.cleanup.release("nobody")
    cloud.create(2)
    assert cloud.chosen() == set()


def connection(part: str, session: str, *, settled: int = 0, pending: int = 0) -> Any:
    """Make a user with a ledger of as many tickets."""
    book = SimpleNamespace(settled=lambda: [1] * settled, pending=lambda: [1] * pending)
    return SimpleNamespace(settings=SimpleNamespace(part=part), ledger=SimpleNamespace(book=book), sessions=session)


def test_what_is_gone_for_its_owner_is_looked_for_by_every_other_user():
    cloud = Cloud(alive=100)
    own, stranger, same = (
        connection("", "a", settled=3),
        connection("stranger", "b", settled=1, pending=1),
        connection("owner", "a"),
    )
    cloud.cleanup.connections.extend([own, stranger, same])
    # what is still there for its owner is known to be left, and who logs in alike sees the same
    assert list(cloud.cleanup._seen_by_others()) == [(stranger, own.ledger)]
