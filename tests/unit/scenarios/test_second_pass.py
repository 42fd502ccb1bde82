"""The second pass: what becomes of a draft, and of a session that the target does not let live."""

import json
import random

import pytest

from pytest_zstack_ticket import strategies
from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.model.errors import LoginError
from pytest_zstack_ticket.model.http_client import JAVA_SDK
from pytest_zstack_ticket.model.nonce import FRESH_UUID, NONCE
from pytest_zstack_ticket.model.settings import Session
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.scenarios.second_pass import SecondPass, unmarked
from pytest_zstack_ticket.strategies.base_draft import calibration_draft
from tests.support.builders import answered, error, profile

CONTEXT = Context(name="conformance CERT-1234", request_name="create vm CERT-1234", nonce="CERT-1234")
DEAD = answered(503, error(code="ID.1001", details="Session expired"))
FINE = answered(200, {"inventory": {"uuid": "a"}})


def bare(draft):
    return unmarked(draft, CONTEXT, random.Random(1))


def test_a_draft_without_marks_differs_in_names_and_uuid_alone():
    draft = calibration_draft(CONTEXT)
    before, now = (json.loads(one.body)["params"] for one in (draft, bare(draft)))
    assert now.pop("resourceUuid") == FRESH_UUID
    assert NONCE.encode() not in bare(draft).body
    assert b"CERT-1234" not in bare(draft).body
    for one in (before, now):
        del one["name"], one["requests"][0]["requestName"]
    assert before == now


def test_a_row_keeps_its_edit_or_its_marks():
    for row in strategies.mutations(CONTEXT, profile().limits):
        sent = bare(row)
        assert sent is row or (sent.edit == row.edit and b"zt-" not in sent.body and b"CERT-" not in sent.body)


class OneSession:
    """Takes the second session for dead, or lets nobody log in twice."""

    def __init__(self, *, logs_in: bool):
        self.logs_in = logs_in
        self.sent = []

    def another_session(self):
        if not self.logs_in:
            raise LoginError("no password", cause="no-password")
        return Session(uuid="second")

    def create(self, _draft, *, session=None, headers=()):
        self.sent.append((session and session.uuid, headers))
        return CallResult(exchanges=(DEAD if session else FINE,), profile=profile())


@pytest.mark.parametrize(("logs_in", "sessions"), [(True, ["second", None, None]), (False, [None, None])])
def test_without_a_second_session_the_run_keeps_its_own(logs_in, sessions):
    endpoint = OneSession(logs_in=logs_in)
    again = SecondPass(endpoint, client=JAVA_SDK[0], seed=1, context=None)
    again.begin(None, pause=0)
    results = [again.create(calibration_draft(CONTEXT)) for _ in range(2)]
    assert [one.exchanges for one in results] == [(FINE,)] * 2
    assert [session for session, _ in endpoint.sent] == sessions
    assert {headers for _, headers in endpoint.sent} == {JAVA_SDK[0].after}
