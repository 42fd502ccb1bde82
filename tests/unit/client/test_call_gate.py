"""Calls of bodies that overlap are bounded together, and end when the run is told to stop."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context

import pytest

from pytest_zstack_ticket.client.call_gate import (
    LONG,
    CallGate,
    RunStoppedError,
    announce,
    answered,
    bounded,
    check,
    in_context,
    one_call,
    settled,
    together,
    use,
    waiting,
)


def within(gate: CallGate, function):
    context = copy_context()
    context.run(use, gate)
    return context.run(function)


def test_bodies_and_their_pools_share_one_window():
    gate, lock, under_way, most = CallGate(3), threading.Lock(), 0, 0

    def call(_: int) -> None:
        nonlocal under_way, most
        with one_call():
            with lock:
                under_way += 1
                most = max(most, under_way)
            threading.Event().wait(0.01)
            with lock:
                under_way -= 1

    def body() -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(in_context(call), range(8)))

    with ThreadPoolExecutor(4) as bodies:
        list(bodies.map(lambda _: within(gate, body), range(4)))
    assert most == 3


def test_a_body_that_runs_alone_has_no_gate():
    with one_call():
        check()


def test_after_a_stop_nothing_is_let_through():
    gate = CallGate(1)

    def call() -> None:
        with one_call():
            pass

    within(gate, call)
    gate.stop()
    for function in (call, check):
        with pytest.raises(RunStoppedError):
            within(gate, function)


def test_a_stop_ends_what_waits_for_its_turn():
    gate, holding, go = CallGate(1), threading.Event(), threading.Event()

    def hold() -> None:
        with one_call():
            holding.set()
            go.wait(5)

    def wait() -> None:
        with one_call():
            pytest.fail("it was let through")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(within, gate, hold)
        holding.wait(5)
        second = pool.submit(within, gate, wait)
        gate.stop()
        go.set()
        assert first.result(5) is None
        assert isinstance(second.exception(5), RunStoppedError)


def test_calls_of_a_test_that_explores_go_before_those_that_wait_longer():
    gate, holding, go, order = CallGate(1), threading.Event(), threading.Event(), []

    def hold() -> None:
        with one_call():
            holding.set()
            go.wait(5)

    def call(name: str) -> None:
        with one_call():
            order.append(name)

    def explore() -> None:
        with bounded(gate, first=True):
            call("explores")

    with ThreadPoolExecutor(4) as pool:
        pool.submit(within, gate, hold)
        holding.wait(5)
        waiting = [pool.submit(within, gate, lambda: call("body")) for _ in range(2)]
        while not gate._turn_of_others._waiters or len(gate._turn_of_others._waiters) < 2:
            threading.Event().wait(0.001)
        waiting.append(pool.submit(explore))
        while not gate._waiting_first:
            threading.Event().wait(0.001)
        go.set()
        for one in waiting:
            one.result(5)
    assert order == ["explores", "body", "body"]


def test_no_place_is_lost_between_those_that_go_first_and_the_others():
    gate, lock, under_way, most = CallGate(4), threading.Lock(), 0, 0

    def call(number: int) -> None:
        nonlocal under_way, most
        with bounded(gate, first=number % 3 == 0), one_call():
            with lock:
                under_way += 1
                most = max(most, under_way)
            threading.Event().wait(0.001)
            with lock:
                under_way -= 1

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(call, range(600)))
    assert most == 4
    assert gate._free == 4


def test_no_handler_of_errors_keeps_a_stopped_body_going():
    assert not issubclass(RunStoppedError, Exception)


def test_a_call_that_waits_long_leaves_its_place_to_others():
    gate, passed = CallGate(1), threading.Event()

    def call() -> None:
        with one_call():
            passed.set()

    def slow() -> bool:
        with one_call(), waiting(LONG):
            other = pool.submit(within, gate, call)
            return passed.wait(5) and other.result(5) is None

    with ThreadPoolExecutor(2) as pool:
        assert pool.submit(within, gate, slow).result(10)
        within(gate, call)  # and takes it again, and gives it back


def test_no_more_calls_than_the_window_leave_their_places():
    gate, lock, under_way, most = CallGate(2), threading.Lock(), 0, 0
    all_there = threading.Barrier(4)

    def slow() -> None:
        nonlocal under_way, most
        with one_call():
            with lock:
                under_way += 1
                most = max(most, under_way)
            with waiting(LONG):
                with suppress(threading.BrokenBarrierError):
                    all_there.wait(1)  # the first four are together, and no fifth
                threading.Event().wait(0.1)
            with lock:
                under_way -= 1

    with ThreadPoolExecutor(8) as pool:
        for one in [pool.submit(within, gate, slow) for _ in range(8)]:
            one.result(10)
    assert most == 4


def test_a_call_that_waits_as_usual_keeps_its_place():
    gate, passed = CallGate(1), threading.Event()

    def call() -> None:
        with one_call():
            passed.set()

    def usual() -> bool:
        with one_call(), waiting(LONG / 2):
            pool.submit(within, gate, call)
            return passed.wait(0.05)

    with ThreadPoolExecutor(2) as pool:
        assert not pool.submit(within, gate, usual).result(10)
    assert passed.is_set()


def test_what_is_sent_together_is_announced_once_all_of_it_was_answered():
    said: list[str] = []

    def body() -> list[list[str]]:
        announce(lambda: said.append("sent"))
        found = []
        with together(3):
            for _ in range(4):
                answered()
                found.append(list(said))
        answered()
        return found

    assert copy_context().run(body) == [[], [], ["sent"], ["sent"]]
    assert said == ["sent"]


def test_what_waits_for_calls_in_other_threads_looks_around_meanwhile():
    over, looks = threading.Event(), []

    def look() -> None:
        looks.append(None)
        if len(looks) == 2:
            over.set()

    with ThreadPoolExecutor(2) as pool, bounded(CallGate(2, look)):
        slow, quick = pool.submit(over.wait, 10), pool.submit(int, "x")
        assert settled([slow, quick]) == [slow, quick]
    assert slow.result()
    assert isinstance(quick.exception(), ValueError)
    with ThreadPoolExecutor(1) as pool:
        assert settled([pool.submit(int, "1")])[0].result() == 1
