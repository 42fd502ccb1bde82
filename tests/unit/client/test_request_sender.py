"""What may create a ticket asks for room under the quota first, whatever its method."""

import pytest

from pytest_zstack_ticket.client.request_sender import RequestSender
from pytest_zstack_ticket.client.target_state import TargetState
from pytest_zstack_ticket.client.ticket_quota import NoQuota
from pytest_zstack_ticket.model.exchange import Request
from pytest_zstack_ticket.model.settings import Session
from tests.support.builders import answered, profile


class Cloud:
    first_wait = hook_wait = 0.0
    hook_url = ""
    session = Session(uuid="s")

    def run(self, _flow):
        return (answered(200, {}),)

    def patience(self, limit: float) -> float:
        return limit


class Counting(NoQuota):
    asked = 0

    def free(self, count: int = 1, /) -> None:
        self.asked += count


@pytest.mark.parametrize(
    ("method", "asked"), [("POST", 1), ("PATCH", 1), ("CONFORMANCE", 1), ("GET", 0), ("PUT", 0), ("DELETE", 0)]
)
def test_only_what_may_create_needs_room(method: str, asked: int):
    quota = Counting()
    settings = type("Settings", (), {"patience": type("Patience", (), {"job": 1.0}), "disposable": True})
    sender = RequestSender(
        sender=Cloud(),  # type: ignore[arg-type] # only what is used
        sessions=Cloud(),  # type: ignore[arg-type] # likewise
        settings=settings,  # type: ignore[arg-type] # likewise
        state=TargetState(profile(), None),  # type: ignore[arg-type] # likewise
        quota=quota,
    )
    sender._follow(Request(method=method, path="/v1/tickets"), "create")
    assert quota.asked == asked
