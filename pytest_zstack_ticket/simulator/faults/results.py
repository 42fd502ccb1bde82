"""Faults of successful answers: the 202, the job's result, inventories, rows of queries, log-ins."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.active import Facts
from pytest_zstack_ticket.simulator.answer import Answer, Text, Tree
from pytest_zstack_ticket.simulator.world import first_header

from . import edits
from .effects import Change, Edit
from .language import Fault
from .scope import parse_scope

_KINDS = ("missing", "null", "number", "empty", "object", "list")
_SPECIAL: tuple[tuple[str, str, Callable[[Json], Json], str], ...] = (
    ("uuid", "dashes", lambda one: f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}", "has dashes"),
    ("uuid", "upper", lambda one: str(one).upper(), "is in upper case"),
    ("uuid", "short", lambda one: one[:31], "has 31 characters"),
    ("uuid", "long", lambda one: f"{one}0", "has 33 characters"),
    ("uuid", "not-hex", lambda one: f"{one[:31]}g", "has a character that is no hex digit"),
    ("uuid", "line-end", lambda one: f"{one}\n", "ends with a line end"),
    ("uuid", "other", lambda one: one[::-1], "is another one"),
    ("status", "unknown", lambda one: "Bogus", "is no known one"),  # noqa: ARG005
    ("status", "lower", lambda one: one.lower(), "is in lower case"),
    ("name", "upper", lambda one: one.upper(), "is in upper case"),
    ("name", "extra-blank", lambda one: f"{one} ", "has a blank more"),
    ("name", "html-escaped", lambda one: one.replace("&", "&amp;").replace("<", "&lt;"), "is escaped twice"),
    ("createDate", "iso", lambda one: "2018-12-28T18:38:25Z", "is in ISO form"),  # noqa: ARG005
    ("createDate", "sql", lambda one: "2018-12-28 18:38:25", "is in SQL form"),  # noqa: ARG005
    ("createDate", "epoch", lambda one: 1545993580705, "is a number of milliseconds"),  # noqa: ARG005
    ("createDate", "text", lambda one: "yesterday", "is no date"),  # noqa: ARG005
    ("createDate", "no-day", lambda one: "Dec 32, 2018 6:38:25 PM", "is a day that does not exist"),  # noqa: ARG005
    ("createDate", "future", lambda one: "Dec 28, 2199 6:38:25 PM", "lies after lastOpDate"),  # noqa: ARG005
    ("request", "reversed", lambda one: one[::-1], "is in reverse order"),
    ("request", "first-only", lambda one: one[:1], "has the first one only"),
    ("request", "doubled", lambda one: one * 2, "has each one twice"),
    ("request", "in-object", lambda one: {"item": one}, "is an object"),
    ("request", "of-texts", lambda one: [str(each) for each in one], "is a list of texts"),
    ("request", "of-nulls", lambda one: [None for _ in one], "is a list of nulls"),
)
_MEMBERS = (
    *("uuid", "name", "status", "request", "accountSystemType", "accountSystemContext"),
    *("flowCollectionUuid", "createDate", "lastOpDate", "description", "ticketTypeUuid"),
)


def _fault(name: str, scope: str, change: Change, about: str) -> Fault:
    return Fault(name=name, description=about, effects=(Edit(change, parse_scope(scope)),))


def _inventories() -> list[Fault]:
    """One row per member and form, for the results of create, and for the rows of queries."""
    rows: list[Fault] = []
    places = (
        ("inventory", "create,change,update/success", "inventory"),
        ("row", "query,get/success", "inventories[0]"),
    )
    for prefix, scope, root in places:
        for member in _MEMBERS:
            for kind in _KINDS:
                path = f"{root}.{member}"
                change = edits.drop(path) if kind == "missing" else edits.retype(path, _retyped(member, kind))
                rows.append(_fault(f"{prefix}-{member}:{kind}", scope, change, f"{member} of a {prefix} is {kind}"))
        for member, kind, function, about in _SPECIAL:
            change = edits.mapped(f"{root}.{member}", function)
            rows.append(_fault(f"{prefix}-{member}:{kind}", scope, change, f"{member} of a {prefix} {about}"))
        for member in ("requestName", "apiName", "executeTimes", "apiBody"):
            for kind in ("missing", "null", "empty-list", "object"):
                path = f"{root}.request[0].{member}"
                change = edits.drop(path) if kind == "missing" else edits.retype(path, kind)
                rows.append(_fault(f"{prefix}-{member}:{kind}", scope, change, f"{member} in a {prefix} is {kind}"))
    return rows


def _retyped(member: str, kind: str) -> str:
    """A list wrapped in a list is a list still: lists become objects in another way."""
    return "empty-object" if (member == "request" and kind == "list") else kind


def _location(function: Callable[[str], str]) -> Change:
    return edits.mapped("location", function)


def _job(text: str) -> str:
    return text.rpartition("/")[2]


def _answer(code: int, kind: str = "") -> Change:
    return edits.chain(edits.body(kind), edits.status(code)) if kind else edits.status(code)


_ACCEPTED = "create/accepted"
_POLLED = "create/result/polled"
_SUCCESS = "create/success"

_PROTOCOL: tuple[tuple[str, str, Change, str], ...] = (
    *(
        (f"location:{kind}", _ACCEPTED, edits.retype("location", kind), f"the location is {kind}")
        for kind in ("null", "number", "list", "object", "boolean", "empty", "blank")
    ),
    ("location:missing", _ACCEPTED, edits.drop("location"), "a 202 has no location"),
    ("location:capital", _ACCEPTED, edits.rename("location", "Location"), "the location stands under Location"),
    ("location:without-id", _ACCEPTED, _location(lambda one: one.rpartition("/")[0]), "the location has no id"),
    ("location:slash-at-end", _ACCEPTED, _location(lambda one: f"{one}/"), "the location ends with a slash"),
    ("location:relative", _ACCEPTED, _location(lambda one: f"/zstack/v1/api-jobs/{_job(one)}"), "it is relative"),
    (
        "location:relative-without-context",
        _ACCEPTED,
        _location(lambda one: f"/v1/api-jobs/{_job(one)}"),
        "without zstack",
    ),
    ("location:https", _ACCEPTED, _location(lambda one: f"https://192.0.2.1/zstack/v1/api-jobs/{_job(one)}"), "https"),
    ("location:only-id", _ACCEPTED, _location(_job), "the location is the bare id"),
    ("location:no-scheme", _ACCEPTED, _location(lambda one: one.partition("//")[2]), "the location has no scheme"),
    ("location:other-scheme", _ACCEPTED, _location(lambda one: one.replace("http:", "ftp:", 1)), "its scheme is ftp"),
    ("location:other-path", _ACCEPTED, _location(lambda one: one.replace("/v1/api-jobs", "/jobs")), "another path"),
    ("location:other-id", _ACCEPTED, _location(lambda one: one[:-4] + "0000"), "the location names another job"),
    ("location:dashed-id", _ACCEPTED, _location(lambda one: f"{one[:-24]}-{one[-24:]}"), "its id has a dash"),
    (
        "location:other-host",
        _ACCEPTED,
        _location(lambda one: f"http://192.0.2.1:8080/zstack/v1/api-jobs/{_job(one)}"),
        "it names an unreachable host",
    ),
    (
        "location:in-header",
        _ACCEPTED,
        edits.chain(edits.drop("location"), edits.header("location", "/zstack/v1/api-jobs/x")),
        "the location is a header only",
    ),
    *(
        (f"apiTimeout:{kind}", _ACCEPTED, edits.put("apiTimeout", value), f"apiTimeout is {value}")
        for kind, value in (
            ("text", '"1800000"'),
            ("negative", "-1"),
            ("zero", "0"),
            ("fraction", "0.5"),
            ("null", "null"),
            ("list", "[1800000]"),
            ("object", "{}"),
            ("boolean", "true"),
        )
    ),
    ("apiTimeout:in-seconds", _ACCEPTED, edits.mapped("apiTimeout", lambda one: one // 1000), "it is in seconds"),
    ("apiTimeout:ignores-header", _ACCEPTED, edits.mapped("apiTimeout", lambda one: 1800000), "always the same"),  # noqa: ARG005
    ("accepted:200", _ACCEPTED, _answer(200), "a create answers 200 with a location"),
    ("accepted:201", _ACCEPTED, _answer(201), "a create answers 201 with a location"),
    ("accepted:204", _ACCEPTED, _answer(204, "empty"), "a create answers 204"),
    (
        "accepted:303",
        _ACCEPTED,
        edits.chain(_answer(303, "empty"), edits.header("location", "/zstack/v1/tickets")),
        "303",
    ),
    (
        "accepted:307",
        _ACCEPTED,
        edits.chain(_answer(307, "empty"), edits.header("location", "/zstack/v1/tickets2")),
        "307",
    ),
    ("accepted:with-error", _ACCEPTED, edits.put("error", '{"code":"SYS.1000","description":"d"}'), "with an error"),
    *((f"accepted-body:{kind}", _ACCEPTED, edits.body(kind), f"the body of a 202: {kind}") for kind in edits.BODIES),
    *(
        (f"waiting-body:{kind}", "create/waiting", edits.body(kind), f"the body of a 202 poll: {kind}")
        for kind in ("text", "html", "array", "null", "string", "truncated", "trailing")
    ),
    ("waiting:with-error", "create/waiting", edits.put("error", '{"code":"SYS.1000"}'), "a 202 poll has an error"),
    ("waiting:204", "create/waiting", _answer(204, "empty"), "a job on its way is answered 204"),
    ("waiting:200", "create/waiting", _answer(200), "a job on its way is answered 200"),
    ("waiting:404", "create/waiting", edits.chain(edits.text_body("not yet"), edits.status(404)), "it is answered 404"),
    ("waiting:503-empty", "create/waiting", _answer(503, "object"), "it is answered 503 {}"),
    *((f"result-body:{kind}", _SUCCESS, edits.body(kind), f"the body of a result: {kind}") for kind in edits.BODIES),
    ("result:201", _SUCCESS, _answer(201), "a result has the status 201"),
    ("result:204", _SUCCESS, _answer(204, "empty"), "a result has the status 204"),
    ("result:203", _SUCCESS, _answer(203), "a result has the status 203"),
    ("result:206", _SUCCESS, _answer(206), "a result has the status 206"),
    ("result:500", _SUCCESS, _answer(500), "a result has the status 500"),
    ("result:503", _SUCCESS, _answer(503), "a result has the status 503"),
    ("result:503-empty", _SUCCESS, _answer(503, "object"), "a success is answered 503 {}"),
    (
        "result:302",
        _SUCCESS,
        edits.chain(_answer(302, "empty"), edits.header("location", "/zstack/v1/api-jobs/x")),
        "302",
    ),
    ("result:with-error", _SUCCESS, edits.put("error", '{"code":"SYS.1000","description":"d","details":"d"}'), "error"),
    (
        "result:only-error",
        _SUCCESS,
        edits.text_body('{"error":{"code":"SYS.1000","description":"d"}}'),
        "200 with an error",
    ),
    ("result:success-false", _SUCCESS, edits.put("success", "false"), "a result says success: false"),
    (
        "result:inventories",
        _SUCCESS,
        edits.chain(edits.retype("inventory", "list"), edits.rename("inventory", "inventories")),
        "a result has a list of inventories",
    ),
    ("result:bare-inventory", _SUCCESS, edits.unwrap("inventory"), "the inventory stands alone"),
    ("result:wrapped", _SUCCESS, edits.wrap("result"), "the result stands in a result"),
    *(
        (f"result-inventory:{kind}", _SUCCESS, edits.retype("inventory", kind), f"the inventory is {kind}")
        for kind in ("null", "string", "number", "list", "empty-list", "empty-object", "boolean")
    ),
    (
        "inventory:requests",
        "create,change,update,query,get/success",
        edits.chain(edits.rename("inventory.request", "requests"), edits.rename("inventories[0].request", "requests")),
        "an inventory shows requests instead of request",
    ),
    ("inventory:uuid-as-id", _SUCCESS, edits.rename("inventory.uuid", "id"), "the uuid stands under id"),
    ("query:202", "query/success", _answer(202), "a query answers 202"),
    ("query:204", "query/success", _answer(204, "empty"), "a query answers 204"),
    (
        "query:only-error",
        "query/success",
        edits.text_body('{"error":{"code":"SYS.1000","description":"d"}}'),
        "200 error",
    ),
    ("query:empty-object", "query/success", edits.body("object"), "a query answers {}"),
    ("query:bare-list", "query/success", edits.unwrap("inventories"), "the rows stand alone"),
    ("query:inventory", "query,get/success", edits.rename("inventories", "inventory"), "rows stand under inventory"),
    ("query:null-rows", "query/success", edits.put("inventories", "null"), "the rows are null"),
    ("query:rows-in-object", "query/success", edits.retype("inventories", "object"), "the rows are in an object"),
    ("query:total-text", "query/success", edits.mapped("total", str), "total is a text"),
    ("query:total-float", "query/success", edits.mapped("total", float), "total is written as 37.0"),
    ("query:total-negative", "query/success", edits.mapped("total", lambda one: -1), "total is negative"),  # noqa: ARG005
    ("query:total-missing", "query/success", edits.drop("total"), "total is missing"),
    ("query:no-schema", "query/success", edits.drop("schema"), "a query has no schema"),
    *(
        (f"query-body:{kind}", "query/success", edits.body(kind), f"the body of a query: {kind}")
        for kind in edits.BODIES
    ),
    ("login:empty-object", "login/success", edits.body("object"), "a log-in answers {}"),
    ("login:202", "login/success", _answer(202), "a log-in answers 202"),
    (
        "login:only-error",
        "login/success",
        edits.text_body('{"error":{"code":"ID.1000","description":"d"}}'),
        "200 error",
    ),
    *(
        (f"login-uuid:{kind}", "login/success", edits.retype("inventory.uuid", kind), f"a session's uuid is {kind}")
        for kind in ("null", "number", "empty", "object")
    ),
    ("login-uuid:missing", "login/success", edits.drop("inventory.uuid"), "a log-in shows no session"),
    (
        "login-uuid:dashes",
        "login/success",
        edits.mapped("inventory.uuid", _SPECIAL[0][2]),
        "a session's uuid has dashes",
    ),
    ("login-uuid:upper", "login/success", edits.mapped("inventory.uuid", str.upper), "it is in upper case"),
    ("login-accountUuid:missing", "login/success", edits.drop("inventory.accountUuid"), "no accountUuid"),
    ("login-date:epoch", "login/success", edits.put("inventory.expiredDate", "1545993580705"), "dates are numbers"),
    *(
        (f"login-body:{kind}", "login/success", edits.body(kind), f"the body of a log-in: {kind}")
        for kind in edits.BODIES
    ),
    ("logout:204", "logout/success", _answer(204, "empty"), "a log-out answers 204"),
    ("logout:202", "logout/success", _answer(202), "a log-out answers 202"),
    (
        "logout:503",
        "logout/success",
        edits.chain(edits.text_body('{"error":{"code":"ID.1001","description":"d"}}'), edits.status(503)),
        "a log-out fails",
    ),
    *(
        (f"delete:{code}", "delete/success", _answer(code), f"a delete has the status {code}")
        for code in (201, 204, 500)
    ),
    ("delete:with-inventory", "delete/success", edits.text_body('{"inventory":{"uuid":"x"}}'), "a delete shows one"),
)


def _second_read(change: Change) -> Change:
    """Change what a job answers from the second reading on."""
    return lambda answer, facts: change(answer, facts) if answer.read > 1 else answer


def _gone(answer: Answer, facts: Facts) -> Answer:
    del facts
    return replace(answer, status=404, body=Text("the job has been expired"), role="unknown-job", row="R32")


def _needs_session(answer: Answer, facts: Facts) -> Answer:
    """Refuse polls without an OAuth session that looks like one."""
    header = first_header(facts.sent, "Authorization") or ""
    if re.fullmatch(r"OAuth\s*[0-9a-f]{32}", header):
        return answer
    return replace(answer, status=400, body=Text("missing header 'Authorization'"), role="text")


def _other_result(answer: Answer, facts: Facts) -> Answer:
    tree = answer.body.value if isinstance(answer.body, Tree) else {}
    return edits.put("inventory.name", '"another"')(answer, facts) if "inventory" in tree else answer


_JOBS: tuple[tuple[str, str, Change, str], ...] = (
    ("job-lost", _POLLED, _gone, "a job's result is never there"),
    ("job-lost-at-once", "create/waiting", _gone, "a job on its way is unknown"),
    ("job-read-once", _POLLED, _second_read(_gone), "a result can be read once only"),
    ("job-waits-again", _POLLED, _second_read(edits.chain(edits.body("object"), edits.status(202))), "it waits again"),
    (
        "job-fails-later",
        _POLLED,
        _second_read(
            edits.chain(
                edits.text_body('{"error":{"code":"SYS.1000","description":"d","details":"d"}}'), edits.status(503)
            )
        ),
        "the second reading of a result is a failure",
    ),
    ("job-result-changes", _POLLED, _second_read(_other_result), "the second reading shows another ticket name"),
    ("job-result-shrinks", _POLLED, _second_read(edits.body("object")), "the second reading is {}"),
    ("job-needs-session", "create/*/polled", _needs_session, "a poll needs a session of the usual form"),
    ("job-failure-as-success", "create/failure/polled", _answer(200, "object"), "a failed job is answered 200 {}"),
    (
        "job-success-as-failure",
        "create/success/polled",
        edits.chain(
            edits.text_body('{"error":{"code":"SYS.1000","description":"d","details":"d"}}'), edits.status(503)
        ),
        "a job that succeeded is answered as a failure",
    ),
    ("unknown-job:200", "R32", _answer(200, "object"), "an unknown job is answered 200 {}"),
    ("unknown-job:202", "R32", _answer(202, "object"), "an unknown job is answered 202"),
    ("unknown-job:500", "R32", _answer(500, "html"), "an unknown job is answered with a 500 page"),
    ("unknown-job:503", "R32", _answer(503, "object"), "an unknown job is answered 503 {}"),
    ("job-method:200", "R31", _answer(200, "object"), "another method than GET on a job is answered 200 {}"),
    ("job-method:202", "R31", _answer(202, "object"), "another method than GET on a job is answered 202"),
)

RESULTS: tuple[Fault, ...] = (*_inventories(), *(_fault(*row) for row in (*_PROTOCOL, *_JOBS)))
"""Every fault of successful answers and of jobs."""
