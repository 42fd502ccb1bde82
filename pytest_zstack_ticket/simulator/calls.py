"""The table of all API calls."""

from __future__ import annotations

from .call import Call
from .flow_calls import COLLECTION_CALLS, FLOW_CALLS
from .session_calls import SESSION_CALLS
from .ticket_calls import TICKET_CALLS

CALLS: tuple[Call, ...] = (*TICKET_CALLS, *COLLECTION_CALLS, *FLOW_CALLS, *SESSION_CALLS)
"""Every call of the embedded endpoint, in registration order."""
