"""The operations of the OpenAPI document: parameters, body and answers of calls that share a path and a method."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from pytest_zstack_ticket.model.exchange import JsonObject

VARIABLE = re.compile(r"\{(\w+)\}")


class Field(Protocol):
    """What is to be known of a field of a call."""

    @property
    def name(self) -> str:
        """Its key."""

    @property
    def kind(self) -> str:
        """What it holds: string, strings, requests, flows, boolean, event, any."""

    @property
    def required(self) -> bool:
        """Whether it must be there."""

    @property
    def max_length(self) -> int | None:
        """Its longest value, in UTF-16 units."""

    @property
    def valid(self) -> tuple[str, ...]:
        """The words that it may be."""

    @property
    def nonempty(self) -> bool:
        """Whether an empty list is refused."""


class Call(Protocol):
    """What is to be known of a call; `wrapper` is the key of its fields in the body, `asynchronous` ends in a job."""

    @property
    def message(self) -> str:
        """The server's name of its message."""

    @property
    def kind(self) -> str:
        """What it does: create, query, get, login and so on."""

    @property
    def method(self) -> str:
        """Its method."""

    @property
    def path(self) -> str:
        """Its path, with variables in braces."""

    @property
    def wrapper(self) -> str:
        """The key of its fields."""

    @property
    def fields(self) -> Sequence[Field]:
        """Its fields, those in the path too."""

    @property
    def asynchronous(self) -> bool:
        """Whether it ends in a job."""

    @property
    def session(self) -> bool:
        """Whether it needs a session."""

    @property
    def since(self) -> tuple[int, int]:
        """The first release that has it."""


def reference(name: str) -> JsonObject:
    """Return a reference to a schema of the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def content(schema: JsonObject) -> JsonObject:
    """Return a body of JSON."""
    return {"application/json": {"schema": schema}}


STRINGS: JsonObject = {"type": "array", "items": {"type": "string"}}
KINDS: dict[str, JsonObject] = {
    "string": {"type": ["string", "null"]},
    "strings": {"type": ["array", "null"], "items": {"type": "string"}},
    "requests": {"type": "array", "items": reference("TicketRequest")},
    "flows": {"type": ["array", "null"], "items": {"type": "object"}},
    "boolean": {"type": ["boolean", "null"]},
    "event": {"type": "string"},
    "any": {},
    "map": {},
}
FAILED = {"description": "It failed; status 503 for most reasons.", "content": content(reference("Failure"))}
ACCEPTED = {"description": "A job was started.", "content": content(reference("AcceptedJob"))}
DONE = {"description": "It is done.", "content": content({"type": "object"})}
RESULTS: dict[str, JsonObject] = {
    "create": {"description": "The ticket was created.", "content": content(reference("CreateResult"))},
    "query": {"description": "What was found.", "content": content(reference("QueryResult"))},
    "get": {"description": "What was found, one or none.", "content": content(reference("QueryResult"))},
    "login": {"description": "A session.", "content": content(reference("Session"))},
}
HEADERS = {
    "JobUuid": ("X-Job-UUID", {"type": "string", "minLength": 32, "maxLength": 32}, "the id that the job is to have"),
    "WebHook": ("X-Web-Hook", {"type": "string"}, "where the result is to be delivered"),
    "ApiTimeout": ("X-API-Timeout", {"type": "integer"}, "seconds that the job may take"),
    "JsonSchema": ("X-JSON-Schema", {"type": "string"}, "with any value: add the classes of the result's parts"),
}
QUERY = {
    "Conditions": ("q", STRINGS, "a condition, such as name=a; repeat it for more"),
    "Limit": ("limit", {"type": "integer"}, "rows at most"),
    "Start": ("start", {"type": "integer"}, "rows to leave out"),
    "Sort": ("sort", {"type": "string"}, "+field or -field"),
    "Fields": ("fields", {"type": "string"}, "fields to show, joined by commas"),
    "Count": ("count", {"type": "boolean"}, "count only"),
    "ReplyWithCount": ("replyWithCount", {"type": "boolean"}, "count as well"),
}
PARAMETERS: JsonObject = {
    key: {"name": name, "in": where, "schema": schema, "description": about}
    for where, table in (("header", HEADERS), ("query", QUERY))
    for key, (name, schema, about) in table.items()
}
"""The parameters that many calls share."""

JOB: JsonObject = {
    "/v1/api-jobs/{uuid}": {
        "get": {
            "operationId": "PollJob",
            "tags": ["jobs"],
            "summary": "Ask for the result of a job",
            "parameters": [{"name": "uuid", "in": "path", "required": True, "schema": {"type": "string"}}],
            "responses": {
                "200": {
                    "description": "The result of the call that started the job.",
                    "content": content({"anyOf": [reference("CreateResult"), {"type": "object"}]}),
                },
                "202": {"description": "The job has not ended.", "content": content({"type": "object"})},
                "default": FAILED,
            },
        }
    }
}
"""The path of jobs, which is no message of its own."""


def operation(calls: Sequence[Call]) -> JsonObject:
    """Return the operation of calls that share a path and a method."""
    first = calls[0]
    document: JsonObject = {
        "operationId": "Or".join(name(call) for call in calls),
        "tags": [_tag(first)],
        "summary": " or ".join(_words(name(call)) for call in calls),
        "parameters": _parameters(first),
        "responses": _responses(first),
        "x-zstack-since": "{}.{}".format(*min(call.since for call in calls)),
    }
    if first.method in ("POST", "PUT"):
        bodies = [_body(call) for call in calls]
        schema = bodies[0] if len(bodies) == 1 else {"oneOf": bodies}
        document["requestBody"] = {"required": True, "content": content(schema)}
    return document | ({} if first.session else {"security": []})


def name(call: Call) -> str:
    """Return the name of a call: CreateTicket for APICreateTicketMsg, QueryTickets and GetTickets for queries."""
    if call.kind in ("query", "get"):
        parts = [part for part in call.path.split("/")[2:] if not VARIABLE.fullmatch(part)]
        words = "-".join(parts).split("-")
        return call.kind.capitalize() + "".join(word.capitalize() for word in words)
    last = call.message.rpartition(".")[2].removeprefix("API").removesuffix("Msg")
    return last[:1].upper() + last[1:]


def _words(text: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).capitalize()


def _tag(call: Call) -> str:
    if call.kind in ("login", "logout", "session"):
        return "sessions"
    if call.kind == "version":
        return "management"
    return "flows" if "/flow" in call.path else "tickets"


def _parameters(call: Call) -> list[JsonObject]:
    variables = VARIABLE.findall(call.path)
    found: list[JsonObject] = [
        {"name": one, "in": "path", "required": True, "schema": {"type": "string"}} for one in variables
    ]
    if call.method == "DELETE":
        # a map comes as several parameters, one a member
        rest = [field for field in call.fields if field.name not in variables and field.kind != "map"]
        found += [{"name": one.name, "in": "query", "required": one.required, "schema": _in_query(one)} for one in rest]
    shared = ["JobUuid", "WebHook", "ApiTimeout"] if call.asynchronous else []
    shared += list(QUERY) if call.kind == "query" else []
    return found + [{"$ref": f"#/components/parameters/{key}"} for key in [*shared, "JsonSchema"]]


def _in_query(field: Field) -> JsonObject:
    return STRINGS if field.kind == "strings" else {"type": "string"}


def _responses(call: Call) -> JsonObject:
    document: JsonObject = {"202": ACCEPTED} if call.asynchronous else {"200": RESULTS.get(call.kind, DONE)}
    if call.kind == "create":
        document["200"] = RESULTS["create"]
    return dict(sorted(document.items())) | {"default": FAILED}


def _body(call: Call) -> JsonObject:
    """Return the body of a call: its fields below its key, and tags beside it."""
    if call.kind == "create":
        return reference("CreateRequest")
    variables = VARIABLE.findall(call.path)
    fields = [field for field in call.fields if field.name not in variables]
    inner: JsonObject = {"type": "object", "properties": {field.name: _field(field) for field in fields}}
    required = [field.name for field in fields if field.required]
    inner |= {"required": required} if required else {}
    return {
        "type": "object",
        "required": [call.wrapper],
        "properties": {call.wrapper: inner, "systemTags": STRINGS, "userTags": STRINGS},
    }


def _field(field: Field) -> JsonObject:
    document = dict(KINDS[field.kind])
    if field.required and isinstance(document.get("type"), list):
        document["type"] = document["type"][0]
    document |= {"maxLength": field.max_length} if field.max_length else {}
    document |= {"minItems": 1} if field.nonempty else {}
    return document | ({"enum": list(field.valid)} if field.valid else {})
