import pytest

from pytest_zstack_ticket.model.exchange import Request
from pytest_zstack_ticket.model.http_client import JAVA_SDK, OTHERS, HttpClient, client_of, other_client
from pytest_zstack_ticket.verdicts.input_digest import input_of
from tests.support.builders import answered

CLIENTS = (*JAVA_SDK, *OTHERS)
OWN = (("Content-Type", "application/json"), ("Authorization", "OAuth 1"))


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.agent)
def test_a_request_keeps_its_headers_and_gets_those_of_its_client(client: HttpClient):
    headers = client.dressed(Request(method="GET", path="/v1/tickets", headers=OWN)).headers
    assert [pair for pair in headers if pair in OWN] == list(OWN)
    assert ("User-Agent", client.agent) in headers
    assert len({name.lower() for name, _ in headers}) == len(headers)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.agent)
def test_what_a_request_says_itself_is_not_said_twice(client: HttpClient):
    own = (("user-agent", "conformance"), ("ACCEPT", "text/plain"), ("Connection", "close"))
    assert client.dressed(Request(method="GET", path="/", headers=own)).headers == own


def test_a_request_with_a_framing_of_its_own_gets_no_second_connection_header():
    request = Request(method="POST", path="/", framing="plain")
    assert JAVA_SDK[0].dressed(request).headers == (("User-Agent", "okhttp/4.9.3"),)


def test_a_request_is_dressed_once():
    once = OTHERS[3].dressed(Request(method="GET", path="/"))
    assert OTHERS[3].dressed(once) == once


def test_the_seed_decides_and_the_java_sdk_is_among_the_clients_of_half_the_users():
    drawn = [client_of(seed, "", certify=True) for seed in range(200)]
    assert drawn == [client_of(seed, "", certify=True) for seed in range(200)]
    assert set(drawn) == set(CLIENTS)
    assert 70 < sum(one in JAVA_SDK for one in drawn) < 130
    assert {client_of(seed, "", certify=False) for seed in range(200)} == set(JAVA_SDK)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.agent)
def test_of_a_client_and_another_one_exactly_one_is_the_java_sdk(client: HttpClient):
    assert (client in JAVA_SDK) != (other_client(client, 1) in JAVA_SDK)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.agent)
def test_the_client_is_no_part_of_an_input(client: HttpClient):
    bare = answered(200, {}, request_headers=OWN)
    dressed = answered(200, {}, request_headers=client.dressed(Request(method="GET", path="/", headers=OWN)).headers)
    assert input_of("subject", {"subject": (bare,)}) == input_of("subject", {"subject": (dressed,)})
