"""What may create asks for room under the quota first; what a dead session sent is sent again, with a fresh job id."""

from dataclasses import replace

import pytest

from pytest_zstack_ticket.client.polling_pace import PollingPace
from pytest_zstack_ticket.client.request_sender import NO_JOB, RequestSender, has_content, unread
from pytest_zstack_ticket.client.target_state import TargetState
from pytest_zstack_ticket.client.ticket_quota import NoQuota
from pytest_zstack_ticket.model.exchange import Request
from pytest_zstack_ticket.model.settings import Session
from tests.support.builders import answered, error, profile


class Cloud:
    pace = PollingPace()
    hook_url = ""
    session = Session(uuid="s")

    def run(self, _flow):
        return (answered(200, {}),)


class Counting(NoQuota):
    asked = 0

    def free(self, count: int = 1, /) -> None:
        self.asked += count


@pytest.mark.parametrize(
    ("method", "asked"), [("POST", 1), ("PATCH", 1), ("CONFORMANCE", 1), ("GET", 0), ("PUT", 0), ("DELETE", 0)]
)
def test_only_what_may_create_needs_room(method: str, asked: int):
    quota = Counting()
    request_sender(Cloud(), quota)._follow(Request(method=method, path="/v1/tickets"), "create")
    assert quota.asked == asked


@pytest.mark.parametrize(("asked", "kept"), [("fresh", False), ("a" * 32, True)])
def test_a_create_of_a_dead_session_is_sent_again_with_a_fresh_job_id_but_not_with_another_than_a_given_one(
    asked, kept
):
    cloud = Forgetful()
    headers = (("X-Job-UUID", asked), ("Authorization", cloud.session.authorization))
    result = request_sender(cloud)._follow(Request(method="POST", path="/v1/tickets", headers=headers), "create")
    (first, one), (second, other) = cloud.sent
    assert (first, second) == ("OAuth s0", "OAuth s1")
    assert (one == other == asked) is kept
    assert len({one, other} - {"fresh"}) == (1 if kept else 2)
    assert result.requested_job == other


def test_a_session_that_a_test_opened_is_not_renewed_though_it_is_that_of_the_run():
    cloud = Forgetful()
    headers = (("X-Job-UUID", "fresh"), ("Authorization", cloud.session.authorization))
    request = Request(method="POST", path="/v1/tickets", headers=headers)
    assert request_sender(cloud)._follow(request, "create", ours=False).refused
    assert [session for session, _ in cloud.sent] == ["OAuth s0"]


HEADERS = (("Content-Type", "text/plain"), ("Authorization", "OAuth s"), ("A", "<b>"))


def test_content_goes_where_it_is_not_read_with_the_same_headers_and_framing():
    request = Request(
        method="POST", path="/v1/tickets?a=<b>&c?", headers=HEADERS, body=b"<x>", framing="several-chunks"
    )
    assert unread(request, "same") == replace(request, method="PUT", path=f"{NO_JOB}?a=<b>&c?")
    assert unread(request, "harmless") == replace(request, method="PUT", path=NO_JOB, body=b"{}", headers=HEADERS[:2])
    query = Request(method="DELETE", path="/v1/tickets?q=name=<b>")
    assert unread(query, "same") == Request(method="GET", path=f"{NO_JOB}?q=name=<b>")
    assert has_content(query)
    assert not has_content(Request(method="GET", path="/v1/tickets"))
    assert not has_content(replace(request, cut="at-once"))


class Forgetful(Cloud):
    """Has forgotten the first session; `sent` are the session and the job id of each create."""

    def __init__(self):
        self.number, self.sent = 0, []

    @property
    def session(self) -> Session:
        return Session(uuid=f"s{self.number}")

    def renew(self, _dead: Session) -> Session:
        self.number += 1
        return self.session

    def run(self, flow):
        request = next(flow)
        given = dict(request.headers)
        if request.method == "POST":
            self.sent.append((given["Authorization"], given["X-Job-UUID"]))
        dead = given["Authorization"] == "OAuth s0"
        one = answered(503, error("ID.1001", "The session is invalid")) if dead else answered(200, {"inventory": {}})
        return (replace(one, request=request),)


def request_sender(cloud: Cloud, quota: NoQuota | None = None) -> RequestSender:
    settings = type("Settings", (), {"patience": type("Patience", (), {"job": 1.0}), "disposable": True})
    return RequestSender(
        sender=cloud,  # type: ignore[arg-type] # only what is used
        sessions=cloud,  # type: ignore[arg-type] # likewise
        settings=settings,  # type: ignore[arg-type] # likewise
        state=TargetState(profile(), None),  # type: ignore[arg-type] # likewise
        quota=quota,
    )
