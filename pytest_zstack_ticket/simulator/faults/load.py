"""Faults that show only under many users at once, while a dozen jobs are running; `zstack-ticket load` names each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from pytest_zstack_ticket.simulator.faults.effects import Around
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.http.query_parameters import Query
from pytest_zstack_ticket.simulator.services.conditions import Found
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage.tables import Ticket

Insert: TypeAlias = Callable[[CallContext, Ticket], Ticket]
Stage: TypeAlias = Callable[[CallContext, list[Found], Query], list[Found]]

MANY = "when-busy:12"
OFTEN = 10
"""Every so many creates under load one is stored with a text of the one before it."""
READ_AGE = 1.5
"""Seconds for which a stale reading is shown again."""
MOST_READ = 2_000
SLOT = 0.002
"""Seconds that each slot which is never freed adds to every later job."""


def _mix_texts(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
    """Store now and then the description of the create before this one."""
    notes = context.state.notes
    before: Ticket = notes.get("busy-before", ticket)
    notes["busy-before"] = ticket
    notes["busy-count"] = notes.get("busy-count", 0) + 1
    if notes["busy-count"] % OFTEN:
        return default(context, ticket)
    default(context, replace(ticket, description=before.description))
    return ticket


def _read_before(default: Stage, context: CallContext, rows: list[Found], asked: Query) -> list[Found]:
    """Show a ticket as it was read a moment ago."""
    found = default(context, rows, asked)
    if context.call.entity != "ticket":
        return found
    readings: dict[str, tuple[float, Found]] = context.state.notes.setdefault("readings", {})
    if len(readings) > MOST_READ:
        readings.clear()
    return [_as_read(row, readings, context.now) for row in found]


def _as_read(row: Found, readings: dict[str, tuple[float, Found]], now: float) -> Found:
    shown = row.show()
    uuid = str(shown.get("uuid"))
    known = readings.get(uuid)
    if known is not None and now - known[0] < READ_AGE:
        return known[1]
    readings[uuid] = (now, Found(row.times, lambda: shown))
    return row


def _keep_slot(default: Callable[[CallContext], float], context: CallContext) -> float:
    context.state.notes["slots"] = context.state.notes.get("slots", 0) + 1
    return default(context)


def _slowed(default: Callable[[CallContext], float], context: CallContext) -> float:
    return default(context) + SLOT * float(context.state.notes.get("slots", 0))


LOAD: tuple[Fault, ...] = (
    Fault(
        name="mix-texts",
        description="every tenth ticket is stored with the description of the one before",
        effects=(Around("create.insert", _mix_texts, frozenset({"create"})),),
    ),
    Fault(
        name="read-before",
        description="a query shows a ticket as it was read up to 1.5 s ago",
        effects=(Around("query.filter", _read_before, frozenset({"query"})),),
    ),
    Fault(name="keep-slot", description="a job never frees its slot", effects=(Around("job.latency", _keep_slot),)),
    Fault(
        name="slow-by-slots",
        description="each slot that was not freed slows all later jobs down by 2 ms",
        effects=(Around("job.latency", _slowed),),
    ),
    Fault(
        name="load:mix-up",
        description="under many users, tickets are mixed up",
        expression=f"{MANY}(mix-texts)",
    ),
    Fault(
        name="load:lost",
        description="under many users, every twentieth ticket is lost",
        expression=f"{MANY}(every:20(lose-ticket))",
    ),
    Fault(
        name="load:doubled",
        description="under many users, every twentieth ticket is stored twice",
        expression=f"{MANY}(every:20(double-ticket))",
    ),
    Fault(
        name="load:stale",
        description="under many users, queries show what was read before",
        expression=f"{MANY}(read-before)",
    ),
    Fault(
        name="load:leak",
        description="under many users, jobs leave slots occupied, and all later ones get slower",
        expression=f"{MANY}(keep-slot)+slow-by-slots",
    ),
)
"""Every fault of a crowd."""
