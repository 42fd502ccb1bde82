"""The table of all API calls."""

from __future__ import annotations

from pytest_zstack_ticket.simulator.calls.api_call import Call
from pytest_zstack_ticket.simulator.calls.approval_flow_calls import COLLECTION_CALLS, FLOW_CALLS
from pytest_zstack_ticket.simulator.calls.session_calls import SESSION_CALLS
from pytest_zstack_ticket.simulator.calls.ticket_calls import TICKET_CALLS

CALLS: tuple[Call, ...] = (*TICKET_CALLS, *COLLECTION_CALLS, *FLOW_CALLS, *SESSION_CALLS)
"""Every call of the embedded endpoint, in registration order."""
