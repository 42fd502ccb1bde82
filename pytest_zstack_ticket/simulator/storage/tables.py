"""The tables of the ticket service, and what they hold at the start."""

from __future__ import annotations

from collections import deque
from collections.abc import Container
from dataclasses import dataclass, field, replace

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.storage import seed_data

ARCHIVE_LIMIT = 5000
"""Archived rows that are kept, so that a long run does not grow without bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket. `creator` is the account or virtual ID that made it, `account` the one that owns it."""

    uuid: str
    name: str | None
    description: str | None
    status: str
    requests: tuple[Json, ...]
    system_type: str | None
    context: Json
    ticket_type: str | None
    flow: str | None
    collection: str
    created: float
    updated: float
    account: str
    creator: str
    project: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One change of a ticket's status."""

    uuid: str
    sequence: int
    ticket: str
    before: str
    after: str
    comment: str | None
    context: Json
    operator_type: str
    operator: str
    flow_name: str | None
    created: float
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A deleted ticket; its own uuid differs from the ticket's."""

    uuid: str
    ticket: Ticket
    created: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedHistory:
    """A history row of a deleted ticket."""

    uuid: str
    history: History


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One approval step."""

    uuid: str
    name: str
    collection: str
    approver: str
    title: str | None = None
    description: str | None = None
    parent: str | None = None
    valid: bool = True
    created: float = seed_data.SEEDED_AT
    updated: float = seed_data.SEEDED_AT


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A flow collection; an empty project means that it belongs to the platform."""

    uuid: str
    name: str
    flows: tuple[str, ...]
    description: str | None = None
    state: str = "Enabled"
    status: str = "Valid"
    default: bool = False
    types: tuple[str, ...] = ()
    project: str = ""
    created: float = seed_data.SEEDED_AT
    updated: float = seed_data.SEEDED_AT


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketType:
    """A kind of ticket, by the calls that its requests make."""

    uuid: str
    name: str
    type: str
    apis: frozenset[str]
    description: str | None
    admin_only: bool = False
    created: float = seed_data.SEEDED_AT
    tells_calls: bool = True


def _flows() -> dict[str, Flow]:
    first, last = seed_data.FOREIGN_FLOWS
    rows = (
        Flow(
            uuid=seed_data.DEFAULT_FLOW,
            name="admin",
            collection=seed_data.DEFAULT_COLLECTION,
            approver=seed_data.ADMIN_ACCOUNT,
        ),
        Flow(uuid=first, name="project", collection=seed_data.FOREIGN_COLLECTION, approver=seed_data.BOB),
        Flow(
            uuid=last,
            name="admin",
            collection=seed_data.FOREIGN_COLLECTION,
            approver=seed_data.ADMIN_ACCOUNT,
            parent=first,
        ),
        Flow(
            uuid=seed_data.DISABLED_FLOW,
            name="x",
            collection=seed_data.DISABLED_COLLECTION,
            approver=seed_data.ADMIN_ACCOUNT,
        ),
    )
    return {row.uuid: row for row in rows}


def _collections() -> dict[str, Collection]:
    rows = (
        Collection(uuid=seed_data.DEFAULT_COLLECTION, name="default", flows=(seed_data.DEFAULT_FLOW,), default=True),
        Collection(
            uuid=seed_data.FOREIGN_COLLECTION,
            name="two steps of p2",
            flows=seed_data.FOREIGN_FLOWS,
            types=(seed_data.CREATE_VM_TYPE,),
            project=seed_data.PROJECT_TWO,
        ),
        Collection(
            uuid=seed_data.DISABLED_COLLECTION,
            name="switched off",
            flows=(seed_data.DISABLED_FLOW,),
            types=(seed_data.CREATE_VM_TYPE,),
            state="Disabled",
            project=seed_data.PROJECT_ONE,
        ),
    )
    return {row.uuid: row for row in rows}


def _types() -> dict[str, TicketType]:
    rows = (
        TicketType(
            uuid=seed_data.CREATE_VM_TYPE,
            name="CREATE_VM_INSTANCE_TICKET_TYPE",
            type="CREATE_VM_INSTANCE",
            apis=frozenset({seed_data.CREATE_VM_API}),
            description="create VM instances",
        ),
        TicketType(
            uuid=seed_data.RESIZE_VM_TYPE,
            name="UPDATE_VM_INSTANCE_TICKET_TYPE",
            type="UPDATE_VM_INSTANCE",
            apis=frozenset({seed_data.RESIZE_VM_API}),
            description="update VM instances",
        ),
    )
    return {row.uuid: row for row in rows}


def installed_types() -> dict[str, TicketType]:
    """Return the one ticket type that the target's own script writes, as it writes it (V3.6.0__schema.sql)."""
    row = _types()[seed_data.CREATE_VM_TYPE]
    return {row.uuid: replace(row, type=row.name, description=None, tells_calls=False)}


def _foreign_tickets() -> dict[str, Ticket]:
    first, second = seed_data.FOREIGN_TICKETS
    body = {"name": "vm of p2", "strategy": "InstantStart"}
    request = {"requestName": "create vm", "apiName": seed_data.CREATE_VM_API, "executeTimes": 1, "apiBody": body}
    pending = Ticket(
        uuid=first,
        name=seed_data.FOREIGN_TICKET_NAME,
        description="seeded",
        status="Pending",
        requests=(request,),
        system_type="iam2",
        context={"projectUuid": seed_data.PROJECT_TWO, "virtualIDUuid": seed_data.BOB},
        ticket_type=seed_data.CREATE_VM_TYPE,
        flow=seed_data.FOREIGN_FLOWS[0],
        collection=seed_data.FOREIGN_COLLECTION,
        created=seed_data.SEEDED_AT,
        updated=seed_data.SEEDED_AT,
        account=seed_data.PROJECT_TWO_ACCOUNT,
        creator=seed_data.BOB,
        project=seed_data.PROJECT_TWO,
    )
    return {first: pending, second: replace(pending, uuid=second, status="Cancelled", flow=None)}


def _foreign_history() -> dict[str, list[History]]:
    row = History(
        uuid="e57cfba1a6d5400388f2a06e317cb023",
        sequence=1,
        ticket=seed_data.FOREIGN_TICKETS[1],
        before="Pending",
        after="Cancelled",
        comment=None,
        context=None,
        operator_type="IAM2VirtualID",
        operator=seed_data.BOB,
        flow_name=None,
        created=seed_data.SEEDED_AT,
        account=seed_data.PROJECT_TWO_ACCOUNT,
    )
    return {row.ticket: [row]}


@dataclass(slots=True)
class Store:
    """All tables. Rows are frozen values; a change replaces them. History rows are kept per ticket."""

    tickets: dict[str, Ticket] = field(default_factory=_foreign_tickets)
    histories: dict[str, list[History]] = field(default_factory=_foreign_history)
    archives: deque[Archive] = field(default_factory=lambda: deque(maxlen=ARCHIVE_LIMIT))
    archived_histories: deque[ArchivedHistory] = field(default_factory=lambda: deque(maxlen=ARCHIVE_LIMIT))
    collections: dict[str, Collection] = field(default_factory=_collections)
    flows: dict[str, Flow] = field(default_factory=_flows)
    types: dict[str, TicketType] = field(default_factory=_types)
    tags: frozenset[str] = frozenset({seed_data.TAG_PATTERN})
    sequence: int = 97  # as on a cloud in use: three rows on, numbers have a digit more

    def has(self, resource: str, uuid: str) -> bool:
        """Tell whether something of a server type exists."""
        tables: dict[str, Container[str]] = {
            "TicketVO": self.tickets,
            "TicketFlowCollectionVO": self.collections,
            "TicketFlowVO": self.flows,
            "TicketTypeVO": self.types,
            "TagPatternVO": self.tags,
            "IAM2ProjectVO": frozenset(one.uuid for one in seed_data.PROJECTS),
        }
        return uuid in tables[resource]

    def taken(self, uuid: str) -> bool:
        """Tell whether any resource has this uuid; all share one table (dossier 5.3)."""
        everywhere = (self.tickets, self.collections, self.flows, self.types)
        return any(uuid in table for table in everywhere) or uuid in {one.uuid for one in seed_data.PEOPLE}
