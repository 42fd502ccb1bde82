"""How each entity looks on the wire: members in declaration order, those without a value left out. Dossier 8.3."""

from __future__ import annotations

from typing import cast

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.json.java_values import DateStyle, date_text
from pytest_zstack_ticket.simulator.json.json_writer import write
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage.tables import (
    Archive,
    ArchivedHistory,
    Collection,
    Flow,
    History,
    Ticket,
    TicketType,
)

_ENTITY = "org.zstack.ticket.entity."
CLASSES: dict[str, str] = {
    "ticket": _ENTITY + "TicketInventory",
    "archive": _ENTITY + "ArchiveTicketInventory",
    "history": _ENTITY + "TicketStatusHistoryInventory",
    "archive-history": _ENTITY + "ArchiveTicketStatusHistoryInventory",
    "type": _ENTITY + "TicketTypeInventory",
    "collection": "org.zstack.ticket.iam2.entity.IAM2TicketFlowCollectionInventory",
    "flow": "org.zstack.ticket.iam2.entity.IAM2TicketFlowInventory",
    "session": "org.zstack.header.identity.SessionInventory",
}

UNREADABLE = (
    "java.lang.IllegalArgumentException: only Collection and Map can get generic type at runtime, "
    "field[name:accountSystemContext] is java.lang.Object"
)
"""What the schema builder says of a list in a member that is declared as Object (FieldUtils.getGenericType)."""


def date(context: CallContext, seconds: float) -> str:
    """Write a time as the endpoint does."""
    choices = context.state.options.choices
    return date_text(seconds, style=cast("DateStyle", choices.dates), zone=context.state.options.zone)


def ticket_inventory(context: CallContext, ticket: Ticket) -> dict[str, Json]:
    """TicketInventory; what came as `requests` is shown as `request`."""
    return {
        "uuid": ticket.uuid,
        "name": ticket.name,
        "description": ticket.description,
        "status": ticket.status,
        "request": list(ticket.requests),
        "accountSystemType": ticket.system_type,
        "ticketTypeUuid": ticket.ticket_type,
        "accountSystemContext": ticket.context,
        "currentFlowUuid": ticket.flow,
        "flowCollectionUuid": ticket.collection,
        "createDate": date(context, ticket.created),
        "lastOpDate": date(context, ticket.updated),
    }


def archive_inventory(context: CallContext, row: Archive) -> dict[str, Json]:
    """ArchiveTicketInventory: a ticket with its former uuid and its owner."""
    shown = {"ticketUuid": row.ticket.uuid, "accountUuid": row.ticket.account} | ticket_inventory(context, row.ticket)
    return shown | {"uuid": row.uuid}


def history_inventory(context: CallContext, row: History) -> dict[str, Json]:
    """TicketStatusHistoryInventory."""
    return {
        "uuid": row.uuid,
        "sequence": row.sequence if context.variant.sequence else None,
        "ticketUuid": row.ticket,
        "fromStatus": row.before,
        "toStatus": row.after,
        "comment": row.comment,
        "operationContextType": "StatusChanged",
        "operationContext": row.context,
        "operatorType": row.operator_type,
        "operatorUuid": row.operator,
        "flowName": row.flow_name if context.variant.unique_jobs else None,
        "createDate": date(context, row.created),
        "lastOpDate": date(context, row.created),
    }


def archived_history_inventory(context: CallContext, row: ArchivedHistory) -> dict[str, Json]:
    """ArchiveTicketStatusHistoryInventory."""
    shown = {"historyUuid": row.history.uuid, "accountUuid": row.history.account}
    return shown | history_inventory(context, row.history) | {"uuid": row.uuid}


def collection_inventory(context: CallContext, row: Collection) -> dict[str, Json]:
    """IAM2TicketFlowCollectionInventory, or its plain form without a project."""
    flows = [flow_inventory(context, context.store.flows[uuid]) for uuid in row.flows if uuid in context.store.flows]
    return {
        "projectUuid": row.project or None,
        "uuid": row.uuid,
        "name": row.name,
        "description": row.description,
        "state": row.state,
        "status": row.status,
        "isDefault": row.default,
        "flows": flows,
        "ticketTypeUuids": list(row.types) if context.variant.ticket_types else None,
        "createDate": date(context, row.created),
        "lastOpDate": date(context, row.updated),
    }


def flow_inventory(context: CallContext, row: Flow) -> dict[str, Json]:
    """IAM2TicketFlowInventory; `flowContext` is JSON text."""
    approver = {"approverUuid": row.approver, "approverTitle": row.title}
    return {
        "approverUuid": row.approver,
        "valid": row.valid,
        "uuid": row.uuid,
        "name": row.name,
        "description": row.description,
        "parentFlowUuid": row.parent,
        "flowContext": write(approver, escape_html=False),
        "flowContextType": "iam2",
        "collectionUuid": row.collection,
        "createDate": date(context, row.created),
        "lastOpDate": date(context, row.updated),
    }


def type_inventory(context: CallContext, row: TicketType) -> dict[str, Json]:
    """TicketTypeInventory; its requests are JSON text."""
    calls = [{"apiName": api} for api in sorted(row.apis)]
    return {
        "uuid": row.uuid,
        "name": row.name,
        "description": row.description,
        "type": row.type,
        "requests": write(calls, escape_html=False) if row.tells_calls else "",
        "adminOnly": row.admin_only,
        "createDate": date(context, row.created),
        "lastOpDate": date(context, row.created),
    }


def schema(entity: str, row: dict[str, Json], path: str) -> dict[str, str]:
    """Name the class of everything in a row that is one of the target's own (dossier 8.4)."""
    named = {path: CLASSES[entity]}
    if entity in ("ticket", "archive"):
        if row.get("status") is not None:
            named[f"{path}.status"] = _ENTITY + "TicketStatus"
        for index, _ in enumerate(row.get("request") or ()):
            named[f"{path}.request[{index}]"] = _ENTITY + "TicketRequest"
    for index, _ in enumerate(row.get("flows") or () if entity == "collection" else ()):
        named[f"{path}.flows[{index}]"] = CLASSES["flow"]
    return named
