"""Faults of deleted tickets: archives that are not what was deleted, events and deletions that come too late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.fault_points import Facts
from pytest_zstack_ticket.simulator.faults.effects import Around, Edit
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.faults.neighbours import others_of
from pytest_zstack_ticket.simulator.faults.scope import parse_scope
from pytest_zstack_ticket.simulator.response import Answer, Tree
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage.tables import Archive, Ticket

Remove: TypeAlias = Callable[[CallContext, Ticket], None]
Save: TypeAlias = Callable[[CallContext, Ticket], Ticket]
Serve: TypeAlias = Callable[[CallContext], Json]
Admit: TypeAlias = Callable[[CallContext], None]

_LOOKS = 3
"""Queries that do not show a ticket that comes back after its deletion."""


def _archived(**members: Any) -> Callable[[Remove, CallContext, Ticket], None]:
    """Archive other values than those that the ticket had."""

    def remove(default: Remove, context: CallContext, ticket: Ticket) -> None:
        default(context, ticket)
        if context.store.archives:
            last = context.store.archives[-1]
            context.store.archives[-1] = replace(last, ticket=replace(last.ticket, **members))

    return remove


def _archived_as_created(default: Remove, context: CallContext, ticket: Ticket) -> None:
    """Archive the requests that the ticket was created with, not those that it was updated to."""
    default(context, replace(ticket, requests=context.state.notes.get(f"first:{ticket.uuid}", ticket.requests)))


def _remember_requests(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    context.state.notes.setdefault(f"first:{ticket.uuid}", context.store.tickets[ticket.uuid].requests)
    return default(context, ticket)


def _archived_twice(default: Remove, context: CallContext, ticket: Ticket) -> None:
    default(context, ticket)
    _add_archive(context, ticket)


def _add_archive(context: CallContext, ticket: Ticket) -> None:
    context.store.archives.append(Archive(uuid=context.state.new_uuid(), ticket=ticket, created=context.now))


def _archive_names_living(default: Remove, context: CallContext, ticket: Ticket) -> None:
    """Archive the ticket under the uuid of one that lives."""
    others = others_of(context, ticket)
    default(context, ticket)
    if others:
        _archived(uuid=others[-1].uuid)(lambda context, ticket: None, context, ticket)  # noqa: ARG005 - whatever there was


def _archive_on_cancel(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
    if ticket.status == "Cancelled":
        _add_archive(context, ticket)
    return default(context, ticket)


def _history_row_lost(default: Remove, context: CallContext, ticket: Ticket) -> None:
    """Archive the history without its oldest row."""
    context.store.histories[ticket.uuid] = context.store.histories.get(ticket.uuid, [])[1:]
    default(context, ticket)


def _history_rewritten(default: Remove, context: CallContext, ticket: Ticket) -> None:
    rows = context.store.histories.get(ticket.uuid, [])
    context.store.histories[ticket.uuid] = [replace(row, comment=None) for row in rows]
    default(context, ticket)


def _history_mixed(default: Remove, context: CallContext, ticket: Ticket) -> None:
    """Archive the history of the neighbour under the ticket's uuid."""
    for other in others_of(context, ticket)[-1:]:
        context.store.histories[ticket.uuid] = [
            replace(row, ticket=ticket.uuid, before=row.after, after=row.before)
            for row in context.store.histories.get(other.uuid, [])
        ]
    default(context, ticket)


def _neighbour_history_lost(default: Remove, context: CallContext, ticket: Ticket) -> None:
    """Let the history of every other ticket of the owner go with the deleted one."""
    default(context, ticket)
    for other in others_of(context, ticket):
        context.store.histories.pop(other.uuid, None)


def _archive_of(context: CallContext) -> Archive | None:
    """Return the archive of the ticket that a call is about, None if it lives or never was."""
    uuid = context.values.get("uuid")
    if uuid in context.store.tickets:
        return None
    return next((one for one in reversed(context.store.archives) if one.ticket.uuid == uuid), None)


def _revived(default: Admit, context: CallContext) -> None:
    """Bring a deleted ticket back before an event on it."""
    archive = _archive_of(context)
    if archive is not None:
        context.store.tickets[archive.ticket.uuid] = archive.ticket
    default(context)


def _refused_yet_revived(default: Admit, context: CallContext) -> None:
    """Refuse an event on a deleted ticket, but bring the ticket back."""
    archive = _archive_of(context)
    try:
        default(context)
    finally:
        if archive is not None:
            context.store.tickets[archive.ticket.uuid] = archive.ticket


def _revived_for_a_moment(default: Admit, context: CallContext) -> None:
    archive = _archive_of(context)
    context.state.notes["dead"] = archive.ticket.uuid if archive else ""
    _revived(default, context)


def _remembered(default: Remove, context: CallContext, ticket: Ticket) -> None:
    context.state.notes["returning"] = (ticket, _LOOKS)
    default(context, ticket)


def _returning(default: Admit, context: CallContext) -> None:
    """Bring the ticket that was deleted last back after some queries."""
    ticket, looks = context.state.notes.pop("returning", (None, 0))
    if ticket is not None and looks:
        context.state.notes["returning"] = (ticket, looks - 1)
    elif ticket is not None:
        context.store.tickets[ticket.uuid] = ticket
    default(context)


def _class_of_ticket(answer: Answer, facts: Facts) -> Answer:
    """Let a schema name tickets where it names archives."""
    del facts
    value = answer.body.value if isinstance(answer.body, Tree) else None
    schema = value.get("schema") if isinstance(value, dict) else None
    if not (isinstance(value, dict) and isinstance(schema, dict)):
        return answer
    named: Json = {place: str(one).replace(".ArchiveTicketInv", ".TicketInv") for place, one in schema.items()}
    return replace(answer, body=Tree(value | {"schema": named}))


def _buried(default: Serve, context: CallContext) -> Json:
    """Carry an event out on a deleted ticket, answer it, and let it be deleted again."""
    try:
        return default(context)
    except ApiError:
        return {}
    finally:
        context.store.tickets.pop(context.state.notes.get("dead", ""), None)


def _hits_other(default: Admit, context: CallContext) -> None:
    """Refuse an event on a deleted ticket, but cancel the newest of the owner's."""
    archive = _archive_of(context)
    others = others_of(context, archive.ticket) if archive else []
    if others:
        context.store.tickets[others[-1].uuid] = replace(others[-1], status="Cancelled")
    default(context)


def _again(then: Callable[[CallContext, Archive], None]) -> Callable[[Serve, CallContext], Json]:
    """Do something when a deleted ticket is deleted again."""

    def serve(default: Serve, context: CallContext) -> Json:
        archive = _archive_of(context)
        if archive is not None:
            then(context, archive)
        return default(context) if archive is None else {}

    return serve


def _delete_newest(context: CallContext, archive: Archive) -> None:
    for other in others_of(context, archive.ticket)[-1:]:
        del context.store.tickets[other.uuid]


def _bring_back(context: CallContext, archive: Archive) -> None:
    context.store.tickets[archive.ticket.uuid] = archive.ticket


def _recreated(
    change: Callable[[Save, CallContext, Ticket, Ticket], Ticket],
) -> Callable[[Save, CallContext, Ticket], Ticket]:
    """Do a create otherwise that has the uuid of a deleted ticket."""

    def insert(default: Save, context: CallContext, ticket: Ticket) -> Ticket:
        old = next((one.ticket for one in context.store.archives if one.ticket.uuid == ticket.uuid), None)
        return default(context, ticket) if old is None else change(default, context, ticket, old)

    return insert


def _old_content(default: Save, context: CallContext, ticket: Ticket, old: Ticket) -> Ticket:
    return default(context, replace(ticket, description=old.description, requests=old.requests))


def _not_stored(default: Save, context: CallContext, ticket: Ticket, old: Ticket) -> Ticket:
    del default, context, old
    return ticket


def _both(default: Save, context: CallContext, ticket: Ticket, old: Ticket) -> Ticket:
    default(context, replace(old, uuid=context.state.new_uuid()))
    return default(context, ticket)


def _row(name: str, step: str, wrapper: Callable[..., Any], about: str, call: str = "") -> Fault:
    calls = frozenset({call or step.removeprefix("serve.").partition(".")[0]})
    return Fault(name=name, description=about, effects=(Around(step, wrapper, calls),))


_DELETE, _INSERT, _ADMIT = "delete.store", "create.insert", "admit"

ARCHIVES: tuple[Fault, ...] = (
    _row("archive-loses-description", _DELETE, _archived(description=None), "an archive lacks the description"),
    _row("archive-loses-requests", _DELETE, _archived(requests=()), "an archive lacks the requests"),
    _row("archive-loses-context", _DELETE, _archived(context={}), "an archive lacks what the account system said"),
    _row("archive-renames", _DELETE, _archived(name="archived"), "an archive has another name"),
    _row("archive-says-cancelled", _DELETE, _archived(status="Cancelled"), "an archive has the status Cancelled"),
    _row("archive-says-pending", _DELETE, _archived(status="Pending"), "an archive has the status Pending"),
    _row("archive-twice", _DELETE, _archived_twice, "a deleted ticket is archived twice"),
    Fault(
        name="archive-as-created",
        description="an archive has the requests of the creation, not those of the last update",
        effects=(
            Around(_DELETE, _archived_as_created, frozenset({"delete"})),
            Around("update.store", _remember_requests, frozenset({"update"})),
        ),
    ),
    Fault(
        name="archive-class-of-ticket",
        description="the schema of archives names the class of tickets",
        effects=(Edit(_class_of_ticket, parse_scope("query/success")),),
    ),
    _row("archive-names-living", _DELETE, _archive_names_living, "an archive has the uuid of an existing ticket"),
    _row("archive-on-cancel", "change.store", _archive_on_cancel, "a cancelled ticket is archived, yet still exists"),
    _row("archive-loses-history-row", _DELETE, _history_row_lost, "an archived history lacks its first row"),
    _row("archive-rewrites-history", _DELETE, _history_rewritten, "an archived history lacks its comments"),
    _row("archive-mixes-history", _DELETE, _history_mixed, "an archived history is that of another ticket"),
    _row("delete-drops-neighbour-history", _DELETE, _neighbour_history_lost, "a delete empties other histories"),
    _row("delete-revives-on-event", _ADMIT, _revived, "an event on a deleted ticket brings it back", "change"),
    _row(
        "refused-event-revives", _ADMIT, _refused_yet_revived, "an event is refused, yet the ticket is back", "change"
    ),
    Fault(
        name="dead-event-accepted",
        description="an event on a deleted ticket is answered with the ticket",
        effects=(
            Around(_ADMIT, _revived_for_a_moment, frozenset({"change"})),
            Around("serve.change", _buried, frozenset({"change"})),
        ),
    ),
    Fault(
        name="delete-does-not-last",
        description="a deleted ticket is back after a few queries",
        effects=(
            Around(_DELETE, _remembered, frozenset({"delete"})),
            Around(_ADMIT, _returning, frozenset({"query"})),
        ),
    ),
    _row("dead-event-hits-other", _ADMIT, _hits_other, "an event on a deleted ticket cancels another", "change"),
    _row("second-delete-deletes-other", "serve.delete", _again(_delete_newest), "a second delete takes another ticket"),
    _row(
        "second-delete-archives-again",
        "serve.delete",
        _again(lambda context, archive: _add_archive(context, archive.ticket)),
        "a second delete archives once more",
    ),
    _row("second-delete-revives", "serve.delete", _again(_bring_back), "a second delete brings the ticket back"),
    _row("recreate-revives-content", _INSERT, _recreated(_old_content), "a uuid used again shows the old content"),
    _row("recreate-not-stored", _INSERT, _recreated(_not_stored), "a create with a uuid used before stores nothing"),
    _row("recreate-doubles", _INSERT, _recreated(_both), "a create with a uuid used before brings the old one back"),
)
"""Every fault of deleted tickets."""
