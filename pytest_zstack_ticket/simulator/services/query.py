"""Queries: rows that the caller may see, filtered, sorted, cut to a page and to fields. Source: dossier 4.6 and 8.4."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.errors import Refusal
from pytest_zstack_ticket.simulator.http.query_parameters import Condition, Query, read_query
from pytest_zstack_ticket.simulator.services import inventories as show
from pytest_zstack_ticket.simulator.services.collation import collated, weighed
from pytest_zstack_ticket.simulator.services.query_checks import check_query
from pytest_zstack_ticket.simulator.services.visibility import sees_collection, sees_ticket
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage.sessions import Session

Row = dict[str, Json]
_DATES = ("createDate", "lastOpDate")
_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%b %d, %Y %I:%M:%S %p")
_TAGS = ("__systemTag__", "__userTag__")


@dataclass(frozen=True, slots=True)
class Found:
    """A row of a table and how it is shown."""

    times: tuple[float, float]
    show: Callable[[], Row]


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
    """Return the tickets, or those that a condition on uuid or name leaves, which keeps big tables quick."""
    tickets, faulty = context.store.tickets, context.active.around or context.active.broken
    fold = folding(context.state.options.choices.compare)
    equal = {} if faulty else {one.field: one.value for one in asked.conditions if one.operator == "="}
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
            made.append(Found((row.history.created, row.history.created), lambda shown=shown: shown))  # type: ignore[misc]
    return made


def filtered(context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Keep the rows that meet all conditions."""
    return [row for row in rows if all(meets(context, row, condition) for condition in asked.conditions)]


def meets(context: CallContext, row: Found, condition: Condition) -> bool:
    """Tell whether a row meets a condition; a missing value meets none but `is null`."""
    name, operator = condition.field, condition.operator
    if name in _TAGS:
        # nothing is tagged here
        return operator in _NEGATIVE
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
    text, how = str(value), context.state.options.choices.compare
    if operator in ("like", "not like"):
        weigh = {"blind": str.casefold, "collation": weighed}.get(how, str)
        return bool(_like(weigh(wanted)).match(weigh(text))) == (operator == "like")
    fold = folding(how)
    if operator in ("in", "not in"):
        return (fold(text) in [fold(one) for one in wanted.split(",")]) == (operator == "in")
    return _ordered(fold(text), operator, fold(wanted))


def folding(how: str) -> Callable[[str], str]:
    """Choose what two texts are compared by."""
    return {"blind": str.casefold, "collation": collated}.get(how, str)


_NEGATIVE = ("!=", "not in", "not like", "is null")
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
    # a backslash takes its special meaning from the next character; the last one stands for itself
    marks = re.findall(r"\\?.", pattern, re.DOTALL)
    return re.compile("".join(parts.get(mark) or re.escape(mark[-1]) for mark in marks) + r"\Z", re.DOTALL)


def _compare_dates(context: CallContext, seconds: float, operator: str, wanted: str) -> bool:
    zone = context.state.options.zone
    for form in _FORMS:
        try:
            other = datetime.strptime(wanted.strip(), form).replace(tzinfo=zone).timestamp()
        except ValueError:
            continue
        return operator in _ORDER and _ordered(float(int(seconds)), operator, other)
    # the database reads what is no date as the first date of all
    return operator in ("!=", "not in", "not like", ">", ">=")


def ordered(context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Sort by the asked member; without one, in the order of creation."""
    if not asked.sort:
        return rows
    name = asked.sort.lstrip("+-")
    fold = folding(context.state.options.choices.compare)

    def key(row: Found) -> tuple[bool, Any]:
        value = row.times[_DATES.index(name)] if name in _DATES else row.show().get(name)
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
    del context
    if not asked.fields:
        return rows
    return [{name: value for name, value in row.items() if name in asked.fields} for row in rows]
