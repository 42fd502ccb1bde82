"""A method that ought to start no job is given the time of one where it did: else its effect is looked for too early."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.client.polling_pace import PollingPace
from pytest_zstack_ticket.client.request_sender import RequestSender
from pytest_zstack_ticket.model.exchange import Exchange, Request, Response, Wait
from tests.support.builders import profile


class Sender:
    """Notes for how long it was asked to wait."""

    hook_url = ""

    def __init__(self) -> None:
        self.pace = PollingPace()
        self.waited = 0.0

    def run(self, flow: Any) -> tuple[Exchange, ...]:
        for step in flow:
            assert isinstance(step, Wait)
            self.waited += step.seconds
        return ()


@pytest.mark.parametrize(
    ("method", "path", "status", "waits"),
    [
        ("HEAD", "/v1/tickets/u/actions", 202, True),
        ("OPTIONS", "/v1/tickets", 202, True),
        ("GET", "/v1/tickets?limit=1", 202, True),
        ("GET", "/v1/tickets?limit=1", 200, False),
        ("HEAD", "/v1/tickets", 405, False),
        ("GET", "/v1/api-jobs/1", 202, False),
        ("POST", "/v1/tickets", 202, False),
    ],
)
def test_only_an_accepted_request_that_ought_to_start_no_job_is_waited_for(
    method: str, path: str, status: int, waits: bool
):
    sender = Sender()
    own = RequestSender(
        sender=cast("Any", sender),
        sessions=cast("Any", None),
        settings=cast("Any", None),
        state=cast("Any", SimpleNamespace()),
    )
    sent = Exchange(id="m-1", request=Request(method=method, path=path), answer=Response(status=status, body=b""))
    result = CallResult(exchanges=(sent,), profile=profile(), call="query", again=cast("Any", None))
    assert own.given_time(result) is result
    assert (sender.waited > 0) is waits
