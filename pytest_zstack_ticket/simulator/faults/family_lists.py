"""Lists beside that of tickets that do not do what a query asks, as if another programmer had written them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pytest_zstack_ticket.simulator.faults.effects import Around
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.http.query_parameters import Query

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


def _numbers(entity: str) -> Callable[..., Any]:
    def projected(default: Any, context: Any, rows: Any, asked: Query) -> Any:
        shown = default(context, rows, asked)
        if context.call.entity != entity:
            return shown
        return [{**row, **({"createDate": EPOCH} if "createDate" in row else {})} for row in shown]

    return projected


FAMILY_LISTS: tuple[Fault, ...] = (
    *(
        Fault(
            name=f"ignore-{what}-of:{entity}",
            description=f"{what} of a query for {about} {'are' if what == 'conditions' else 'is'} ignored",
            effects=(Around(f"query.{place}", _ignored(entity, change)),),
        )
        for what, (place, change) in IGNORED.items()
        for entity, about in LISTS.items()
    ),
    *(
        Fault(
            name=f"epoch-numbers-of:{entity}",
            description=f"dates of {LISTS[entity]} are numbers",
            effects=(Around("query.fields", _numbers(entity)),),
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
