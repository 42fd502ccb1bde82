"""Malformed refusals: every member of the error object in every wrong form, wrong reasons, leaks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.fault_points import Facts
from pytest_zstack_ticket.simulator.faults import response_edits as edits
from pytest_zstack_ticket.simulator.faults.effects import Change, Edit
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.faults.persistence import TRACE
from pytest_zstack_ticket.simulator.faults.scope import parse_scope
from pytest_zstack_ticket.simulator.response import Answer, Text, Tree
from pytest_zstack_ticket.simulator.state import first_header
from pytest_zstack_ticket.simulator.storage.seed_data import ACCESS_KEY_SECRET, PASSWORD, digest

_FAILURE = "*/failure"
_FIELD = re.compile(r"field\[(\w+)\]")
_KINDS = ("missing", "null", "empty", "blank", "number", "boolean", "list", "object", "empty-list", "empty-object")
_VALUES: Mapping[str, str] = {
    "null": "null",
    "empty": '""',
    "blank": '"  "',
    "number": "1001",
    "boolean": "true",
    "list": '["a text"]',
    "object": '{"text":"a text"}',
    "empty-list": "[]",
    "empty-object": "{}",
}
_OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "elaboration": ("number", "object", "list"),
    "cost": ("number", "object", "list"),
    "location": ("number", "object", "list"),
    "opaque": ("number", "list"),
    "messages": ("number", "list"),
    "cause": ("number", "list", "boolean", "empty-object"),
    "causes": ("number", "object", "boolean"),
}
_CODES: Mapping[str, str] = {
    "no-number": "SYS",
    "no-dot": "SYS1007",
    "no-prefix": ".1007",
    "short-number": "SYS.7",
    "sentence": "an error",
    "line-end": "SYS.1007\n",
    "blank-around": " SYS.1007 ",
    "sdk": "sdk.1000",
    "http": "503",
    "markup": "<b>SYS.1007</b>",
}
_CAUSES: Mapping[str, tuple[str, str]] = {
    "cause-text": ("cause", '"a text"'),
    "cause-without-code": ("cause", '{"description":"d","details":"d"}'),
    "cause-without-description": ("cause", '{"code":"SYS.1000","details":"d"}'),
    "cause-code-number": ("cause", '{"code":1000,"description":"d"}'),
    "cause-code-empty": ("cause", '{"code":"","description":"d"}'),
    "deep-cause-without-code": (
        "cause",
        '{"code":"SYS.1000","description":"d","cause":{"code":"SYS.1000","description":"d","cause":{"details":"d"}}}',
    ),
    "causes-of-texts": ("causes", '["a text"]'),
    "causes-of-nulls": ("causes", "[null]"),
    "causes-without-code": ("causes", '[{"description":"d"}]'),
    "cause-in-causes-broken": ("causes", '[{"code":"SYS.1000","description":"d","cause":"a text"}]'),
}


def _fault(name: str, scope: str, change: Change, about: str) -> Fault:
    return Fault(name=name, description=about, effects=(Edit(change, parse_scope(scope)),))


def _member(name: str, kind: str) -> Fault:
    path = f"error.{name}"
    change = edits.drop(path) if kind == "missing" else edits.put(path, _VALUES[kind])
    return _fault(f"error-{name}:{kind}", _FAILURE, change, f"{name} of an error is {kind}")


def _details(text: str) -> Change:
    return edits.details(lambda facts: text)  # noqa: ARG005 - the same for all


def _token(facts: Facts) -> str:
    header = first_header(facts.request, "Authorization") or ""
    return header.removeprefix("OAuth").strip()


def _cookie_of(facts: Facts) -> str:
    return first_header(facts.sent, "Cookie") or "JSESSIONID=0"


def _sent_password(facts: Facts) -> str:
    password = facts.params.get("password")
    return password if isinstance(password, str) else ""


def _other_field(answer: Answer, facts: Facts) -> Answer:
    """Blame another field than the broken one."""
    return edits.mapped("error.details", lambda text: _FIELD.sub(_instead, text))(answer, facts)


def _instead(found: re.Match[str]) -> str:
    return "field[description]" if found[1] != "description" else "field[name]"


def _no_field(answer: Answer, facts: Facts) -> Answer:
    """Name no field at all."""
    return edits.put("error.details", '"something is wrong"')(answer, facts)


def _echo(answer: Answer, facts: Facts) -> Answer:
    """Show the whole request in the refusal."""
    head = "\n".join(f"{name}: {value}" for name, value in facts.request.headers)
    return edits.details(lambda _: f"{head}\n\n{facts.text}")(answer, facts)


def _as_text(answer: Answer, facts: Facts) -> Answer:
    del facts
    error = answer.body.value.get("error") if isinstance(answer.body, Tree) else None
    return replace(answer, body=Text(str(_of(error, "details")))) if error else answer


def _of(error: Json, name: str) -> Json:
    return error.get(name) if isinstance(error, dict) else None


_FORMS: tuple[tuple[str, str, Change, str], ...] = (
    ("error:null", _FAILURE, edits.put("error", "null"), "error is null"),
    ("error:text", _FAILURE, edits.put("error", '"it failed"'), "error is a text"),
    ("error:list", _FAILURE, edits.retype("error", "list"), "error is a list"),
    ("error:number", _FAILURE, edits.put("error", "1"), "error is a number"),
    ("error:true", _FAILURE, edits.put("error", "true"), "error is true"),
    ("error:empty-object", _FAILURE, edits.put("error", "{}"), "error is an empty object"),
    ("error:missing", _FAILURE, edits.drop("error"), "a refusal is {}"),
    ("error:unwrapped", _FAILURE, edits.unwrap("error"), "the error object stands alone"),
    ("error:wrapped", _FAILURE, edits.wrap("result"), "the error stands in a result"),
    ("error:renamed", _FAILURE, edits.rename("error", "errors"), "the error stands under errors"),
    ("error:capital", _FAILURE, edits.rename("error", "Error"), "the error stands under Error"),
    ("error:as-text", _FAILURE, _as_text, "a refusal is the plain text of its details"),
    ("error:with-success", _FAILURE, edits.put("success", "false"), "a refusal has success: false as well"),
    ("error:with-inventory", _FAILURE, edits.put("inventory", "{}"), "a refusal has an inventory as well"),
    ("error:200", _FAILURE, edits.status(200), "a refusal has the status 200"),
    ("error:202", _FAILURE, edits.status(202), "a refusal has the status 202"),
    ("error:201", _FAILURE, edits.status(201), "a refusal has the status 201"),
    (
        "error:204",
        _FAILURE,
        edits.chain(edits.status(204), edits.body("empty")),
        "a refusal has the status 204",
    ),
    ("error:500", _FAILURE, edits.status(500), "a refusal has the status 500"),
    (
        "error:302",
        _FAILURE,
        edits.chain(edits.status(302), edits.header("location", "/login")),
        "a redirect",
    ),
    (
        "error:200-empty",
        _FAILURE,
        edits.chain(edits.status(200), edits.body("object")),
        "a refusal is 200 {}",
    ),
    ("blame-other-field", _FAILURE, _other_field, "a refusal names another field than the broken one"),
    ("blame-no-field", _FAILURE, _no_field, "a refusal names no field"),
    (
        "blame-session",
        "create/failure",
        edits.put("error.code", '"ID.1001"'),
        "every refusal has the code of a session",
    ),
    (
        "blame-internal",
        "create/failure",
        edits.put("error.code", '"SYS.1000"'),
        "every refusal is an internal error",
    ),
    ("blame-timeout", "create/failure", edits.put("error.code", '"SYS.1001"'), "every refusal is a time-out"),
    ("leak-session", "*/refusal", edits.details(_token), "a refusal shows the session"),
    (
        "leak-authorization",
        "*/refusal",
        edits.details(lambda facts: first_header(facts.request, "Authorization") or ""),
        "a refusal shows the Authorization header",
    ),
    (
        "leak-password",
        "*/refusal",
        edits.details(_sent_password),
        "a refused log-in shows the password's digest",
    ),
    ("leak-clear-password", "*/refusal", _details(PASSWORD), "a refusal shows the clear password"),
    ("leak-digest", "*/refusal", _details(digest(PASSWORD)), "a refusal shows a password digest"),
    ("leak-key", "*/refusal", _details(ACCESS_KEY_SECRET), "a refusal shows the access key's secret"),
    ("leak-cookie", "*/refusal", edits.details(_cookie_of), "a refusal shows the session cookie"),
    ("leak-request", "*/refusal", _echo, "a refusal shows the whole request"),
    (
        "leak-path",
        "*/refusal",
        _details("/usr/local/zstack/apache-tomcat/webapps/zstack"),
        "it shows a path of the host",
    ),
    ("leak-sql", "*/refusal", _details("select * from TicketVO where uuid = ?"), "a refusal shows SQL"),
    ("leak-trace", "*/refusal", _details(TRACE), "a refusal shows a stack trace"),
    ("leak-trace-tomcat", "*/refusal", _details(TRACE.replace("\tat ", "\t")), "likewise, as Tomcat prints it"),
    ("leak-address", "*/refusal", _details("jdbc:mysql://10.0.0.5:3306/zstack?user=zstack"), "it shows an address"),
)

_TRACES = {
    "php": "<b>Fatal error</b>: Uncaught Exception: no in /srv/index.php:38\nStack trace:\n#0 /srv/a.php(12): create()",
    "ruby": "app.rb:12:in 'Object#create': no (RuntimeError)\n\tfrom config.ru:3:in 'block in <main>'",
    "python": 'File "/srv/app.py", line 3, in create',
    "node": "Error: no at create (/srv/app/index.js:12:9)",
    "go": "panic: no\n\ngoroutine 1 [running]:\nmain.create()\n\t/srv/main.go:12 +0x1d",
    "net": "System.Exception: no\n   at A.B.Create(String name) in /srv/x.cs:line 3",
    "rust": "thread 'main' panicked at src/main.rs:1:2:\nno",
}


def _rows() -> tuple[Fault, ...]:
    rows = [_member(name, kind) for name in ("code", "description") for kind in _KINDS]
    rows += [_member("details", kind) for kind in ("number", "object", "list", "boolean")]
    rows += [_member(name, kind) for name, kinds in _OPTIONAL.items() for kind in kinds]
    for kind, code in _CODES.items():
        rows.append(_fault(f"error-code:{kind}", _FAILURE, edits.put("error.code", json.dumps(code)), f"code {code!r}"))
    for name, (member, value) in _CAUSES.items():
        rows.append(_fault(f"error-{name}", _FAILURE, edits.put(f"error.{member}", value), f"{member} is {value[:40]}"))
    rows += [_fault(*form) for form in _FORMS]
    rows += [
        _fault(f"leak-trace-of:{name}", "*/refusal", _details(text), f"a stack trace of {name}")
        for name, text in _TRACES.items()
    ]
    for kind in edits.BODIES:
        rows.append(_fault(f"refusal-body:{kind}", "*/refusal", edits.body(kind), f"the body of a refusal: {kind}"))
    return tuple(rows)


ERRORS: tuple[Fault, ...] = _rows()
"""Every fault of refusals."""
