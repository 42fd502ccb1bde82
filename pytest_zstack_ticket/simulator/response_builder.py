"""Building the answers: accepted, waiting, result, error, refusal. Source: dossier 3.2, 3.3, 4 and 9."""

from __future__ import annotations

from dataclasses import replace
from zlib import crc32

from pytest_zstack_ticket.model.exchange import Json, Request
from pytest_zstack_ticket.simulator.error_messages import DESCRIPTIONS
from pytest_zstack_ticket.simulator.errors import IDEAL_STATUS, ApiError, Refusal, error_tree
from pytest_zstack_ticket.simulator.http.rest_layer import api_timeout
from pytest_zstack_ticket.simulator.response import Answer, Role, Text, Tree
from pytest_zstack_ticket.simulator.services.inventories import schema
from pytest_zstack_ticket.simulator.state import CallContext, first_header
from pytest_zstack_ticket.simulator.variants import Variant

_ENTITY_OF_KIND = {"create": "ticket", "change": "ticket", "update": "ticket", "login": "session", "session": "session"}
_EARLY = 6
"""One failed job in so many was polled early: 33 of 212 (facts.md)."""
_FLOW_HANDLERS = ("add_flow", "update_flow")


def empty(variant: Variant) -> Tree | Text:
    """Return the body of nothing: `{}`, or no bytes before 3.2."""
    return Tree({}) if variant.empty_is_object else Text("")


def accepted(context: CallContext, job: str, location: str) -> Answer:
    """Build a 202 that says where the job's result will be."""
    tree: dict[str, Json] = {"apiTimeout": api_timeout(context), "location": location}
    if not context.variant.api_timeout:
        del tree["apiTimeout"]
    return Answer(status=202, body=Tree(tree), role="accepted", call=context.call.kind, job=job)


def waiting(variant: Variant, call: str, job: str) -> Answer:
    """Build the poll of a job that has not ended: no location, no apiTimeout."""
    return Answer(status=202, body=empty(variant), role="waiting", call=call, job=job)


def success(context: CallContext, result: Json, job: str = "") -> Answer:
    """Build a result; `with_classes` adds the classes of its parts."""
    if context.variant.documented and context.call.kind == "create":
        result = {}
    body = Tree(result) if result else empty(context.variant)
    # what has no members has no classes, and says so
    plain = "schema" not in result and bool(result or not context.variant.documented)
    classes = _classes(context, result) if plain else None
    return Answer(status=200, body=body, role="success", call=context.call.kind, job=job, classes=classes)


def with_classes(answer: Answer, request: Request) -> Answer:
    """Add the classes of a result if the request that is answered asks for them, a poll of its own account."""
    wanted = answer.classes is not None and first_header(request, "X-JSON-Schema") is not None
    if not wanted or not isinstance(answer.body, Tree):
        return answer
    return replace(answer, body=replace(answer.body, value={"schema": answer.classes} | answer.body.value))


def _classes(context: CallContext, result: Json) -> Json:
    inventory = result.get("inventory")
    if inventory is None:
        return {}
    entity = _ENTITY_OF_KIND.get(context.call.kind)
    entity = entity or ("flow" if context.call.handler in _FLOW_HANDLERS else "collection")
    return schema(entity, inventory, "inventory")


def from_row(answer: Answer, choice: str) -> Answer:
    """Show the error of a job as it is read from its row: with an empty list of causes in front.

    The row is done before the cache has the result, so an early poll reads the row; another node always does.
    """
    early = answer.read == 1 and crc32(answer.job.encode()) % _EARLY == 0
    row = choice == "present" or (choice == "raced" and early)
    if answer.role != "failure" or not row or not isinstance(answer.body, Tree):
        return answer
    value = {"error": {"causes": []} | answer.body.value["error"]}
    return replace(answer, body=replace(answer.body, value=value))


def failure(context: CallContext, error: ApiError, job: str = "", *, polled: bool = False) -> Answer:
    """Build an error object; a poll escapes it for HTML, a direct answer does not before 5.4."""
    tree = {"error": error_tree(error, context.variant, context.locale)}
    status = IDEAL_STATUS.get(error.code, 503) if context.variant.documented else 503
    body = Tree(tree, escape_html=polled or context.variant.modern_errors)
    return Answer(status=status, body=body, role="failure", call=context.call.kind, job=job)


def refusal(variant: Variant, error: Refusal, call: str) -> Answer:
    """Build a row of the master table: text or a page; the ideal endpoint answers an error object instead."""
    if variant.documented:
        tree = {"code": error.code, "description": DESCRIPTIONS[error.code], "details": _ideal_text(error)}
        headers = tuple(pair for pair in error.headers if pair[0] == "allow")
        body = Tree({"error": tree}, escape_html=False)
        return Answer(status=error.ideal, body=body, role="failure", call=call, headers=headers, row=error.row)
    role: Role = "page" if error.form == "page" else "text"
    return Answer(
        status=error.status,
        body=Text(error.text),
        role=role,
        call=call,
        headers=error.headers,
        row=error.row,
        cookie=error.cookie,
    )


def _ideal_text(error: Refusal) -> str:
    if error.form == "page" or not error.text:
        return "the request cannot be understood"
    return error.text


def unknown_job(variant: Variant, call: str, job: str) -> Answer:
    """Build the poll of a job that does not exist, or no longer."""
    text = "the job has been expired"
    if variant.documented:
        tree = {"code": "SYS.1003", "description": DESCRIPTIONS["SYS.1003"], "details": text}
        return Answer(status=404, body=Tree({"error": tree}), role="unknown-job", call=call, job=job, row="R32")
    return Answer(status=404, body=Text(text), role="unknown-job", call=call, job=job, row="R32")
