"""Many calls at once, judged one by one in their order."""

import threading

import pytest

from pytest_zstack_ticket.scenarios.in_window import in_window


@pytest.mark.parametrize("window", [1, 2, 16])
def test_results_come_in_the_order_of_their_values(window: int):
    def double(value: int) -> int:
        threading.Event().wait(0.002 * (value % 3))
        return value * 2

    assert list(in_window(double, range(9), window=window)) == [(value, value * 2) for value in range(9)]


def test_with_a_window_of_1_each_value_is_called_when_it_is_asked_for():
    called: list[int] = []
    results = in_window(called.append, range(5), window=1)
    next(results)
    assert called == [0]


def test_as_many_as_the_window_run_at_once():
    met = threading.Barrier(4)
    assert len(list(in_window(lambda _: met.wait(5), range(4), window=4))) == 4


def test_nothing_is_under_way_while_a_result_is_judged():
    busy: set[int] = set()

    def call(value: int) -> None:
        busy.add(value)
        threading.Event().wait(0.005)
        busy.remove(value)

    for _ in in_window(call, range(20), window=4):
        assert not busy


def test_what_a_call_raises_is_raised():
    with pytest.raises(ZeroDivisionError):
        list(in_window(lambda value: 1 // value, (1, 0), window=2))
