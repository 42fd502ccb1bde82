"""Building the answers: accepted, waiting, result, error, refusal. Source: dossier 3.2, 3.3, 4 and 9."""

from __future__ import annotations

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.error_messages import DESCRIPTIONS
from pytest_zstack_ticket.simulator.errors import IDEAL_STATUS, ApiError, Refusal, error_tree
from pytest_zstack_ticket.simulator.http.rest_layer import api_timeout
from pytest_zstack_ticket.simulator.response import Answer, Role, Text, Tree
from pytest_zstack_ticket.simulator.services.inventories import schema
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.variants import Variant

_ENTITY_OF_KIND = {"create": "ticket", "change": "ticket", "update": "ticket", "login": "session", "session": "session"}
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
    """Build a result, with the classes of its parts if the request asked for them."""
    if context.variant.documented and context.call.kind == "create":
        result = {}
    body = Tree(_with_schema(context, result)) if result else empty(context.variant)
    return Answer(status=200, body=body, role="success", call=context.call.kind, job=job)


def _with_schema(context: CallContext, result: Json) -> Json:
    if context.header("X-JSON-Schema") is None or "schema" in result:
        return result
    inventory = result.get("inventory")
    if inventory is None:
        return {"schema": {}} | result
    entity = _ENTITY_OF_KIND.get(context.call.kind) or (
        "flow" if context.call.handler in _FLOW_HANDLERS else "collection"
    )
    return {"schema": schema(entity, inventory, "inventory")} | result


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
