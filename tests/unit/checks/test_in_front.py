"""What stands in front of a target is no departure of it: filters, in whatever words, and proxies that frame anew."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.exchange import Exchange, Headers, Json
from pytest_zstack_ticket.model.outcome import Judgement, Undecided, Violation
from tests.support.builders import answered, error, failed, profile

TEXT: Headers = (("content-type", "text/plain"),)
BLOCKED = answered(403, b"blocked by policy 17", headers=TEXT)
NO_METHOD = answered(405, b"Method Not Allowed", method="PUT")
ROWS = {"inventories": [{"uuid": "a", "name": "b"}]}


def judged(subject: Exchange, first: Exchange, harmless: Exchange, second: Exchange) -> Judgement:
    roles = {"subject": subject, "elsewhere1": first, "harmless": harmless, "elsewhere2": second}
    return evaluate("answered", {role: (one,) for role, one in roles.items()}, {"call": "create"}, profile())


@pytest.mark.parametrize(
    ("subject", "elsewhere"),
    [
        (BLOCKED, BLOCKED),
        (answered(403), answered(403)),
        (answered(200, b"ok", headers=TEXT), answered(200, b"ok", headers=TEXT)),
        (answered(406, {"error": "no", "id": "8f2c77ab01"}), answered(406, {"error": "no", "id": "77ab018f2c"})),
    ],
)
def test_the_same_words_where_the_api_does_not_read_are_those_of_a_filter(subject: Exchange, elsewhere: Exchange):
    judgement = judged(subject, elsewhere, NO_METHOD, elsewhere)
    assert isinstance(judgement, Undecided)
    assert judgement.reason.key == "front-end"


@pytest.mark.parametrize(
    ("subject", "first", "harmless", "second"),
    [
        (BLOCKED, NO_METHOD, NO_METHOD, BLOCKED),
        (BLOCKED, BLOCKED, NO_METHOD, NO_METHOD),
        (BLOCKED, BLOCKED, BLOCKED, BLOCKED),
        (BLOCKED, answered(403, b"another reason", headers=TEXT), NO_METHOD, BLOCKED),
        (*[answered(403, error())] * 2, NO_METHOD, answered(403, error())),
        (*[answered(500, b"oops", headers=TEXT)] * 2, NO_METHOD, answered(500, b"oops", headers=TEXT)),
        (*[answered(200, {})] * 2, NO_METHOD, answered(200, {})),
        (*[answered(400, b"<html>HTTP Status 400</html>")] * 2, NO_METHOD, answered(400, b"<html>HTTP Status 400")),
    ],
    ids=["read", "once", "all", "other words", "code of the API", "breakdown", "accepted", "container"],
)
def test_what_may_be_the_api_is_no_filter(subject: Exchange, first: Exchange, harmless: Exchange, second: Exchange):
    assert judged(subject, first, harmless, second) is None


PAGE = answered(403, b"<html><body>Forbidden</body></html>")


@pytest.mark.parametrize(("repeat", "in_front"), [(PAGE, True), (failed(), False), (answered(502, b"<html>"), False)])
def test_a_request_that_a_front_end_refuses_once_it_is_repeated_met_that_front_end(repeat: Exchange, in_front: bool):
    trails = {"subject": (failed(),), "after": (answered(200, {}),)}
    for number in (1, 2, 3, 4):
        trails |= {f"before{number}": (answered(200, {}),), f"repeat{number}": (failed() if number > 1 else repeat,)}
    judgement = evaluate("answered", trails, {"call": "create"}, profile())
    assert isinstance(judgement, Undecided if in_front else Violation)
    assert not in_front or judgement.reason.key == "front-end"


COOKIE = ("set-cookie", "JSESSIONID=1; Path=/zstack")
JSON: Headers = (("content-type", "application/json; charset=utf-8"),)
OWN = {"statusCode": 500, "code": "FST_REPLY_FROM_INTERNAL_SERVER_ERROR", "message": "Expect is not supported"}


@pytest.mark.parametrize(
    ("subject", "marked", "in_front"),
    [
        (answered(500, OWN, headers=JSON), answered(200, {}, headers=(COOKIE,)), True),
        (answered(200, {"success": False}, headers=JSON), answered(200, {}, headers=(*JSON, COOKIE)), True),
        (answered(500, OWN, headers=(*JSON, COOKIE)), answered(200, {}, headers=(COOKIE,)), False),
        (answered(500, OWN, headers=JSON), answered(200, {}), False),
        (answered(500, OWN), answered(200, {}, headers=(COOKIE,)), False),
        (answered(503, error(), headers=JSON), answered(200, {}, headers=(COOKIE,)), False),
        (answered(200, {}, headers=JSON), answered(200, {}, headers=(COOKIE,)), False),
        (answered(500, b"oops", headers=JSON), answered(200, {}, headers=(COOKIE,)), False),
    ],
    ids=["framework", "success", "cookie", "no mark", "no type", "code of the API", "empty", "no JSON"],
)
def test_json_in_foreign_words_without_the_mark_of_the_api_is_a_front_end_s(
    subject: Exchange, marked: Exchange, in_front: bool
):
    judgement = evaluate("answered", {"subject": (subject,), "marked": (marked,)}, {"call": "create"}, profile())
    assert isinstance(judgement, Undecided) == in_front
    assert not in_front or judgement.reason.key == "front-end"


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        ((), False),
        ((("via", "1.1 edge (Varnish/7.1)"),), True),
        ((("server", "h2o/2.2.5"),), True),
        ((("server", "Apache/2.4.71 (Debian)"),), True),
        ((("server", "Apache-Coyote/1.1"),), False),
        ((("server", "Apache Tomcat/8.5"),), False),
        ((("server", "Jetty(9.4)"),), False),
    ],
)
def test_a_proxy_that_names_itself_frames_anew_what_it_passes_on(headers: Headers, named: bool):
    rows: Json = ROWS
    trails = {
        "subject": (failed(),),
        "named": (answered(200, rows, method="GET", headers=headers),),
        "listed": (answered(200, rows, method="GET", headers=headers),),
    }
    judgement = evaluate("reads-only", trails, {"framed": True}, profile())
    assert isinstance(judgement, Undecided if named else Violation)
    assert not named or judgement.reason.key == "front-end-frames"


@pytest.mark.parametrize(("headers", "kept"), [((("X-Cache-Status", "HIT"),), True), ((("Age", "0"),), False)])
def test_what_a_cache_had_kept_is_no_departure_of_the_api(headers: Headers, kept: bool):
    listed = answered(200, ROWS, method="GET", path="/v1/tickets?q=uuid%3Da")
    stale = answered(200, {"inventories": []}, method="GET", path="/v1/tickets?q=uuid%3Da", headers=headers)
    judgement = evaluate("group-query", {"subject": (stale,), "before": (listed,)}, {"taken": []}, profile())
    assert isinstance(judgement, Undecided if kept else Violation)
