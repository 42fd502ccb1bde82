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


@pytest.mark.parametrize(("via", "key"), [("", ""), ("1.1 edge (Varnish/7.1)", "front-end-frames")])
def test_a_proxy_that_names_itself_frames_anew_what_it_passes_on(via: str, key: str):
    headers: Headers = (("via", via),) if via else ()
    rows: Json = ROWS
    trails = {
        "subject": (failed(),),
        "named": (answered(200, rows, method="GET", headers=headers),),
        "listed": (answered(200, rows, method="GET", headers=headers),),
    }
    judgement = evaluate("reads-only", trails, {"framed": True}, profile())
    assert isinstance(judgement, Undecided if via else Violation)
    assert not via or judgement.reason.key == key
