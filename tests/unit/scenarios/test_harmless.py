"""What could harm a cloud goes to the embedded simulator alone; docs/explanation/harmless.md says why the rest may stay.

The walker here is another reading of a harmful body than `api.hazards`, so that one mistake does not hide the other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings

from pytest_zstack_ticket.api.hazards import hazard_of
from pytest_zstack_ticket.client.endpoint import TicketEndpoint
from pytest_zstack_ticket.client.polling_pace import PollingPace
from pytest_zstack_ticket.client.target_state import TargetState
from pytest_zstack_ticket.config.options import COMMAND_LINE, DEFAULT, OPTIONS, RunOptions, Value
from pytest_zstack_ticket.config.secrets import secrets_of
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Request
from pytest_zstack_ticket.model.nonce import NONCE_PATTERN
from pytest_zstack_ticket.model.settings import Session, Settings
from pytest_zstack_ticket.model.ticket import Draft, Message
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.scenarios.case_table import CaseTable
from pytest_zstack_ticket.strategies import (
    api_bodies,
    calibration_draft,
    drafts,
    edge_case_drafts,
    injection_drafts,
    mutated_drafts,
)
from pytest_zstack_ticket.target.settings import settings_of
from tests.support.builders import profile
from tests.unit.strategies.catalogue_rows import CONTEXT, LIMITS

CATALOGUES = ("mutations", "variations", "open", "malformed-requests", "unusual-requests")
KEPT_APART = {
    "params.accountSystemContext/list",
    "params.requests[0].apiBody/list",
    "params.requests[0].executeTimes/many",
    "params.requests[0].executeTimes/rare-1000",
    "params.requests[0].executeTimes/rare-2147483647",
    "params.requests/rare-120-requests",
    "params.requests/rare-300-requests",
    "json-deep-1000",
    "json-deep-list-100000",
    "json-deep-open-100000",
}
KNOWN = replace(profile(), oldest=profile().newest)
"""A target of a known release gets every row that any target gets."""


class Line:
    """Notes what is sent; nothing is answered."""

    hook_url = ""

    def __init__(self) -> None:
        self.sent: list[Request] = []
        self.pace = PollingPace()

    def run(self, flow: Any) -> tuple[Exchange, ...]:
        request = next(flow)
        self.sent.append(request)
        return (Exchange(id="m-1", request=request, answer=Failure(kind="reset", detail="nobody answers")),)


def endpoint(line: Line, *, disposable: bool) -> TicketEndpoint:
    sessions: Any = SimpleNamespace(session=Session(uuid="a" * 32))
    return TicketEndpoint(
        sender=line,
        sessions=sessions,
        settings=Settings(url="http://127.0.0.1:8080/zstack", disposable=disposable),
        state=TargetState(KNOWN, CONTEXT),
        draft=calibration_draft(CONTEXT),
    )


def table(one: TicketEndpoint) -> CaseTable:
    return CaseTable(endpoint=one, context=CONTEXT, profile=KNOWN)


def values(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value of a JSON value with the key that it stands under."""
    yield key, value
    if isinstance(value, dict):
        for name, item in value.items():
            yield from values(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from values(item)


def depth(value: Any) -> int:
    """Count the levels of a value, level by level: how deep a recursion may go differs between interpreters."""
    levels, level = 0, [value]
    while level := [one for one in level if isinstance(one, dict | list)]:
        levels += 1
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
    return levels


def harms(body: bytes | None) -> list[str]:
    """Return what is harmful in a body that a server would store."""
    try:
        value = json.loads(body or b"null")
    except RecursionError:
        return ["nesting"]
    except ValueError:
        return []
    if depth(value) > 120:
        return ["nesting"]
    found = []
    for name, one in values(value):
        if name in ("apiBody", "accountSystemContext") and isinstance(one, list):
            found.append(name)
        if name == "requests" and isinstance(one, list) and executions(one) > 100:
            found.append(name)
    return found


def executions(requests: list[Any]) -> float:
    times = [one.get("executeTimes", 1) for one in requests if isinstance(one, dict)]
    return sum(one for one in times if type(one) in (int, float) and 0 < one < 2**31)


def partition(row: Draft | Message) -> str:
    return row.edit.partition if row.edit else "calibration"


def test_no_harmful_row_is_sent_to_a_cloud() -> None:
    line = Line()
    cloud = endpoint(line, disposable=False)
    table(cloud).send_catalogues(*CATALOGUES)
    for draft in (*edge_case_drafts(CONTEXT), *injection_drafts(CONTEXT)):
        if cloud.may_send(draft.body):
            cloud.create(draft)
    assert len(line.sent) > 400
    assert [request.body for request in line.sent if harms(request.body)] == []


def test_the_rows_kept_apart_are_these_and_go_to_the_simulator() -> None:
    line = Line()
    simulator = endpoint(line, disposable=True)
    cases = table(simulator)
    rows = [row for name in CATALOGUES for row in cases.rows(name)]
    rows += [*edge_case_drafts(CONTEXT), *injection_drafts(CONTEXT)]
    assert {partition(row) for row in rows if not endpoint(Line(), disposable=False).may_send(row.body)} == KEPT_APART
    assert {partition(row) for row in rows if harms(row.body)} == KEPT_APART


@pytest.mark.parametrize("send", ["create", "send", "call", "create_twice"])
def test_a_harmful_body_is_not_sent_by_mistake(send: str) -> None:
    line = Line()
    cloud = endpoint(line, disposable=False)
    bad = next(row for row in edge_case_drafts(CONTEXT) if hazard_of(row.body))
    ways: dict[str, Callable[[], object]] = {
        "create": lambda: cloud.create(bad),
        "send": lambda: cloud.send(Message(edit=bad.edit, body=bad.body)),  # type: ignore[arg-type] # a row has an edit
        "call": lambda: cloud.call("PUT", "/v1/tickets/x/actions", body=json.loads(bad.body)),
        "create_twice": lambda: cloud.create_twice(bad, job_uuid="b" * 32, cut="at-once"),
    }
    with pytest.raises(RuntimeError, match="goes to the simulator only"):
        ways[send]()
    assert line.sent == []


def test_only_the_embedded_simulator_is_disposable() -> None:
    def made(url: str) -> Settings:
        values = {one.name: Value(one.default, DEFAULT) for one in OPTIONS} | {"url": Value(url, COMMAND_LINE)}
        return settings_of(RunOptions(values, secrets_of({})), "http://127.0.0.1:8080/zstack")

    assert made("embedded").disposable
    assert not made("http://127.0.0.1:8080").disposable


@given(drafts(CONTEXT, LIMITS))
@settings(max_examples=400, deadline=None)
def test_no_drawn_draft_is_harmful(draft: Draft) -> None:
    assert harms(draft.body) == []
    assert hazard_of(draft.body) is None
    assert max(draft.body.decode()) <= "\uffff"


@given(mutated_drafts(CONTEXT, LIMITS))
@settings(max_examples=400, deadline=None)
def test_no_drawn_mutation_is_harmful(mutated: Any) -> None:
    assert harms(mutated.draft.body) == []
    assert hazard_of(mutated.draft.body) is None


@given(api_bodies())
@settings(max_examples=200, deadline=None)
def test_a_drawn_api_body_is_an_object(drawn: Any) -> None:
    assert isinstance(drawn, dict)
    assert depth(drawn) < 20


def test_what_may_be_stored_carries_a_nonce() -> None:
    cases = table(endpoint(Line(), disposable=True))
    for row in cases.rows("unusual-requests", "json-deep-100", "json-deep-1000"):
        assert NONCE_PATTERN.search((row.body or b"").decode())


def test_the_calibration_of_any_context_is_harmless() -> None:
    assert harms(calibration_draft(Context(execute_times=10)).body) == []
