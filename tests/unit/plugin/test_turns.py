"""Tests that open sessions take turns next to others only on a target where sessions last."""

from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from pytest_zstack_ticket.model.errors import LoginError
from pytest_zstack_ticket.model.settings import Session
from pytest_zstack_ticket.plugin.turns import AT_ONCE, Turns

ALL = frozenset(("log-in", "log-out", "query"))


class Cloud:
    """A target that keeps `most` sessions of a user and ends the oldest for a new one, or refuses the new one."""

    def __init__(self, most: int, *, refuses: bool = False, capabilities: frozenset[str] = ALL) -> None:
        self.most, self.refuses = most, refuses
        self.profile = SimpleNamespace(capabilities=capabilities)
        self.own, self.lasting = "OAuth own", True
        self.alive, self.opened = [self.own], 0

    def another_session(self) -> Session:
        if self.refuses and len(self.alive) == self.most:
            raise LoginError("too many sessions")
        self.opened += 1
        session = Session(uuid=f"{self.opened:032x}")
        self.alive = [*self.alive, session.authorization][-self.most :]
        return session

    def call(self, _method: str, _path: str, authorization: str = "") -> Any:
        if not authorization and self.own not in self.alive:
            self.lasting = False  # it is renewed
            return SimpleNamespace(reading="accepted")
        return SimpleNamespace(reading="accepted" if (authorization or self.own) in self.alive else "refused")

    def logout(self, uuid: str) -> None:
        self.alive = [one for one in self.alive if not one.endswith(uuid)]


def item(**kwargs: Any) -> Any:
    return Mock(**{"get_closest_marker.return_value.kwargs": kwargs})


def turns(cloud: Cloud) -> Turns:
    reached = SimpleNamespace(endpoint=cloud, sessions=cloud)
    return Turns(SimpleNamespace(reached=reached))  # type: ignore[arg-type] # as much of a run as it uses


def taken(cloud: Cloud, count: int = 2) -> int:
    """How many of `count` such tests run next to others."""
    found = turns(cloud)
    found.prepare([item(), *(item(in_turn=True) for _ in range(count))])
    return sum(found.next(lambda _: True) is not None for _ in range(count + 1))


def test_they_run_next_to_others_where_sessions_last() -> None:
    cloud = Cloud(100)
    assert taken(cloud) == 2
    assert cloud.alive == [cloud.own]


@pytest.mark.parametrize("most", range(1, AT_ONCE + 1))
def test_they_do_not_where_a_new_session_ends_the_oldest(most: int) -> None:
    assert taken(Cloud(most)) == 0


def test_they_do_not_where_a_further_session_is_refused() -> None:
    assert taken(Cloud(2, refuses=True)) == 0


def test_they_do_not_where_nothing_shows_that_a_session_lives() -> None:
    cloud = Cloud(100, capabilities=frozenset(("log-in", "log-out")))
    assert taken(cloud) == 0
    assert not cloud.opened


def test_nothing_is_tried_for_a_run_without_such_tests() -> None:
    cloud = Cloud(100)
    assert taken(cloud, 0) == 0
    assert not cloud.opened


def test_once_a_session_of_the_run_has_died_the_rest_runs_alone() -> None:
    cloud = Cloud(100)
    found = turns(cloud)
    found.prepare([item(in_turn=True), item(in_turn=True)])
    assert found.next(lambda _: True)
    cloud.lasting = False
    assert not found.next(lambda _: True)


def test_one_that_is_not_ready_keeps_its_turn() -> None:
    cloud = Cloud(100)
    found = turns(cloud)
    one = item(in_turn=True)
    found.prepare([one])
    assert not found.next(lambda _: False)
    assert found.next(lambda _: True) is one
