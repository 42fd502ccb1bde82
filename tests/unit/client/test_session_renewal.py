"""Reviving: a dead session is renewed, a live one that is refused is not helped."""

import pytest

from pytest_zstack_ticket.client.polling_pace import PollingPace
from pytest_zstack_ticket.client.session_renewal import MOST_RENEWALS, Flow, SessionRenewer
from pytest_zstack_ticket.model.errors import LoginError
from pytest_zstack_ticket.model.exchange import Exchange, Request
from pytest_zstack_ticket.model.settings import Session
from tests.support.builders import answered, error, profile

DEAD = answered(503, error("ID.1001", "The session is invalid"))
ALIVE = answered(200, {"inventories": []}, method="GET")


class Cloud:
    """Answers every query alike, and gives out sessions by number."""

    hook_url = ""

    def __init__(self, answer: Exchange) -> None:
        self.pace = PollingPace()
        self.answer = answer
        self.number = 0
        self.asked = 0
        self.dead: set[str] = set()

    @property
    def session(self) -> Session:
        return Session(uuid=f"s{self.number}")

    def another(self) -> Session:
        return Session(uuid="other")

    def renew(self, dead: Session) -> Session:
        assert dead == self.session
        self.dead.add(dead.authorization)
        self.number += 1
        return self.session

    def was_renewed(self, authorization: str) -> bool:
        return authorization in self.dead

    def run(self, flow: Flow) -> tuple[Exchange, ...]:
        request = next(flow)
        assert isinstance(request, Request)
        assert request.headers == (("Authorization", self.session.authorization),)
        self.asked += 1
        return (self.answer,)


def create(session: str) -> Request:
    return Request(method="POST", path="/v1/tickets", headers=(("A", "1"), ("Authorization", f"OAuth {session}")))


def renewed_request(cloud: Cloud, *, session: str = "s0", answer: Exchange = DEAD) -> Request | None:
    return SessionRenewer(sender=cloud, sessions=cloud).renewed_request(create(session), (answer,), profile(), "create")


def test_a_dead_session_is_renewed_and_the_request_made_anew():
    assert renewed_request(Cloud(DEAD)) == create("s1")


def test_a_status_401_tells_a_dead_session_too():
    assert renewed_request(Cloud(answered(401, "no", method="GET")), answer=answered(401, "no")) == create("s1")


def test_a_live_session_that_is_refused_is_left_to_be_judged():
    cloud = Cloud(ALIVE)
    assert renewed_request(cloud) is None
    assert (cloud.asked, cloud.number) == (1, 0)


def test_other_refusals_and_other_sessions_are_not_asked_about():
    cloud = Cloud(DEAD)
    assert renewed_request(cloud, answer=answered(503, error("SYS.1007"))) is None
    assert renewed_request(cloud, session="foreign") is None
    assert cloud.asked == 0


def test_a_target_that_ends_every_session_is_given_up():
    cloud = Cloud(DEAD)
    renewer = SessionRenewer(sender=cloud, sessions=cloud)
    for number in range(MOST_RENEWALS):
        assert renewer.renewed_request(create(f"s{number}"), (DEAD,), profile(), "create")
    with pytest.raises(LoginError, match="ended our session 101 times"):
        renewer.renewed_request(create(f"s{MOST_RENEWALS}"), (DEAD,), profile(), "create")


def test_threads_that_find_one_session_dead_count_as_one():
    cloud = Cloud(DEAD)
    renewer = SessionRenewer(sender=cloud, sessions=cloud)
    cloud.renew = lambda dead: dead  # type: ignore[method-assign] # nobody has renewed it yet
    for _ in range(MOST_RENEWALS + 1):
        assert renewer.renewed_request(create("s0"), (DEAD,), profile(), "create")


def test_a_session_that_another_thread_renewed_is_not_asked_for_again():
    cloud = Cloud(DEAD)
    renewer = SessionRenewer(sender=cloud, sessions=cloud)
    assert renewer.renewed_request(create("s0"), (DEAD,), profile(), "create") == create("s1")
    assert renewer.renewed_request(create("s0"), (DEAD,), profile(), "create") == create("s1")
    assert (cloud.asked, cloud.number) == (1, 1)


def test_a_session_that_a_clean_up_renewed_is_no_finding():
    cloud = Cloud(DEAD)
    cloud.renew(cloud.session)
    assert renewed_request(cloud) == create("s1")
    assert cloud.asked == 0


def test_a_session_of_a_test_is_left_to_die():
    cloud = Cloud(DEAD)
    assert renewed_request(cloud, session="theirs") is None
    assert cloud.asked == 0
