"""Faults of the connection: any framing is taken, what is cut short is carried out, blanks belong to header values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest

from pytest_zstack_ticket.model.exchange import Failure, Framing, Request, Response
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.simulator.server.server import SimulatorServer, started
from pytest_zstack_ticket.simulator.storage import seed_data
from pytest_zstack_ticket.transport.framing import FramingSender
from tests.support.simulator_probe import message

PASSWORD = seed_data.digest(seed_data.PASSWORD)


@contextmanager
def endpoint(fault: str) -> Iterator[SimulatorServer]:
    server = started(f"embedded?latency=0&{fault}")
    try:
        yield server
    finally:
        server.stop()


def create(server: SimulatorServer) -> Request:
    """Return a create with a session of its own."""
    login = {"logInByAccount": {"accountName": "admin", "password": PASSWORD}}
    token = httpx.put(f"{server.url}/v1/accounts/login", json=login).json()["inventory"]["uuid"]
    body = json.dumps({"params": message()}).encode()
    headers = (("Content-Type", "application/json;charset=UTF-8"), ("Authorization", f"OAuth {token}"))
    return Request(method="POST", path="/v1/tickets", headers=headers, body=body)


def sent(server: SimulatorServer, framing: Framing) -> Response | Failure:
    return FramingSender(Settings(url=server.url), None).send(replace(create(server), framing=framing))


@pytest.mark.parametrize("framing", ["no-host", "two-lengths", "blank-before-colon", "length-no-number"])
def test_any_framing_is_taken_by_a_fault_alone(framing: Framing) -> None:
    statuses = []
    for fault in ("", "fault=any-framing"):
        with endpoint(fault) as server:
            answer = sent(server, framing)
            statuses.append(answer.status if isinstance(answer, Response) else 0)
    assert statuses == [400, 202]


@pytest.mark.parametrize("framing", ["length-without-chunks", "length-without-capital-chunks"])
def test_a_length_beside_a_transfer_coding_counts_by_a_fault_alone(framing: Framing) -> None:
    statuses = []
    for fault in ("", "fault=believe-length"):
        with endpoint(fault) as server:
            answer = sent(server, framing)
            statuses.append(answer.status if isinstance(answer, Response) else 0)
    # Tomcat reads the body where the API asks for it: what it throws there is a page of the servlet, not of the parser
    assert statuses == [500, 202]


def test_what_is_cut_short_is_carried_out_by_a_fault_alone() -> None:
    made = []
    for fault in ("", "fault=carry-out-cut"):
        with endpoint(fault) as server:
            before = server.tickets
            sent(server, "cut-length")
            httpx.get(f"{server.url}/v1/api-jobs/none")
            made.append(server.tickets - before)
    assert made == [0, 1]


def test_blanks_belong_to_a_value_by_a_fault_alone() -> None:
    statuses = []
    for fault in ("", "fault=keep-header-blanks"):
        with endpoint(fault) as server:
            answer = sent(server, "padded-values")
            statuses.append(answer.status if isinstance(answer, Response) else 0)
    assert statuses[0] == 202
    assert statuses[1] != 202
