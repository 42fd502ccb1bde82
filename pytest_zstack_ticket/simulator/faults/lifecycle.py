"""Faults of a ticket's life: events that do nothing or too much, histories, updates, deletions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from typing import Any, TypeAlias

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.faults.effects import Around
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.services.tickets import TRANSITIONS, record
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage.tables import History, Ticket

Save: TypeAlias = Callable[[CallContext, Ticket], Ticket]
Record: TypeAlias = Callable[[CallContext, Ticket, Ticket], None]
Remove: TypeAlias = Callable[[CallContext, Ticket], None]
Denied: TypeAlias = Callable[[CallContext, Ticket, str], str]

_TARGETS = {event: status for (_, event), status in TRANSITIONS.items()} | {
    "approve": "FinalApproved",
    "open": "Pending",
}


def _not_stored(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    del default, context
    return ticket


def _stored_not_shown(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    before = context.store.tickets[ticket.uuid]
    default(context, ticket)
    return before


def _with(**members: Any) -> Callable[[Save, CallContext, Ticket], Ticket]:
    return lambda default, context, ticket: default(context, replace(ticket, **members))


def _taken_over(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    """Let a ticket belong to who sent the event."""
    caller = context.caller
    return default(context, replace(ticket, creator=caller.operator, account=caller.account, project=caller.project))


def _same_date(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    return default(context, replace(ticket, updated=context.store.tickets[ticket.uuid].updated))


def _other_too(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    """Change the status of every other ticket of the same owner, too."""
    for other in list(context.store.tickets.values()):
        if other.creator == ticket.creator and other.uuid != ticket.uuid:
            context.store.tickets[other.uuid] = replace(other, status=ticket.status)
    return default(context, ticket)


def _other_instead(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    """Change the newest other ticket of the same owner instead."""
    others = [
        one for one in context.store.tickets.values() if one.creator == ticket.creator and one.uuid != ticket.uuid
    ]
    if others:
        context.store.tickets[others[-1].uuid] = replace(others[-1], status=ticket.status)
        return ticket
    return default(context, ticket)


def _accept(default: Denied, context: CallContext, ticket: Ticket, event: str) -> str:
    del default, context
    return _TARGETS.get(event, ticket.status)


def _change_and_refuse(default: Denied, context: CallContext, ticket: Ticket, event: str) -> str:
    context.store.tickets[ticket.uuid] = replace(ticket, status=_TARGETS.get(event, ticket.status))
    return default(context, ticket, event)


def _record_and_refuse(default: Denied, context: CallContext, ticket: Ticket, event: str) -> str:
    record(context, ticket, ticket)
    return default(context, ticket, event)


def _no_record(default: Record, context: CallContext, before: Ticket, after: Ticket) -> None:
    del default, context, before, after


def _twice(default: Record, context: CallContext, before: Ticket, after: Ticket) -> None:
    default(context, before, after)
    default(context, before, after)


def _recorded(**members: Any) -> Callable[[Record, CallContext, Ticket, Ticket], None]:
    """Write other values into the history row."""

    def record(default: Record, context: CallContext, before: Ticket, after: Ticket) -> None:
        default(context, before, after)
        rows = context.store.histories[before.uuid]
        rows[-1] = replace(rows[-1], **members)

    return record


def _owner_named(default: Record, context: CallContext, before: Ticket, after: Ticket) -> None:
    _recorded(operator=before.creator)(default, context, before, after)


def _swapped(default: Record, context: CallContext, before: Ticket, after: Ticket) -> None:
    default(context, after, before)


def _from_pending(default: Record, context: CallContext, before: Ticket, after: Ticket) -> None:
    default(context, replace(before, status="Pending"), after)


def _same_sequence(default: Record, context: CallContext, before: Ticket, after: Ticket) -> None:
    default(context, before, after)
    context.store.sequence -= 1


def _replaced(default: Record, context: CallContext, before: Ticket, after: Ticket) -> None:
    """Keep the newest row only."""
    default(context, before, after)
    rows: list[History] = context.store.histories[before.uuid]
    del rows[:-1]


def _first_only(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    return default(context, replace(ticket, requests=ticket.requests[:1]))


def _appended(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    before = context.store.tickets[ticket.uuid]
    return default(context, replace(ticket, requests=(*before.requests, *ticket.requests)))


def _rest_kept(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    """Keep the requests behind those that are updated."""
    before = context.store.tickets[ticket.uuid]
    return default(context, replace(ticket, requests=(*ticket.requests, *before.requests[len(ticket.requests) :])))


def _begun(default: Callable[[CallContext], None], context: CallContext, *, objects: bool = False) -> None:
    """Store the first request of an update that is refused because of another one; `objects`: if all are objects."""
    default(context)
    ticket, requests = context.store.tickets.get(str(context.values.get("uuid"))), context.values.get("requests")
    if not isinstance(requests, list) or (objects and (len(requests) < 2 or None in requests)):
        return
    if ticket and requests and isinstance(requests[0], dict):
        context.store.tickets[ticket.uuid] = replace(ticket, requests=(requests[0], *ticket.requests[1:]))


_half = partial(_begun, objects=True)


def _bodies_merged(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    """Let each new apiBody keep the members of the old one that it leaves out."""
    before = context.store.tickets[ticket.uuid]
    pairs = zip_longest(ticket.requests, before.requests[: len(ticket.requests)])
    return default(context, replace(ticket, requests=tuple(_merged(new, old) for new, old in pairs)))


def _merged(new: Json, old: Json) -> Json:
    one, other = (row.get("apiBody") if isinstance(row, dict) else None for row in (new, old))
    if isinstance(new, dict) and isinstance(one, dict) and isinstance(other, dict):
        return {**new, "apiBody": {**other, **one}}
    return new


def _cleared(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    """Take a description that an update does not name for none."""
    unnamed = context.values.get("description") is None
    return default(context, replace(ticket, description=None) if unnamed else ticket)


def _kept(member: str) -> Callable[[Save, CallContext, Ticket], Ticket]:
    def save(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
        before = context.store.tickets[ticket.uuid]
        default(context, replace(ticket, **{member: getattr(before, member)}))
        return ticket

    return save


def _not_deleted(default: Remove, context: CallContext, ticket: Ticket) -> None:
    del default, context, ticket


def _namesakes_too(default: Remove, context: CallContext, ticket: Ticket) -> None:
    for other in list(context.store.tickets.values()):
        if other.name == ticket.name and other.creator == ticket.creator:
            default(context, other)


def _another(default: Remove, context: CallContext, ticket: Ticket) -> None:
    others = [
        one for one in context.store.tickets.values() if one.creator == ticket.creator and one.uuid != ticket.uuid
    ]
    default(context, others[-1] if others else ticket)


def _not_archived(default: Remove, context: CallContext, ticket: Ticket) -> None:
    kept = (context.store.archives.copy(), context.store.archived_histories.copy())
    default(context, ticket)
    context.store.archives, context.store.archived_histories = kept


def _history_not_archived(default: Remove, context: CallContext, ticket: Ticket) -> None:
    kept = context.store.archived_histories.copy()
    default(context, ticket)
    context.store.archived_histories = kept


def _only_marked(default: Remove, context: CallContext, ticket: Ticket) -> None:
    """Leave the ticket with the status Cancelled instead of deleting it."""
    del default
    context.store.tickets[ticket.uuid] = replace(ticket, status="Cancelled")


def _pretend(default: Callable[[CallContext], Json], context: CallContext) -> Json:
    del default, context
    return {}


def _refused(default: Callable[[CallContext], Json], context: CallContext) -> Json:
    """Refuse what its owner may do."""
    if context.values.get("statusEvent", "cancel") != "cancel":
        return default(context)
    raise ApiError("SYS.1006", details="operation denied")


def _row(name: str, step: str, wrapper: Callable[..., Any], about: str) -> Fault:
    call = step.removeprefix("serve.").removeprefix("refused.").partition(".")[0]
    return Fault(name=name, description=about, effects=(Around(step, wrapper, frozenset({call})),))


LIVES: tuple[Fault, ...] = (
    _row("change-not-stored", "change.store", _not_stored, "an event answers the new status, but stores nothing"),
    _row("change-not-shown", "change.store", _stored_not_shown, "an event is stored, but the old ticket is answered"),
    *(
        _row(f"change-leads-to:{one}", "change.store", _with(status=one), f"every event leads to {one}")
        for one in ("Pending", "Cancelled", "IntermediateApproved", "FinalApproved", "Rejected")
    ),
    _row("change-loses-description", "change.store", _with(description=None), "an event loses the description"),
    _row("change-loses-requests", "change.store", _with(requests=()), "an event loses the requests"),
    _row("change-renames", "change.store", _with(name="renamed"), "an event renames the ticket"),
    _row("change-redates", "change.store", _with(created=0.0), "an event changes createDate"),
    _row("change-keeps-date", "change.store", _same_date, "an event does not change lastOpDate"),
    _row("event-takes-ticket", "change.store", _taken_over, "a ticket belongs to who sent its last event"),
    _row("change-all", "change.store", _other_too, "an event changes all tickets of the owner"),
    _row("change-other", "change.store", _other_instead, "an event changes another ticket"),
    _row("accept-denied-event", "change.denied", _accept, "an event that is denied is carried out"),
    _row(
        "denied-event-changes", "change.denied", _change_and_refuse, "a denied event is refused, yet the status changes"
    ),
    _row("denied-event-recorded", "change.denied", _record_and_refuse, "a denied event is refused, yet leaves a row"),
    _row("no-history", "change.history", _no_record, "an event leaves no history row"),
    _row("double-history", "change.history", _twice, "an event leaves two history rows"),
    _row("history-swapped", "change.history", _swapped, "a history row has from and to swapped"),
    _row("history-from-pending", "change.history", _from_pending, "every history row starts from Pending"),
    _row("history-to-lost", "change.history", _recorded(after="Pending"), "every history row leads to Pending"),
    _row("history-loses-comment", "change.history", _recorded(comment=None), "a history row loses the comment"),
    _row("history-other-operator", "change.history", _recorded(operator="0" * 32), "it names another operator"),
    _row("history-names-owner", "change.history", _owner_named, "it names the ticket's owner, whoever sent the event"),
    _row("history-same-sequence", "change.history", _same_sequence, "history rows share one sequence number"),
    _row("history-only-last", "change.history", _replaced, "only the newest history row is kept"),
    _row("update-not-stored", "update.store", _not_stored, "an update answers the new requests, but stores nothing"),
    _row("update-first-only", "update.store", _first_only, "an update stores the first request only"),
    _row("update-appends", "update.store", _appended, "an update adds to the requests"),
    _row("update-merges", "update.store", _bodies_merged, "an update keeps what it leaves out of an apiBody"),
    _row("update-keeps-the-rest", "update.store", _rest_kept, "an update keeps the requests that it has no others for"),
    _row("refused-update-begun", "refused.update", _begun, "an update that is refused has stored its first request"),
    _row("refused-update-half-done", "refused.update", _half, "of a refused update a good request is stored"),
    _row("update-loses-description", "update.store", _with(description=None), "an update loses the description"),
    _row("update-clears-description", "update.store", _cleared, "an update that names no description clears it"),
    _row("update-keeps-description", "update.store", _kept("description"), "an update does not store the description"),
    _row("update-keeps-date", "update.store", _same_date, "an update does not change lastOpDate"),
    _row("update-reopens", "update.store", _with(status="Pending"), "an update makes the ticket Pending"),
    _row("delete-not-stored", "delete.store", _not_deleted, "a delete answers success and does nothing"),
    _row("delete-namesakes", "delete.store", _namesakes_too, "a delete removes all tickets of that name"),
    _row("delete-other", "delete.store", _another, "a delete removes another ticket"),
    _row("delete-only-cancels", "delete.store", _only_marked, "a delete only cancels"),
    _row("delete-not-archived", "delete.store", _not_archived, "a deleted ticket does not appear in the archives"),
    _row("delete-loses-history", "delete.store", _history_not_archived, "the history of an archived ticket is lost"),
    _row("refuse-cancel", "serve.change", _refused, "a cancel is refused"),
    _row("refuse-delete", "serve.delete", _refused, "a deletion is refused"),
    _row("pretend-change", "serve.change", _pretend, "an event does nothing and answers {}"),
    _row("pretend-update", "serve.update", _pretend, "an update does nothing and answers {}"),
)
"""Every fault of a ticket's life."""
