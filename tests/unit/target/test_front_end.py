"""What the doctor learns of a front end: the statuses that it answers itself, and whether it closes connections."""

from types import SimpleNamespace

import pytest

from pytest_zstack_ticket.model.exchange import Failure, Response
from pytest_zstack_ticket.target.front_end import LARGE_BODY, SUSPICIOUS, hidden_answers

OURS = Response(status=404, body=b"no such job")
BLOCKED = Response(status=403, headers=(("Content-Type", "application/json"),), body=b'{"code":403,"msg":"blocked"}')
IN_TEXT = Response(status=403, headers=(("Content-Type", "text/plain"),), body=b"blocked by policy 17")
BUSY = Response(status=429, body=b"slow down")
LIMITED = Response(status=503, body=b"<html><center>nginx</center></html>")
RESET = Failure(kind="reset", detail="closed", sent=True)


def result(answer):
    return SimpleNamespace(exchanges=(SimpleNamespace(answer=answer),))


class Endpoint:
    """Answers queries with something suspicious in one way, and all other calls in another."""

    def __init__(self, *, suspicious, others):
        self.suspicious, self.others = suspicious, others
        self.wrong_login = result(others)

    def query(self, condition, *, limit):
        assert limit == 1
        return result(self.suspicious if condition in SUSPICIOUS else self.others)

    def call(self, _method, path, **_more):
        return result(self.suspicious if "?q=" in path else self.others)


@pytest.mark.parametrize(
    ("suspicious", "others", "statuses", "closes"),
    [
        (OURS, OURS, (), False),
        (BLOCKED, OURS, (403,), False),
        (IN_TEXT, OURS, (403,), False),
        (BLOCKED, LIMITED, (403, 503), False),
        (RESET, OURS, (), True),
        (RESET, RESET, (), False),
        (BUSY, OURS, (), False),
    ],
)
def test_what_came_instead_is_told(suspicious, others, statuses, closes):
    hidden = hidden_answers(Endpoint(suspicious=suspicious, others=others), log_in=True)
    assert (hidden.statuses, hidden.closes) == (statuses, closes)


@pytest.mark.parametrize(("cookies", "statuses"), [(("1", "1"), (200,)), (("1", "2"), ()), (("", ""), ())])
def test_an_answer_with_the_cookie_of_the_one_before_is_a_cache_s(cookies, statuses):
    answers = iter(
        result(Response(status=200, headers=(("Set-Cookie", f"JSESSIONID={one}"),) if one else (), body=b"{}"))
        for one in cookies
    )
    endpoint = Endpoint(suspicious=OURS, others=OURS)
    endpoint.call = lambda _method, path, **more: (
        next(answers) if path.endswith("?limit=1") and "authorization" not in more else result(OURS)
    )
    assert hidden_answers(endpoint, log_in=True).statuses == statuses


@pytest.mark.parametrize(
    ("always", "second", "statuses"),
    [(OURS, 502, (502,)), (OURS, 504, ()), (Response(status=502, body=b""), 502, ()), (RESET, 502, ())],
)
def test_trouble_that_a_large_body_alone_has_twice_is_a_front_end_s(always, second, statuses):
    large = iter(result(Response(status=status, body=b"")) for status in (502, second))
    endpoint = Endpoint(suspicious=OURS, others=OURS)
    endpoint.call = lambda _method, _path, **more: (
        next(large) if more.get("body") == LARGE_BODY else result(always if "body" in more else OURS)
    )
    assert hidden_answers(endpoint, log_in=True).statuses == statuses
