"""Findings in the report format of Web Fuzzing Commons (schema of 2026, categories 100 to 206)."""

from __future__ import annotations

import re
from typing import Any

from pytest_zstack_ticket.report.exports.sendable import Report

SCHEMA = "0.2.0"
FILE = "report.json"
SERVER_ERROR = 500
STATUS_500, NOT_ITS_SCHEMA, SUCCESS_ON_INVALID = 100, 101, 102
_UUID = re.compile(r"[0-9a-f]{32}")
_KINDS = {"expect-refusal": SUCCESS_ON_INVALID}
"""The category of a finding by the key of what was expected; any other is a response that is not as documented."""


def wfc(report: Report) -> dict[str, Any]:
    """Write the failed requirements of a report as faults, and each requirement that ran as a test case."""
    ran = [row for row in report["requirements"] if row["verdict"] not in ("untested", "inapplicable")]
    suite = report["run"]["suite"]
    faults = [_fault(row, finding) for row in ran for finding in row["findings"][:1]]
    covered = [one for row in ran for one in _covered(row)]
    return {
        "schemaVersion": SCHEMA,
        "toolName": suite["name"],
        "toolVersion": suite["version"],
        "creationTime": report["run"]["ended"],
        "faults": {"totalNumber": len(faults), "foundFaults": faults},
        "problemDetails": {
            "rest": {
                "totalHttpCalls": report["run"]["residue"]["used"].get("requests", 0),
                "endpointIds": sorted({one["endpointId"] for one in covered}),
                "coveredHttpStatus": covered,
            }
        },
        "totalTests": len(ran),
        "testFilePaths": [FILE],
        "testCases": [{"id": row["id"], "filePath": FILE, "name": row["text"]["en"]} for row in ran],
    }


def _endpoint(message: Report) -> str:
    request = message["request"]
    return f"{request['method']}:{_UUID.sub('{uuid}', request['path'].partition('?')[0])}"


def _status(message: Report) -> int | None:
    answer = message.get("answer")
    return answer["status"] if answer else None


def _fault(row: Report, finding: Report) -> dict[str, Any]:
    subject = finding["subject"]
    status = _status(subject) if subject else None
    code = STATUS_500 if status == SERVER_ERROR else _KINDS.get(finding["expected"]["key"], NOT_ITS_SCHEMA)
    endpoint = _endpoint(subject) if subject else ""
    return {
        "operationId": endpoint,
        "endpointId": endpoint,
        "testCaseId": row["id"],
        "faultCategories": [{"code": code, "context": row["id"]}],
    }


def _covered(row: Report) -> list[dict[str, Any]]:
    messages = [one["subject"] for one in (*row["findings"], *row.get("witnesses", ())) if one["subject"]]
    found: dict[str, set[int]] = {}
    for message in messages:
        status = _status(message)
        found.setdefault(_endpoint(message), set()).update([] if status is None else [status])
    return [
        {"endpointId": name, "testCaseId": row["id"], "httpStatus": sorted(seen)}
        for name, seen in sorted(found.items())
    ]
