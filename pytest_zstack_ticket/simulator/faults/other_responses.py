"""Faults of other successful answers: queries, log-ins, log-outs, deletions."""

from __future__ import annotations

from pytest_zstack_ticket.simulator.faults import response_edits as edits
from pytest_zstack_ticket.simulator.faults.async_jobs import answer_as
from pytest_zstack_ticket.simulator.faults.effects import Change
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.faults.inventories import dashed, fault

_OTHERS: tuple[tuple[str, str, Change, str], ...] = (
    (
        "inventory:requests",
        "create,change,update,query,get/success",
        edits.chain(
            edits.rename("inventory.request", "requests"),
            edits.rename("inventories[0].request", "requests"),
        ),
        "an inventory shows requests instead of request",
    ),
    ("inventory:as-text", "create/success", edits.put("inventory", '"created"'), "the inventory is a text"),
    ("inventory:as-list", "create/success", edits.retype("inventory", "list"), "the inventory is a list"),
    (
        "inventory:uuid-as-id",
        "create/success",
        edits.rename("inventory.uuid", "id"),
        "the uuid stands under id",
    ),
    ("query:202", "query/success", answer_as(202), "a query answers 202"),
    ("query:204", "query/success", answer_as(204, "empty"), "a query answers 204"),
    (
        "query:only-error",
        "query/success",
        edits.text_body('{"error":{"code":"SYS.1000","description":"d"}}'),
        "200 error",
    ),
    ("query:empty-object", "query/success", edits.body("object"), "a query answers {}"),
    ("query:bare-list", "query/success", edits.unwrap("inventories"), "the rows stand alone"),
    (
        "query:inventory",
        "query,get/success",
        edits.rename("inventories", "inventory"),
        "rows stand under inventory",
    ),
    (
        "query:cut-to-characters",
        "query,get/success",
        edits.cut_to_characters,
        "the length of a query's body counts characters, not bytes",
    ),
    ("query:null-rows", "query/success", edits.put("inventories", "null"), "the rows are null"),
    (
        "query:rows-in-object",
        "query/success",
        edits.retype("inventories", "object"),
        "the rows are in an object",
    ),
    ("query:total-text", "query/success", edits.mapped("total", str), "total is a text"),
    ("query:total-float", "query/success", edits.mapped("total", float), "total is written as 37.0"),
    ("query:total-negative", "query/success", edits.mapped("total", lambda one: -1), "total is negative"),  # noqa: ARG005 - whatever there was
    ("query:total-missing", "query/success", edits.drop("total"), "total is missing"),
    ("query:no-schema", "query/success", edits.drop("schema"), "a query has no schema"),
    *(
        (f"query-body:{kind}", "query/success", edits.body(kind), f"the body of a query: {kind}")
        for kind in edits.BODIES
    ),
    ("login:empty-object", "login/success", edits.body("object"), "a log-in answers {}"),
    ("login:202", "login/success", answer_as(202), "a log-in answers 202"),
    (
        "login:only-error",
        "login/success",
        edits.text_body('{"error":{"code":"ID.1000","description":"d"}}'),
        "200 error",
    ),
    *(
        (
            f"login-uuid:{kind}",
            "login/success",
            edits.retype("inventory.uuid", kind),
            f"a session's uuid is {kind}",
        )
        for kind in ("null", "number", "empty", "object")
    ),
    ("login-uuid:missing", "login/success", edits.drop("inventory.uuid"), "a log-in shows no session"),
    (
        "login-uuid:dashes",
        "login/success",
        edits.mapped("inventory.uuid", dashed),
        "a session's uuid has dashes",
    ),
    ("login-uuid:upper", "login/success", edits.mapped("inventory.uuid", str.upper), "it is in upper case"),
    ("login-accountUuid:missing", "login/success", edits.drop("inventory.accountUuid"), "no accountUuid"),
    (
        "login-date:epoch",
        "login/success",
        edits.put("inventory.expiredDate", "1545993580705"),
        "dates are numbers",
    ),
    *(
        (f"login-body:{kind}", "login/success", edits.body(kind), f"the body of a log-in: {kind}")
        for kind in edits.BODIES
    ),
    ("logout:204", "logout/success", answer_as(204, "empty"), "a log-out answers 204"),
    ("logout:202", "logout/success", answer_as(202), "a log-out answers 202"),
    (
        "logout:503",
        "logout/success",
        edits.chain(edits.text_body('{"error":{"code":"ID.1001","description":"d"}}'), edits.status(503)),
        "a log-out fails",
    ),
    *(
        (f"delete:{code}", "delete/success", answer_as(code), f"a delete has the status {code}")
        for code in (201, 204, 500)
    ),
    (
        "delete:with-inventory",
        "delete/success",
        edits.text_body('{"inventory":{"uuid":"x"}}'),
        "a delete shows one",
    ),
)

RESULTS: tuple[Fault, ...] = tuple(fault(*row) for row in _OTHERS)
"""Every fault of queries' shapes, log-ins, log-outs and deletions."""
