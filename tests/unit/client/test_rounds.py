"""Which round of a test's body a call belongs to, in whichever thread it is made."""

from concurrent.futures import ThreadPoolExecutor

from pytest_zstack_ticket.client.call_gate import in_context
from pytest_zstack_ticket.client.rounds import in_round, round_number


def test_outside_of_a_further_round_it_is_the_first() -> None:
    assert round_number() == 0
    assert in_round(3, round_number) == 3
    assert round_number() == 0


def test_threads_that_a_round_starts_belong_to_it() -> None:
    def ask() -> list[int]:
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(in_context(lambda _: round_number()), range(2)))

    assert in_round(2, ask) == [2, 2]
