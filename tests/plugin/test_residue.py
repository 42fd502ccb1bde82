"""What a run leaves on its target, counted on the target: nothing, or exactly what it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_zstack_ticket.model.exchange import Request, Response
from pytest_zstack_ticket.model.nonce import NONCE_BYTES_PATTERN
from pytest_zstack_ticket.model.ticket import JSON_UTF8
from pytest_zstack_ticket.simulator.response import DamagedResponse
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.simulator.storage import seed_data

ODD_BODIES = '''
import pytest
from pytest_zstack_ticket.model.ticket import Edit, Message

@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("charset", ["utf-16", "utf-16-be", "utf-32", "utf-32-le", "gbk"])
@pytest.mark.requirement("OWN-1")
def test_charset(ticket_endpoint, charset, told):
    """A body in another charset is answered."""
    good = ticket_endpoint.calibration_draft.body
    headers = (("Content-Type", f"application/json;charset={charset}"),)
    body = good.decode().encode(charset)
    edit = Edit(kind="breakage", name=charset)
    message = Message(edit=edit, body=body, headers=headers, reading=good if told else None)
    assert ticket_endpoint.send(message).outcome is not None

@pytest.mark.parametrize("depth", [20, 60, 90])
@pytest.mark.requirement("OWN-2")
def test_deep(ticket_endpoint, depth):
    """A deep body is answered."""
    body = ticket_endpoint.calibration_draft.body
    nested = b'"apiBody":{"deep":' + b"[" * depth + b"]" * depth + b","
    headers = ticket_endpoint.calibration_draft.headers
    sent = body.replace(b'"apiBody":{', nested, 1)
    assert ticket_endpoint.create_bytes(sent, headers=headers).outcome is not None
'''
LEAVES_ONE = '''
import pytest

@pytest.mark.requirement("OWN-1")
def test_unnamed(ticket_endpoint):
    """A body without a name is answered."""
    headers = ticket_endpoint.calibration_draft.headers
    assert ticket_endpoint.create_bytes(b"[]", headers=headers).outcome is not None
'''


class Lenient(SimulatorServer):
    """Reads a body in whatever charset its header names; takes a list for a ticket, and does not say which."""

    def answer(self, request: Request) -> Response | DamagedResponse:
        named = re.search(r"charset=(\S+)", dict(request.headers).get("content-type", ""))
        if request.method == "POST" and request.body == b"[]":
            super().answer(replace(request, body=NONCE_BYTES_PATTERN.sub(b"nobody knows", self.good)))
            return Response(status=200, body=b"{}")
        if request.method == "POST":
            self.good = request.body or b""
        if request.method == "POST" and named and request.body:
            body = request.body.decode(named[1]).encode()
            kept = tuple(pair for pair in request.headers if pair[0].lower() != "content-type")
            request = replace(request, body=body, headers=(*kept, ("content-type", JSON_UTF8)))
        return super().answer(request)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SimulatorServer]:
    monkeypatch.setenv("ZSTACK_PASSWORD", seed_data.PASSWORD)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with Lenient("embedded") as server:
        yield server


def there(cloud: SimulatorServer) -> tuple[int, int]:
    """Return how many tickets and sessions the target has."""
    return cloud.tickets, len(cloud.engine.state.sessions.live)


def test_bodies_that_are_no_plain_json_leave_nothing(pytester: pytest.Pytester, cloud: SimulatorServer):
    before = there(cloud)
    created: list[int] = []

    class Counting:
        def pytest_runtest_teardown(self) -> None:
            created.append(cloud.tickets - before[0])

    result = pytester.inline_run(f"--zstack-url={cloud.url}", pytester.makepyfile(ODD_BODIES), plugins=[Counting()])
    assert created[-1] >= 12
    assert there(cloud) == before
    assert result.ret in (0, 12)


def test_a_create_that_nothing_can_find_is_counted_and_is_no_success(
    pytester: pytest.Pytester, cloud: SimulatorServer, report: Callable[[], Any]
):
    before = there(cloud)
    result = pytester.runpytest(f"--zstack-url={cloud.url}", "--zstack-report=out", pytester.makepyfile(LEAVES_ONE))
    assert there(cloud) == (before[0] + 1, before[1])
    assert result.ret == 13
    assert report()["run"]["residue"]["unseen"] == 1
    assert list((pytester.path / "out").glob("ledger-*"))


LOG_INS = '''
import pytest

@pytest.mark.requirement("OWN-1")
def test_log_ins(ticket_endpoint):
    """Somebody logs in, and again, and leaves it at that."""
    assert ticket_endpoint.good_login.outcome
    assert ticket_endpoint.login().outcome
    ticket_endpoint.another_session()
    session = ticket_endpoint.another_session()
    ticket_endpoint.logout(session.uuid)
'''


def test_every_log_in_is_logged_out(pytester: pytest.Pytester, cloud: SimulatorServer):
    before = there(cloud)
    pytester.runpytest(f"--zstack-url={cloud.url}", pytester.makepyfile(LOG_INS))
    assert there(cloud) == before
