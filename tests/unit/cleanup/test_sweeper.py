"""Clean-up: only what it asks for itself can make it give up, and a front end's pages to the rest cannot."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from pytest_zstack_ticket.api.capabilities import with_capabilities
from pytest_zstack_ticket.api.polling import Flow
from pytest_zstack_ticket.cleanup.entries import LedgerEntries, intent_of
from pytest_zstack_ticket.cleanup.sweeper import CleanupResult, Sweeper
from pytest_zstack_ticket.config.profile_file import load_profile
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Request, Response, Wait
from tests.support.manual_clock import ManualClock

NOW = 1_700_000_000.0
DATE = "2023-11-14T22:13:20+00:00"
PAGE = Response(status=503, body=b"<html><center>nginx</center></html>")
RESET = Failure(kind="reset", detail="closed")
PROFILE = with_capabilities(load_profile("deployed", release="5.2"), frozenset({"query"}))


class Cloud:
    """Has tickets, and a front end before it that answers polls and cancellations itself."""

    def __init__(self, tickets: dict[str, str], *, polls: Response | Failure, queries: Response | None = None) -> None:
        self.tickets = tickets
        self.polls = polls
        self.queries = queries

    def answer(self, request: Request) -> Response | Failure:
        if "/api-jobs/" in request.path or request.method == "PUT":
            return self.polls
        if self.queries is not None:
            return self.queries
        if request.method == "DELETE":
            self.tickets.pop(request.path.rpartition("/")[2])
            return Response(status=200, body=b"{}")
        rows = [{"uuid": uuid, "name": name, "createDate": DATE} for uuid, name in self.tickets.items()]
        return Response(status=200, body=json.dumps({"inventories": rows}).encode())

    def run(self, flow: Flow) -> tuple[Exchange, ...]:
        trail: list[Exchange] = []
        try:
            step = next(flow)
            while True:
                if isinstance(step, Wait):
                    step = next(flow)
                    continue
                trail.append(Exchange(id=f"m-{len(trail)}", request=step, answer=self.answer(step)))
                step = flow.send(trail[-1])
        except StopIteration:
            return tuple(trail)


class Ledger:
    """Knows some creations of which it was never heard how they ended."""

    def __init__(self, names: list[str]) -> None:
        self.book = LedgerEntries()
        for number, name in enumerate(names, 1):
            body = json.dumps({"params": {"name": name}}).encode()
            request = Request(method="POST", path="/v1/tickets", body=body)
            self.book.begin(intent_of(request, number=number, now=NOW))
            self.book.know(number, job=f"j{number}")

    def know(self, number: int, known: Mapping[str, Any]) -> None:
        self.book.know(number, **known)


def swept(cloud: Cloud, names: list[str]) -> CleanupResult:
    sweeper = Sweeper(
        run=cloud.run,
        headers=lambda: (),
        profile=PROFILE,
        clock=ManualClock(NOW + 30),
        patience=60.0,
        renew=lambda: None,
        longest=600.0,
    )
    return sweeper.sweep(Ledger(names), wait=False)


@pytest.fixture
def names() -> list[str]:
    return [f"a zt-{number:016x}" for number in range(8)]


def test_pages_to_polls_and_cancellations_end_no_clean_up(names: list[str]):
    cloud = Cloud({f"u{number}": name for number, name in enumerate(names)}, polls=PAGE)
    assert swept(cloud, names) == CleanupResult(deleted=[f"u{number}" for number in range(8)])
    assert not cloud.tickets


def test_pages_to_its_own_queries_end_a_clean_up(names: list[str]):
    cloud = Cloud({"u0": names[0]}, polls=PAGE, queries=PAGE)
    assert swept(cloud, names).why == "no-answer"
    assert cloud.tickets


def test_a_line_that_breaks_ends_a_clean_up(names: list[str]):
    cloud = Cloud({"u0": names[0]}, polls=RESET)
    assert swept(cloud, names).why == "no-answer"
