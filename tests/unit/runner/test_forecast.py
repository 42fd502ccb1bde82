"""A forecast is as long as the slowest of what bounds a run."""

import pytest

from pytest_zstack_ticket.config.catalogue import load_catalogue
from pytest_zstack_ticket.config.package_data import suites_folder
from pytest_zstack_ticket.config.suite_load import Load, suite_load
from pytest_zstack_ticket.model.exchange import Headers
from pytest_zstack_ticket.runner import promise
from pytest_zstack_ticket.runner.forecast import UNEVEN, Bounds, Pace, PlannedTest, forecast
from tests.support.builders import answered

FAR = Pace(latency=0.1, job=1.0, work=0.001)
NEW_ONES = 0.05
MEASURED = ("smoke", "standard")
"""Efforts whose runs are forecast."""
WIDE = Bounds(window=16)


def test_bodies_that_run_next_to_each_other_take_as_long_as_the_longest():
    tests = [PlannedTest(Load(jobs=number), "") for number in (1, 5, 2)]
    alone = forecast([tests[1]], FAR, WIDE)
    assert forecast(tests, FAR, WIDE).seconds == pytest.approx(alone.seconds, rel=0.05)


def test_tests_that_run_alone_take_as_long_as_all_of_them():
    one = PlannedTest(Load(plain=10), None)
    assert forecast([one] * 3, FAR, WIDE).seconds == pytest.approx(3 * forecast([one], FAR, WIDE).seconds)


def test_tests_that_explore_run_one_after_the_other_next_to_the_rest():
    body, explores = PlannedTest(Load(jobs=5), ""), PlannedTest(Load(jobs=3), "", explores=True)
    one = forecast([explores], FAR, WIDE).seconds
    assert forecast([body, explores, explores], FAR, WIDE).seconds == pytest.approx(2 * one)


def test_no_more_calls_than_the_window_are_under_way():
    many = [PlannedTest(Load(pooled_jobs=160), "")]
    narrow = forecast(many, FAR, Bounds(window=1)).seconds
    assert forecast(many, FAR, WIDE).seconds == pytest.approx(narrow / 16)


def test_a_pool_that_is_not_full_takes_as_long_as_one_call():
    one = forecast([PlannedTest(Load(jobs=1), "")], FAR, WIDE).seconds
    assert forecast([PlannedTest(Load(pooled_jobs=3), "")], FAR, WIDE).seconds == pytest.approx(one)


def test_the_rate_bounds_what_is_near():
    near = Pace(latency=0.001, job=0.0, work=0.0001)
    found = forecast([PlannedTest(Load(plain=100), "")], near, Bounds(window=16, rate=20.0))
    assert found.seconds >= 100 / 20


def test_the_machine_bounds_what_is_very_near():
    here = Pace(latency=0.0, job=0.0, work=0.002)
    assert forecast([PlannedTest(Load(plain=100), "")], here, WIDE).seconds >= 0.2


def test_jobs_that_end_by_an_exception_take_longer():
    slow = Pace(latency=0.1, job=1.0, work=0.001, exception=15.0)
    tests = [PlannedTest(Load(jobs=1, broken=1), "")]
    longer = forecast(tests, FAR, WIDE).seconds + 15 * UNEVEN
    assert forecast(tests, slow, WIDE).seconds == pytest.approx(longer, abs=0.5)


@pytest.mark.parametrize(
    ("headers", "node"),
    [((("set-cookie", "JSESSIONID=a1; Path=/zstack"),), True), ((("Set-Cookie", "node=a1"),), False), ((), False)],
)
def test_only_what_answers_as_a_real_node_is_taken_to_lose_jobs(headers: Headers, node: bool):
    assert promise.is_a_node([answered(202, {}, headers=headers)]) is node


def test_a_target_that_loses_jobs_is_waited_for_at_the_end():
    loses = Pace(latency=0.1, job=1.0, work=0.001, loses=True)
    patient = Bounds(window=16, patience=60.0)
    lost, others = [PlannedTest(Load(jobs=1, lost=1), "")], [PlannedTest(Load(jobs=1), "")]
    assert forecast(lost, loses, patient).total == pytest.approx(60, abs=2)
    assert forecast(others, loses, patient).total < 10
    assert forecast(lost, FAR, patient).total < 10
    late = [*lost, PlannedTest(Load(plain=2000), None)]
    assert forecast(late, loses, patient).cleanup < 10


def test_where_few_tickets_may_exist_they_are_deleted_during_the_run():
    tests = [PlannedTest(Load(jobs=100, posts=100, tickets=100), None)]
    roomy, crowded = (forecast(tests, FAR, Bounds(window=16, alive=alive)) for alive in (1000, 50))
    assert crowded.requests > roomy.requests
    assert crowded.seconds > roomy.seconds
    assert crowded.cleanup < roomy.cleanup


def test_nothing_to_do_takes_no_time():
    found = forecast([], FAR, WIDE)
    assert (found.seconds, found.cleanup, found.posts, found.tickets) == (0.0, 0.0, 0, 0)


@pytest.mark.parametrize("effort", MEASURED)
def test_the_requirements_were_measured_but_for_the_newest(effort: str):
    known = {row.id for row in load_catalogue(suites_folder())}
    assert len(known - suite_load(effort).keys()) <= NEW_ONES * len(known), "run benchmarks/suite_load.py"
    assert sum(load.posts for load in suite_load(effort).values()) > 500


def test_tests_that_take_turns_do_so_next_to_the_rest_or_one_after_the_other():
    body, turn = PlannedTest(Load(jobs=5), ""), PlannedTest(Load(jobs=2), None, in_turn=True)
    rest, one = forecast([body], FAR, WIDE).seconds, forecast([turn], FAR, WIDE).seconds
    assert forecast([body, turn, turn], FAR, WIDE).seconds == pytest.approx(rest)
    assert forecast([body, *[turn] * 4], FAR, WIDE).seconds == pytest.approx(4 * one)
    assert forecast([turn, turn], FAR, WIDE).seconds == pytest.approx(2 * one)
