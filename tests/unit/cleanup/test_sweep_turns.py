"""A few clean-ups next to each other while tests run, and the last one alone."""

import threading
from concurrent.futures import ThreadPoolExecutor

from pytest_zstack_ticket.cleanup.sweep_turns import SweepTurns


def test_so_many_are_under_way_at_once_and_no_more():
    turns, lock, most = SweepTurns(2), threading.Lock(), 0
    both = threading.Barrier(2)

    def sweep(number: int) -> None:
        nonlocal most
        with turns.one():
            with lock:
                most = max(most, turns.taken)
            if number < 2:
                both.wait(5)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(sweep, range(12)))
    assert most == 2
    assert turns.taken == 0


def test_the_last_one_waits_for_the_others_and_none_begins_next_to_it():
    turns, begun, go, order = SweepTurns(2), threading.Event(), threading.Event(), []

    def early() -> None:
        with turns.one():
            begun.set()
            go.wait(5)
            order.append("early")

    def last() -> None:
        begun.wait(5)
        with turns.alone():
            order.append("last begins")
            late = pool.submit(one)
            threading.Event().wait(0.02)
            order.append("last ends")
        late.result(5)

    def one() -> None:
        with turns.one():
            order.append("late")

    with ThreadPoolExecutor(3) as pool:
        done = [pool.submit(early), pool.submit(last)]
        begun.wait(5)
        go.set()
        for job in done:
            job.result(5)
    assert order == ["early", "last begins", "last ends", "late"]
