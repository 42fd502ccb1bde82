"""Careless readings of requests, as the faults of the simulator have them."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.model.exchange import Request
from pytest_zstack_ticket.simulator.fault_points import HEALTHY, Active
from pytest_zstack_ticket.simulator.http.careless_reading import acting_request, overlong_text
from pytest_zstack_ticket.simulator.server.loose_framing import loose_request


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("工单 é a".encode(), "工单 é a"),
        (b"\xc0\xa7", "'"),
        (b"\xe0\x80\xa2", '"'),
        (b"\xc0\x80", "\0"),
        (b"\xed\xa0\x80", "?"),
        (b"\xf4\x90\x80\x80", "?"),
    ],
)
def test_overlong_text_reads_what_it_stands_for(data: bytes, text: str) -> None:
    assert overlong_text(data) == text


def test_a_method_is_overridden_by_a_fault_alone() -> None:
    request = Request(method="GET", path="/v1/tickets/x", headers=(("X-HTTP-Method-Override", "DELETE"),))
    assert acting_request(request, HEALTHY).method == "GET"
    assert acting_request(request, Active(broken=frozenset({"override-method"}))).method == "DELETE"


def test_a_body_makes_a_safe_method_act_by_a_fault_alone() -> None:
    request = Request(method="HEAD", path="/v1/tickets/x/actions", body=b"{}")
    assert acting_request(request, HEALTHY).method == "HEAD"
    assert acting_request(request, Active(broken=frozenset({"safe-method-acts"}))).method == "PUT"


def test_a_broken_head_is_read_loosely() -> None:
    request = loose_request(b"PO<ST /zstack/v1/tickets HTTP/1.1\r\nContent-Type : a\r\nX\r\n\r\n{}")
    assert request == Request(method="POST", path="/zstack/v1/tickets", headers=(("Content-Type", "a"),), body=b"{}")
    assert loose_request(b"\r\n\r\n") is None
