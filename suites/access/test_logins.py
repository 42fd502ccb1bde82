"""Logins: how long a session lives, what a refusal repeats, and which projects are open."""

import json
import uuid
from functools import partial

import pytest

from pytest_zstack_ticket import Edit

LOGINS = {"smoke": 0, "standard": 1, "certify": 7}
"""Further logins by effort: with the correct password, or of users that do not exist, so that no account is locked."""


@pytest.mark.requirement("ZT-ACCESS-007")
@pytest.mark.zstack_alone(cleanup="sessions")
def test_session_of_a_login_ends_after_it_began(ticket_endpoint, zstack_effort, zstack_examine):
    """The session that a login returns has an expiredDate after its createDate."""
    further = (ticket_endpoint.login(write=partial(json.dumps, indent=width)) for width in range(LOGINS[zstack_effort]))
    for good in (ticket_endpoint.good_login, *further):
        violation = zstack_examine("session-dates", subject=good)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ACCESS-008")
@pytest.mark.zstack_alone(cleanup="sessions")
def test_refused_login_does_not_quote_the_password(ticket_endpoint, zstack_effort, zstack_examine):
    """The response to a login with a wrong password, or of an unknown user, does not repeat the password sent."""
    strangers = (f"no-such-user-{uuid.uuid4().hex[:12]}" for _ in range(LOGINS[zstack_effort]))
    further = (ticket_endpoint.login(user=name, password=uuid.uuid4().hex) for name in strangers)
    for bad in (ticket_endpoint.wrong_login, *further):
        violation = zstack_examine("no-password-quoted", subject=bad)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ACCESS-009")
@pytest.mark.zstack_alone(cleanup="sessions")
def test_virtual_id_does_not_enter_a_foreign_project(ticket_endpoint, zstack_context, zstack_examine):
    """A virtual ID can log in to its own project, and not to one that it does not belong to."""
    own, owner = zstack_context.users["stranger"].project, zstack_context.users.get("owner")
    foreign = owner.project if owner else ticket_endpoint.project
    endpoint = ticket_endpoint.as_user("stranger")
    good, bad = endpoint.enter_project(own), endpoint.enter_project(foreign)
    edit = Edit(kind="mutation", name="foreign-project", note="the project of another user")
    violation = zstack_examine("login-refused", edit=edit, subject=bad, sibling=good)
    assert violation is None, violation
