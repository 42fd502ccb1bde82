"""A departure that stands on another request beside the subject is none where the line has lost that one."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.config.profile_file import load_profile
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Request, Response
from pytest_zstack_ticket.model.outcome import Undecided, Violation

POST = Request(method="POST", path="/v1/tickets", body=b'{"params": {}}')
ACCEPTED = Exchange(id="m-1", request=POST, answer=Response(status=200, body=b"{}"))
PAGE = b"<html>nginx</html>"


def beside(answer: Response | Failure) -> object:
    sibling = Exchange(id="m-2", request=POST, answer=answer)
    trails = {"subject": (ACCEPTED,), "sibling": (sibling,)}
    return evaluate("refusal", trails, {}, load_profile("deployed", release="5.2"))


@pytest.mark.parametrize(
    "answer", [Failure(kind="reset", detail="closed"), Response(status=502, body=PAGE), Response(status=403, body=PAGE)]
)
def test_what_a_line_has_lost_proves_nothing(answer: Response | Failure):
    judgement = beside(answer)
    assert isinstance(judgement, Undecided)
    assert judgement.reason.key == "companion-unanswered"


def test_an_answered_sibling_leaves_a_departure():
    assert isinstance(beside(Response(status=200, body=b"{}")), Violation)
