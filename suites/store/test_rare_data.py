"""Rare data: what few clients send, and what is lost unseen."""

import pytest

from pytest_zstack_ticket.strategies import edge_case_drafts


@pytest.mark.requirement("ZT-STORE-004")
@pytest.mark.zstack_long
def test_rare_data_is_stored_as_sent_or_refused(ticket_endpoint, zstack_context, zstack_in_window, zstack_examine):
    """Rare data is stored as sent, or refused and not stored, never altered."""

    def create(draft):
        result = ticket_endpoint.create(draft)
        if not ticket_endpoint.is_kept(result):
            return result, None
        lost = result.reading == "lost"
        return result, ticket_endpoint.find_by_nonce(result) if lost else ticket_endpoint.find_by_mark(result)

    whole = False
    sendable = (draft for draft in edge_case_drafts(zstack_context) if ticket_endpoint.may_send(draft.body))
    for draft, (result, shown) in zstack_in_window(create, sendable):
        if shown is None:
            continue
        if result.reading == "lost":
            violation = zstack_examine("lost-leaves-nothing", edit=draft.edit, subject=result, named=shown)
        else:
            arguments = {"whole": True} if whole and draft.edit.path == "params.description" else {}
            violation = zstack_examine("as-sent", edit=draft.edit, subject=result, shown=shown, arguments=arguments)
            whole = whole or keeps_astral(result.sent("description"), shown)
        assert violation is None, violation


def keeps_astral(sent, shown):
    """Say whether a ticket shows a description with characters beyond U+FFFF as it was sent."""
    text = sent if isinstance(sent, str) else ""
    return max(text, default="") > "\uffff" and [row.get("description") for row in shown.rows] == [text]
