"""Tickets in the order of their dates, and text of a condition that would make a database wait."""

import re
import time
import uuid
from urllib.parse import quote

import pytest

from pytest_zstack_ticket import Edit
from pytest_zstack_ticket.strategies import NONCE

SORTS = ("+createDate", "-createDate", "-lastOpDate")
COUNT, PAUSE = 3, 1.1
"""Tickets, and the seconds between two of them: dates have whole seconds."""


@pytest.mark.requirement("ZT-QUERY-045")
@pytest.mark.zstack_long
@pytest.mark.zstack_rounds
def test_tickets_are_sorted_by_date(ticket_endpoint, zstack_examine):
    """A sort by createDate or lastOpDate orders tickets by it, upwards and downwards."""
    token = f"zd{uuid.uuid4().hex[:12]}"
    name = f"{token} {ticket_endpoint.certifier} {NONCE}".replace("  ", " ")
    for place in range(COUNT):
        time.sleep(PAUSE if place else 0)
        ticket_endpoint.create(ticket_endpoint.draft(name=name))
    own = f"name~=%{token}%"
    before = ticket_endpoint.query(own, limit=COUNT + 1)
    for sort in SORTS:
        path = f"/v1/tickets?q={quote(own, safe='')}&limit={COUNT + 1}&sort={quote(sort, safe='')}"
        subject = ticket_endpoint.call("GET", path)
        after = ticket_endpoint.query(own, limit=COUNT + 1)
        violation = zstack_examine("in-order", subject=subject, before=before, after=after)
        assert violation is None, violation


SECONDS = 3
"""For the one ticket that the condition names, and for no other row, a database that carried the text out would wait."""


@pytest.mark.requirement("ZT-QUERY-046")
@pytest.mark.zstack_rounds(most=8)
def test_text_of_a_condition_makes_no_database_wait(ticket_endpoint, zstack_examine):
    """A query with the text of a database function that waits is answered as soon as one without it."""
    name = str(ticket_endpoint.calibration.sent("name")).strip()
    nonce = re.search(r"zt-[0-9a-f]{16}", name)
    if nonce is None:
        pytest.skip("the calibration's name has no nonce")
    waiting = f"name={name}' AND IF(name LIKE '%{nonce[0]}%',SLEEP({SECONDS}),0) -- "
    roles = {
        "subject": ticket_endpoint.query(waiting, limit=3),
        "beside0": ticket_endpoint.query(f"name={name}", limit=3),
    }
    if roles["subject"].exchanges[-1].elapsed >= SECONDS:
        for place in (1, 2):
            roles[f"again{place}"] = ticket_endpoint.query(waiting, limit=3)
            roles[f"beside{place}"] = ticket_endpoint.query(f"name={name}", limit=3)
    edit, arguments = Edit(kind="mutation", name="waiting-text"), {"seconds": SECONDS}
    violation = zstack_examine("does-not-wait", edit=edit, arguments=arguments, **roles)
    assert violation is None, violation
