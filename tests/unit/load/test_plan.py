"""The caps of a run hold for a load: it never asks more of another machine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_zstack_ticket.load.plan import LoadPlan, caps_of
from pytest_zstack_ticket.model.errors import SettingsError

HERE = LoadPlan(url="http://127.0.0.1:8080", shown="http://127.0.0.1:8080", users=20, seconds=60.0)
THERE = replace(HERE, url="http://cloud.example", shown="http://cloud.example")


def caps(plan: LoadPlan, **options: object):
    plan = replace(plan, options={name.replace("_", "-"): value for name, value in options.items()})
    return caps_of(plan, plan.run_options())


def test_a_plan_travels_as_text() -> None:
    plan = replace(THERE, options={"max-rate": 5.0, "context": "c.toml"}, role="worker", workers=3)
    assert LoadPlan.of(plan.to_text()) == plan


def test_another_machine_has_the_caps_of_a_run() -> None:
    found = caps(THERE)
    assert (found.rate, found.alive, found.requests, found.created) == (20.0, 50, 10_000, 2_000)


@pytest.mark.parametrize("more", [{"max_rate": 21.0}, {"max_alive": 51}])
def test_a_load_of_another_machine_is_never_above_the_limits(more: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match="at most"):
        caps(THERE, **more)


def test_a_smaller_rate_holds() -> None:
    assert caps(replace(THERE, rate=5.0)).rate == 5.0
    assert caps(replace(THERE, rate=500.0)).rate == 20.0
    assert caps(THERE, max_rate=2.0).rate == 2.0


def test_more_users_than_tickets_may_exist_are_refused() -> None:
    with pytest.raises(SettingsError, match="use 25 at most"):
        caps(replace(THERE, users=26))


def test_this_machine_is_bounded_by_the_length_of_the_load() -> None:
    found = caps(HERE)
    assert (found.rate, found.requests, found.created, found.bytes, found.alive) == (None, None, None, None, 5000)
    assert caps(HERE, max_requests=100).requests == 100


def test_workers_share_the_caps() -> None:
    found = caps(replace(THERE, role="worker", workers=4))
    assert (found.rate, found.alive, found.requests, found.created) == (5.0, 12, 2_500, 500)


def test_a_limit_that_is_too_small_for_all_workers_is_refused() -> None:
    with pytest.raises(SettingsError, match="--workers 51"):
        caps(replace(THERE, role="worker", workers=51))


@pytest.mark.parametrize("rate", [float("nan"), float("inf"), -1.0])
def test_what_is_no_number_is_no_limit(rate: float) -> None:
    with pytest.raises(SettingsError, match="number above 0"):
        caps(THERE, max_rate=rate)
