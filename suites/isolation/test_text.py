"""Text stays text: nothing sent is executed, resolved or altered, and no response discloses internals."""

import pytest

from pytest_zstack_ticket.strategies import injection_drafts


def hostile(zstack_once, zstack_in_window, ticket_endpoint, zstack_context):
    """Send every injection draft once; the drafts with their results and the queries that show their tickets."""

    def create(draft):
        result = ticket_endpoint.create(draft)
        return result, ticket_endpoint.find_by_mark(result) if ticket_endpoint.is_kept(result) else None

    def send():
        sent = zstack_in_window(create, injection_drafts(zstack_context))
        return [(draft, result, shown) for draft, (result, shown) in sent]

    return zstack_once("isolation: hostile texts", send)


@pytest.mark.requirement("ZT-ISOLATION-001")
def test_text_is_stored_verbatim_or_refused(
    zstack_once, zstack_in_window, ticket_endpoint, zstack_context, zstack_examine
):
    """Text that looks like SQL, markup, a path, a log line, a header or a template is stored verbatim or refused."""
    for draft, result, shown in hostile(zstack_once, zstack_in_window, ticket_endpoint, zstack_context):
        if shown is not None:
            violation = zstack_examine("as-sent", edit=draft.edit, subject=result, shown=shown)
            assert violation is None, violation


@pytest.mark.requirement("ZT-ISOLATION-002")
def test_response_to_code_like_text_has_no_stack_trace(
    zstack_once, zstack_in_window, ticket_endpoint, zstack_context, zstack_examine
):
    """No response to text that looks like code contains a stack trace."""
    for draft, result, shown in hostile(zstack_once, zstack_in_window, ticket_endpoint, zstack_context):
        for call in filter(None, (result, shown)):
            violation = zstack_examine("no-stack-trace", edit=draft.edit, subject=call)
            assert violation is None, violation
