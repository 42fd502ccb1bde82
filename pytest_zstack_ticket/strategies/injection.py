"""Drafts with text that could be taken for code: to be stored as text, or refused."""

from __future__ import annotations

from pytest_zstack_ticket.model.nonce import NONCE
from pytest_zstack_ticket.model.ticket import Draft, Edit
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.strategies.base_draft import Row, calibration_body, put

TEXTS = {
    "sql-or": "x' OR '1'='1",
    "sql-comment": "x'; -- ",
    "sql-union": "1 UNION SELECT 1,2,3 /*",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "entity": "&lt;b&gt; &amp;amp; &#x41;",
    "path": "../../../../etc/passwd",
    "windows-path": "..\\..\\windows\\win.ini",
    "template-dollar": "${7*7} #{7*7} *{7*7}",
    "template-braces": "{{7*7}} {%raw%} <%= 7*7 %>",
    "lookup": "${jndi:ldap://127.0.0.1:1/a}",
    "log-line": "x\r\n2026-01-01 00:00:00 INFO root logged in",
    "shell": "$(id) `id` ; id | id && id",
    "format": "%s %d %n %x {0} {name}",
    "header": "x\r\nSet-Cookie: a=b",
    "percent": "%27%20OR%201%3D1 %00 %2e%2e%2f",
    "json": '"},{"a":"b',
    "formula": "=1+1|cmd",
    "wildcards": "100% _ * ? [a-z]",
}
PLACES = ("params.name", "params.description", "params.requests[0].requestName")


def injection_drafts(context: Context) -> tuple[Draft, ...]:
    """List one draft for each text and place, in a fixed order; names keep their nonce."""
    body = calibration_body(context)
    return tuple(_row(path, name, text).draft(body) for path in PLACES for name, text in TEXTS.items())


def _row(path: str, name: str, text: str) -> Row:
    value = text if path.endswith("description") else f"{text} {NONCE}"
    return Row(Edit(kind="variation", name=f"hostile-{name}", path=path), lambda body: put(body, path, value))
