"""Who may see and touch which ticket. The target's rules are unknown (dossier 10.4, U11); this is our choice.

The administrator sees everything. A project's session sees what its project's account owns, a virtual ID also what it
made itself or has to approve.
"""

from __future__ import annotations

from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage.sessions import Session
from pytest_zstack_ticket.simulator.storage.tables import Collection, Ticket


def sees_ticket(context: CallContext, caller: Session, ticket: Ticket) -> bool:
    """Tell whether a session may read a ticket."""
    if caller.admin:
        return True
    if caller.virtual:
        inside = caller.project in ("", ticket.project)
        own = ticket.creator == caller.operator
        flow = context.store.flows.get(ticket.flow or "")
        approves = flow is not None and flow.approver == caller.operator
        return inside and (own or approves or (bool(caller.project) and ticket.project == caller.project))
    return ticket.account == caller.account


def sees_collection(caller: Session, collection: Collection) -> bool:
    """Tell whether a session may read a flow collection: the platform's own are everybody's."""
    if caller.admin or not collection.project:
        return True
    return collection.project == caller.project or (not caller.project and collection.project in caller.person.projects)


def demand_sight(context: CallContext, ticket: Ticket) -> None:
    """Refuse a call on a ticket that the caller may not see."""
    caller = context.caller
    if sees_ticket(context, caller, ticket) or not context.without(f"allow-foreign-{context.call.kind}"):
        return
    context.active.via("foreign.denied", deny)(context, ticket)


def deny(context: CallContext, ticket: Ticket) -> None:
    """Refuse a call on another user's ticket in the way that was chosen."""
    if context.state.options.choices.foreign == "hidden" or context.variant.documented:
        raise missing("uuid", ticket.uuid, "TicketVO")
    raise ApiError(
        "SYS.1006",
        details=f"permission denied, the account[uuid:{context.caller.account}] is not the owner of the "
        f"resource[uuid:{ticket.uuid}, type:TicketVO]",
    )


def missing(field: str, uuid: str, kind: str) -> ApiError:
    """Build the error for a resource that does not exist."""
    return ApiError("SYS.1003", details=f"invalid field[{field}], resource[uuid:{uuid}, type:{kind}] not found")
