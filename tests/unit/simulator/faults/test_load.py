"""Faults of a crowd do nothing while few jobs are running, and their part once a dozen are."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pytest_zstack_ticket.simulator.faults.load import LOAD
from tests.support.simulator_endpoint import Endpoint, body
from tests.support.simulator_probe import message

MANY = 60
NAMES = [f"ticket {number}" for number in range(MANY)]


def created(fault: str, names: list[str], *, at_once: bool) -> Endpoint:
    """Create tickets with jobs of 5 s, all at once or one after the other."""
    one = Endpoint(f"embedded?latency=5&fault={fault}")
    for name in names:
        one.send("POST", "/v1/tickets", {"params": message(name=name, description=f"of {name}")})
        if not at_once:
            one.now += 6
    one.now += 3600
    return one


def stored(one: Endpoint) -> list[tuple[str, str]]:
    rows = body(one.send("GET", "/v1/tickets?q=name~=ticket%25&limit=500"))["inventories"]
    return sorted((row["name"], row["description"]) for row in rows)


RIGHT = sorted((name, f"of {name}") for name in NAMES)


@pytest.mark.parametrize("fault", ["load:mix-up", "load:lost", "load:doubled"])
def test_what_is_stored_is_right_without_a_crowd_and_wrong_in_one(fault: str) -> None:
    assert stored(created(fault, NAMES, at_once=False)) == RIGHT
    assert stored(created(fault, NAMES, at_once=True)) != RIGHT


@pytest.mark.parametrize(
    ("fault", "count"), [("load:mix-up", MANY), ("load:lost", MANY - 2), ("load:doubled", MANY + 2)]
)
def test_how_many_tickets_a_crowd_leaves(fault: str, count: int) -> None:
    assert len(stored(created(fault, NAMES, at_once=True))) == count


def test_a_mixed_up_ticket_has_the_text_of_another_one() -> None:
    wrong = [pair for pair in stored(created("load:mix-up", NAMES, at_once=True)) if pair not in RIGHT]
    assert wrong
    assert {text for _, text in wrong} <= {text for _, text in RIGHT}


@pytest.mark.parametrize(("running", "status"), [(0, "Cancelled"), (12, "Pending")])
def test_a_crowd_reads_what_was_read_before(running: int, status: str) -> None:
    one = Endpoint("embedded?latency=0.5&fault=load:stale")
    first = one.send("POST", "/v1/tickets", {"params": message(name="one")})
    one.now += 1
    uuid = body(one.finish(first))["inventory"]["uuid"]
    for name in NAMES[:running]:
        one.send("POST", "/v1/tickets", {"params": message(name=name)})
    assert body(one.send("GET", f"/v1/tickets?q=uuid={uuid}"))["inventories"][0]["status"] == "Pending"
    tickets = one.engine.state.store.tickets
    tickets[uuid] = replace(tickets[uuid], status="Cancelled")
    assert body(one.send("GET", f"/v1/tickets?q=uuid={uuid}"))["inventories"][0]["status"] == status
    one.now += 10
    assert body(one.send("GET", f"/v1/tickets?q=uuid={uuid}"))["inventories"][0]["status"] == "Cancelled"


def test_a_leak_slows_down_what_comes_after_the_crowd() -> None:
    def seconds(one: Endpoint) -> float:
        started = one.now
        one.send("POST", "/v1/tickets", {"params": message(name="late")})
        due = max(job.due for job in one.engine.jobs.rows.values())
        return round(due - started, 2)

    assert seconds(created("load:leak", NAMES, at_once=False)) == pytest.approx(5.01)
    assert seconds(created("load:leak", NAMES, at_once=True)) > 5.09


def test_each_has_a_sentence() -> None:
    assert all(fault.description for fault in LOAD)
    assert json.dumps([fault.name for fault in LOAD]).count("load:") == 5
