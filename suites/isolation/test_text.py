"""Text stays text: nothing that is sent is run, resolved or shown to others as code, and nothing inside comes out."""

import pytest

from pytest_zstack_ticket.strategies import injection_drafts


@pytest.fixture(scope="module")
def hostile(ticket_endpoint, zstack_context):
    """Send every draft once; return the trails with their drafts and what shows the tickets."""
    sent = []

    def send():
        for draft in () if sent else injection_drafts(zstack_context):
            trail = ticket_endpoint.create(draft)
            sent.append((draft, trail, ticket_endpoint.find_by_uuid(trail) or ticket_endpoint.find_by_name(trail)))
        return sent

    return send


@pytest.mark.requirement("ZT-ISOLATION-001")
def test_text_is_kept_as_text(hostile, zstack_examine):
    """Text that looks like code is stored as exactly that text, or refused."""
    for draft, trail, shown in hostile():
        violation = zstack_examine("as-sent", edit=draft.edit, subject=trail, shown=shown)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ISOLATION-002")
def test_nothing_inside_comes_out(hostile, zstack_examine):
    """No answer to text that looks like code shows a stack trace."""
    for draft, trail, shown in hostile():
        for one in (trail, shown):
            violation = zstack_examine("no-trace", edit=draft.edit, subject=one)
            assert violation is None, violation
