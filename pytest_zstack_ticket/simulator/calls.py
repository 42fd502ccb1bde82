"""The table of API calls: method, path, wrapper, fields with their constraints, in the order that errors follow.

Source: dossier 2.1, 7.1, 8.1; the order of fields is that of 5.2 (a Java HashMap over field names).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

FieldKind: TypeAlias = Literal["string", "strings", "requests", "flows", "boolean", "event", "any"]
CallKind: TypeAlias = Literal[
    "create",
    "query",
    "get",
    "change",
    "update",
    "delete",
    "flow",
    "login",
    "logout",
    "session",
    "version",
    "poll",
    "other",
]
"""What a call is to the faults: a scope names one of these words."""

TICKET_EVENTS = ("open", "approve", "cancel", "reject", "reopen")
STATE_EVENTS = ("enable", "disable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a message. `resource` is the server's type name of what it must refer to."""

    name: str
    kind: FieldKind = "string"
    required: bool = False
    max_length: int | None = None
    valid: tuple[str, ...] = ()
    nonempty: bool = False
    null_elements: bool = True
    resource: str = ""
    trimmed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One API message. `handler` names the function that serves it, `variables` are bound from the path."""

    message: str
    kind: CallKind
    method: str
    path: str
    handler: str
    wrapper: str = "params"
    fields: tuple[Field, ...] = ()
    asynchronous: bool = True
    session: bool = True
    entity: str = ""
    since: tuple[int, int] = (3, 0)


def _f(name: str, kind: FieldKind = "string", **constraints: object) -> Field:
    return Field(name=name, kind=kind, **constraints)  # type: ignore[arg-type]


_TAGS = (_f("systemTags", "strings"), _f("userTags", "strings"))
_NEW = (_f("resourceUuid"), _f("tagUuids", "strings", resource="TagPatternVO"))
_REQUESTS = _f("requests", "requests", required=True, nonempty=True, null_elements=False)
_TEXT = _f("description", max_length=2048)
_CLIENT = (_f("captchaUuid"), _f("verifyCode"), _f("clientInfo", "any"))
_SECRET = _f("password", required=True, trimmed=False)

CREATE_FIELDS: tuple[Field, ...] = (
    _f("flowCollectionUuid", resource="TicketFlowCollectionVO"),
    _f("accountSystemType", required=True),
    _f("tagUuids", "strings", resource="TagPatternVO"),
    _f("name", required=True, max_length=255),
    _TEXT,
    *_TAGS,
    _REQUESTS,
    _f("accountSystemContext", "any", required=True),
    _f("resourceUuid"),
)

_TICKET = "org.zstack.ticket.api."
_IAM2 = "org.zstack.ticket.iam2.api."
_UUID = _f("uuid", required=True)


def _ticket_calls() -> tuple[Call, ...]:
    one = "/v1/tickets/{uuid}"
    return (
        Call(
            message=_TICKET + "APICreateTicketMsg",
            kind="create",
            method="POST",
            path="/v1/tickets",
            handler="create_ticket",
            fields=CREATE_FIELDS,
        ),
        _query("/v1/tickets", "ticket"),
        _query(one, "ticket"),
        Call(
            message=_TICKET + "APIDeleteTicketMsg",
            kind="delete",
            method="DELETE",
            path=one,
            handler="delete_ticket",
            fields=(_UUID, *_TAGS, _f("deleteMode")),
        ),
        Call(
            message=_TICKET + "APIChangeTicketStatusMsg",
            kind="change",
            method="PUT",
            path=one + "/actions",
            wrapper="changeTicketStatus",
            handler="change_status",
            fields=(
                _f("comment", max_length=65535),
                _f("statusEvent", "event", required=True, valid=TICKET_EVENTS),
                *_TAGS,
                _f("uuid", required=True, resource="TicketVO"),
            ),
        ),
        Call(
            message=_TICKET + "APIUpdateTicketRequestMsg",
            kind="update",
            method="PUT",
            path=one + "/actions",
            wrapper="updateTicketRequest",
            handler="update_requests",
            fields=(_TEXT, *_TAGS, _REQUESTS, _f("uuid", required=True, resource="TicketVO")),
        ),
        _query("/v1/tickets/archives", "archive"),
        _query("/v1/tickets/histories", "history"),
        _query("/v1/tickets/histories/{uuid}", "history"),
        _query("/v1/tickets/histories/archives", "archive-history"),
        _query("/v1/ticket-types", "type", since=(3, 6)),
        _query("/v1/ticket-types/{uuid}", "type", since=(3, 6)),
    )


def _query(path: str, entity: str, *, since: tuple[int, int] = (3, 0)) -> Call:
    return Call(
        message=_TICKET + "APIQuery." + entity,
        kind="get" if path.endswith("{uuid}") else "query",
        method="GET",
        path=path,
        handler="query",
        entity=entity,
        asynchronous=False,
        since=since,
    )


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


_COLLECTION = _f("uuid", required=True, resource="TicketFlowCollectionVO")
_NAME = _f("name", max_length=255)
_FLOWS = _f("flows", "flows")


def _collection_calls() -> tuple[Call, ...]:
    many = "/v1/tickets/flow-collections"
    types = many + "/{ticketFlowCollectionUuid}/ticket-types"
    owner = _f("ticketFlowCollectionUuid", required=True, resource="TicketFlowCollectionVO")
    named = _f("ticketTypeUuids", "strings", required=True, resource="TicketTypeVO")
    removed = _f("ticketTypeUuids", "strings", required=True, nonempty=True, resource="TicketTypeVO")
    return (
        _query(many, "collection"),
        _query(many + "/{uuid}", "collection"),
        _flow(
            _IAM2 + "APICreateIAM2TickFlowCollectionMsg",
            "POST",
            many,
            "create_collection",
            _FLOWS,
            _f("projectUuid", required=True, resource="IAM2ProjectVO"),
            _f("name", required=True, max_length=255),
            _TEXT,
            _f("isDefault", "boolean"),
            _f("ticketTypeUuids", "strings", resource="TicketTypeVO"),
            *_TAGS,
            *_NEW,
        ),
        _flow(
            _IAM2 + "APIUpdateIAM2TicketFlowCollectionMsg",
            "PUT",
            many + "/{uuid}/actions",
            "update_collection",
            *(_FLOWS, _NAME, _TEXT, _f("isDefault", "boolean"), *_TAGS, _COLLECTION),
            wrapper="updateIAM2TicketFlowCollection",
        ),
        _flow(
            _TICKET + "APIChangeTicketFlowCollectionStateMsg",
            "PUT",
            many + "/{uuid}/actions",
            "change_state",
            *(_f("stateEvent", required=True, valid=STATE_EVENTS), *_TAGS, _COLLECTION),
            wrapper="changeTicketFlowCollectionState",
        ),
        _flow(_TICKET + "APIDeleteTicketFlowCollectionMsg", "DELETE", many + "/{uuid}", "delete_collection", _UUID),
        _flow(_TICKET + "APIAddTicketTypesToTicketFlowCollectionMsg", "POST", types, "add_types", named, owner),
        _flow(
            _TICKET + "APIRemoveTicketTypesFromTicketFlowCollectionMsg", "DELETE", types, "remove_types", removed, owner
        ),
    )


def _flow_calls() -> tuple[Call, ...]:
    many = "/v1/tickets/flow"
    return (
        _query(many, "flow"),
        _flow(
            _IAM2 + "APIAddIAM2TicketFlowMsg",
            "POST",
            many,
            "add_flow",
            _f("approverUuid", required=True),
            _f("approverTitle"),
            _f("name", required=True, max_length=255),
            _TEXT,
            _f("collectionUuid", required=True, resource="TicketFlowCollectionVO"),
            _f("parentFlowUuid", resource="TicketFlowVO"),
            *_TAGS,
            *_NEW,
        ),
        _flow(_IAM2 + "APIDeleteIAM2TicketFlowMsg", "DELETE", many + "/{uuid}", "delete_flow", _UUID),
        _flow(
            _IAM2 + "APIUpdateIAM2TicketFlowMsg",
            "PUT",
            many + "/{uuid}/actions",
            "update_flow",
            *(_NAME, _TEXT, _f("approverUuid"), _f("approverTitle"), *_TAGS),
            _f("uuid", required=True, resource="TicketFlowVO"),
            wrapper="updateIAM2TicketFlow",
        ),
    )


def _login(path: str, wrapper: str, *fields: Field, session: bool = False) -> Call:
    return Call(
        message=f"org.zstack.header.identity.{wrapper}",
        kind="login",
        method="PUT",
        path=path,
        wrapper=wrapper,
        handler="log_in",
        fields=fields,
        asynchronous=False,
        session=session,
    )


def _session_calls() -> tuple[Call, ...]:
    one = "/v1/accounts/sessions/{uuid}"
    return (
        _login("/v1/accounts/login", "logInByAccount", _SECRET, _f("accountName", required=True), *_CLIENT),
        _login(
            "/v1/accounts/users/login",
            "logInByUser",
            *(_SECRET, _f("accountUuid"), _f("accountName"), _f("userName", required=True), *_CLIENT),
        ),
        _login(
            "/v1/login",
            "logIn",
            *(
                _SECRET,
                _f("username", required=True),
                _f("loginType", required=True),
                *_CLIENT,
                _f("properties", "any"),
            ),
        ),
        _login("/v1/iam2/virtual-ids/login", "loginIAM2VirtualID", _SECRET, _f("name", required=True), *_CLIENT),
        _login("/v1/iam2/projects/login", "loginIAM2Project", _f("projectName", required=True), *_CLIENT, session=True),
        _login("/v1/iam2/platform/login", "loginIAM2Platform", session=True),
        Call(
            message="org.zstack.header.identity.APILogOutMsg",
            kind="logout",
            method="DELETE",
            path="/v1/accounts/sessions/{sessionUuid}",
            handler="log_out",
            fields=(_f("sessionUuid", required=True),),
            asynchronous=False,
            session=False,
        ),
        Call(
            message="org.zstack.header.identity.APIValidateSessionMsg",
            kind="session",
            method="GET",
            path=one + "/valid",
            handler="validate_session",
            fields=(_f("sessionUuid"),),
            asynchronous=False,
            session=False,
        ),
        Call(
            message="org.zstack.header.identity.APIRenewSessionMsg",
            kind="session",
            method="PUT",
            path=one + "/renew",
            wrapper="renewSession",
            handler="renew_session",
            fields=(_f("uuid", required=True), _f("duration", "any")),
        ),
        Call(
            message="org.zstack.header.managementnode.APIGetVersionMsg",
            kind="version",
            method="PUT",
            path="/v1/management-nodes/actions",
            wrapper="getVersion",
            handler="get_version",
            asynchronous=False,
            session=False,
        ),
        Call(
            message="org.zstack.header.managementnode.APIGetCurrentTimeMsg",
            kind="version",
            method="PUT",
            path="/v1/management-nodes/actions",
            wrapper="getCurrentTime",
            handler="get_current_time",
            asynchronous=False,
            session=False,
        ),
    )


CALLS: tuple[Call, ...] = (*_ticket_calls(), *_collection_calls(), *_flow_calls(), *_session_calls())
"""Every call of the embedded endpoint, in registration order."""
