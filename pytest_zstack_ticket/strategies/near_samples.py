"""What a target that refuses the documented sample may demand, though the page calls it optional or the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.nonce import FRESH_UUID
from pytest_zstack_ticket.model.ticket_context import Context

Difference = Callable[[Context], Context]


def _added(**members: Json) -> Difference:
    return lambda context: replace(context, added={**context.added, **members})


DIFFERENCES: dict[str, Difference] = {
    "tags": _added(systemTags=[], userTags=[], tagUuids=[]),
    "description": _added(description="conformance test, safe to delete"),
    "decimal": lambda context: replace(context, execute_times=float(context.execute_times)),
    "resourceUuid": _added(resourceUuid=FRESH_UUID),
}
"""Differences from the sample by name; none of them may matter."""


def near_sample(context: Context, accepts: Callable[[Context], bool]) -> None:
    """Look for the fewest differences that a target accepts; the last context that it accepted has them.

    One alone is tried first, then all together, of which those are left out without which it still accepts.
    """
    if any(accepts(change(context)) for change in DIFFERENCES.values()):
        return
    kept = dict(DIFFERENCES)
    if accepts(_with(context, kept)):
        for name in DIFFERENCES:
            fewer = {other: change for other, change in kept.items() if other != name}
            kept = fewer if accepts(_with(context, fewer)) else kept


def _with(context: Context, changes: dict[str, Difference]) -> Context:
    for change in changes.values():
        context = change(context)
    return context
