"""The findings of a report whose requests can be sent by anybody who has a session: what other tools are given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_zstack_ticket.report.curl import SESSION_VARIABLE

ROLES = frozenset({"subject", "sibling"})
"""Other roles are parts of flows, whose identifiers are those of the run."""
SET_BY_CLIENT = frozenset({"content-length", "host", "accept-encoding", "authorization"})
_VARIABLE = re.compile(r"OAuth \$(\w+)")

Report = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendableRequest:
    """One request with the answer that was recorded; `session` is the variable of its session, empty without one."""

    role: str
    method: str
    path: str
    headers: Mapping[str, str]
    session: str
    body: str | None
    status: int
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendableFinding:
    """A finding whose answers show it: the requests in their order, the sibling first."""

    requirement: str
    text: str
    expected: str
    actual: str
    requests: tuple[SendableRequest, ...]


def sendable_findings(report: Report, lang: str) -> Iterator[SendableFinding]:
    """Yield one finding of each failed requirement that has one which can be sent."""
    for row in report["requirements"]:
        found = (_sendable(row, finding, lang) for finding in row["findings"])
        first = next((one for one in found if one is not None), None)
        if first is not None:
            yield first


def left_out(report: Report, lang: str) -> list[str]:
    """Name the failed requirements of which no finding can be sent."""
    sent = {one.requirement for one in sendable_findings(report, lang)}
    return [row["id"] for row in report["requirements"] if row["findings"] and row["id"] not in sent]


def _sendable(row: Report, finding: Report, lang: str) -> SendableFinding | None:
    if finding.get("deciding") or not {role for role, ids in finding["exchanges"].items() if ids} <= ROLES:
        return None
    named = [(role, finding[role]) for role in ("sibling", "subject") if finding[role] is not None]
    requests = [_request(role, message, finding) for role, message in named]
    if not requests or None in requests or named[-1][0] != "subject":
        return None
    return SendableFinding(
        requirement=row["id"],
        text=row["text"][lang],
        expected=finding["expected"][lang],
        actual=finding["actual"][lang],
        requests=tuple(one for one in requests if one is not None),
    )


def _request(role: str, message: Report, finding: Report) -> SendableRequest | None:
    request, answer = message["request"], message.get("answer")
    if answer is None or isinstance(request["body"], dict) or isinstance(answer["body"], dict):
        return None
    names = [name.lower() for name, _ in request["headers"]]
    if len(set(names)) < len(names):
        return None
    variable = _VARIABLE.search(finding["curl"])
    return SendableRequest(
        role=role,
        method=request["method"],
        path=request["path"],
        headers={name: value for name, value in request["headers"] if name.lower() not in SET_BY_CLIENT},
        session=(variable[1] if variable else SESSION_VARIABLE) if "authorization" in names else "",
        body=request["body"],
        status=answer["status"],
        answer=answer["body"] or "",
    )
