"""Faults of the asynchronous protocol: the 202, waiting polls, results, jobs that get lost or change."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from pytest_zstack_ticket.simulator.fault_points import Facts
from pytest_zstack_ticket.simulator.faults import response_edits as edits
from pytest_zstack_ticket.simulator.faults.effects import Change
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.faults.inventories import fault
from pytest_zstack_ticket.simulator.response import Answer, Text, Tree
from pytest_zstack_ticket.simulator.state import first_header


def _location(function: Callable[[str], str]) -> Change:
    return edits.mapped("location", function)


def _job(text: str) -> str:
    return text.rpartition("/")[2]


def answer_as(code: int, kind: str = "") -> Change:
    """Answer with a status, and with another body if one is named."""
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
    (
        "location:capital",
        _ACCEPTED,
        edits.rename("location", "Location"),
        "the location stands under Location",
    ),
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
    (
        "apiTimeout:in-seconds",
        _ACCEPTED,
        edits.mapped("apiTimeout", lambda one: one // 1000),
        "it is in seconds",
    ),
    (
        "apiTimeout:32-bit",
        _ACCEPTED,
        edits.mapped("apiTimeout", lambda one: (one + 2**31) % 2**32 - 2**31),
        "it wraps round at 2^31 milliseconds",
    ),
    (
        "apiTimeout:ignores-header",
        _ACCEPTED,
        edits.mapped("apiTimeout", lambda one: 1800000),  # noqa: ARG005 - whatever there was
        "the location is always the same",
    ),
    ("accepted:200", _ACCEPTED, answer_as(200), "a create answers 200 with a location"),
    ("accepted:201", _ACCEPTED, answer_as(201), "a create answers 201 with a location"),
    ("accepted:204", _ACCEPTED, answer_as(204, "empty"), "a create answers 204"),
    (
        "accepted:303",
        _ACCEPTED,
        edits.chain(answer_as(303, "empty"), edits.header("location", "/zstack/v1/tickets")),
        "303",
    ),
    (
        "accepted:307",
        _ACCEPTED,
        edits.chain(answer_as(307, "empty"), edits.header("location", "/zstack/v1/tickets2")),
        "307",
    ),
    (
        "accepted:with-error",
        _ACCEPTED,
        edits.put("error", '{"code":"SYS.1000","description":"d"}'),
        "with an error",
    ),
    *((f"accepted-body:{kind}", _ACCEPTED, edits.body(kind), f"the body of a 202: {kind}") for kind in edits.BODIES),
    *(
        (f"waiting-body:{kind}", "create/waiting", edits.body(kind), f"the body of a 202 poll: {kind}")
        for kind in ("text", "html", "array", "null", "string", "truncated", "trailing")
    ),
    (
        "waiting:with-error",
        "create/waiting",
        edits.put("error", '{"code":"SYS.1000"}'),
        "a 202 poll has an error",
    ),
    ("waiting:204", "create/waiting", answer_as(204, "empty"), "a poll of a running job is answered 204"),
    ("waiting:200", "create/waiting", answer_as(200), "a poll of a running job is answered 200"),
    (
        "waiting:404",
        "create/waiting",
        edits.chain(edits.text_body("not yet"), edits.status(404)),
        "it is answered 404",
    ),
    ("waiting:503-empty", "create/waiting", answer_as(503, "object"), "it is answered 503 {}"),
    *((f"result-body:{kind}", _SUCCESS, edits.body(kind), f"the body of a result: {kind}") for kind in edits.BODIES),
    ("result:201", _SUCCESS, answer_as(201), "a result has the status 201"),
    ("result:204", _SUCCESS, answer_as(204, "empty"), "a result has the status 204"),
    ("result:203", _SUCCESS, answer_as(203), "a result has the status 203"),
    ("result:206", _SUCCESS, answer_as(206), "a result has the status 206"),
    ("result:500", _SUCCESS, answer_as(500), "a result has the status 500"),
    ("result:503", _SUCCESS, answer_as(503), "a result has the status 503"),
    ("result:503-empty", _SUCCESS, answer_as(503, "object"), "a success is answered 503 {}"),
    (
        "result:302",
        _SUCCESS,
        edits.chain(answer_as(302, "empty"), edits.header("location", "/zstack/v1/api-jobs/x")),
        "302",
    ),
    (
        "result:with-error",
        _SUCCESS,
        edits.put("error", '{"code":"SYS.1000","description":"d","details":"d"}'),
        "error",
    ),
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


_RUNNING = edits.chain(edits.body("object"), edits.status(202))

_JOBS: tuple[tuple[str, str, Change, str], ...] = (
    ("job-lost", _POLLED, _gone, "a job's result is never there"),
    ("job-lost-at-once", "create/waiting", _gone, "a running job is unknown"),
    ("refused-event-never-ends", "change/failure/polled", _RUNNING, "the job of a refused event never ends"),
    ("refused-create-never-ends", "create/failure/polled", _RUNNING, "the job of a refused create never ends"),
    ("deletion-never-ends", "delete/*/polled", _RUNNING, "the job of a deletion never ends"),
    ("job-read-once", _POLLED, _second_read(_gone), "a result can be read once only"),
    (
        "event-job-read-once",
        "change,update,delete/*/polled",
        _second_read(_gone),
        "the end of an event's job can be read once only",
    ),
    (
        "job-waits-again",
        _POLLED,
        _second_read(_RUNNING),
        "it waits again",
    ),
    (
        "job-fails-later",
        _POLLED,
        _second_read(
            edits.chain(
                edits.text_body('{"error":{"code":"SYS.1000","description":"d","details":"d"}}'),
                edits.status(503),
            )
        ),
        "the second reading of a result is a failure",
    ),
    ("job-result-changes", _POLLED, _second_read(_other_result), "the second reading shows another ticket name"),
    ("job-result-shrinks", _POLLED, _second_read(edits.body("object")), "the second reading is {}"),
    ("job-needs-session", "create/*/polled", _needs_session, "a poll needs a session of the usual form"),
    ("job-failure-as-success", "create/failure/polled", answer_as(200, "object"), "a failed job is answered 200 {}"),
    (
        "job-success-as-failure",
        "create/success/polled",
        edits.chain(
            edits.text_body('{"error":{"code":"SYS.1000","description":"d","details":"d"}}'),
            edits.status(503),
        ),
        "a job that succeeded is answered as a failure",
    ),
    ("unknown-job:200", "R32", answer_as(200, "object"), "an unknown job is answered 200 {}"),
    ("unknown-job:202", "R32", answer_as(202, "object"), "an unknown job is answered 202"),
    ("unknown-job:500", "R32", answer_as(500, "html"), "an unknown job is answered with a 500 page"),
    ("unknown-job:503", "R32", answer_as(503, "object"), "an unknown job is answered 503 {}"),
    ("job-method:200", "R31", answer_as(200, "object"), "another method than GET on a job is answered 200 {}"),
    ("job-method:202", "R31", answer_as(202, "object"), "another method than GET on a job is answered 202"),
)

PROTOCOL: tuple[Fault, ...] = tuple(fault(*row) for row in (*_PROTOCOL, *_JOBS))
"""Every fault of the 202, of polls and of jobs."""
