"""A release is known from the version call or the operator alone; what behaviour shows only bounds it."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.api.capabilities import (
    has_access_keys,
    has_events,
    has_histories,
    may_lack_events,
    narrowed,
    reported_release,
    spoken_capabilities,
    unmet,
    with_capabilities,
    with_release,
    without_capability,
)
from pytest_zstack_ticket.model.exchange import Exchange, Json
from pytest_zstack_ticket.model.profile import Release
from tests.support.builders import answered, error, failed, inventory, job, profile

KEEPS_NUMBERS = inventory(request=[{"apiBody": {"conformanceMark": 1}}])


def test_behaviour_that_a_gateway_may_share_promises_no_release() -> None:
    seen = narrowed(profile(), job(200, KEEPS_NUMBERS))
    assert (seen.oldest, seen.newest) == (Release(4, 6), Release(99, 0))
    assert not seen.surely_since(3, 6)
    assert unmet(["release>=3.6"], seen) == "release>=3.6"
    assert unmet(["release>=4.0?"], seen) == ""


def test_members_of_an_error_promise_no_release() -> None:
    seen = narrowed(profile(), job(503, error(retryable=False, httpStatus=503)))
    assert not seen.surely_since(3, 6)


def test_a_reported_release_promises_what_it_and_older_ones_do() -> None:
    release = reported_release(answered(200, {"version": "5.2.1"}))
    assert release == Release(5, 2)
    known = with_release(profile(), release)
    assert unmet(["release>=4.5"], known) == ""
    assert unmet(["release>=5.3"], known) == "release>=5.3"


@pytest.mark.parametrize("number", ["1.0", "1E0"])
def test_a_bound_allows_what_older_releases_do(number: str) -> None:
    body = b'{"inventory":{"request":[{"apiBody":{"conformanceMark":' + number.encode() + b"}}]}}"
    seen = narrowed(profile(), (answered(200, body),))
    assert seen.surely_before(4, 6)
    assert unmet(["release>=4.6?"], seen) == "release>=4.6?"


@pytest.mark.parametrize(
    ("status", "body", "there"),
    [
        (503, error("SYS.1000", details="not having field[conformanceMark]"), True),
        (400, b"invalid query", True),
        (200, {"inventories": [{"uuid": "a"}]}, True),
        (200, {"inventories": []}, False),
        (404, b"no api mapping", False),
        (405, b"", False),
        (502, b"<html>bad gateway</html>", True),
    ],
)
def test_histories_are_where_a_field_that_they_do_not_have_is_noticed(status: int, body: Json, *, there: bool) -> None:
    assert has_histories((answered(status, body, method="GET", path="/v1/tickets/histories"),)) is there


def test_a_lost_answer_says_nothing_of_histories() -> None:
    assert has_histories((failed(),))


def test_access_keys_are_there_unless_the_target_says_that_it_has_no_backend() -> None:
    absent = b"RestAuthenticationType type: ZStack was not registered by any RestAuthenticationBackend"
    assert not has_access_keys((answered(500, absent),))
    assert has_access_keys((answered(500, b"the access key is unknown"),))
    assert has_access_keys((answered(200, {"inventories": []}),))


def test_a_part_without_a_sign_stays_absent() -> None:
    bare = without_capability(with_capabilities(profile(), frozenset({"histories", "query"})), "histories")
    assert unmet(["query", "histories"], bare) == "histories"
    assert "histories" not in with_capabilities(bare, frozenset({"histories"})).capabilities


def test_an_event_that_has_a_job_says_so():
    started = answered(202, {"location": "http://127.0.0.1/zstack/v1/api-jobs/1"}, method="PUT")
    assert spoken_capabilities(["HTTP/1.1"], [started]) == {"chunks", "cancel", "event-job"}
    refused = answered(503, error("SYS.1003"), method="PUT")
    assert spoken_capabilities(["HTTP/1.1"], [refused]) == {"chunks", "cancel"}


NO_ACTION = error("SYS.1006", "no such resource")


def put(status: int, body: Json) -> tuple[Exchange, ...]:
    return (answered(status, body, method="PUT"),)


def test_a_target_that_answers_an_event_as_an_action_that_none_has_has_no_events() -> None:
    assert may_lack_events(put(404, NO_ACTION))
    assert not has_events([put(404, NO_ACTION)] * 3)
    assert not has_events([put(404, {"status": 404, "path": f"/{one}"}) for one in "abc"])


@pytest.mark.parametrize(
    ("cancelled", "acted"),
    [
        (put(200, {}), put(404, NO_ACTION)),
        (put(404, error("TICKET.1002", "cannot cancel")), put(404, NO_ACTION)),
        (put(405, NO_ACTION), put(404, NO_ACTION)),
        (put(503, NO_ACTION), put(503, NO_ACTION)),
        (put(404, b"<html><center>nginx</center></html>"), put(404, b"<html><center>nginx</center></html>")),
        ((failed(),), (failed(),)),
    ],
)
def test_an_event_that_is_answered_in_its_own_way_is_one(
    cancelled: tuple[Exchange, ...], acted: tuple[Exchange, ...]
) -> None:
    assert has_events([cancelled, acted, acted])
    assert has_events([acted, cancelled, acted]), "an update that is there"


def test_an_event_without_a_mapping_or_with_another_answer_leaves_no_doubt() -> None:
    assert not may_lack_events(put(404, b"no api mapping"))
    assert not may_lack_events(put(503, NO_ACTION))
    assert not may_lack_events((failed(),))


HEARD = (
    "ticket[uuid:0] not found; no api mapping to /v1/nothing; RestAuthenticationType type: ZStack was not registered"
)
"""The details of a server that adds those of other requests to each."""
UNMAPPED = "no api mapping to /v1/tickets/0/actions"


@pytest.mark.parametrize("status", [404, 405, 501])
@pytest.mark.parametrize(
    ("body", "there"),
    [
        (error("SYS.1003", details=HEARD), True),
        (error("SYS.1003", details=f"no api mapping to /v1/nothing; {HEARD}"), True),
        ({"status": 404, "message": f"not found ({UNMAPPED})"}, True),
        (HEARD.encode(), True),
        (error("SYS.1003", details=UNMAPPED), False),
        ({"error": UNMAPPED}, False),
        ({"message": f"{UNMAPPED}."}, False),
        (UNMAPPED.encode(), False),
        (f"\n{UNMAPPED}\n".encode(), False),
        (b"<html><body><p>no api mapping to /v1/x</p></body></html>", False),
        (b"<html><center>nginx</center></html>", False),
        (b"", False),
    ],
)
def test_an_action_is_missing_where_an_answer_says_that_and_nothing_else(status: int, body: Json, there: bool) -> None:
    trail = put(status, body)
    assert ("cancel" in spoken_capabilities(["HTTP/1.1"], trail)) is there
    assert may_lack_events(trail) is there, "a ticket that is there shows it"


def test_access_keys_are_not_missing_where_an_error_quotes_that_among_other_things() -> None:
    assert has_access_keys((answered(401, error("ID.1001", details=HEARD)),))
    whole = "RestAuthenticationType type: ZStack was not registered by any RestAuthenticationBackend"
    assert not has_access_keys((answered(401, error("ID.1001", details=whole)),))
    assert not has_access_keys((answered(500, f"<html><p>{whole}</p></html>".encode()),))
