"""The calls on flow collections and their steps. Source: dossier 8.1."""

from __future__ import annotations

from .call import DESCRIPTION, IAM2_API, NEW, STATE_EVENTS, TAGS, TICKET_API, Call, Field, a_field, query_call

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


def collection_calls() -> tuple[Call, ...]:
    """List the calls on flow collections."""
    many = "/v1/tickets/flow-collections"
    types = many + "/{ticketFlowCollectionUuid}/ticket-types"
    owner = a_field("ticketFlowCollectionUuid", required=True, resource="TicketFlowCollectionVO")
    named = a_field("ticketTypeUuids", "strings", required=True, resource="TicketTypeVO")
    removed = a_field("ticketTypeUuids", "strings", required=True, nonempty=True, resource="TicketTypeVO")
    return (
        query_call(many, "collection"),
        query_call(many + "/{uuid}", "collection"),
        _flow(
            IAM2_API + "APICreateIAM2TickFlowCollectionMsg",
            "POST",
            many,
            "create_collection",
            _FLOWS,
            a_field("projectUuid", required=True, resource="IAM2ProjectVO"),
            a_field("name", required=True, max_length=255),
            DESCRIPTION,
            a_field("isDefault", "boolean"),
            a_field("ticketTypeUuids", "strings", resource="TicketTypeVO"),
            *TAGS,
            *NEW,
        ),
        _flow(
            IAM2_API + "APIUpdateIAM2TicketFlowCollectionMsg",
            "PUT",
            many + "/{uuid}/actions",
            "update_collection",
            *(_FLOWS, _NAME, DESCRIPTION, a_field("isDefault", "boolean"), *TAGS, _COLLECTION),
            wrapper="updateIAM2TicketFlowCollection",
        ),
        _flow(
            TICKET_API + "APIChangeTicketFlowCollectionStateMsg",
            "PUT",
            many + "/{uuid}/actions",
            "change_state",
            *(a_field("stateEvent", required=True, valid=STATE_EVENTS), *TAGS, _COLLECTION),
            wrapper="changeTicketFlowCollectionState",
        ),
        _flow(TICKET_API + "APIDeleteTicketFlowCollectionMsg", "DELETE", many + "/{uuid}", "delete_collection", _UUID),
        _flow(TICKET_API + "APIAddTicketTypesToTicketFlowCollectionMsg", "POST", types, "add_types", named, owner),
        _flow(
            TICKET_API + "APIRemoveTicketTypesFromTicketFlowCollectionMsg",
            "DELETE",
            types,
            "remove_types",
            removed,
            owner,
        ),
    )


def flow_calls() -> tuple[Call, ...]:
    """List the calls on approval steps."""
    many = "/v1/tickets/flow"
    return (
        query_call(many, "flow"),
        _flow(
            IAM2_API + "APIAddIAM2TicketFlowMsg",
            "POST",
            many,
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
        _flow(IAM2_API + "APIDeleteIAM2TicketFlowMsg", "DELETE", many + "/{uuid}", "delete_flow", _UUID),
        _flow(
            IAM2_API + "APIUpdateIAM2TicketFlowMsg",
            "PUT",
            many + "/{uuid}/actions",
            "update_flow",
            *(_NAME, DESCRIPTION, a_field("approverUuid"), a_field("approverTitle"), *TAGS),
            a_field("uuid", required=True, resource="TicketFlowVO"),
            wrapper="updateIAM2TicketFlow",
        ),
    )
