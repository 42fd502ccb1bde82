"""What a target that cannot be tested is said to be, by its first answer to a query."""

import pytest

from pytest_zstack_ticket.model.errors import NoTicketServiceError, UnreachableError
from pytest_zstack_ticket.model.exchange import Response
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.target.preflight import _answers_query

SETTINGS = Settings(url="http://cloud.example/zstack", login="account", user="admin")


@pytest.mark.parametrize(
    ("answer", "cause", "words"),
    [
        (Response(status=200, headers=(("Age", "7"),), body=b'{"inventories":[]}'), "cache", "a cache"),
        (Response(status=200, headers=(("X-Varnish", "7 3"),), body=b'{"inventories":[]}'), "cache", "a cache"),
        (Response(status=400, headers=(), body=b"missing header 'Authorization'"), "authorization", "takes it away"),
        (Response(status=502, headers=(), body=b""), "gateway", "answers for it"),
    ],
)
def test_what_a_front_end_does_to_every_query_is_named(answer: Response, cause: str, words: str):
    with pytest.raises(UnreachableError, match=words) as raised:
        _answers_query(answer, SETTINGS)
    assert raised.value.cause == cause
    assert "something in front of the target" in str(raised.value)


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"code": "SYS.1003", "details": "denied; no api mapping to /v1/nothing"}}',
        b'{"error": {"code": "SYS.1003", "details": "no api mapping to /v1/nothing; missing header \'Authorization\'"}}',
    ],
)
def test_an_error_that_quotes_other_requests_is_no_word_about_this_target(body: bytes):
    assert not _answers_query(Response(status=404, headers=(), body=body), SETTINGS)


def test_a_ticket_may_have_any_name():
    shown = b'{"inventories": [{"name": "missing header \'Authorization\'"}]}'
    assert _answers_query(Response(status=200, headers=(), body=shown), SETTINGS)


@pytest.mark.parametrize(
    "body",
    [b"no api mapping to /v1/tickets", b'{"error": {"code": "SYS.1003", "details": "no api mapping to /v1/tickets"}}'],
)
def test_a_target_without_the_path_has_no_tickets(body: bytes):
    with pytest.raises(NoTicketServiceError):
        _answers_query(Response(status=404, headers=(), body=body), SETTINGS)
