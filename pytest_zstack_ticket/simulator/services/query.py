"""Queries: rows that the caller may see, filtered, sorted, cut to a page and to fields. Source: dossier 4.6 and 8.4."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.http.query_parameters import Condition, Query, read_query
from pytest_zstack_ticket.simulator.services import inventories as show
from pytest_zstack_ticket.simulator.services.visibility import sees_collection, sees_ticket
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage.sessions import Session

Row = dict[str, Json]
_DATES = ("createDate", "lastOpDate")
_HIDDEN = frozenset({"request", "accountSystemContext", "flows", "ticketTypeUuids", "operationContext", "requests"})
_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")


@dataclass(frozen=True, slots=True)
class Found:
    """A row of a table and how it is shown."""

    times: tuple[float, float]
    show: Callable[[], Row]


def _members(*names: str) -> frozenset[str]:
    return frozenset(names) | {"uuid", "name", "description", *_DATES}


_TICKET = _members(
    "status",
    "accountSystemType",
    "ticketTypeUuid",
    "currentFlowUuid",
    "flowCollectionUuid",
    "accountSystemContext",
    "request",
)
_HISTORY = frozenset(
    {"uuid", "sequence", "ticketUuid", "fromStatus", "toStatus", "comment", "operationContextType", *_DATES}
    | {"operationContext", "operatorType", "operatorUuid", "flowName"}
)
MEMBERS: dict[str, frozenset[str]] = {
    "ticket": _TICKET,
    "archive": _TICKET | {"ticketUuid", "accountUuid"},
    "history": _HISTORY,
    "archive-history": _HISTORY | {"historyUuid", "accountUuid"},
    "type": _members("type", "requests", "adminOnly"),
    "collection": _members("state", "status", "isDefault", "flows", "ticketTypeUuids", "projectUuid"),
    "flow": _members("parentFlowUuid", "flowContext", "flowContextType", "collectionUuid", "approverUuid", "valid"),
}


def query(context: CallContext) -> Json:
    """Serve every query; a path with a uuid is a query on it that ignores all parameters."""
    asked = read_query(context) if "uuid" not in context.variables else Query(limit=1000)
    if "uuid" in context.variables:
        asked.conditions.append(Condition(field="uuid", operator="=", value=context.variables["uuid"]))
    via = context.active.via
    rows = via("query.rows", visible)(context, context.caller, asked)
    rows = via("query.filter", filtered)(context, rows, asked)
    rows = via("query.sort", ordered)(context, rows, asked)
    total = via("query.total", count_all)(context, rows, asked)
    if asked.count:
        return {"schema": {}, "total": total}
    page = via("query.page", paged)(context, rows, asked)
    shown = via("query.fields", projected)(context, [one.show() for one in page], asked)
    return _reply(context, shown, total if asked.reply_with_count else None)


def _reply(context: CallContext, rows: list[Row], total: int | None) -> Json:
    named: dict[str, str] = {}
    for index, row in enumerate(rows):
        named |= show.schema(context.call.entity, row, f"inventories[{index}]")
    return {"schema": named, "total": total, "inventories": rows}


def _found(context: CallContext, rows: Iterable[Any], shower: Callable[[CallContext, Any], Row]) -> list[Found]:
    made = []
    for row in rows:
        updated = getattr(row, "updated", row.created)
        # mypy cannot infer a lambda whose default binds the row
        made.append(Found((row.created, updated), lambda row=row: shower(context, row)))  # type: ignore[misc]
    return made


def visible(context: CallContext, caller: Session, asked: Query) -> list[Found]:
    """Return the rows of the asked table that a session may see."""
    store, entity = context.store, context.call.entity
    if entity == "ticket":
        seen = [one for one in _tickets(context, asked) if sees_ticket(context, caller, one)]
        return _found(context, seen, show.ticket_inventory)
    if entity == "history":
        tickets = [one.uuid for one in store.tickets.values() if sees_ticket(context, caller, one)]
        rows = [row for uuid in tickets for row in store.histories.get(uuid, ())]
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


def _tickets(context: CallContext, asked: Query) -> Iterable[Any]:
    """Return the tickets, or the one that a condition on uuid leaves, which keeps big tables quick."""
    tickets = context.store.tickets
    for one in asked.conditions:
        if one.field == "uuid" and one.operator == "=" and not context.active.around and not context.active.broken:
            return [tickets[one.value]] if one.value in tickets else []
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
            made.append(Found((row.history.created, row.history.created), lambda shown=shown: shown))  # type: ignore[misc]
    return made


def filtered(context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Keep the rows that meet all conditions."""
    for condition in asked.conditions:
        _check_member(context, condition.field, of_value=True)
    return [row for row in rows if all(meets(context, row, condition) for condition in asked.conditions)]


def _check_member(context: CallContext, name: str, *, of_value: bool = False) -> None:
    known = MEMBERS[context.call.entity] - (_HIDDEN if of_value else frozenset())
    if name not in known and context.without("accept-unknown-field"):
        inventory = show.CLASSES[context.call.entity].rpartition(".")[2]
        raise ApiError("SYS.1000", details=f"inventory class[{inventory}] not having field[{name}]")


def meets(context: CallContext, row: Found, condition: Condition) -> bool:
    """Tell whether a row meets a condition; a missing value meets none but `is null`."""
    name, operator = condition.field, condition.operator
    value = row.times[_DATES.index(name)] if name in _DATES else row.show().get(name)
    if operator.endswith("null"):
        return (value is None) == (operator == "is null")
    if value is None:
        return False
    if name in _DATES:
        return _compare_dates(context, value, operator, condition.value)
    return compare(context, value, operator, condition.value)


def compare(context: CallContext, value: Json, operator: str, wanted: str) -> bool:
    """Compare a member with the text of a condition."""
    if isinstance(value, bool):
        value, wanted = str(value).lower(), {"1": "true", "0": "false"}.get(wanted, wanted.lower())
    if isinstance(value, int):
        return (
            _ordered(float(value), operator, _number(wanted)) if operator in _ORDER else str(value) in wanted.split(",")
        )
    text = str(value)
    if context.state.options.choices.compare == "blind":
        text, wanted = text.casefold(), wanted.casefold()
    match operator:
        case "in" | "not in":
            return (text in wanted.split(",")) == (operator == "in")
        case "like" | "not like":
            return bool(_like(wanted).match(text)) == (operator == "like")
    return _ordered(text, operator, wanted)


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: bool(one == other),
    "!=": lambda one, other: bool(one != other),
    ">": lambda one, other: bool(one > other),
    "<": lambda one, other: bool(one < other),
    ">=": lambda one, other: bool(one >= other),
    "<=": lambda one, other: bool(one <= other),
}


def _ordered(one: Any, operator: str, other: Any) -> bool:
    return other is not None and _ORDER[operator](one, other)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _like(pattern: str) -> re.Pattern[str]:
    parts = {"%": ".*", "_": "."}
    return re.compile("".join(parts.get(mark) or re.escape(mark) for mark in pattern) + r"\Z", re.DOTALL)


def _compare_dates(context: CallContext, seconds: float, operator: str, wanted: str) -> bool:
    zone = context.state.options.zone
    for form in _FORMS:
        try:
            other = datetime.strptime(wanted.strip(), form).replace(tzinfo=zone).timestamp()
        except ValueError:
            continue
        return operator in _ORDER and _ordered(float(int(seconds)), operator, other)
    return operator in ("!=", "not in", "not like")


def ordered(context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Sort by the asked member; without one, in the order of creation."""
    if not asked.sort:
        return rows
    name = asked.sort.lstrip("+-")
    _check_member(context, name, of_value=True)

    def key(row: Found) -> tuple[bool, Any]:
        value = row.times[_DATES.index(name)] if name in _DATES else row.show().get(name)
        return value is not None, value if value is not None else 0

    return sorted(rows, key=key, reverse=asked.sort.startswith("-"))


def count_all(context: CallContext, rows: list[Found], asked: Query) -> int:
    """Count the rows of all pages."""
    del context, asked
    return len(rows)


def paged(context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Cut the asked page out."""
    if asked.limit < 0 or asked.start < 0:
        raise ApiError("SYS.1000", details=f"limit[{asked.limit}] and start[{asked.start}] cannot be negative")
    del context
    return rows[asked.start : asked.start + asked.limit]


def projected(context: CallContext, rows: list[Row], asked: Query) -> list[Row]:
    """Keep the asked members of each row."""
    for name in asked.fields:
        _check_member(context, name)
    if not asked.fields:
        return rows
    return [{name: value for name, value in row.items() if name in asked.fields} for row in rows]
