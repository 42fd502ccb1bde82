"""Who may create: missing, unknown, malformed and logged-out sessions are refused for that reason."""

import re
import uuid
from itertools import product

import pytest

from pytest_zstack_ticket import Edit, Message, by_requirement

BAD_SESSIONS = {
    "ZT-SESSION-001": ("no-authorization", None),
    "ZT-SESSION-002": ("other-scheme", ("Bearer {uuid}", "Basic YWRtaW46cGFzc3dvcmQ=")),
    "ZT-SESSION-003": ("unknown-session", ("OAuth {uuid}",)),
    "ZT-SESSION-004": ("malformed-session", ("OAuth not-a-session", "OAuth {uuid}00", "OAuth ' OR '1'='1")),
    "ZT-SESSION-005": ("empty-session", ("OAuth",)),
}


def with_session(draft, name, header):
    """Return the draft as a message with another Authorization header, or with none."""
    edit = Edit(kind="breakage", name=name, note="another Authorization header")
    if header is None:
        return Message(edit=edit, body=draft.body, headers=draft.headers, without=("Authorization",))
    value = header.replace("{uuid}", uuid.uuid4().hex)
    return Message(edit=edit, body=draft.body, headers=(*draft.headers, ("Authorization", value)))


@pytest.mark.parametrize("case", by_requirement(BAD_SESSIONS))
@pytest.mark.zstack_rounds
def test_create_without_a_valid_session_is_refused(case, ticket_endpoint, zstack_examine):
    """A create without a valid session is refused, while the same create with the run's session is accepted."""
    name, headers = case
    for header in headers or (None,):
        message = with_session(ticket_endpoint.calibration_draft, name, header)
        result = ticket_endpoint.send(message)
        roles = {"subject": result, "sibling": ticket_endpoint.calibration, **ticket_endpoint.named_by(result)}
        violation = zstack_examine("refused-session", edit=message.edit, **roles)
        assert violation is None, violation


LIVING = {
    "ZT-SESSION-002": [("living-session-other-scheme", "Bearer {session}")],
    "ZT-SESSION-004": [
        *(("session-cut", "OAuth {cut}"), ("session-extended", "OAuth {session}0")),
        ("session-any-digit", "OAuth {cut}_"),
    ],
}
"""What a target that reads the header loosely would take for a valid session."""


@pytest.mark.zstack_alone(cleanup="sessions", in_turn=True)
@pytest.mark.parametrize("cases", by_requirement(LIVING))
def test_valid_session_in_an_altered_header_is_refused(cases, ticket_endpoint, zstack_examine):
    """A create with a valid session in another scheme, truncated or with an extra digit, is refused."""
    if "log-in" not in ticket_endpoint.profile.capabilities:
        return
    session = ticket_endpoint.another_session()
    for name, form in cases:
        header = form.format(session=session.uuid, cut=session.uuid[:-1])
        message = with_session(ticket_endpoint.calibration_draft, name, header)
        result = ticket_endpoint.send(message)
        roles = {"subject": result, "sibling": ticket_endpoint.calibration, **ticket_endpoint.named_by(result)}
        violation = zstack_examine("refused-session", edit=message.edit, **roles)
        assert violation is None, violation
    ticket_endpoint.logout(session.uuid)


@pytest.mark.requirement("ZT-HTTP-013")
@pytest.mark.zstack_alone(cleanup="sessions", in_turn=True)
def test_refusal_of_a_valid_session_in_an_altered_header_does_not_repeat_it(ticket_endpoint, zstack_examine):
    """The response to a valid session in another scheme does not show the session."""
    if "log-in" not in ticket_endpoint.profile.capabilities:
        return
    session = ticket_endpoint.another_session()
    message = with_session(ticket_endpoint.calibration_draft, "living-session-shown", f"Bearer {session.uuid}")
    violation = zstack_examine("no-secret", edit=message.edit, subject=ticket_endpoint.send(message))
    assert violation is None, violation
    ticket_endpoint.logout(session.uuid)


@pytest.mark.requirement("ZT-SESSION-006")
@pytest.mark.zstack_alone(cleanup="sessions", in_turn=True)
@pytest.mark.zstack_rounds(most=8)
def test_logged_out_session_is_refused(ticket_endpoint, zstack_context, zstack_examine):
    """A create or a query with a logged-out session is refused, even if the session was to be renewed since."""
    session = ticket_endpoint.another_session()
    # what keeps sessions keeps those that were used
    ticket_endpoint.call("GET", "/v1/tickets?limit=1", authorization=session.authorization)
    ended = ticket_endpoint.logout(session.uuid)
    edit = Edit(kind="breakage", name="logged-out-session", note="the session was logged out before")
    draft = ticket_endpoint.calibration_draft
    headers = (*draft.headers, ("Authorization", session.authorization))
    result = ticket_endpoint.send(Message(edit=edit, body=draft.body, headers=headers))
    roles = {"subject": result, "sibling": ticket_endpoint.calibration, "ended": ended}
    violation = zstack_examine("refused-session", edit=edit, **roles, **ticket_endpoint.named_by(result))
    assert violation is None, violation
    if "query" not in ticket_endpoint.profile.capabilities:
        return
    good = ticket_endpoint.call("GET", "/v1/tickets?limit=1")
    for name in ("logged-out-session", "renewed-session"):
        if name == "renewed-session":
            path = f"/v1/accounts/sessions/{session.uuid}/renew"
            ticket_endpoint.call("PUT", path, body={"renewSession": {}}, call="action")
        bad = ticket_endpoint.call("GET", "/v1/tickets?limit=1", authorization=session.authorization)
        edit = Edit(kind="breakage", name=name, note="the session was logged out before")
        roles = {"subject": bad, "sibling": good, "ended": ended}
        violation = zstack_examine("refused-session", edit=edit, **roles, arguments={"call": "query"})
        assert violation is None, violation
    if "stranger" in zstack_context.users:
        stranger = ticket_endpoint.as_user("stranger")
        session, good = stranger.another_session(), stranger.call("GET", "/v1/tickets?limit=1")
        ended = stranger.logout(session.uuid)
        bad = stranger.call("GET", "/v1/tickets?limit=1", authorization=session.authorization)
        edit = Edit(kind="breakage", name="logged-out-project", note="the session of a project was logged out before")
        roles = {"subject": bad, "sibling": good, "ended": ended}
        violation = zstack_examine("refused-session", edit=edit, **roles, arguments={"call": "query"})
        assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-030")
@pytest.mark.zstack_alone(cleanup="sessions", in_turn=True)
@pytest.mark.zstack_rounds(most=8)
def test_logout_ends_no_other_session(ticket_endpoint, zstack_examine):
    """A logout ends its own session and no other of the same account, be it by a part of it or a pattern."""
    one, staying = ticket_endpoint.another_session(), ticket_endpoint.another_session()
    for form in ("{part}", "{part}_"):
        ticket_endpoint.logout(form.format(part=staying.uuid[:31]))
    ended = ticket_endpoint.logout(one.uuid)
    edit = Edit(kind="variation", name="other-session-ended", note="another session was logged out before")
    draft = ticket_endpoint.calibration_draft
    headers = (*draft.headers, ("Authorization", staying.authorization))
    result = ticket_endpoint.send(Message(edit=edit, body=draft.body, headers=headers))
    roles = {"subject": result, "sibling": ticket_endpoint.calibration, "ended": ended}
    violation = zstack_examine("sameness", edit=edit, **roles)
    assert violation is None, violation
    ticket_endpoint.logout(staying.uuid)


def other_end(digits):
    """Return another last digit for a session, far from the one it has: no login that came soon has such a session."""
    return f"{(int(digits[-1], 16) + 8) % 16:x}" if digits[-1:] in "0123456789abcdefABCDEF" else "0"


STEPS = {"next": 1, "last": -1, "second-next": 2, "fourth-next": 4, "next-in-front": 16**24}
"""What is added to a session, as a number of 32 hexadecimal digits, to guess that of the next login."""


@pytest.mark.requirement("ZT-SESSION-031")
@pytest.mark.zstack_alone(cleanup="sessions", in_turn=True)
def test_session_of_the_next_login_cannot_be_guessed(ticket_endpoint, zstack_effort, zstack_examine):
    """A session that is guessed from that of the login before is refused."""
    known, own = ticket_endpoint.another_session(), ticket_endpoint.another_session()
    digits = known.uuid.replace("-", "")
    number = int(digits, 16) if re.fullmatch("[0-9a-fA-F]{32}", digits) else uuid.uuid4().int
    asked = reads(ticket_endpoint, zstack_effort, first="count=true", authorization=own.authorization)
    for (path, good), (name, step) in product(asked, STEPS.items()):
        bad = ticket_endpoint.call("GET", path, authorization=f"OAuth {(number + step) % 16**32:032x}")
        edit = Edit(kind="breakage", name=f"guess-{name}", note="guessed from the session of another login")
        roles = {"subject": bad, "sibling": good}
        if not bad.refused:
            # a target that compares only a part of a session takes any that is like the last one, guessed or not
            roles["altered"] = ticket_endpoint.call(
                "GET", path, authorization=f"OAuth {digits[:-1]}{other_end(digits)}"
            )
        violation = zstack_examine("refused-session", edit=edit, **roles, arguments={"call": "query"})
        assert violation is None, violation
    for session in (known, own):
        ticket_endpoint.logout(session.uuid)


@pytest.mark.requirement("ZT-SESSION-007")
@pytest.mark.zstack_rounds
def test_refusal_of_an_invalid_session_says_so(ticket_endpoint, zstack_examine):
    """A refusal because of an invalid session says so: an error code ID.*, or status 401 or 403."""
    message = with_session(ticket_endpoint.calibration_draft, "unknown-session", "OAuth {uuid}")
    result = ticket_endpoint.send(message)
    violation = zstack_examine("session-code", edit=message.edit, subject=result, sibling=ticket_endpoint.calibration)
    assert violation is None, violation


QUERIES = (
    *("replyWithCount=true&limit=1", "count=true", "fields=uuid&limit=1", "fields=uuid%2Cname&limit=2"),
    *("sort=-createDate&limit=1", "sort=%2Bname&limit=1", "limit=1&start=1", "limit=2"),
    *("q=name%21%3Dconformance&limit=1", "q=description%20not%20null&limit=1", "q=description%20is%20null&limit=1"),
    *("q=status%3DPending&limit=1", "q=status%21%3DPending&limit=1", "q=status%3DPending&count=true"),
    *("q=createDate%3E2000-01-01%2000%3A00%3A00&limit=1", "q=lastOpDate%3E2000-01-01%2000%3A00%3A00&limit=1"),
    *("q=uuid%3D{fresh}&limit=1", "q=uuid%21%3D{fresh}&limit=1", "q=uuid%3F%3D{fresh}&limit=1"),
    *("q=uuid%7E%3D%25a%25&limit=1", "q=name%7E%3D%25conformance%25&limit=1", "q=name%21%7E%3D%25x%25&limit=1"),
    "q=name%7E%3D%25conformance%25&q=status%3DPending&limit=1",
)
"""Queries in every form, none of which shows more than two tickets."""
ASKED = {"smoke": 0, "standard": 1, "certify": len(QUERIES)}
"""Further queries by effort."""


def reads(endpoint, effort, first="limit=1", **session):
    """Yield the paths of queries with their results for a session that may ask; what it may not ask proves nothing."""
    for query in (first, *QUERIES[: ASKED[effort]]):
        path = f"/v1/tickets?{query.format(fresh=uuid.uuid4().hex)}"
        good = endpoint.call("GET", path, **session)
        if query == first or not good.refused:
            yield path, good


@pytest.mark.requirement("ZT-SESSION-008")
def test_query_with_an_unknown_session_is_refused(ticket_endpoint, zstack_effort, zstack_examine):
    """A query with a session that does not exist is refused."""
    for path, good in reads(ticket_endpoint, zstack_effort):
        bad = ticket_endpoint.call("GET", path, authorization=f"OAuth {uuid.uuid4().hex}")
        violation = zstack_examine("refused-session", subject=bad, sibling=good, arguments={"call": "query"})
        assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-009")
def test_query_without_a_session_is_refused(ticket_endpoint, zstack_effort, zstack_examine):
    """A query without an Authorization header is refused."""
    for path, good in reads(ticket_endpoint, zstack_effort):
        bad = ticket_endpoint.call("GET", path, authorization=None)
        violation = zstack_examine("refused-session", subject=bad, sibling=good, arguments={"call": "query"})
        assert violation is None, violation
