"""Seconds that the clean-up of 400 tickets takes on a target that is far away and whose jobs take a second."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from measuring import QUICK

from pytest_zstack_ticket.api.auth import login_request
from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.cleanup.ledger import JOBS, Ledger, LedgerHead, SavedLedger
from pytest_zstack_ticket.cleanup.ledger_transport import LedgerTransport
from pytest_zstack_ticket.model.exchange import Request, Response
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.model.ticket import JSON_UTF8
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.strategies import calibration_body
from pytest_zstack_ticket.target.resume_cleanup import sweep_ledger
from pytest_zstack_ticket.transport.clock import SystemClock
from pytest_zstack_ticket.transport.httpx_transport import HttpxTransport
from tests.support.distance import Distance

TICKETS = 40 if QUICK else 400
LATENCY, JOB = 0.15, 1.0


def create(url: str, path: Path, count: int) -> None:
    """Create tickets as a run does, whose ledger knows that each job has ended."""
    line = HttpxTransport(Settings(url=url))
    answer = line.send(login_request("account", "admin", "password"))
    if not isinstance(answer, Response):
        raise TypeError(answer)
    session = parse(answer.body)["inventory"]["uuid"]
    headers = (("Authorization", f"OAuth {session}"), ("Content-Type", JSON_UTF8))
    ledger = Ledger(path, LedgerHead(run="m", url=url, login="account", user="admin"))
    sender = LedgerTransport(line, ledger=ledger, clock=SystemClock())
    for number in range(count):
        body = calibration_body(Context())
        body["params"]["name"] = f"conformance test zt-{number:016x}"
        sender.send(Request(method="POST", path="/v1/tickets", headers=headers, body=json.dumps(body).encode()))
    time.sleep(JOB)
    for entry in ledger.book.pending():
        sender.send(Request(method="GET", path=f"{JOBS}{entry.job}", headers=headers))
    ledger.close()
    line.close()


def main() -> int:
    """Print the seconds; 1 if a ticket was left."""
    with (
        SimulatorServer(f"embedded?latency={JOB}") as server,
        Distance(server.url, LATENCY / 2) as far,
        tempfile.TemporaryDirectory() as folder,
    ):
        before, path = server.tickets, Path(folder) / "ledger.jsonl"
        create(server.url, path, TICKETS)
        there, sent = server.tickets - before, server.requests
        path.write_text(path.read_text("utf-8").replace(server.url, far.url), "utf-8")
        began = time.monotonic()
        swept = sweep_ledger(SavedLedger(path), environment={"ZSTACK_PASSWORD": "password"})
        seconds, left = time.monotonic() - began, server.tickets - before
    requests = (server.requests - sent) / there
    print(
        f"clean-up of {there} tickets, {LATENCY * 1000:.0f} ms away, jobs of {JOB:g} s: {seconds:.1f} s, {left} left, "
        f"{len(swept.deleted)} deleted, {requests:.1f} requests each"
    )
    return int(bool(left or not swept.clean))


if __name__ == "__main__":
    raise SystemExit(main())
