"""Lists beside that of tickets that do not do what a query asks, as if another programmer had written them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pytest_zstack_ticket.simulator.faults.effects import Around, Break
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.http.query_parameters import Query
from pytest_zstack_ticket.simulator.services.query_checks import MEMBERS

LISTS = {"history": "histories", "archive": "archives", "type": "ticket types", "collection": "flow collections"}
EPOCH = 1545993580705
IGNORED: dict[str, tuple[str, Callable[[Query], Query]]] = {
    "conditions": ("filter", lambda asked: replace(asked, conditions=[])),
    "sort": ("sort", lambda asked: replace(asked, sort="")),
    "limit": ("page", lambda asked: replace(asked, limit=1000)),
    "start": ("page", lambda asked: replace(asked, start=0)),
}


def _ignored(entity: str, change: Callable[[Query], Query]) -> Callable[..., Any]:
    def without(default: Any, context: Any, rows: Any, asked: Query) -> Any:
        return default(context, rows, change(asked) if context.call.entity == entity else asked)

    return without


def _one_too_many(entity: str) -> Callable[..., int]:
    def counted(default: Any, context: Any, rows: Any, asked: Query) -> int:
        return int(default(context, rows, asked)) + int(context.call.entity == entity)

    return counted


def _path_ignored(entity: str) -> Callable[..., Any]:
    def filtered(default: Any, context: Any, rows: Any, asked: Query) -> Any:
        by_path = context.call.entity == entity and "uuid" in context.variables
        return rows if by_path else default(context, rows, asked)

    return filtered


def _without_unknown(entity: str) -> Callable[..., Any]:
    def filtered(default: Any, context: Any, rows: Any, asked: Query) -> Any:
        known = [one for one in asked.conditions if one.field in MEMBERS[entity]]
        return default(context, rows, replace(asked, conditions=known) if context.call.entity == entity else asked)

    return filtered


def _shown_as(entity: str, member: str, wrong: Callable[[Any], Any]) -> Callable[..., Any]:
    def projected(default: Any, context: Any, rows: Any, asked: Query) -> Any:
        shown = default(context, rows, asked)
        if context.call.entity != entity:
            return shown
        return [{**row, **({member: wrong(row[member])} if member in row else {})} for row in shown]

    return projected


def _stray_flow(default: Any, context: Any, rows: Any, asked: Query) -> Any:
    """Show the first flow of the collection before among those of each."""
    shown = default(context, rows, asked)
    if context.call.entity != "collection":
        return shown
    first = [(row.get("flows") or [])[:1] for row in shown]
    return [row | {"flows": row["flows"] + first[at - 1]} if "flows" in row else row for at, row in enumerate(shown)]


def _joined(default: Any, context: Any, rows: Any, asked: Query) -> Any:
    """List a flow collection once for each of its flows, as a join does."""
    found = default(context, rows, asked)
    if context.call.entity != "collection":
        return found
    return [one for one in found for _ in one.show().get("flows") or (None,)]


FAMILY_LISTS: tuple[Fault, ...] = (
    Fault(
        name="join-flows-of:collection",
        description="a flow collection is listed once for each of its flows",
        effects=(Around("query.filter", _joined),),
    ),
    Fault(
        name="first-flow-of:collection",
        description="a flow collection shows only the first of its flows",
        effects=(Around("query.fields", _shown_as("collection", "flows", lambda flows: flows[:1])),),
    ),
    Fault(
        name="stray-flow-of:collection",
        description="a flow collection shows a flow of another one among its own",
        effects=(Around("query.fields", _stray_flow),),
    ),
    *(
        Fault(
            name=f"{kind}-for:{entity}:{member}",
            description=f"{LISTS[entity]} show {member} as a {kind}",
            effects=(Around("query.fields", _shown_as(entity, member, wrong)),),
        )
        for kind, entity, member, wrong in (
            ("number", "type", "adminOnly", int),
            ("number", "collection", "isDefault", int),
            ("text", "collection", "flows", str),
            ("text", "archive", "request", str),
        )
    ),
    *(
        Fault(
            name=f"ignore-{what}-of:{entity}",
            description=f"{what} of a query for {about} {'are' if what == 'conditions' else 'is'} ignored",
            effects=(Around(f"query.{place}", _ignored(entity, change)),),
        )
        for what, (place, change) in IGNORED.items()
        for entity, about in LISTS.items()
    ),
    Fault(
        name="ignore-path-of:archive",
        description="the uuid in the path of an archive is ignored",
        effects=(Around("query.filter", _path_ignored("archive")),),
    ),
    Fault(
        name="ignore-unknown-of:archive",
        description="a condition on a field that archives do not have is ignored",
        effects=(
            Break("accept-unknown-field", frozenset({"query"})),
            Around("query.filter", _without_unknown("archive")),
        ),
    ),
    *(
        Fault(
            name=f"epoch-numbers-of:{entity}",
            description=f"dates of {LISTS[entity]} are numbers",
            effects=(Around("query.fields", _shown_as(entity, "createDate", lambda _: EPOCH)),),
        )
        for entity in ("history", "archive")
    ),
    *(
        Fault(
            name=f"total-one-more-of:{entity}",
            description=f"the total of {about} is one too many",
            effects=(Around("query.total", _one_too_many(entity)),),
        )
        for entity, about in LISTS.items()
    ),
)
"""Every fault of these lists."""
