"""The life of a ticket after its creation: events, changed requests, deletion. Source: dossier 8.1 and 8.2."""

from __future__ import annotations

from dataclasses import replace

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.json.json_writer import write
from pytest_zstack_ticket.simulator.services.create_ticket import check_column, check_create
from pytest_zstack_ticket.simulator.services.inventories import ticket_inventory
from pytest_zstack_ticket.simulator.services.validation import is_uuid
from pytest_zstack_ticket.simulator.services.visibility import demand_sight, missing
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage.tables import Archive, ArchivedHistory, Flow, History, Ticket

__all__ = ["change_status", "check_create", "check_ticket_call", "delete_ticket", "update_requests"]

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


def next_status(turn: CallContext, status: str, event: str) -> str | None:
    """Return the status that an event leads to, or None where it is denied."""
    choices = turn.world.options.choices
    for choice, word, pair, after in _CHOSEN:
        if pair == (status, event) and getattr(choices, choice) == word:
            return after
    return TRANSITIONS.get((status, event))


def check_ticket_call(turn: CallContext) -> None:
    """Refuse calls on tickets of others before the service sees them."""
    demand_sight(turn, _ticket(turn))


def _ticket(turn: CallContext) -> Ticket:
    uuid = turn.values["uuid"]
    if uuid not in turn.store.tickets:
        raise missing("uuid", uuid, "TicketVO")
    return turn.store.tickets[uuid]


def change_status(turn: CallContext) -> Json:
    """Serve changeTicketStatus."""
    ticket, event = _ticket(turn), str(turn.values.get("statusEvent"))
    if turn.values.get("statusEvent") is None:
        return {"inventory": ticket_inventory(turn, ticket)}
    after = next_status(turn, ticket.status, event)
    if after is None:
        after = turn.active.via("change.denied", _denied)(turn, ticket, event)
    _check_operator(turn, ticket, event)
    comment = turn.values.get("comment")
    if turn.without("accept-too-long:comment"):
        check_column(turn, "comment", comment or "")
    flow = _next_flow(turn, ticket) if after == "approved" else None
    if after == "approved":
        after = "IntermediateApproved" if flow else "FinalApproved"
    if after == "Pending":
        flow = _first_flow(turn, ticket)
    changed = replace(ticket, status=after, flow=flow.uuid if flow else None, updated=turn.now)
    stored = turn.active.via("change.store", save)(turn, changed)
    turn.active.via("change.history", record)(turn, ticket, changed)
    return {"inventory": ticket_inventory(turn, stored)}


def _denied(turn: CallContext, ticket: Ticket, event: str) -> str:
    del turn
    raise ApiError("SYS.1006", "wrong-status", ticket.status, event)


def _check_operator(turn: CallContext, ticket: Ticket, event: str) -> None:
    """Approving and rejecting is for the approver, everything else for the owner."""
    flow = turn.store.flows.get(ticket.flow or "")
    approving = event in ("approve", "reject")
    wanted = flow.approver if approving and flow else ticket.creator
    if turn.caller.operator == wanted or not turn.without("anybody-approves" if approving else "anybody-cancels"):
        return
    error = ApiError("SYS.1006", "wrong-operator", wanted)
    if turn.caller.virtual and not approving:
        error = ApiError("SYS.1006", "not-owner", turn.caller.operator, ticket.uuid, ticket.name)
    turn.active.via("operator.denied", _raise)(turn, ticket, error)


def _raise(turn: CallContext, ticket: Ticket, error: ApiError) -> None:
    del turn, ticket
    raise error


def _flows(turn: CallContext, ticket: Ticket) -> list[Flow]:
    collection = turn.store.collections.get(ticket.collection)
    known = collection.flows if collection else ()
    return [turn.store.flows[uuid] for uuid in known if uuid in turn.store.flows]


def _first_flow(turn: CallContext, ticket: Ticket) -> Flow | None:
    return next(iter(_flows(turn, ticket)), None)


def _next_flow(turn: CallContext, ticket: Ticket) -> Flow | None:
    flows = _flows(turn, ticket)
    for index, flow in enumerate(flows[:-1]):
        if flow.uuid == ticket.flow:
            return flows[index + 1]
    return None


def save(turn: CallContext, ticket: Ticket) -> Ticket:
    """Replace a ticket's row and return what the answer shows."""
    turn.store.tickets[ticket.uuid] = ticket
    return ticket


def record(turn: CallContext, before: Ticket, after: Ticket) -> None:
    """Add a history row; rows are numbered in one sequence over all tickets."""
    store, flow = turn.store, turn.store.flows.get(before.flow or "")
    store.sequence += 1
    row = History(
        uuid=turn.world.new_uuid(),
        sequence=store.sequence,
        ticket=before.uuid,
        before=before.status,
        after=after.status,
        comment=turn.values.get("comment"),
        context=_results(turn, before) if after.status == "FinalApproved" else None,
        operator_type="IAM2VirtualID" if turn.caller.virtual else "Account",
        operator=turn.caller.operator,
        flow_name=flow.name if flow else None,
        created=turn.now,
        account=before.account,
    )
    store.histories.setdefault(before.uuid, []).append(row)


def _results(turn: CallContext, ticket: Ticket) -> Json:
    """Say how the requests went that a final approval set off (U12)."""
    fails = turn.world.options.choices.failing_request == "fails"
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


def update_requests(turn: CallContext) -> Json:
    """Serve updateTicketRequest: only a cancelled ticket may get other requests."""
    ticket = _ticket(turn)
    if ticket.status != "Cancelled" and turn.without("update-in-any-status"):
        raise ApiError("SYS.1006", "not-cancelled", ticket.uuid, ticket.name, ticket.status)
    _check_operator(turn, ticket, "update")
    requests = tuple(turn.values.get("requests") or ())
    check_column(turn, "requests", write(list(requests), escape_html=True))
    description = turn.values.get("description")
    changed = replace(
        ticket,
        requests=requests,
        description=ticket.description if description is None else description,
        updated=turn.now,
    )
    stored = turn.active.via("update.store", save)(turn, changed)
    return {"inventory": ticket_inventory(turn, stored)}


def delete_ticket(turn: CallContext) -> Json:
    """Serve DeleteTicket; a missing ticket is a success where the call declares it (U4)."""
    uuid = turn.values["uuid"]
    ticket = turn.store.tickets.get(uuid)
    if ticket is None:
        _check_missing(turn, uuid)
        return {}
    demand_sight(turn, ticket)
    owner = turn.caller.admin or turn.caller.operator == ticket.creator
    if not owner and turn.without("anybody-deletes"):
        raise ApiError("SYS.1006", "not-owner", turn.caller.operator, ticket.uuid, ticket.name)
    if ticket.status in _OPEN and turn.world.options.choices.delete_open == "refused":
        raise ApiError("SYS.1006", "not-deletable", ticket.status)
    turn.active.via("delete.store", remove)(turn, ticket)
    return {}


def _check_missing(turn: CallContext, uuid: str) -> None:
    if turn.world.options.choices.delete_missing == "refused" or turn.variant.documented:
        raise missing("uuid", uuid, "TicketVO")
    if not is_uuid(uuid):
        raise ApiError("SYS.1003", details=f"invalid value[{uuid}] of field [uuid]")


def remove(turn: CallContext, ticket: Ticket) -> None:
    """Move a ticket and its history to the archives."""
    store = turn.store
    del store.tickets[ticket.uuid]
    rows = store.histories.pop(ticket.uuid, [])
    if turn.world.options.choices.archive == "on-delete":
        store.archives.append(Archive(uuid=turn.world.new_uuid(), ticket=ticket, created=turn.now))
        for row in rows:
            store.archived_histories.append(ArchivedHistory(uuid=turn.world.new_uuid(), history=row))
