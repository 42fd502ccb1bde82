"""A report with everything that a page can show: every verdict, findings of several shapes, waivers, an upgrade."""

import base64
import copy
from typing import Any

RUN = "0123456789abcdef"
DIGEST = f"sha256:{'a' * 64}"
ZERO = {"passed": 0, "failed": 0, "error": 0, "inconclusive": 0, "inapplicable": 0, "untested": 0}
HOSTILE = (
    '<script>alert(1)</script><img src="http://hostile.example.invalid/a" onerror="alert(2)">'
    "</pre></style><style>@import url(http://hostile.example.invalid/b);</style>"
    "<!--\"'&amp;&#x202e; javascript:alert(3) {name} %s"
    "\u202e\u2066\u200b\ufeff\x00\x07\x1b[31m\x7f\x85\u2028\ud800\udc00x\udfff"
)
"""Markup, a style of its own, quotes, escapes, bidirectional and control characters, lone surrogates."""
EXACT = frozenset({"id", "schema", "verdict", "level", "basis", "kind", "key", "class", "state", "started", "ended"})
"""Members whose values are words of ours, held by the schema."""


def phrase(key: str, en: str, zh: str) -> dict[str, Any]:
    return {"key": key, "parameters": {}, "en": en, "zh": zh}


def message(key: str, body: Any, answer: dict[str, Any]) -> dict[str, Any]:
    headers = [["Content-Type", "application/json"]]
    request = {"method": "POST", "path": "/v1/tickets", "headers": headers, "body": body}
    return {"exchange": key, "polls": 0, "request": request, **answer}


def answered(body: Any, status: int = 200) -> dict[str, Any]:
    return {"answer": {"status": status, "headers": [["Server", "x"]], "body": body}}


def finding(requirement: str, subject: dict[str, Any], sibling: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "requirement": requirement,
        "test": "test_refused::test_it",
        "check": "refusal",
        "arguments": {},
        "edit": {"kind": "mutation", "name": "too-long", "path": "params.name", "note": "256 UTF-16 units"},
        "partition": "params.name/too-long",
        "expected": phrase("expect-refusal", "refused", "被拒绝"),
        "actual": phrase("was-accepted", "accepted; the response was {}", "被接受，返回 {}"),
        "signature": "6c4875b57fefc873",
        "curl": "curl -sS 'http://h/zstack/v1/tickets'",
        "regenerate": f"pytest -k {requirement}",
        "seen": 2,
        "tried": 3,
        "exchanges": {"subject": [subject["exchange"]], "sibling": [sibling["exchange"]] if sibling else []},
        "subject": subject,
        "sibling": sibling,
    }


def requirement(number: int, verdict: str, findings: list[dict[str, Any]], reason: Any = None) -> dict[str, Any]:
    return {
        "id": f"ZT-BODY-{number:03}",
        "area": "body" if number % 2 else "answer",
        "level": "must" if number < 4 else "should",
        "basis": "document",
        "text": {"en": f"Rule {number} holds.", "zh": f"规则 {number} 成立。"},
        "source": "CreateTicket page",
        "needs": ["job"],
        "after": [],
        "profiles": [],
        "consequence": {"en": "The SDK loses the failure.", "zh": "SDK 会丢失失败信息。"},
        "verdict": verdict,
        "waived": number == 1,
        "reason": reason,
        "examples": {"held": 3, "failed": len(findings), "undecided": 1, "open": 0},
        "partitions": ["params.name/too-long", "params.name/null", "explored"],
        "findings": findings,
    }


def rows() -> list[dict[str, Any]]:
    """Return one requirement of each verdict, and a failed one for each shape of a message."""
    long = '{"params":{"name":"' + "n" * 300 + '","same":1}}'
    valid = message("m-000002", '{"params":{"name":"a","same":1}}', answered("{}"))
    failure = {"failure": {"kind": "timeout", "detail": "no answer in 30 s"}}
    packed = {"base64": base64.b64encode(b"\xff\xfe").decode()}
    shapes = [
        (message("m-000001", long, answered('{"inventory":{}}')), valid),
        (message("m-000003", packed, answered({"cut": "<p>", "bytes": 90_000}, 503)), valid),
        (message("m-000004", None, failure), None),
        (message("m-000005", '{"a": 1,\n "a": 2}', failure), valid),
    ]
    failed = [requirement(n, "failed", [finding(f"ZT-BODY-{n:03}", *shape)]) for n, shape in enumerate(shapes, 1)]
    others = {
        "passed": None,
        "error": phrase("harness-error", "the suite broke", "套件出错"),
        "inconclusive": phrase("calibration-refused", "the sample was refused", "示例请求被拒绝"),
        "untested": phrase("not-run", "it was not run", "未运行"),
        "inapplicable": phrase(
            "unmet-need", "not available on this target: asynchronous jobs", "被测系统不具备或未配置：异步任务"
        ),
    }
    return [*failed, *(requirement(n, one, [], why) for n, (one, why) in enumerate(others.items(), 5))]


def sample_report() -> dict[str, Any]:
    """Return a report that fits its schema."""
    found = rows()
    counts = {**ZERO, "passed": 1, "failed": 4, "error": 1, "inconclusive": 1, "inapplicable": 1, "untested": 1}
    bounds = {"oldest": "4.5", "newest": "5.2"}
    limits = {"name": 255, "description": 2048, "comment": 65535}
    difference = {"class": "regression", "what": "verdict", "requirements": ["ZT-BODY-001"]}
    waiver = {"requirement": "ZT-BODY-001", "signature": "6c4875b57fefc873", "class": "product-bug", "reason": "known"}
    waiver |= {"owner": "Li", "approver": "Wang", "expires": "2027-01-01", "link": "", "state": "waived"}
    residue = {"left": ["a" * 32], "deleted": 3, "unseen": 2, "reason": None, "used": {"requests": 9}, "caps": {}}
    return {
        "schema": "urn:zstack-ticket:artefact:report:1",
        "run": {
            "id": RUN,
            "started": "2026-11-24T01:58:30.619+00:00",
            "ended": "2026-11-25T01:58:38.470+00:00",
            "suite": {"name": "pytest-zstack-ticket", "version": "0.1.0"},
            "effort": "smoke",
            "seed": 7,
            "complete": False,
            "cut_short": "somebody pressed Ctrl-C",
            "left_on_target": 1,
            "residue": residue,
            "arguments": [],
        },
        "target": {"url": "http://h:8080/zstack", "given": None, "kind": "foreign", "release": bounds},
        "profile": {
            "name": "deployed",
            "base": "deployed",
            "limits": limits,
            "release": bounds,
            "capabilities": ["job"],
            "absent": [],
            "digest": DIGEST,
        },
        "requirement-set": {"count": len(found), "digest": DIGEST},
        "verdict": "error",
        "partial": True,
        "exit_status": 1,
        "deviations": None,
        "counts": {
            "requirements": counts,
            "by-level": {"must": counts, "should": ZERO},
            "examples": {"held": 3, "failed": 4, "undecided": 1, "open": 0},
        },
        "calibration": {"accepted": False, "reason": "no flow", "message": None},
        "evidence": {"file": "evidence.jsonl.gz", "size": 12, "root": "b" * 64, "counts": {"exchange": 11}},
        "requirements": found,
        "observations": [],
        "pinned": [],
        "waivers": [{**waiver, "replays": {"failed": 1, "decided": 1}, "found": True}],
        "upgrade": {
            "baseline": "fedcba9876543210",
            "replayed": 1,
            "compared": 9,
            "exit_status": 10,
            "lines": [{**difference, "before": "passed", "after": "failed"}],
            "known": [{**difference, "class": "known-failure", "before": "failed", "after": "failed"}],
        },
    }


def sample_exchange(key: str) -> dict[str, Any]:
    """Return an exchange as the evidence has it."""
    request = {"method": "POST", "path": "/v1/tickets", "headers": [["A", "b"]], "body": "{}"}
    response = {"status": 200, "headers": [], "body": "from the evidence"}
    return {"id": key, "started": 1.0, "elapsed": 0.0123, "request": request, "response": response}


def hostile(value: Any, member: str = "") -> Any:
    """Return a copy in which every text that somebody else could have written is hostile."""
    if isinstance(value, dict):
        return {key: hostile(one, key) for key, one in copy.deepcopy(value).items()}
    if isinstance(value, list):
        return [hostile(one, member) for one in value]
    if isinstance(value, str) and member not in EXACT | {"base64"}:
        return value + HOSTILE
    return value
