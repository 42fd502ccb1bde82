"""The table of all API calls."""

from __future__ import annotations

from .call import Call
from .flow_calls import collection_calls, flow_calls
from .session_calls import session_calls
from .ticket_calls import ticket_calls

CALLS: tuple[Call, ...] = (*ticket_calls(), *collection_calls(), *flow_calls(), *session_calls())
"""Every call of the embedded endpoint, in registration order."""
