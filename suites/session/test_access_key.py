"""Requests signed with an access key: what a signature covers, and how long it is valid."""

import pytest

from pytest_zstack_ticket import Edit, Message, by_requirement

BAD_SIGNATURES = {
    "ZT-SESSION-021": [{"alter": "signature"}, {"alter": "signature-end"}],
    "ZT-SESSION-022": [{"path": "/v1/tickets/archives"}],
    "ZT-SESSION-023": [{"method": "GET"}],
    "ZT-SESSION-024": [{"shift": 16 * 60}, {"shift": -16 * 60}],
    "ZT-SESSION-025": [{"alter": "no-date"}],
    "ZT-SESSION-026": [{"alter": "no-signature"}, {"alter": "third-part"}],
    "ZT-SESSION-027": [{"alter": "unknown-key"}],
}


def signed(endpoint, name, **how):
    """Return the calibration draft as a signed message."""
    draft = endpoint.calibration_draft
    headers = endpoint.signature_headers(**how)
    edit = Edit(kind="breakage", name=name, note="signed with the access key")
    without = ("Date",) if how.get("alter") == "no-date" else ()
    return Message(edit=edit, body=draft.body, headers=(*draft.headers, *headers), without=without)


@pytest.mark.requirement("ZT-SESSION-020")
@pytest.mark.zstack_rounds
def test_signed_create_is_accepted(ticket_endpoint, zstack_examine):
    """A request signed with the access key is accepted."""
    result = ticket_endpoint.send(signed(ticket_endpoint, "signed"))
    violation = zstack_examine("sameness", subject=result, sibling=ticket_endpoint.calibration)
    assert violation is None, violation


@pytest.mark.parametrize("ways", by_requirement(BAD_SIGNATURES))
@pytest.mark.zstack_rounds
def test_invalid_signature_is_refused(ways, ticket_endpoint, zstack_examine):
    """A signature for another request, key or time is refused, while a valid one is accepted."""
    good = ticket_endpoint.send(signed(ticket_endpoint, "signed"))
    for how in ways:
        message = signed(ticket_endpoint, "-".join(str(value).strip("/") for value in how.values()), **how)
        result = ticket_endpoint.send(message)
        violation = zstack_examine("refused-session", edit=message.edit, subject=result, sibling=good)
        assert violation is None, violation


@pytest.mark.requirement("ZT-SESSION-038")
@pytest.mark.zstack_rounds
def test_job_is_answered_to_polls_without_a_session(ticket_endpoint, zstack_examine):
    """A client with an access key has no session: its poll, `OAuth null`, is answered with the end of the job."""
    result = ticket_endpoint.calibration
    if result.started_job:
        path = ticket_endpoint.job_path(result)
        again = ticket_endpoint.call("GET", path, authorization="OAuth null", follow=False, call="create")
        edit = Edit(kind="variation", name="poll-without-session", note="as clients with an access key poll")
        violation = zstack_examine("job-end-stable", edit=edit, subject=result, again=again)
        assert violation is None, violation


QUOTED = ["right-signature", "access-key", "access-key-digest"]


@pytest.mark.requirement("ZT-SESSION-032")
@pytest.mark.zstack_rounds
def test_refused_signature_does_not_disclose_the_right_one(ticket_endpoint, zstack_examine, zstack_observe):
    """The response to a wrong signature shows neither the right one nor the secret or a digest of it."""
    for how in BAD_SIGNATURES["ZT-SESSION-021"]:
        message = signed(ticket_endpoint, how["alter"], **how)
        result = ticket_endpoint.send(message)
        violation = zstack_examine("no-secret", edit=message.edit, subject=result, arguments={"kinds": QUOTED})
        assert violation is None, violation
    other = ticket_endpoint.send(signed(ticket_endpoint, "key-in-another-case", alter="key-case"))
    zstack_observe("access-key.another-case", other.reading, other)
