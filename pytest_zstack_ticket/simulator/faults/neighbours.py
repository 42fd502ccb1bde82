"""The tickets beside one, which faults hit by mistake."""

from __future__ import annotations

from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage.tables import Ticket


def others_of(context: CallContext, ticket: Ticket) -> list[Ticket]:
    """Return the living tickets of the same creator, oldest first, without this one."""
    return [one for one in context.store.tickets.values() if one.creator == ticket.creator and one.uuid != ticket.uuid]
