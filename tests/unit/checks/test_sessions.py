"""A target without log-out breaks no promise about it; one that has it is held to all of them."""

import json
from dataclasses import replace

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.outcome import Undecided, Violation
from tests.support.builders import TICKET, answered, error, failed, profile

DEPLOYED = profile()
ABSENT = (answered(404, b"no api mapping to /v1/accounts/sessions", method="DELETE"),)
ENDED = (answered(200, {}, method="DELETE"),)
REFUSED = (answered(503, error("ID.1001")),)
CREATED = (answered(200, {"inventory": {"uuid": TICKET}}),)


def judged(check, **trails):
    return evaluate(check, trails, {}, DEPLOYED)


def left_open(judgement):
    return isinstance(judgement, Undecided) and judgement.reason.key == "no-log-out"


def test_a_log_out_that_is_not_there_is_left_open():
    assert left_open(judged("logged-out", subject=ABSENT))
    assert left_open(judged("logged-out", subject=ABSENT, first=ABSENT))
    assert left_open(judged("refused-session", subject=CREATED, sibling=CREATED, ended=ABSENT))


def test_a_second_log_out_that_is_not_found_departs():
    assert isinstance(judged("logged-out", subject=ABSENT, first=ENDED), Violation)


def test_a_session_that_outlives_its_log_out_departs():
    assert isinstance(judged("refused-session", subject=CREATED, sibling=CREATED, ended=ENDED), Violation)
    assert judged("refused-session", subject=REFUSED, sibling=CREATED, ended=ENDED) is None


def test_a_log_out_that_fails_departs():
    assert isinstance(judged("logged-out", subject=(answered(503, error("SYS.1000")),)), Violation)


def login(status, body, *, name="nobody", headers=()):
    sent = {"logInByAccount": {"accountName": name, "password": "p"}}
    return (answered(status, body, sent=sent, method="PUT", path="/v1/accounts/login", request_headers=headers),)


@pytest.mark.parametrize(
    ("details", "kind"),
    [
        ("wrong account name or password", type(None)),
        ("wrong password of account[name:nobody]", type(None)),  # as in the other, but for the name that was sent
        ("there is no such account", Violation),
    ],
)
def test_the_refusal_of_a_login_does_not_tell_who_has_an_account(details, kind):
    known = "wrong password of account[name:admin]" if "[" in details else "wrong account name or password"
    sibling = login(503, error("ID.1000", details=known), name="admin")
    subject = login(503, error("ID.1000", details=details))
    assert isinstance(judged("unknown-user-alike", subject=subject, sibling=sibling), kind)
    assert isinstance(judged("unknown-user-alike", subject=subject, sibling=CREATED), Undecided)


def test_a_lock_tells_of_an_account_only_where_there_is_one():
    plain, locked = error("ID.1000", details="wrong"), error("LOGIN_CONTROL.1002", details="locked for a while")
    for subject, sibling, kind in (
        (locked, plain, Undecided),
        (plain, locked, Violation),
        (locked, locked, type(None)),
    ):
        roles = {"subject": login(503, subject), "sibling": login(503, sibling, name="admin")}
        assert isinstance(judged("unknown-user-alike", **roles), kind)


def test_a_login_takes_no_session_from_its_request():
    own, other = "5" * 32, {"inventory": {"uuid": "6" * 32}}
    headers = (("Authorization", f"OAuth {own}"),)
    assert judged("session-of-its-own", subject=login(200, other, headers=headers)) is None
    assert judged("session-of-its-own", subject=login(503, error("ID.1000"), headers=headers)) is None
    taken = login(200, {"inventory": {"uuid": own}}, headers=headers)
    assert isinstance(judged("session-of-its-own", subject=taken), Violation)
    assert isinstance(judged("session-of-its-own", subject=(failed(),)), Undecided)


LISTED = (answered(200, {"inventories": []}, method="GET", path="/v1/tickets?limit=1"),)
DEAD = (answered(503, error("ID.1001"), method="GET", path="/v1/tickets?limit=1"),)
WRONG = login(503, error("ID.1000"), name="admin")


@pytest.mark.parametrize(
    ("before", "wrong", "after", "kind"),
    [
        (LISTED, WRONG, LISTED, type(None)),
        (LISTED, WRONG, DEAD, Violation),
        (DEAD, WRONG, DEAD, Undecided),
        (LISTED, login(200, {"inventory": {"uuid": TICKET}}), DEAD, Undecided),
        (LISTED, WRONG, (failed(),), Undecided),
    ],
)
def test_a_wrong_password_ends_no_session(before, wrong, after, kind):
    assert isinstance(judged("session-kept", subject=after, before=before, between=wrong), kind)


def test_two_logins_open_two_sessions():
    first, other = (login(200, {"inventory": {"uuid": letter * 32}}) for letter in "ab")
    assert judged("another-session", subject=other, first=first) is None
    assert isinstance(judged("another-session", subject=first, first=first), Violation)
    assert isinstance(judged("another-session", subject=WRONG, first=first), Undecided)


def test_a_create_that_is_refused_and_carried_out_all_the_same_departs():
    nonce = "zt-00000000000000a1"
    (exchange,) = REFUSED
    request = replace(exchange.request, body=json.dumps({"params": {"name": f"n {nonce}"}}).encode())
    roles = {"subject": (replace(exchange, request=request),), "sibling": CREATED, "ended": ENDED}
    assert judged("refused-session", **roles, named=LISTED) is None
    for name, departs in ((f"n {nonce}", True), (f"N {nonce.upper()}", True), ("n zt-00000000000000a2", False)):
        rows = {"inventories": [{"uuid": TICKET, "name": name}]}
        named = (answered(200, rows, method="GET", path="/v1/tickets?q=name"),)
        assert isinstance(judged("refused-session", **roles, named=named), Violation) == departs


def test_a_login_that_names_a_session_in_its_body_opens_another_one():
    sent = {"logInByAccount": {"accountName": "admin", "password": "p", "uuid": "c" * 32}}
    for opened, kind in (("c" * 32, Violation), ("d" * 32, type(None))):
        body = {"inventory": {"uuid": opened}}
        subject = (answered(200, body, sent=sent, method="PUT", path="/v1/accounts/login"),)
        assert isinstance(judged("session-of-its-own", subject=subject), kind)


@pytest.mark.parametrize(
    ("status", "call", "reason"),
    [
        (404, "query", "legal-refusal"),
        (405, "query", "legal-refusal"),
        (503, "query", "sibling-not-accepted"),
        (404, "create", "sibling-not-accepted"),
    ],
)
def test_a_query_that_is_not_offered_is_refused_legally_with_and_without_a_session(status, call, reason):
    same = (answered(status, error("SYS.1014"), method="GET", path="/v1/tickets/archives"),)
    judgement = evaluate("refused-session", {"subject": same, "sibling": same}, {"call": call}, DEPLOYED)
    assert isinstance(judgement, Undecided)
    assert judgement.reason.key == reason


def validity(body, status=200):
    return (answered(status, body, method="GET", path=f"/v1/accounts/sessions/{'5' * 32}/valid"),)


VALID, INVALID = validity({"valid": True}), validity({"valid": False})


@pytest.mark.parametrize(
    ("before", "ended", "after", "kind"),
    [
        (VALID, ENDED, INVALID, type(None)),
        (VALID, ENDED, validity(error("ID.1001"), 503), type(None)),
        (VALID, ENDED, VALID, Violation),
        (validity({"validSession": True}), ENDED, validity({"validSession": True}), Violation),
        (INVALID, ENDED, INVALID, Undecided),
        (validity(b"no api mapping", 404), ENDED, validity(b"no api mapping", 404), Undecided),
        (validity({}), ENDED, VALID, Undecided),
        (VALID, ENDED, validity({}), Undecided),
        (VALID, ENDED, validity(b"<html>busy</html>", 502), Undecided),
        (VALID, ENDED, (failed(),), Undecided),
        (VALID, ABSENT, VALID, Undecided),
        (VALID, (answered(503, error("SYS.1000"), method="DELETE"),), VALID, Undecided),
    ],
)
def test_a_session_is_valid_no_more_after_its_logout(before, ended, after, kind):
    found = judged("ended-is-invalid", before=before, ended=ended, subject=after)
    assert isinstance(found, kind)
    assert not isinstance(found, Violation) or found.because == ()


def test_what_a_cache_had_kept_says_nothing_of_an_ended_session():
    kept = replace(VALID[0], answer=replace(VALID[0].answer, headers=(("X-Cache", "HIT"),)))
    assert isinstance(judged("ended-is-invalid", before=VALID, ended=ENDED, subject=(kept,)), Undecided)


def test_what_a_query_shows_without_a_session_is_told_as_it_is():
    total = (answered(200, {"schema": {}, "total": 3}, method="GET", path="/v1/tickets?count=true"),)
    found = evaluate("refused-session", {"subject": total, "sibling": total}, {"call": "query"}, DEPLOYED)
    assert isinstance(found, Violation)
    assert dict(found.actual.parameters) == {"form": '{"schema": {}, "total": 3}'}


@pytest.mark.parametrize(("altered", "causes"), [(LISTED, ("ZT-SESSION-004",)), (DEAD, ()), ((), ())])
def test_a_guess_that_any_other_session_would_do_for_is_no_guess(altered, causes):
    trails = {"subject": LISTED, "sibling": LISTED, "altered": altered}
    found = evaluate("refused-session", trails, {"call": "query"}, DEPLOYED)
    assert isinstance(found, Violation)
    assert found.because == causes
