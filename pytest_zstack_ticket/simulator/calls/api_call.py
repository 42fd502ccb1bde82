"""What an API call is: method, path, wrapper, and fields with their constraints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

FieldKind: TypeAlias = Literal["string", "strings", "requests", "flows", "boolean", "event", "map", "any"]
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
    """A field of a message. `resource` is the server's type name of what it must refer to.

    `required_before` is the first release in which an optional field is no longer required.
    """

    name: str
    kind: FieldKind = "string"
    required: bool = False
    required_before: tuple[int, int] | None = None
    max_length: int | None = None
    valid: tuple[str, ...] = ()
    nonempty: bool = False
    null_elements: bool = True
    resource: str = ""
    trimmed: bool = True
    since: tuple[int, int] = (3, 0)


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


def a_field(name: str, kind: FieldKind = "string", **constraints: object) -> Field:
    """Make a field."""
    return Field(name=name, kind=kind, **constraints)  # type: ignore[arg-type] # any member


TICKET_API = "org.zstack.ticket.api."
IAM2_API = "org.zstack.ticket.iam2.api."
TAGS = tuple(a_field(name, "strings", null_elements=False) for name in ("systemTags", "userTags"))
NEW = (a_field("resourceUuid"), a_field("tagUuids", "strings", resource="TagPatternVO", since=(3, 6)))
REQUESTS = a_field("requests", "requests", required=True, nonempty=True, null_elements=False)
DESCRIPTION = a_field("description", max_length=2048)


def query_call(path: str, entity: str, *, since: tuple[int, int] = (3, 0)) -> Call:
    """Make a query on an entity."""
    return Call(
        message=TICKET_API + "APIQuery." + entity,
        kind="get" if path.endswith("{uuid}") else "query",
        method="GET",
        path=path,
        handler="query",
        entity=entity,
        asynchronous=False,
        since=since,
    )
