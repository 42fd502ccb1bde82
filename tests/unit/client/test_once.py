"""A value that several threads ask for is made once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pytest_zstack_ticket.client.once import OncePerKey


def test_threads_that_ask_at_once_get_one_value():
    once: OncePerKey[str, object] = OncePerKey()
    asking, made = threading.Barrier(8), []

    def make() -> object:
        made.append(object())
        threading.Event().wait(0.05)
        return made[-1]

    def ask(_: int) -> object:
        asking.wait(5)
        return once.get("key", make)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == set(made)
    assert len(made) == 1
    assert "key" in once


def test_each_key_has_a_value_of_its_own():
    once: OncePerKey[int, int] = OncePerKey()
    assert [once.get(key, lambda key=key: key * 2) for key in (1, 2, 1)] == [2, 4, 2]


def test_what_failed_is_tried_again():
    once: OncePerKey[str, int] = OncePerKey()
    with pytest.raises(ZeroDivisionError):
        once.get("key", lambda: 1 // 0)
    assert "key" not in once
    assert once.get("key", lambda: 3) == 3


def test_who_waits_for_what_fails_gets_the_same_error():
    once: OncePerKey[str, int] = OncePerKey()
    making, waiting, go = threading.Event(), threading.Event(), threading.Event()

    def make() -> int:
        making.set()
        go.wait(5)
        raise LookupError("nothing there")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(once.get, "key", make)
        making.wait(5)
        second = pool.submit(lambda: (waiting.set(), once.get("key", lambda: 1)))
        waiting.wait(5)
        threading.Event().wait(0.05)
        go.set()
        assert isinstance(first.exception(5), LookupError)
        # it came too late to wait, or it got the error of the first
        assert second.exception(5) is first.exception() or second.result() == (None, 1)


def test_a_value_is_known_once_it_was_made_and_another_may_take_its_place():
    known: OncePerKey[str, int] = OncePerKey()
    assert known.known("a") is None
    assert known.get("a", lambda: 1) == known.known("a") == 1
    known.put("a", 2)
    assert known.get("a", lambda: 3) == known.known("a") == 2
