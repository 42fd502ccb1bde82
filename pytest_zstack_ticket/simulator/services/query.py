"""Queries: rows that the caller may see, filtered, sorted, cut to a page and to fields. Source: dossier 4.6 and 8.4."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.errors import Refusal
from pytest_zstack_ticket.simulator.http.query_parameters import Condition, Query, read_query
from pytest_zstack_ticket.simulator.json.json_writer import write
from pytest_zstack_ticket.simulator.services import inventories as show
from pytest_zstack_ticket.simulator.services.conditions import Found, Row, StoredRow, condition_test, folding
from pytest_zstack_ticket.simulator.services.query_checks import check_query
from pytest_zstack_ticket.simulator.services.visibility import sees_collection, sees_ticket
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage.sessions import Session


def query(context: CallContext) -> Json:
    """Serve every query; a path with a uuid is a query on it that ignores all parameters."""
    asked = read_query(context) if "uuid" not in context.variables else Query(limit=1000)
    if "uuid" in context.variables:
        asked.conditions.append(Condition(field="uuid", operator="=", value=context.variables["uuid"]))
    check_query(context, asked)
    via = context.active.via
    rows = via("query.rows", visible)(context, context.caller, asked)
    rows = via("query.filter", filtered)(context, rows, asked)
    rows = via("query.sort", ordered)(context, rows, asked)
    total = via("query.total", count_all)(context, rows, asked)
    if asked.count:
        return {"schema": {}, "total": total}
    page = via("query.page", paged)(context, rows, asked)
    shown = via("query.fields", projected)(context, [one.show() for one in page], asked)
    if any(unreadable(context, row) for row in shown):
        raise Refusal(row="R39", status=500, text=show.UNREADABLE)
    return _reply(context, shown, total if asked.reply_with_count else None)


def unreadable(context: CallContext, row: Row) -> bool:
    """Whether gson's schema builder fails on a row: a list where the inventory declares an Object."""
    if context.state.options.choices.context_form != "unreadable":
        return False
    bodies = [one.get("apiBody") for one in row.get("request") or () if isinstance(one, dict)]
    return any(isinstance(one, list) for one in (row.get("accountSystemContext"), *bodies))


def _reply(context: CallContext, rows: list[Row], total: int | None) -> Json:
    named: dict[str, str] = {}
    for index, row in enumerate(rows):
        named |= show.schema(context.call.entity, row, f"inventories[{index}]")
    return {"schema": named, "total": total, "inventories": rows}


def _found(context: CallContext, rows: Iterable[Any], shower: Callable[[CallContext, Any], Row]) -> list[Found]:
    return [StoredRow(context, row, shower) for row in rows]


def visible(context: CallContext, caller: Session, asked: Query) -> list[Found]:
    """Return the rows of the asked table that a session may see."""
    store, entity = context.store, context.call.entity
    if entity == "ticket":
        tickets = _tickets(context, asked)
        seen = tickets if caller.admin else [one for one in tickets if sees_ticket(context, caller, one)]
        return _found(context, seen, show.ticket_inventory)
    if entity == "history":
        rows = [
            row
            for uuid, history in _histories(context, asked).items()
            if uuid in store.tickets and sees_ticket(context, caller, store.tickets[uuid])
            for row in history
        ]
        return _found(context, sorted(rows, key=lambda row: row.sequence), show.history_inventory)
    if entity == "collection":
        seen_collections = [one for one in store.collections.values() if sees_collection(caller, one)]
        return _found(context, seen_collections, show.collection_inventory)
    if entity == "flow":
        flows = [one for one in store.flows.values() if sees_collection(caller, store.collections[one.collection])]
        return _found(context, flows, show.flow_inventory)
    if entity == "type":
        types = [one for one in store.types.values() if caller.admin or not one.admin_only]
        return _found(context, types, show.type_inventory)
    return _archived(context, caller)


def _equal(context: CallContext, asked: Query) -> dict[str, str]:
    """Return what columns must be equal to; nothing where a fault may read the conditions otherwise."""
    faulty = context.active.around or context.active.broken
    return {} if faulty else {one.field: one.value for one in asked.conditions if one.operator == "="}


def _histories(context: CallContext, asked: Query) -> dict[str, list[Any]]:
    """Return the histories by ticket, or those that a condition on the ticket leaves."""
    histories, wanted = context.store.histories, _equal(context, asked).get("ticketUuid")
    if wanted is None:
        return histories
    fold = folding(context.state.options.choices.compare)
    wanted = fold(wanted)
    return {uuid: rows for uuid, rows in histories.items() if fold(uuid) == wanted}


def _tickets(context: CallContext, asked: Query) -> Iterable[Any]:
    """Return the tickets, or those that a condition on uuid or name leaves, which keeps big tables quick."""
    tickets, equal = context.store.tickets, _equal(context, asked)
    fold = folding(context.state.options.choices.compare)
    if "uuid" in equal:
        wanted = fold(equal["uuid"])
        known = (equal["uuid"],) if equal["uuid"] in tickets else (uuid for uuid in tickets if fold(uuid) == wanted)
        return [tickets[uuid] for uuid in known]
    if "name" in equal:
        wanted = fold(equal["name"])
        return [one for one in tickets.values() if one.name is not None and fold(one.name) == wanted]
    return list(tickets.values())


def _archived(context: CallContext, caller: Session) -> list[Found]:
    store = context.store
    archives = [one for one in store.archives if sees_ticket(context, caller, one.ticket)]
    if context.call.entity == "archive":
        return _found(context, archives, show.archive_inventory)
    seen = {one.ticket.uuid for one in archives}
    made = []
    for row in store.archived_histories:
        if row.history.ticket in seen:
            shown = show.archived_history_inventory(context, row)
            # mypy cannot infer a lambda whose default binds the row
            made.append(Found((row.history.created, row.history.created), lambda shown=shown: shown))  # type: ignore[misc] # binds the row
    return made


def filtered(context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Keep the rows that meet all conditions."""
    for condition in asked.conditions:
        met = condition_test(context, condition)
        rows = [row for row in rows if met(row)]
    return rows


def ordered(context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Sort by the asked member; without one, in the order of creation."""
    if not asked.sort:
        return rows
    name = asked.sort.lstrip("+-")
    fold = folding(context.state.options.choices.compare)

    def key(row: Found) -> tuple[bool, Any]:
        value = row.value(name)
        shown = fold(value) if isinstance(value, str) else value
        return shown is not None, shown if shown is not None else 0

    return sorted(rows, key=key, reverse=asked.sort.startswith("-"))


def count_all(context: CallContext, rows: list[Found], asked: Query) -> int:
    """Count the rows of all pages."""
    del context, asked
    return len(rows)


def paged(context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Cut the asked page out."""
    del context
    return rows[asked.start : asked.start + asked.limit]


def projected(context: CallContext, rows: list[Row], asked: Query) -> list[Row]:
    """Keep the asked members of each row."""
    if not asked.fields:
        return rows
    kept = [{name: value for name, value in row.items() if name in asked.fields} for row in rows]
    stored = context.state.options.choices.object_fields == "text"
    return [row | _as_stored(row) for row in kept] if stored else kept


def _as_stored(row: Row) -> Row:
    """Show an object as the text of its column: nothing reads it where single columns are asked for."""
    value = row.get("accountSystemContext")
    return {} if value is None else {"accountSystemContext": write(value, escape_html=False)}
