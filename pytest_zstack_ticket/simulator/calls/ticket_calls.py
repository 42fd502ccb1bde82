"""The calls on tickets, histories, archives and ticket types, their fields in the order that errors follow.

Source: dossier 7.1 and 8.1; the order of fields is that of 5.2 (a Java HashMap over field names).
"""

from __future__ import annotations

from pytest_zstack_ticket.simulator.calls.api_call import (
    DESCRIPTION,
    REQUESTS,
    TAGS,
    TICKET_API,
    TICKET_EVENTS,
    Call,
    Field,
    a_field,
    query_call,
)

CREATE_FIELDS: tuple[Field, ...] = (
    a_field("flowCollectionUuid", resource="TicketFlowCollectionVO"),
    a_field("accountSystemType", required=True),
    a_field("tagUuids", "strings", resource="TagPatternVO", null_elements=False, since=(3, 6)),
    a_field("name", required=True, max_length=255),
    DESCRIPTION,
    *TAGS,
    REQUESTS,
    a_field("accountSystemContext", "any", required=True),
    a_field("resourceUuid"),
)

_UUID = a_field("uuid", required=True)


_ONE = "/v1/tickets/{uuid}"
TICKET_CALLS: tuple[Call, ...] = (
    Call(
        message=TICKET_API + "APICreateTicketMsg",
        kind="create",
        method="POST",
        path="/v1/tickets",
        handler="create_ticket",
        fields=CREATE_FIELDS,
    ),
    query_call("/v1/tickets", "ticket"),
    query_call(_ONE, "ticket"),
    Call(
        message=TICKET_API + "APIDeleteTicketMsg",
        kind="delete",
        method="DELETE",
        path=_ONE,
        handler="delete_ticket",
        fields=(_UUID, *TAGS, a_field("deleteMode")),
    ),
    Call(
        message=TICKET_API + "APIChangeTicketStatusMsg",
        kind="change",
        method="PUT",
        path=_ONE + "/actions",
        wrapper="changeTicketStatus",
        handler="change_status",
        fields=(
            a_field("comment", max_length=65535),
            a_field("statusEvent", "event", required=True, valid=TICKET_EVENTS),
            *TAGS,
            a_field("uuid", required=True, resource="TicketVO"),
        ),
    ),
    Call(
        message=TICKET_API + "APIUpdateTicketRequestMsg",
        kind="update",
        method="PUT",
        path=_ONE + "/actions",
        wrapper="updateTicketRequest",
        handler="update_requests",
        fields=(
            a_field("description", max_length=2048, since=(4, 8)),
            *TAGS,
            REQUESTS,
            a_field("uuid", required=True, resource="TicketVO"),
        ),
    ),
    query_call("/v1/tickets/archives", "archive"),
    query_call("/v1/tickets/archives/{uuid}", "archive"),
    query_call("/v1/tickets/histories", "history"),
    query_call("/v1/tickets/histories/{uuid}", "history"),
    query_call("/v1/tickets/histories/archives", "archive-history"),
    query_call("/v1/ticket-types", "type", since=(3, 6)),
    query_call("/v1/ticket-types/{uuid}", "type", since=(3, 6)),
)
"""The calls of the ticket service."""
