"""Common Test Report Format: one test a requirement.

failed and error are failed, since a reader who looks at that count alone must not miss them; inconclusive and a waived
failure are other, inapplicable is skipped, untested is pending. `rawStatus` has the verdict itself.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pytest_zstack_ticket.report.exports.plain_text import (
    Report,
    Row,
    bad_end,
    facts_of,
    message_of,
    plain,
    trace_of,
    waived,
)
from pytest_zstack_ticket.report.text.columns import visible

STATUSES = {
    "passed": "passed",
    "failed": "failed",
    "error": "failed",
    "inconclusive": "other",
    "inapplicable": "skipped",
    "untested": "pending",
}
COUNTED = ("passed", "failed", "skipped", "pending", "other")
VERSION = "0.0.0"
"""The version of the format, the only one that is published."""


def ctrf(report: Report) -> dict[str, Any]:
    """Write the CTRF document of a report; times are in milliseconds, and no requirement has a duration of its own."""
    run = report["run"]
    tests = [_test(row) for row in report["requirements"]]
    end = bad_end(report)
    if end:
        tests.append({"name": end[0], "status": "failed", "duration": 0, "suite": ["run"], "message": end[1]})
    return {
        "reportFormat": "CTRF",
        "specVersion": VERSION,
        "reportId": str(uuid5(NAMESPACE_URL, f"urn:zstack-ticket:run:{run['id']}")),
        "timestamp": run["ended"],
        "generatedBy": run["suite"]["name"],
        "results": {
            "tool": {"name": run["suite"]["name"], "version": run["suite"]["version"]},
            "summary": _summary(report, tests),
            "tests": tests,
            "environment": {
                "appName": "ZStack CreateTicket",
                "appVersion": facts_of(report)["target_release"],
                "testEnvironment": visible(report["target"]["kind"]),
                "healthy": report["exit_status"] == 0,
                "extra": facts_of(report),
            },
        },
    }


def _summary(report: Report, tests: list[dict[str, Any]]) -> dict[str, Any]:
    found = Counter(test["status"] for test in tests)
    start, stop = (_milliseconds(report["run"][name]) for name in ("started", "ended"))
    return {
        "tests": len(tests),
        **{status: found[status] for status in COUNTED},
        "suites": len({test["suite"][0] for test in tests}),
        "start": start,
        "stop": stop,
        "extra": {"verdict": report["verdict"], "exitStatus": report["exit_status"]},
    }


def _test(row: Row) -> dict[str, Any]:
    test = {
        "id": str(uuid5(NAMESPACE_URL, f"urn:zstack-ticket:requirement:{row['id']}")),
        "name": visible(f"{row['id']} {row['text']['en']}"),
        "status": "other" if waived(row) else STATUSES[row["verdict"]],
        "duration": 0,
        "suite": [visible(row["area"])],
        "rawStatus": "waived" if waived(row) else row["verdict"],
        "message": message_of(row),
        "trace": plain(trace_of(row)),
        "tags": [row["level"], row["basis"]],
        "labels": {"requirement": row["id"], "level": row["level"], "source": visible(row["source"])},
        "extra": {"text": {lang: visible(text) for lang, text in row["text"].items()}, "examples": row["examples"]},
    }
    return {name: value for name, value in test.items() if value not in ("", [])}


def _milliseconds(date: str) -> int:
    return round(datetime.fromisoformat(date).timestamp() * 1000)
