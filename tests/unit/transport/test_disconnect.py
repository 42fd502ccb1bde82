"""A request that we cut is delivered whole, and its answer never read."""

from __future__ import annotations

from typing import get_args

import pytest

from pytest_zstack_ticket.model.exchange import Cut, Failure, Request
from pytest_zstack_ticket.model.settings import Patience, Settings
from pytest_zstack_ticket.transport.disconnect import CUT
from pytest_zstack_ticket.transport.httpx_transport import HttpxTransport
from tests.support.scripted_server import ScriptedServer, answer

CUTS = [one for one in get_args(Cut) if one]


def post(cut: Cut, name: str = "X-Name", value: str = "v") -> Request:
    headers = (("Content-Type", "application/json"), (name, value))
    return Request(method="POST", path="/v1/tickets", headers=headers, body=b'{"params":{}}', cut=cut)


def send(settings: Settings, request: Request) -> Failure:
    transport = HttpxTransport(settings)
    try:
        found = transport.send(request)
    finally:
        transport.close()
    assert isinstance(found, Failure), found
    return found


@pytest.mark.parametrize("cut", CUTS)
def test_it_is_delivered_and_fails_as_sent(cut):
    with ScriptedServer(answer(200, b"{}")) as server:
        found = send(server.settings(), post(cut))
        server.wait_for(requests=1)
        (received,) = server.requests
    assert (found.kind, found.detail, found.sent) == ("reset", CUT, True)
    assert received.startswith(b"POST ")
    assert received.endswith(b'{"params":{}}')
    assert b"X-Name: v" in received


def test_a_server_that_is_not_there_was_sent_nothing():
    settings = Settings(url="http://127.0.0.1:9/zstack", patience=Patience(connect=1.0, read=1.0))
    assert not send(settings, post("at-once")).sent


def test_what_http_cannot_hold_was_not_sent():
    with ScriptedServer(answer(200, b"{}")) as server:
        assert not send(server.settings(), post("at-once", value="工")).sent
        assert not send(server.settings(), post("at-once", name="X Y")).sent
