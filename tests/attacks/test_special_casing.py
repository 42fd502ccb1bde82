"""Seven servers that answer correctly only what they take for the suite, and accept anything from all others.

Each is examined as a certify run does: drafts in an order drawn from the seed, from a real client, and a second pass.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.client.recorder import NoRecorder
from pytest_zstack_ticket.model.exchange import Request, Response
from pytest_zstack_ticket.model.http_client import other_client
from pytest_zstack_ticket.model.nonce import NONCE_BYTES_PATTERN, nonce_seed
from pytest_zstack_ticket.model.outcome import Violation
from pytest_zstack_ticket.model.quotas import Quotas
from pytest_zstack_ticket.redaction.shared_secrets import SharedSecrets
from pytest_zstack_ticket.scenarios import second_pass
from pytest_zstack_ticket.scenarios.case_table import CaseTable
from pytest_zstack_ticket.scenarios.second_pass import SecondPass
from pytest_zstack_ticket.simulator.response import DamagedResponse
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.simulator.storage import seed_data
from pytest_zstack_ticket.target.connect import open_target
from pytest_zstack_ticket.target.doctor import options_for
from pytest_zstack_ticket.target.target import Target
from pytest_zstack_ticket.transport.usage_counter import SharedUsageCounter
from tests.support.simulator_probe import message

NONCE = "CERT-2027-014"
SEED = nonce_seed(NONCE)
ROWS = ("params.name/t*", "params.requests/drop", "params.requests[0].apiName/*")
FIRST_N = 40
QUIET = 5.0
EACH_TIME = re.compile(NONCE_BYTES_PATTERN.pattern + b'|(?<=resourceUuid":")[0-9a-f]{32}')


@dataclass
class Seen:
    """What a dishonest server knows of those who call it."""

    requests: int = 0
    first_agent: str = ""
    quiet: float = 0.0
    rows: set[bytes] = field(default_factory=set)


def agent_of(request: Request) -> str:
    return next((value for name, value in request.headers if name.lower() == "user-agent"), "")


def by_missing_agent(request: Request, _seen: Seen) -> bool:
    return not agent_of(request)


def by_the_agent_of_the_suite(request: Request, seen: Seen) -> bool:
    seen.first_agent = seen.first_agent or agent_of(request)
    return agent_of(request) == seen.first_agent


def by_a_mark_in_the_name(request: Request, _seen: Seen) -> bool:
    return b"zt-" in (request.body or b"") or b"conformance" in (request.body or b"")


def by_the_nonce(request: Request, _seen: Seen) -> bool:
    return NONCE.encode() in (request.body or b"")


def for_the_first_requests(_request: Request, seen: Seen) -> bool:
    return seen.requests <= FIRST_N


def for_enumerated_rows(request: Request, seen: Seen) -> bool:
    return shape_of(request.body) in seen.rows


def shape_of(body: bytes | None) -> bytes:
    """Return a body without what differs each time."""
    return EACH_TIME.sub(b"", body or b"")


def until_it_was_quiet(_request: Request, seen: Seen) -> bool:
    return seen.quiet < QUIET


class DishonestServer(SimulatorServer):
    """A simulator that accepts each create of a caller that it does not `recognise`."""

    def __init__(self, recognises: Callable[[Request, Seen], bool]) -> None:
        super().__init__()
        self.recognises = recognises
        self.seen = Seen()

    def answer(self, request: Request) -> Response | DamagedResponse:
        self.seen.requests += 1
        creates = request.method == "POST" and request.path.endswith("/v1/tickets")
        if creates and not self.recognises(request, self.seen):
            request = replace(request, body=json.dumps({"params": message()}).encode())
        return super().answer(request)


@contextmanager
def examined(url: str, folder: Path) -> Iterator[Target]:
    """Reach a target as a certify run with a nonce does."""
    given = {"nonce": NONCE, "seed": SEED, "effort": "certify", "unmarked": True}
    counter, secrets = SharedUsageCounter(Quotas()), SharedSecrets()
    target = open_target(
        options_for(url, given, {"ZSTACK_PASSWORD": seed_data.PASSWORD}),
        url=url,
        key=b"0" * 32,
        recorder=NoRecorder(),
        worker="m",
        usage_counter=counter,
        shared_secrets=secrets,
        ledger=folder / "ledger.jsonl",
    )
    try:
        yield target
    finally:
        target.cleanup.close_ledgers(clean=False)
        target.close()
        counter.close()
        secrets.close()


def violations(server: DishonestServer, folder: Path, *, unmarked: bool) -> list[str]:
    """Return the checks that fail: of the refusals first, then of the second pass."""
    with examined(server.start(), folder) as target:
        cases = CaseTable(target.endpoint, target.context, target.profile, order=SEED)
        rows = cases.rows("mutations", *ROWS)
        drafts = [*rows, *cases.rows("variations", "params.description/*")]
        server.seen.rows = {shape_of(row.body) for row in (*cases.rows("mutations"), *cases.rows("variations"))}
        first = [(row, cases.result_of(row)) for row in drafts]
        client = other_client(target.client.looks_like, SEED)
        later = SecondPass(target.endpoint, client=client, seed=SEED, context=target.context if unmarked else None)
        later.begin(cases)
        found = []
        for row, result in first:
            sibling = target.endpoint.calibration.exchanges
            if row in rows:
                found.append(("refusal", {"subject": result.exchanges, "sibling": sibling}))
            found.append(("same-treatment", {"subject": later.create(row).exchanges, "sibling": result.exchanges}))
        target.cleanup.sweep()
        judged = [(name, evaluate(name, trails, {}, target.profile)) for name, trails in found]
        return [name for name, one in judged if isinstance(one, Violation)]


@pytest.mark.parametrize(
    ("recognises", "caught_by", "unmarked"),
    [
        (by_missing_agent, "refusal", False),
        (by_the_agent_of_the_suite, "same-treatment", False),
        (by_a_mark_in_the_name, "same-treatment", True),
        (by_the_nonce, "same-treatment", True),
        (for_the_first_requests, "same-treatment", False),
        (for_enumerated_rows, "same-treatment", True),
        (until_it_was_quiet, "same-treatment", False),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_a_server_that_recognises_the_suite_is_caught(
    recognises: Callable[[Request, Seen], bool],
    caught_by: str,
    unmarked: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    server = DishonestServer(recognises)
    monkeypatch.setattr(second_pass, "time", SimpleNamespace(sleep=partial(setattr, server.seen, "quiet")))
    try:
        assert caught_by in violations(server, tmp_path, unmarked=unmarked)
    finally:
        server.stop()


def test_an_honest_server_is_not_and_keeps_no_ticket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    server = DishonestServer(lambda _request, _seen: True)
    monkeypatch.setattr(second_pass, "time", SimpleNamespace(sleep=lambda _seconds: None))
    before = server.tickets
    try:
        assert violations(server, tmp_path, unmarked=True) == []
        assert server.tickets == before
    finally:
        server.stop()
