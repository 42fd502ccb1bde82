"""Faults that only a sequence, a crowd or a long run brings out: the third event, the second update, old tickets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.fault_points import Facts
from pytest_zstack_ticket.simulator.faults import response_edits as edits
from pytest_zstack_ticket.simulator.faults.effects import Around, Change
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.faults.inventories import fault
from pytest_zstack_ticket.simulator.faults.neighbours import others_of
from pytest_zstack_ticket.simulator.http.query_parameters import Query
from pytest_zstack_ticket.simulator.response import Answer
from pytest_zstack_ticket.simulator.services.conditions import Found
from pytest_zstack_ticket.simulator.services.inventories import ticket_inventory
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage.sessions import Session
from pytest_zstack_ticket.simulator.storage.tables import History, Ticket

Save: TypeAlias = Callable[[CallContext, Ticket], Ticket]
Remove: TypeAlias = Callable[[CallContext, Ticket], None]
Record: TypeAlias = Callable[[CallContext, Ticket, Ticket], None]
Rows: TypeAlias = Callable[[CallContext, Session, Query], list[Found]]
Stage: TypeAlias = Callable[[CallContext, list[Found], Query], list[Found]]

CROWD = 20
DAY = 86_400.0


def _counted(context: CallContext, what: str, ticket: Ticket) -> int:
    """Count what happens to a ticket, from 1."""
    key = f"{what}:{ticket.uuid}"
    context.state.notes[key] = context.state.notes.get(key, 0) + 1
    return int(context.state.notes[key])


def _third_event_renames(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    third = _counted(context, "events", ticket) == 3
    return default(context, replace(ticket, name=f"{ticket.name}!") if third else ticket)


def _second_update_lost(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    return default(context, ticket) if _counted(context, "updates", ticket) == 1 else ticket


def _remember(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    """Remember what a ticket asked for before it was updated."""
    context.state.notes.setdefault(f"asked:{ticket.uuid}", context.store.tickets[ticket.uuid].requests)
    return default(context, ticket)


def _old_requests(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    """Store the requests from before the update when the ticket is reopened, but answer the new ones."""
    old = context.state.notes.get(f"asked:{ticket.uuid}", ticket.requests)
    default(context, replace(ticket, requests=old) if ticket.status == "Pending" else ticket)
    return ticket


def _crowded_cancel(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    """Cancel the oldest of the owner's tickets instead, once three of them are new enough."""
    recent = [one for one in others_of(context, ticket) if one.status == "Pending" and context.now - one.created < 1.0]
    if ticket.status == "Cancelled" and len(recent) >= 2:
        context.store.tickets[recent[0].uuid] = replace(recent[0], status="Cancelled")
        return ticket
    return default(context, ticket)


def _cancel_drops_newest(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    """Let the newest other ticket vanish with every second event on a ticket."""
    if _counted(context, "drops", ticket) == 2:
        for other in others_of(context, ticket)[-1:]:
            del context.store.tickets[other.uuid]
    return default(context, ticket)


def _created_later(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    return default(context, replace(ticket, created=ticket.created + 61))


def _updated_earlier(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    return default(context, replace(ticket, updated=context.store.tickets[ticket.uuid].updated - 120))


def _kept_after_reopen(default: Remove, context: CallContext, ticket: Ticket) -> None:
    """Leave a ticket alone that was reopened once."""
    rows = context.store.histories.get(ticket.uuid, [])
    if not any(row.before == "Cancelled" for row in rows):
        default(context, ticket)


def _rows_of(context: CallContext, ticket: Ticket) -> list[History]:
    return context.store.histories.setdefault(ticket.uuid, [])


def _first_row_lost(default: Record, context: CallContext, before: Ticket, after: Ticket) -> None:
    """Lose the oldest history row with the third event."""
    default(context, before, after)
    if len(_rows_of(context, before)) == 3:
        del _rows_of(context, before)[0]


def _rewritten(default: Record, context: CallContext, before: Ticket, after: Ticket) -> None:
    """Erase all comments when a ticket is reopened."""
    default(context, before, after)
    if after.status == "Pending":
        context.store.histories[before.uuid] = [replace(row, comment=None) for row in _rows_of(context, before)]


def _redated(default: Record, context: CallContext, before: Ticket, after: Ticket) -> None:
    """Date all rows like an hour from the newest one."""
    default(context, before, after)
    context.store.histories[before.uuid] = [replace(row, created=row.created + 90) for row in _rows_of(context, before)]


def _backdated(default: Record, context: CallContext, before: Ticket, after: Ticket) -> None:
    """Date each row a day before the one before it."""
    default(context, before, after)
    rows = _rows_of(context, before)
    rows[-1] = replace(rows[-1], created=context.now - DAY * len(rows))


def _for_other(default: Record, context: CallContext, before: Ticket, after: Ticket) -> None:
    """Write the row into the history of the newest other ticket, too."""
    default(context, before, after)
    for other in others_of(context, before)[-1:]:
        _rows_of(context, other).append(replace(_rows_of(context, before)[-1], ticket=other.uuid))


def _all_histories(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Ignore conditions on ticketUuid."""
    kept = [one for one in asked.conditions if one.field != "ticketUuid"]
    return default(context, rows, replace(asked, conditions=kept))


def _stale_status(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Let a condition on status find no ticket that was ever reopened."""
    found = default(context, rows, asked)
    if context.call.entity != "ticket" or not any(one.field == "status" for one in asked.conditions):
        return found
    stale = {uuid for uuid, those in context.store.histories.items() if any(row.before == "Cancelled" for row in those)}
    return [row for row in found if row.show().get("uuid") not in stale]


def _as_it_was(default: Rows, context: CallContext, caller: Session, asked: Query) -> list[Found]:
    """Show a ticket by its path as Pending, whatever happened to it twice."""
    rows = default(context, caller, asked)
    if context.call.entity != "ticket" or "uuid" not in context.variables:
        return rows
    ticket = context.store.tickets.get(context.variables["uuid"])
    if ticket is None or len(context.store.histories.get(ticket.uuid, [])) < 2:
        return rows
    first = replace(ticket, status="Cancelled" if ticket.status == "Pending" else "Pending")
    return [Found((first.created, first.updated), lambda: ticket_inventory(context, first))]


def _crowd(change: Callable[[CallContext, Ticket], None]) -> Callable[[Save, CallContext, Ticket], Ticket]:
    """Do something to a ticket once its owner has twenty newer ones."""

    def insert(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
        stored = default(context, ticket)
        others = others_of(context, ticket)
        if len(others) >= CROWD:
            change(context, others[-CROWD])
        return stored

    return insert


def _forget(context: CallContext, ticket: Ticket) -> None:
    context.store.tickets.pop(ticket.uuid, None)


def _set(**members: Any) -> Callable[[CallContext, Ticket], None]:
    return lambda context, ticket: context.store.tickets.update({ticket.uuid: replace(ticket, **members)})


def _double(context: CallContext, ticket: Ticket) -> None:
    uuid = context.state.new_uuid()
    context.store.tickets[uuid] = replace(ticket, uuid=uuid)


def _later(change: Change, reading: int) -> Change:
    """Change what a job answers from some reading on."""

    def changed(answer: Answer, facts: Facts) -> Answer:
        return change(answer, facts) if answer.read >= reading else answer

    return changed


def _row(name: str, step: str, wrapper: Callable[..., Any], about: str, *calls: str) -> Fault:
    named = frozenset(calls or (step.partition(".")[0],))
    return Fault(name=name, description=about, effects=(Around(step, wrapper, named),))


def _beside(change: Change) -> Change:
    """Change the answer to a query of anything but tickets."""

    def changed(answer: Answer, facts: Facts) -> Answer:
        path = facts.sent.path.partition("?")[0]
        return answer if path in ("/v1/tickets", "/v1/tickets/") else change(answer, facts)

    return changed


_POLLED = "create/success/polled"
_CHANGE, _HISTORY, _INSERT = "change.store", "change.history", "create.insert"
_CANCELLED: Json = '"Cancelled"'

SEQUENCES: tuple[Fault, ...] = (
    _row("third-event-renames", _CHANGE, _third_event_renames, "the third event on a ticket renames it"),
    _row("second-update-lost", "update.store", _second_update_lost, "a second update of a ticket is not stored"),
    Fault(
        name="reopen-restores-requests",
        description="a reopened ticket has the requests from before its update, while the answer shows the new ones",
        effects=(
            Around(_CHANGE, _old_requests, frozenset({"change"})),
            Around("update.store", _remember, frozenset({"update"})),
        ),
    ),
    _row("crowded-cancel-hits-oldest", _CHANGE, _crowded_cancel, "with three new tickets, a cancel hits the oldest"),
    _row("second-event-drops-newest", _CHANGE, _cancel_drops_newest, "a second event makes the newest ticket vanish"),
    _row("create-date-moves-on-update", "update.store", _created_later, "an update moves createDate by a minute"),
    _row("last-date-goes-back", _CHANGE, _updated_earlier, "an event sets lastOpDate back by two minutes"),
    _row("reopened-stays", "delete.store", _kept_after_reopen, "a ticket that was reopened silently cannot be deleted"),
    _row("history-row-lost-after-third-event", _HISTORY, _first_row_lost, "the third event loses the first row"),
    _row("history-rewritten-on-reopen", _HISTORY, _rewritten, "a reopen erases the comments of all rows"),
    _row("history-redated", _HISTORY, _redated, "an event moves the dates of all rows"),
    _row("history-backdated", _HISTORY, _backdated, "a row is dated before the one before it"),
    _row("history-for-other", _HISTORY, _for_other, "a row stands in the history of another ticket, too"),
    _row("history-ignores-ticket", "query.filter", _all_histories, "conditions on ticketUuid are ignored", "query"),
    _row("status-misses-reopened", "query.filter", _stale_status, "status finds no ticket that was reopened", "query"),
    _row(
        "path-shows-old-status", "query.rows", _as_it_was, "after two events, GET shows another status", "get", "query"
    ),
    _row("forget-after-20", _INSERT, _crowd(_forget), "a ticket vanishes once there are twenty newer ones"),
    _row("empty-after-20", _INSERT, _crowd(_set(requests=())), "twenty newer tickets cost a ticket its requests"),
    _row("cancel-after-20", _INSERT, _crowd(_set(status="Cancelled")), "twenty newer tickets cancel a ticket"),
    _row("double-after-20", _INSERT, _crowd(_double), "a ticket is doubled once there are twenty newer ones"),
    *(
        fault(*row)
        for row in (
            (
                "job-follows-ticket",
                _POLLED,
                _later(edits.put("inventory.status", _CANCELLED), 2),
                "a result read again shows the ticket's later status",
            ),
            (
                "beside:null-rows",
                "query/success",
                _beside(edits.put("inventories", "null")),
                "no archives but null",
            ),
            (
                "beside:bare-list",
                "query/success",
                _beside(edits.unwrap("inventories")),
                "only archives are shown",
            ),
            (
                "beside:empty-object",
                "query/success",
                _beside(edits.body("object")),
                "archives and flows are {}",
            ),
            (
                "job-runs-again",
                _POLLED,
                _later(edits.chain(edits.body("object"), edits.status(202)), 3),
                "at the third reading of its result a job runs again",
            ),
            ("job-fades", _POLLED, _later(edits.body("object"), 3), "the third reading of a result is {}"),
        )
    ),
    *(
        Fault(name=name, description=about, expression=text)
        for name, text, about in (
            ("drift:born-cancelled", "after:20(born-cancelled)", "after twenty creates, new tickets are Cancelled"),
            ("drift:refuses", "every:11(refuse)", "every eleventh create is refused"),
            ("drift:no-timeout", "after:20(drop:create/accepted=apiTimeout)", "after twenty creates, no apiTimeout"),
            ("drift:upper", "after:20(mangle-name:upper)", "after twenty creates, names are stored in upper case"),
            ("drift:refuses-all", "after:20(refuse)", "after twenty creates, all are refused"),
            (
                "drift:validation-off",
                "after:20(accept-missing:name+accept-missing:requests+accept-too-long:name+accept-null:name)",
                "after twenty creates, names and requests are not checked",
            ),
            ("late-loss", "after:300(lose-ticket)", "after three hundred creates, tickets are lost"),
            ("late-double", "every:37(double-ticket)", "every thirty-seventh create stores two tickets"),
            ("old-age", "when-later:20(mangle-name:upper)", "after twenty seconds, names are stored in upper case"),
        )
    ),
)
"""Every fault of sequences, crowds and long runs."""
