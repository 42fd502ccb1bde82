"""Log-in and log-out: right and wrong credentials, and what a log-out ends."""

import uuid

import pytest

SESSION_UUID = {"schema": "session", "places": ["inventory", "inventory.uuid"]}
ERROR_PARTS = {"schema": "failure", "places": ["error", "error.code", "error.description"]}
NO_ERROR_OBJECT = ["no-error-object", "empty-failure", "text-failure", "page-failure", "not-an-object"]
PASSWORDS = ["password", "password-digest"]


@pytest.mark.requirement("ZT-SESSION-010")
def test_a_log_in_with_the_right_password_is_accepted(ticket_endpoint, zstack_examine):
    """A log-in with the right password is accepted."""
    violation = zstack_examine("logged-in", subject=ticket_endpoint.good_login)
    assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-011")
def test_a_log_in_answers_a_session_uuid(ticket_endpoint, zstack_examine):
    """A log-in answers a session uuid of 32 lower-case hexadecimal digits."""
    violation = zstack_examine("facet", subject=ticket_endpoint.good_login, arguments=SESSION_UUID)
    assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-012")
def test_a_log_in_with_a_wrong_password_is_refused(ticket_endpoint, zstack_examine):
    """A log-in with a wrong password is refused."""
    bad = ticket_endpoint.wrong_login
    violation = zstack_examine("login-refused", subject=bad, sibling=ticket_endpoint.good_login)
    assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-013")
def test_a_log_in_of_an_unknown_user_is_refused(ticket_endpoint, zstack_examine):
    """A log-in of a user that does not exist is refused, also if the name looks like a condition that always holds."""
    user = f"nobody-{uuid.uuid4().hex[:12]}"
    for bad in (
        ticket_endpoint.login(user=user),
        ticket_endpoint.login(user=user, password=uuid.uuid4().hex),
        *(ticket_endpoint.login(user=name) for name in (f"{user}' or '1'='1", f"{user}' or 1=1 -- ", "%", "*")),
    ):
        violation = zstack_examine("login-refused", subject=bad, sibling=ticket_endpoint.good_login)
        assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-014")
def test_a_log_in_without_a_password_is_refused(ticket_endpoint, zstack_examine):
    """A log-in without a password, or with an empty one, is refused."""
    for none in (None, ""):
        bad = ticket_endpoint.login(password=none)
        violation = zstack_examine("login-refused", subject=bad, sibling=ticket_endpoint.good_login)
        assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-015")
def test_a_refused_log_in_carries_an_error(ticket_endpoint, zstack_examine):
    """A refused log-in carries a well-formed error."""
    bad = ticket_endpoint.wrong_login
    arguments = {"call": "login", "reasons": NO_ERROR_OBJECT}
    violation = zstack_examine("form", subject=bad, arguments=arguments)
    assert violation is None, violation
    violation = zstack_examine("facet", subject=bad, arguments=ERROR_PARTS)
    assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-016")
def test_a_log_out_succeeds(ticket_endpoint, zstack_examine):
    """A log-out is answered with success."""
    session = ticket_endpoint.another_session()
    violation = zstack_examine("logged-out", subject=ticket_endpoint.logout(session.uuid))
    assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-017")
def test_a_second_log_out_succeeds(ticket_endpoint, zstack_examine):
    """A second log-out of the same session is answered with success."""
    session = ticket_endpoint.another_session()
    first = ticket_endpoint.logout(session.uuid)
    violation = zstack_examine("logged-out", subject=ticket_endpoint.logout(session.uuid), first=first)
    assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-018")
def test_a_log_in_does_not_show_the_password(ticket_endpoint, zstack_examine):
    """No answer of log-in shows the password or its digest."""
    for trail in (ticket_endpoint.good_login, ticket_endpoint.wrong_login):
        violation = zstack_examine("no-leak", subject=trail, arguments={"kinds": PASSWORDS})
        assert violation is None, violation
