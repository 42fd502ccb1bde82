"""Build reports for tests: one row for each verdict, one finding whose texts are as hostile as a target can make them."""

from __future__ import annotations

from typing import Any

from pytest_zstack_ticket.model.exchange import Exchange, Failure, Request, Response
from pytest_zstack_ticket.model.profile import Profile, Release
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.report.document import RequirementRow, RunFacts, report_json
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.verdicts.judge import Judged
from pytest_zstack_ticket.verdicts.tally import Tally

HOSTILE = "\x00\x1b[31m\x0b\ud800\u202e]]><script>&\"'\ufffe\U0001f600 工单\ttab\r\nline"
STAMP = "2026-11-23T07:44:59.000+00:00"
VERDICTS = ("passed", "failed", "error", "inconclusive", "inapplicable", "untested")
RUN: dict[str, Any] = {
    "id": "0123456789abcdef",
    "started": STAMP,
    "ended": "2026-11-23T07:46:00.500+00:00",
    "suite": {"name": "pytest-zstack-ticket", "version": "0.1.0"},
    "effort": "smoke",
    "seed": 1,
    "complete": True,
    "cut_short": None,
    "left_on_target": 0,
    "residue": {"left": [], "deleted": 0, "unseen": 0, "reason": None, "used": {}, "caps": {}},
    "arguments": [],
}
TARGET: dict[str, Any] = {
    "url": "http://h:8080/zstack",
    "given": None,
    "kind": "foreign",
    "release": {"oldest": "4.8", "newest": "5.2"},
}
ASKED = Exchange(
    id="m-000001",
    request=Request(
        method="POST",
        path="/v1/tickets?q=name%3Da&x",
        headers=(("Content-Type", "application/json"), ("Cookie", "a=b; c=d")),
        body='{"name":"工"}'.encode(),
    ),
    answer=Response(status=503, headers=(("set-cookie", "J=1; Path=/"), ("x", "\x00\u202e")), body=b"\xff\xfe"),
    started=1_700_000_000.25,
    elapsed=0.5,
    leaks=("session",),
)
LOST = Exchange(
    id="m-000002",
    request=Request(method="GET", path="/v1/\udcff%zz"),
    answer=Failure(kind="timeout", detail="no answer within 3 s", sent=False),
    started=1_700_000_001.0,
)


def a_message(text: str) -> dict[str, Any]:
    """Return a message of a finding in which everything that the target says is the text."""
    request = {"method": "POST", "path": "/v1/tickets", "headers": [["A", text]], "body": {"cut": text, "bytes": 30000}}
    return {
        "exchange": "m-000001",
        "polls": 0,
        "request": request,
        "answer": {"status": 200, "headers": [["b", text]], "body": text},
    }


def a_finding(text: str = "") -> dict[str, Any]:
    """Return a finding."""
    phrase = {"key": "harness-error", "parameters": {"error": text}}
    return {
        "requirement": "ZT-BODY-002",
        "test": "t",
        "check": "form",
        "arguments": {},
        "edit": None,
        "partition": "params.name/too-long",
        "expected": phrase,
        "actual": phrase,
        "signature": "0" * 16,
        "curl": f"curl {text}",
        "regenerate": "pytest -k ZT-BODY-002",
        "seen": 3,
        "tried": 9,
        "exchanges": {"subject": ["m-000001"]},
        "subject": a_message(text),
        "sibling": None,
    }


def a_row(number: int, verdict: str, text: str = "") -> RequirementRow:
    """Return a row; one that failed has a finding."""
    rule = Requirement(
        id=f"ZT-BODY-{number:03}",
        area="body" if number % 2 else "answer",
        level="must" if number % 3 else "should",
        basis="document",
        text={"en": f"It is refused. {text}", "zh": f"必须被拒绝。{text}"},
        source=f"the page {text}",
        consequence={"en": "It hangs.", "zh": "挂起。"},
    )
    findings = [a_finding(text)] if verdict == "failed" else []
    tally = Tally(requirement=rule.id, held=1, failed=len(findings), partitions=frozenset({"a/b"}))
    judged = Judged(id=rule.id, verdict=verdict, reason=None, tally=tally)
    return RequirementRow(requirement=rule, judged=judged, findings=findings)


def a_report(*verdicts: str, status: int = 0, text: str = "", waived: bool = False) -> dict[str, Any]:
    """Return a report with a requirement for each verdict; `waived` is what its failures are."""
    rows = [a_row(number, verdict, text) for number, verdict in enumerate(verdicts, start=1)]
    worst = "failed" if "failed" in verdicts else "passed"
    facts = RunFacts(
        run=RUN,
        target=TARGET,
        profile=Profile(oldest=Release(4, 8), newest=Release(5, 2)),
        verdict=worst,
        partial=False,
        exit_status=status,
        counts={},
    )
    result = report_json(facts, rows, translations())
    for row in result["requirements"]:
        row["waived"] = waived and row["verdict"] == "failed"
    result |= {"waivers": [], "pinned": [], "deviations": None}
    return result
