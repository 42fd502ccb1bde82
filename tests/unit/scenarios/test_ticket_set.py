"""A set of tickets is whole before it is asked for, though a quota took some of it while it was created."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest

from pytest_zstack_ticket.model.ticket import Draft
from pytest_zstack_ticket.scenarios.ticket_set import AT_ONCE, LETTERS, MOST_ROUNDS, TicketSet
from tests.support.builders import answered


class Endpoint:
    """Notes what is created; of each round so many tickets are deleted for the quota, by its number from 1."""

    certifier = ""
    calibration_draft = Draft(body=b'{"params": {"name": "n", "requests": []}}', headers=())
    quota = SimpleNamespace(sharing=nullcontext)

    def __init__(self, lost: Callable[[int], int]) -> None:
        self.names: list[str] = []
        self._lost = lost

    def create(self, draft: Draft) -> Any:
        name = json.loads(draft.body)["params"]["name"].replace("{nonce}", "")
        number = len(self.names)
        self.names.append(name)
        return SimpleNamespace(sent=lambda _: f"{name} zt-{number:016x}")

    def was_deleted_for_quota(self, nonce: str) -> bool:
        place, letter = divmod(int(nonce[3:], 16), len(LETTERS))
        return letter < self._lost(place + 1)


@pytest.mark.parametrize(
    ("lost", "rounds"),
    [(lambda _: 0, 1), (lambda number: 2 if number == 1 else 0, 2), (lambda _: 1, AT_ONCE)],
    ids=["none", "once", "always"],
)
def test_it_is_created_again_before_it_is_asked_for(lost: Callable[[int], int], rounds: int) -> None:
    endpoint: Any = Endpoint(lost)
    tickets = TicketSet(endpoint, LETTERS)
    tickets.create_tickets()
    assert len(endpoint.names) == rounds * len(LETTERS)
    assert len({name.split()[0] for name in endpoint.names}) == rounds


def test_where_the_quota_is_too_small_it_is_not_created_for_ever() -> None:
    endpoint: Any = Endpoint(lambda _: 1)
    tickets = TicketSet(endpoint, LETTERS)
    for _ in range(MOST_ROUNDS * 2):
        tickets.create_tickets()
    assert len(endpoint.names) == MOST_ROUNDS * len(LETTERS)


class Shower(Endpoint):
    """Shows its tickets as created at one moment, and notes what it is asked."""

    def __init__(self) -> None:
        super().__init__(lambda _: 0)
        self.asked: list[str] = []

    def call(self, method: str, path: str) -> Any:
        self.asked.append(unquote(path))
        rows = [{"uuid": f"{place}", "name": name, "createDate": MIDNIGHT} for place, name in enumerate(self.names)]
        return SimpleNamespace(again=None, exchanges=(answered(200, {"inventories": rows}, method=method, path=path),))


MIDNIGHT = "Dec 31, 2026 12:00:30 AM"


def test_queries_together_are_sent_once() -> None:
    endpoint: Any = Shower()
    tickets = TicketSet(endpoint, LETTERS)
    conditions = ("createDate>{minute_before}", "createDate<{day_after}", "createDate<{day_end}", "uuid={uuid1}")
    found = tickets.query_together(*conditions)
    assert len(found) == len(endpoint.asked) == 6
    assert tickets.query_together(*conditions) is found
    shown = [one.partition("q=createDate")[2].partition("&")[0] for one in endpoint.asked[1:4]]
    assert shown == [">2026-12-30 23:59:30", "<2027-01-01 00:00:00", "<2026-12-31 23:59:59"]


def test_dates_that_are_not_shown_are_those_of_no_ticket() -> None:
    endpoint: Any = Shower()
    endpoint.call = lambda method, path: SimpleNamespace(
        again=None, exchanges=(answered(200, {}, method=method, path=path),)
    )
    tickets = TicketSet(endpoint, LETTERS)
    assert tickets.fill_in("createDate>{minute_before}") == [f"createDate>{tickets.token}"]
