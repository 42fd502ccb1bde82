"""How long the end of a run waits for a create without an answer: where there are no jobs, as long as creates take."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.cleanup.entries import Entry, LedgerEntries, intent_of
from pytest_zstack_ticket.cleanup.waits import Waits
from pytest_zstack_ticket.model.exchange import Cut, Framing, Headers, Request
from pytest_zstack_ticket.model.settings import Patience
from pytest_zstack_ticket.target.cleanup_limits import patience_lost

NOW = 1_700_000_000.0
WAITS = Waits(job=60.0, denied=10.0, lost=5.0)
JOB: Headers = (("X-Job-UUID", "a" * 32),)


def entry(*, cut: Cut = "", framing: Framing = "", headers: Headers = (), denied: bool = False, job: str = "") -> Entry:
    body = b'{"params": {"name": "a zt-0000000000000001"}}'
    request = Request(method="POST", path="/v1/tickets", body=body, cut=cut, framing=framing, headers=headers)
    return Entry(intent=intent_of(request, number=1, now=NOW), denied=denied, job=job)


@pytest.mark.parametrize(
    ("lost", "seconds"),
    [
        (entry(cut="at-once"), 5.0),
        (entry(framing="blank-line-first"), 5.0),
        (entry(framing="cut-length"), 5.0),
        (entry(), 60.0),  # whatever lost it may give up sooner than the target does
        (entry(framing="slow-body"), 60.0),
        (entry(cut="at-once", headers=JOB), 60.0),
        (entry(cut="at-once", headers=JOB, denied=True), 5.0),
        (entry(cut="at-once", job="b", denied=True), 60.0),
    ],
)
def test_the_end_waits_for_what_we_provoked_as_long_as_a_create_may_take(lost: Entry, seconds: float):
    assert WAITS.until(lost, at_end=True) == NOW + seconds


@pytest.mark.parametrize(
    ("lost", "seconds"), [(entry(cut="at-once"), 60.0), (entry(framing="cut-length"), 10.0), (entry(denied=True), 10.0)]
)
def test_while_tests_run_nothing_is_settled_sooner(lost: Entry, seconds: float):
    assert WAITS.until(lost, at_end=False) == NOW + seconds


def book(*creates: tuple[dict[str, str], float]) -> LedgerEntries:
    """Make a ledger of creates, by what their answers said and after how many seconds."""
    found = LedgerEntries()
    for number, (known, seconds) in enumerate(creates, 1):
        found.begin(entry().intent)
        found.know(number, **known)
        found.answered(known, seconds)
    return found


TAKEN, STARTED, REFUSED = {"end": "accepted"}, {"job": "j"}, {"end": "refused"}
DIRECT = book((TAKEN, 0.1), (REFUSED, 0.3))


@pytest.mark.parametrize(
    ("own", "others", "seconds"),
    [
        (DIRECT, [], 5.0),
        (book((TAKEN, 0.1), (REFUSED, 3.0)), [DIRECT], 15.0),
        (DIRECT, [book((REFUSED, 2.0))], 10.0),
        (book((TAKEN, 0.1), ({}, 30.0)), [], 60.0),  # a front end that answers late, or a create that timed out
        (DIRECT, [book((STARTED, 0.1))], 60.0),
        (book((TAKEN, 0.1), (STARTED, 0.1)), [], 60.0),
        (book((TAKEN, 0.1), ({"job": ""}, 0.1)), [], 60.0),  # a 202 that says no location
        (book((REFUSED, 0.1)), [], 60.0),
        (book((TAKEN, 0.0)), [], 60.0),  # of an earlier run it is not known how long creates took
    ],
)
def test_it_is_a_few_times_the_slowest_create(own: LedgerEntries, others: list[LedgerEntries], seconds: float):
    assert patience_lost(Patience(), own, others) == seconds
