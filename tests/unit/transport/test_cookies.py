"""Cookies of balancers: kept by session, and never of any use where there is no session."""

import pytest

from pytest_zstack_ticket.model.exchange import ANSWERED_COOKIES, Request, Response
from pytest_zstack_ticket.transport.cookies import MOST_COOKIES, MOST_JARS, BalancerCookies

NOW = 1_795_000_000.0


def ask(session: str = "", path: str = "/v1/tickets") -> Request:
    return Request(method="GET", path=path, headers=(("Authorization", session),) if session else ())


def sets(*cookies: str, body: bytes = b"{}") -> Response:
    return Response(status=200, headers=tuple(("set-cookie", one) for one in cookies), body=body)


def sent(cookies: BalancerCookies, request: Request) -> str:
    return dict(cookies.added_to(request).headers).get("Cookie", "")


@pytest.fixture
def cookies() -> BalancerCookies:
    return BalancerCookies("/zstack")


def test_a_session_stays_at_its_node(cookies: BalancerCookies):
    cookies.learn(ask("OAuth a"), sets("SERVERID=n1; Path=/; HttpOnly"), NOW)
    assert sent(cookies, ask("OAuth a")) == "SERVERID=n1"
    assert not sent(cookies, ask("OAuth b"))


def test_the_cookies_of_an_answer_are_sent_where_a_test_asks_for_them(cookies: BalancerCookies):
    asking = Request(method="GET", path="/v1/tickets", headers=(("Cookie", ANSWERED_COOKIES),))
    assert not sent(cookies, asking)
    cookies.learn(ask("OAuth a"), sets("JSESSIONID=A1; Path=/zstack; HttpOnly", "route=n1"), NOW)
    cookies.learn(ask(), sets("JSESSIONID=A2"), NOW)
    assert sent(cookies, asking) == "JSESSIONID=A1; route=n1"
    assert not sent(cookies, ask())


def test_a_request_without_session_is_not_helped_by_a_cookie_of_a_session(cookies: BalancerCookies):
    cookies.learn(ask("OAuth a"), sets("route=n1"), NOW)
    login = ask(path="/v1/accounts/login")
    cookies.learn(login, sets("pass=yes", body=b'{"inventory": {"uuid": "b"}}'), NOW)
    assert not sent(cookies, ask())
    assert sent(cookies, ask("OAuth b")) == "pass=yes"


def test_what_was_set_before_there_was_a_session_goes_with_every_request(cookies: BalancerCookies):
    cookies.learn(ask(), sets("route=n0"), NOW)
    assert sent(cookies, ask()) == sent(cookies, ask("OAuth a")) == "route=n0"
    cookies.learn(ask("OAuth a"), sets("route=n1"), NOW)
    assert (sent(cookies, ask()), sent(cookies, ask("OAuth a"))) == ("route=n0", "route=n1")


def test_a_refused_login_leaves_nothing(cookies: BalancerCookies):
    cookies.learn(ask(path="/v1/accounts/login"), sets("route=n0"), NOW)
    assert not sent(cookies, ask())


@pytest.mark.parametrize(
    "text",
    [
        "JSESSIONID=0123; Path=/zstack",
        "jsessionid=0123",
        "authToken=1",
        "SSO=1",
        "route=a b",
        "route=a\r\nX: y",
        "=1",
        "route=n1; Path=/other",
        "route=n1; Max-Age=0",
        "route=n1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        f"route={'x' * 2000}",
    ],
)
def test_these_are_not_kept(text: str, cookies: BalancerCookies):
    cookies.learn(ask("OAuth a"), sets(text), NOW)
    assert not sent(cookies, ask("OAuth a"))


def test_a_cookie_can_be_taken_back(cookies: BalancerCookies):
    cookies.learn(ask("OAuth a"), sets("route=n1", "other=2"), NOW)
    cookies.learn(ask("OAuth a"), sets("route=; Max-Age=0"), NOW)
    assert sent(cookies, ask("OAuth a")) == "other=2"


def test_a_cookie_that_a_test_sends_is_left_alone(cookies: BalancerCookies):
    cookies.learn(ask(), sets("route=n1"), NOW)
    request = Request(method="GET", path="/", headers=(("cookie", "mine=1"),))
    assert cookies.added_to(request) == request


def test_signatures_of_one_access_key_are_one_user(cookies: BalancerCookies):
    cookies.learn(ask("ZStack key:abc"), sets("route=n1"), NOW)
    assert sent(cookies, ask("ZStack key:def")) == "route=n1"


def test_what_is_kept_is_bounded(cookies: BalancerCookies):
    cookies.learn(ask("OAuth a"), sets(*(f"c{number}=1" for number in range(100))), NOW)
    assert sent(cookies, ask("OAuth a")).count("=") == MOST_COOKIES
    for number in range(MOST_JARS):
        cookies.learn(ask(f"OAuth {number}"), sets("route=n1"), NOW)
    assert not sent(cookies, ask("OAuth a"))
