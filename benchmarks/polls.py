"""Polls for each job, by the time that jobs take and the number of calls at once, on the embedded endpoint.

What is counted are the requests that the endpoint answered. The first job, of which nothing is known, counts too.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from measuring import QUICK

from pytest_zstack_ticket.api.auth import login_request
from pytest_zstack_ticket.client.client import Client
from pytest_zstack_ticket.client.endpoint import TicketEndpoint
from pytest_zstack_ticket.client.recorder import NoRecorder
from pytest_zstack_ticket.client.target_state import TargetState
from pytest_zstack_ticket.config.profile_file import load_profile
from pytest_zstack_ticket.model.exchange import Response
from pytest_zstack_ticket.model.settings import Session, Settings
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.simulator.storage.seed_data import PASSWORD
from pytest_zstack_ticket.strategies import calibration_draft
from pytest_zstack_ticket.transport.clock import SystemClock
from pytest_zstack_ticket.transport.httpx_transport import HttpxTransport

CASES = ((0.02, 1), (0.02, 16), (0.2, 1), (0.2, 16), (1.0, 16), (3.0, 16))
"""Seconds of a job, and calls at once."""
QUICK_CASES = ((0.02, 1), (0.2, 16))
JOBS = 32 if QUICK else 100
REQUIRED = 1.3


class Kept:
    """Keeps one session for ever."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def another(self) -> Session:
        """Return the same session."""
        return self.session

    def renew(self, dead: Session) -> Session:
        """Return the same session."""
        return dead


def logged_in(client: Client) -> Session:
    """Return a session of the seeded administrator."""
    answer = client.send(login_request("account", "admin", PASSWORD))[0].answer
    assert isinstance(answer, Response), answer
    return Session(uuid=json.loads(answer.body)["inventory"]["uuid"])


def polls_a_job(seconds: float, window: int) -> float:
    """Create tickets whose jobs take so many seconds, the first one alone, and return the polls for each."""
    with SimulatorServer(f"embedded?latency={seconds}") as server:
        settings, context = Settings(url=server.url), Context()
        transport = HttpxTransport(settings)
        client = Client(transport=transport, clock=SystemClock(), redact=lambda one: one, recorder=NoRecorder())
        endpoint = TicketEndpoint(
            sender=client,
            sessions=Kept(logged_in(client)),
            settings=settings,
            state=TargetState(load_profile("deployed"), context),
            draft=calibration_draft(context),
        )
        before = server.requests
        results = [endpoint.calibration]
        with ThreadPoolExecutor(max_workers=window) as pool:
            results += pool.map(endpoint.create, [endpoint.calibration_draft] * (JOBS - 1))
        assert all(result.reading == "accepted" for result in results), results[0].reading
        transport.close()
        return (server.requests - before - JOBS) / JOBS


def main() -> None:
    """Print them."""
    for seconds, window in QUICK_CASES if QUICK else CASES:
        found = polls_a_job(seconds, window)
        print(f"jobs of {seconds * 1000:.0f} ms, {window} at once: {found:.2f} polls a job (at most {REQUIRED})")


if __name__ == "__main__":
    main()
