"""The calls on flow collections and their steps. Source: dossier 8.1."""

from __future__ import annotations

from dataclasses import replace

from pytest_zstack_ticket.simulator.calls.api_call import (
    DESCRIPTION,
    IAM2_API,
    NEW,
    STATE_EVENTS,
    TAGS,
    TICKET_API,
    Call,
    Field,
    a_field,
    query_call,
)

_UUID = a_field("uuid", required=True)


def _flow(message: str, method: str, path: str, handler: str, *fields: Field, wrapper: str = "params") -> Call:
    since = (3, 6) if path.endswith("ticket-types") else (3, 0)
    return Call(
        message=message,
        kind="flow",
        method=method,
        path=path,
        handler=handler,
        fields=fields,
        wrapper=wrapper,
        since=since,
    )


_COLLECTION = a_field("uuid", required=True, resource="TicketFlowCollectionVO")
_NAME = a_field("name", max_length=255)
_FLOWS = a_field("flows", "flows")


_MANY = "/v1/tickets/flow-collections"
_TYPES = _MANY + "/{ticketFlowCollectionUuid}/ticket-types"
_OWNER = a_field("ticketFlowCollectionUuid", required=True, resource="TicketFlowCollectionVO")
_NAMED = a_field("ticketTypeUuids", "strings", required=True, resource="TicketTypeVO")
_REMOVED = a_field("ticketTypeUuids", "strings", required=True, nonempty=True, resource="TicketTypeVO")
COLLECTION_CALLS: tuple[Call, ...] = (
    query_call(_MANY, "collection"),
    query_call(_MANY + "/{uuid}", "collection"),
    _flow(
        IAM2_API + "APICreateIAM2TickFlowCollectionMsg",
        "POST",
        _MANY,
        "create_collection",
        _FLOWS,
        a_field("projectUuid", required=True, resource="IAM2ProjectVO"),
        a_field("name", required=True, max_length=255),
        replace(DESCRIPTION, required_before=(4, 0)),
        a_field("isDefault", "boolean"),
        a_field("ticketTypeUuids", "strings", resource="TicketTypeVO", since=(3, 6)),
        *TAGS,
        *NEW,
    ),
    _flow(
        IAM2_API + "APIUpdateIAM2TicketFlowCollectionMsg",
        "PUT",
        _MANY + "/{uuid}/actions",
        "update_collection",
        *(_FLOWS, _NAME, DESCRIPTION, a_field("isDefault", "boolean"), *TAGS, _COLLECTION),
        wrapper="updateIAM2TicketFlowCollection",
    ),
    _flow(
        TICKET_API + "APIChangeTicketFlowCollectionStateMsg",
        "PUT",
        _MANY + "/{uuid}/actions",
        "change_state",
        *(a_field("stateEvent", required=True, valid=STATE_EVENTS), *TAGS, _COLLECTION),
        wrapper="changeTicketFlowCollectionState",
    ),
    _flow(TICKET_API + "APIDeleteTicketFlowCollectionMsg", "DELETE", _MANY + "/{uuid}", "delete_collection", _UUID),
    _flow(TICKET_API + "APIAddTicketTypesToTicketFlowCollectionMsg", "POST", _TYPES, "add_types", _NAMED, _OWNER),
    _flow(
        TICKET_API + "APIRemoveTicketTypesFromTicketFlowCollectionMsg",
        "DELETE",
        _TYPES,
        "remove_types",
        _REMOVED,
        _OWNER,
    ),
)
"""The calls on flow collections."""


_STEPS = "/v1/tickets/flow"
FLOW_CALLS: tuple[Call, ...] = (
    query_call(_STEPS, "flow"),
    _flow(
        IAM2_API + "APIAddIAM2TicketFlowMsg",
        "POST",
        _STEPS,
        "add_flow",
        a_field("approverUuid", required=True),
        a_field("approverTitle"),
        a_field("name", required=True, max_length=255),
        DESCRIPTION,
        a_field("collectionUuid", required=True, resource="TicketFlowCollectionVO"),
        a_field("parentFlowUuid", resource="TicketFlowVO"),
        *TAGS,
        *NEW,
    ),
    _flow(IAM2_API + "APIDeleteIAM2TicketFlowMsg", "DELETE", _STEPS + "/{uuid}", "delete_flow", _UUID),
    _flow(
        IAM2_API + "APIUpdateIAM2TicketFlowMsg",
        "PUT",
        _STEPS + "/{uuid}/actions",
        "update_flow",
        *(_NAME, DESCRIPTION, a_field("approverUuid"), a_field("approverTitle"), *TAGS),
        a_field("uuid", required=True, resource="TicketFlowVO"),
        wrapper="updateIAM2TicketFlow",
    ),
)
"""The calls on approval steps."""
