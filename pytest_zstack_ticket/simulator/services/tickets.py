"""The life of a ticket after its creation: events, changed requests, deletion. Source: dossier 8.1 and 8.2."""

from __future__ import annotations

from dataclasses import replace

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.json.json_writer import write
from pytest_zstack_ticket.simulator.services.collation import collated
from pytest_zstack_ticket.simulator.services.create_ticket import check_create, check_requests, check_text
from pytest_zstack_ticket.simulator.services.inventories import ticket_inventory
from pytest_zstack_ticket.simulator.services.validation import is_uuid
from pytest_zstack_ticket.simulator.services.visibility import demand_sight, missing
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage.tables import Archive, ArchivedHistory, Flow, History, Ticket

__all__ = ["change_status", "check_create", "check_ticket_call", "check_update", "delete_ticket", "update_requests"]

_OPEN = ("Pending", "IntermediateApproved")
TRANSITIONS: dict[tuple[str, str], str] = {
    **{(status, "reject"): "Rejected" for status in _OPEN},
    **{(status, "cancel"): "Cancelled" for status in _OPEN},
    **{(status, "approve"): "approved" for status in _OPEN},
    ("Cancelled", "reopen"): "Pending",
}
"""From status and event to the next status; `approved` depends on the flow."""

_CHOSEN: tuple[tuple[str, str, tuple[str, str], str], ...] = (
    ("reopen_rejected", "allowed", ("Rejected", "reopen"), "Pending"),
    ("cancel_rejected", "allowed", ("Rejected", "cancel"), "Cancelled"),
    ("open_cancelled", "allowed", ("Cancelled", "open"), "Pending"),
    ("reject_final", "allowed", ("FinalApproved", "reject"), "Rejected"),
)


def next_status(context: CallContext, status: str, event: str) -> str | None:
    """Return the status that an event leads to, or None where it is denied."""
    choices = context.state.options.choices
    if (status, event) == ("Cancelled", "reject") and not context.without("reject-in-cancelled"):
        return "Rejected"
    for choice, word, pair, after in _CHOSEN:
        if pair == (status, event) and getattr(choices, choice) == word:
            return after
    return TRANSITIONS.get((status, event))


def check_ticket_call(context: CallContext) -> None:
    """Refuse calls on tickets of others before the service sees them."""
    demand_sight(context, _ticket(context))


def check_update(context: CallContext) -> None:
    """Refuse an update that its ticket's create would have been refused for, before anything is done."""
    check_ticket_call(context)
    check_requests(context)


def _ticket(context: CallContext) -> Ticket:
    uuid = context.values["uuid"]
    if uuid not in context.store.tickets:
        raise missing("uuid", uuid, "TicketVO")
    return context.store.tickets[uuid]


def change_status(context: CallContext) -> Json:
    """Serve changeTicketStatus."""
    ticket, event = _ticket(context), str(context.values.get("statusEvent"))
    if context.values.get("statusEvent") is None:
        return {"inventory": ticket_inventory(context, ticket)}
    after = next_status(context, ticket.status, event)
    if after is None:
        after = context.active.via("change.denied", _denied)(context, ticket, event)
    _check_operator(context, ticket, event)
    comment = context.values.get("comment")
    if context.without("accept-too-long:comment"):
        check_text(context, "comment", comment or "")
    flow = _next_flow(context, ticket) if after == "approved" else None
    if after == "approved":
        after = "IntermediateApproved" if flow else "FinalApproved"
    if after == "Pending":
        flow = _first_flow(context, ticket)
    kept = after == "Cancelled" and context.state.options.choices.cancelled_flow == "kept"
    uuid = ticket.flow if kept else flow.uuid if flow else None
    changed = replace(ticket, status=after, flow=uuid, updated=context.now)
    stored = context.active.via("change.store", save)(context, changed)
    context.active.via("change.history", record)(context, ticket, changed)
    return {"inventory": _changed(context, stored)}


def _changed(context: CallContext, ticket: Ticket) -> dict[str, Json]:
    """Show a changed ticket; the object that a node looked up by an id keeps the id that it was looked up by."""
    shown, typed = ticket_inventory(context, ticket), context.variables.get("uuid", "")
    echoed = context.state.options.choices.changed_uuid == "typed" and collated(typed) == collated(ticket.uuid)
    return shown | {"uuid": typed} if echoed else shown


def _denied(context: CallContext, ticket: Ticket, event: str) -> str:
    del context
    raise ApiError("SYS.1006", "wrong-status", ticket.status, event)


def _check_operator(context: CallContext, ticket: Ticket, event: str) -> None:
    """Approving and rejecting is for the approver, everything else for the owner."""
    flow = context.store.flows.get(ticket.flow or "")
    approving = event in ("approve", "reject")
    wanted = flow.approver if approving and flow else ticket.creator
    if context.caller.operator == wanted or not context.without("anybody-approves" if approving else "anybody-cancels"):
        return
    error = ApiError("SYS.1006", "wrong-operator", wanted)
    if context.caller.virtual and not approving:
        error = ApiError("SYS.1006", "not-owner", context.caller.operator, ticket.uuid, ticket.name)
    context.active.via("operator.denied", _raise)(context, ticket, error)


def _raise(context: CallContext, ticket: Ticket, error: ApiError) -> None:
    del context, ticket
    raise error


def _flows(context: CallContext, ticket: Ticket) -> list[Flow]:
    collection = context.store.collections.get(ticket.collection)
    known = collection.flows if collection else ()
    return [context.store.flows[uuid] for uuid in known if uuid in context.store.flows]


def _first_flow(context: CallContext, ticket: Ticket) -> Flow | None:
    return next(iter(_flows(context, ticket)), None)


def _next_flow(context: CallContext, ticket: Ticket) -> Flow | None:
    flows = _flows(context, ticket)
    for index, flow in enumerate(flows[:-1]):
        if flow.uuid == ticket.flow:
            return flows[index + 1]
    return None


def save(context: CallContext, ticket: Ticket) -> Ticket:
    """Replace a ticket's row and return what the answer shows."""
    context.store.tickets[ticket.uuid] = ticket
    return ticket


def record(context: CallContext, before: Ticket, after: Ticket) -> None:
    """Add a history row; rows are numbered in one sequence over all tickets."""
    store, flow = context.store, context.store.flows.get(before.flow or "")
    store.sequence += 1
    row = History(
        uuid=context.state.new_uuid(),
        sequence=store.sequence,
        ticket=before.uuid,
        before=before.status,
        after=after.status,
        comment=context.values.get("comment"),
        context=_results(context, before) if after.status == "FinalApproved" else None,
        operator_type="IAM2VirtualID" if context.caller.virtual else "Account",
        operator=context.caller.operator,
        flow_name=flow.name if flow else None,
        created=context.now,
        account=before.account,
    )
    store.histories.setdefault(before.uuid, []).append(row)


def _results(context: CallContext, ticket: Ticket) -> Json:
    """Say how the requests went that a final approval set off (U12)."""
    fails = context.state.options.choices.failing_request == "fails"
    results = []
    for request in ticket.requests:
        times = request["executeTimes"] if request else 0
        errors = [{"code": "SYS.1006", "description": "An operation failed"}] if fails else []
        row = {
            "requestName": request.get("apiName") if request else None,
            "successTimes": 0 if fails else times,
            "failureTimes": times if fails else 0,
            "errors": errors,
        }
        results.append(row)
    return {"requestResults": results}


def update_requests(context: CallContext) -> Json:
    """Serve updateTicketRequest: only a cancelled ticket may get other requests."""
    ticket = _ticket(context)
    allowed = ticket.status == "Rejected" and not context.without("update-in-rejected")
    before = {row.before for row in context.store.histories.get(ticket.uuid, ())}
    allowed |= "Cancelled" in before and not context.without("update-in-reopened")
    if ticket.status != "Cancelled" and not allowed and context.without("update-in-any-status"):
        raise ApiError("SYS.1006", "not-cancelled", ticket.uuid, ticket.name, ticket.status)
    _check_operator(context, ticket, "update")
    requests = tuple(context.values.get("requests") or ())
    check_text(context, "requests", write(list(requests), escape_html=True))
    description = context.values.get("description")
    changed = replace(
        ticket,
        requests=requests,
        description=ticket.description if description is None else description,
        updated=context.now,
    )
    stored = context.active.via("update.store", save)(context, changed)
    return {"inventory": _changed(context, stored)}


def delete_ticket(context: CallContext) -> Json:
    """Serve DeleteTicket; a missing ticket is a success where the call declares it (U4)."""
    uuid = context.values["uuid"]
    ticket = context.store.tickets.get(uuid)
    if ticket is None:
        _check_missing(context, uuid)
        return {}
    demand_sight(context, ticket)
    owner = context.caller.admin or context.caller.operator == ticket.creator
    if not owner and context.without("anybody-deletes"):
        raise ApiError("SYS.1006", "not-owner", context.caller.operator, ticket.uuid, ticket.name)
    if ticket.status in _OPEN and context.state.options.choices.delete_open == "refused":
        raise ApiError("SYS.1006", "not-deletable", ticket.status)
    context.active.via("delete.store", remove)(context, ticket)
    return {}


def _check_missing(context: CallContext, uuid: str) -> None:
    if context.state.options.choices.delete_missing == "refused" or context.variant.documented:
        raise missing("uuid", uuid, "TicketVO")
    if not is_uuid(uuid):
        raise ApiError("SYS.1003", details=f"invalid value[{uuid}] of field [uuid]")


def remove(context: CallContext, ticket: Ticket) -> None:
    """Move a ticket and its history to the archives."""
    store = context.store
    del store.tickets[ticket.uuid]
    rows = store.histories.pop(ticket.uuid, [])
    if context.state.options.choices.archive == "on-delete":
        store.archives.append(Archive(uuid=context.state.new_uuid(), ticket=ticket, created=context.now))
        for row in rows:
            store.archived_histories.append(ArchivedHistory(uuid=context.state.new_uuid(), history=row))
