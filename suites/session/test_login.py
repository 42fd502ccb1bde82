"""Login and logout: correct and wrong credentials, and what a logout ends."""

import json
import uuid
from functools import partial

import pytest

from pytest_zstack_ticket import Edit

SESSION_UUID = {"schema": "session", "places": ["inventory", "inventory.uuid"]}
ERROR_PARTS = {"schema": "failure", "places": ["error", "error.code", "error.description"]}
NO_ERROR_OBJECT = ["no-error-object", "empty-failure", "text-failure", "page-failure", "not-an-object"]
PASSWORDS = ["password", "password-digest"]
LOG_IN = "/v1/accounts/login"
ANYBODY = {"logInByAccount": {"accountName": {"$ne": ""}, "password": {"$ne": ""}}}
"""What a document database would take for a condition that every account meets."""
LAYOUTS = (
    partial(json.dumps, indent=1),
    partial(json.dumps, indent=2),
    partial(json.dumps, indent="\t"),
    partial(json.dumps, separators=(",", ":")),
    partial(json.dumps, separators=(" ,", " :")),
    lambda body: f" \n{json.dumps(body)}",
    lambda body: f"{json.dumps(body)}\r\n\t ",
)
"""White space in and around the body of a login, which JSON gives no meaning."""
SESSION_NAMES = ("uuid", "sessionUuid", "sessionId", "token")
LOGINS = {"smoke": 0, "standard": 1, "certify": len(LAYOUTS)}
"""Further logins by effort: few, and none with a wrong password of a real user, which could lock the account."""
pytestmark = pytest.mark.zstack_alone(cleanup="sessions")
"""A login or logout may end sessions that other tests use."""


def good_logins(endpoint, zstack_once, effort):
    """Return logins with the correct password, sent once in a run: as the run itself does, and in other layouts."""
    more = LAYOUTS[: LOGINS[effort]]
    make = lambda: [endpoint.login(write=write) for write in more]  # noqa: E731 - shorter than a function of its own
    return [endpoint.good_login, *zstack_once("session: logins in other layouts", make)]


def unknown_logins(endpoint, zstack_once, effort):
    """Return refused logins as users that do not exist, sent once in a run; none at effort smoke."""
    make = lambda: [endpoint.login(user=f"nobody-{uuid.uuid4().hex[:12]}") for _ in range(LOGINS[effort])]  # noqa: E731 - as above
    return zstack_once("session: logins of unknown users", make)


@pytest.mark.requirement("ZT-SESSION-010")
def test_login_with_the_correct_password_is_accepted(ticket_endpoint, zstack_once, zstack_effort, zstack_examine):
    """A login with the correct password is accepted."""
    for good in good_logins(ticket_endpoint, zstack_once, zstack_effort):
        violation = zstack_examine("logged-in", subject=good)
        assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-011")
def test_login_returns_a_session_uuid(ticket_endpoint, zstack_once, zstack_effort, zstack_examine):
    """A login returns a session uuid of 32 lowercase hexadecimal digits."""
    for good in good_logins(ticket_endpoint, zstack_once, zstack_effort):
        violation = zstack_examine("schema-part", subject=good, arguments=SESSION_UUID)
        assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-012")
def test_login_with_a_wrong_password_is_refused(ticket_endpoint, zstack_examine):
    """A login with a wrong password is refused."""
    bad = ticket_endpoint.wrong_login
    violation = zstack_examine("login-refused", subject=bad, sibling=ticket_endpoint.good_login)
    assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-013")
def test_login_as_an_unknown_user_is_refused(ticket_endpoint, zstack_examine):
    """A login as a user that does not exist is refused, even if the name looks like an SQL condition that is always true."""
    user = f"nobody-{uuid.uuid4().hex[:12]}"
    for bad in (
        ticket_endpoint.login(user=user),
        ticket_endpoint.login(user=user, password=uuid.uuid4().hex),
        *(ticket_endpoint.login(user=name) for name in (f"{user}' or '1'='1", f"{user}' or 1=1 -- ", "%", "*")),
        ticket_endpoint.login(tail="' -- "),
        ticket_endpoint.call("PUT", LOG_IN, body=ANYBODY, authorization=None, follow=False, call="login"),
    ):
        violation = zstack_examine("login-refused", subject=bad, sibling=ticket_endpoint.good_login)
        assert violation is None, violation


IN_ITS_PLACE = (lambda digest: digest[: len(digest) // 2], lambda _: "%", lambda _: {"$ne": None})
"""From the right digest: a part of it, a pattern that each password matches, and a condition that each one meets."""


def with_password(made_of, body):
    """Write the body of a login with another value for the password, made of the right one's digest."""
    told = {call: {**members, "password": made_of(members["password"])} for call, members in body.items()}
    return json.dumps(told)


@pytest.mark.requirement("ZT-SESSION-014")
def test_login_without_a_password_is_refused(ticket_endpoint, zstack_examine):
    """A login without a password, with an empty one, or with a part of it or a pattern in its place is refused."""
    tries = [partial(ticket_endpoint.login, password=none) for none in (None, "")]
    tries += [partial(ticket_endpoint.login, write=partial(with_password, one)) for one in IN_ITS_PLACE]
    for attempt in tries:
        bad, good = attempt(), ticket_endpoint.login()  # some clouds lock an account after a few failures in a row
        violation = zstack_examine("login-refused", subject=bad, sibling=good)
        assert violation is None, violation
        if good.reading != "accepted":
            break
    ticket_endpoint.call("GET", "/v1/tickets?limit=1")  # where a user has one session, that of the run is renewed


@pytest.mark.requirement("ZT-SESSION-015")
def test_refused_login_returns_an_error(ticket_endpoint, zstack_once, zstack_effort, zstack_examine):
    """A refused login returns a well-formed error."""
    arguments = {"call": "login", "reasons": NO_ERROR_OBJECT}
    for bad in (ticket_endpoint.wrong_login, *unknown_logins(ticket_endpoint, zstack_once, zstack_effort)):
        violation = zstack_examine("form", subject=bad, arguments=arguments)
        assert violation is None, violation
        violation = zstack_examine("schema-part", subject=bad, arguments=ERROR_PARTS)
        assert violation is None, violation


def logout_in_between(endpoint, zstack_once):
    """Return a logout, what is said of the session's validity before and after it, and of one that never was.

    They are sent once in a round.
    """

    def act():
        session = endpoint.another_session().uuid
        path = f"/v1/accounts/sessions/{session}/valid"
        before, ended = endpoint.call("GET", path), endpoint.logout(session)
        never = endpoint.call("GET", f"/v1/accounts/sessions/{uuid.uuid4().hex}/valid")
        return {"before": before, "ended": ended, "subject": endpoint.call("GET", path), "never": never}

    return zstack_once("session: a logout between two looks", act)


@pytest.mark.requirement("ZT-SESSION-016")
@pytest.mark.zstack_rounds(most=8)
def test_logout_succeeds(ticket_endpoint, zstack_once, zstack_examine):
    """A logout is answered with success."""
    violation = zstack_examine("logged-out", subject=logout_in_between(ticket_endpoint, zstack_once)["ended"])
    assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-037")
@pytest.mark.zstack_rounds(most=8)
def test_session_is_valid_no_more_after_its_logout(ticket_endpoint, zstack_once, zstack_examine):
    """A session that was called valid is called so no more once it was logged out."""
    roles = logout_in_between(ticket_endpoint, zstack_once)
    for name in ("subject", "never"):
        told = {"before": roles["before"], "ended": roles["ended"], "subject": roles[name]}
        edit = Edit(kind="variation", name="unknown-session") if name == "never" else None
        violation = zstack_examine("ended-is-invalid", edit=edit, **told)
        assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-017")
@pytest.mark.zstack_rounds(most=8)
def test_second_logout_succeeds(ticket_endpoint, zstack_examine):
    """A second logout of the same session is answered with success."""
    session = ticket_endpoint.another_session()
    first = ticket_endpoint.logout(session.uuid)
    violation = zstack_examine("logged-out", subject=ticket_endpoint.logout(session.uuid), first=first)
    assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-018")
def test_login_does_not_disclose_the_password(ticket_endpoint, zstack_once, zstack_effort, zstack_examine):
    """No response to a login contains the password or its digest."""
    for result in (*good_logins(ticket_endpoint, zstack_once, zstack_effort), ticket_endpoint.wrong_login):
        violation = zstack_examine("no-secret", subject=result, arguments={"kinds": PASSWORDS})
        assert violation is None, violation
        violation = zstack_examine("no-password-member", subject=result)
        assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-012")
def test_refused_login_contains_no_stack_trace(ticket_endpoint, zstack_examine):
    """The refusal of a login contains no stack trace."""
    if "log-in" not in ticket_endpoint.profile.capabilities:
        return
    edit = Edit(kind="variation", name="refused-login")
    violation = zstack_examine("no-stack-trace", edit=edit, subject=ticket_endpoint.wrong_login)
    assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-033")
def test_refused_login_does_not_tell_who_has_an_account(ticket_endpoint, zstack_effort, zstack_examine):
    """A login as a user that does not exist is refused with the same words as one with a wrong password."""
    for _ in range(1 + LOGINS[zstack_effort]):
        unknown = ticket_endpoint.login(user=f"nobody-{uuid.uuid4().hex[:12]}", spoilt=True)
        violation = zstack_examine("unknown-user-alike", subject=unknown, sibling=ticket_endpoint.wrong_login)
        assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-036")
def test_two_logins_open_two_sessions(ticket_endpoint, zstack_effort, zstack_examine):
    """A login opens another session than one before it that has not ended."""
    for write in (None, *LAYOUTS[: LOGINS[zstack_effort]]):
        first = ticket_endpoint.login()  # an earlier one's session may have been logged out since
        again = ticket_endpoint.login(write=write)
        ticket_endpoint.call("GET", "/v1/tickets?limit=1")  # where a user has one session, that of the run is renewed
        violation = zstack_examine("another-session", subject=again, first=first)
        assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-035")
def test_wrong_password_ends_no_session(ticket_endpoint, zstack_examine):
    """A session that was opened before a login with a wrong password still works after it."""
    before, wrong, after = ticket_endpoint.around_wrong_login
    ticket_endpoint.call("GET", "/v1/tickets?limit=1")  # where a user has one session, that of the run is renewed
    violation = zstack_examine("session-kept", subject=after, before=before, between=wrong)
    assert violation is None, violation


def naming(session, body):
    """Return the body of a login that names a session beside name and password, where no such member is."""
    more = dict.fromkeys(SESSION_NAMES, session)
    return json.dumps({key: {**value, **more} if isinstance(value, dict) else value for key, value in body.items()})


@pytest.mark.requirement("ZT-SESSION-034")
def test_login_opens_no_session_that_it_names(ticket_endpoint, zstack_effort, zstack_examine):
    """A login whose Authorization header or body names a session opens another one."""
    named = partial(naming, uuid.uuid4().hex)
    for write in (None, named, *LAYOUTS[: LOGINS[zstack_effort]]):
        headers = () if write is named else (("Authorization", f"OAuth {uuid.uuid4().hex}"),)
        opened = ticket_endpoint.login(headers=headers, write=write)
        violation = zstack_examine("session-of-its-own", subject=opened)
        assert violation is None, violation
