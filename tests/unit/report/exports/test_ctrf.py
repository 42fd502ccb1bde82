"""CTRF against its published structure: no key that it does not know, every key that it wants, integers in milliseconds."""

import json
from uuid import UUID

import jsonschema
import pytest

from pytest_zstack_ticket.report.exports.ctrf import ctrf
from tests.support.reports import HOSTILE, VERDICTS, a_report

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
FREE = {"type": "object"}
STATUS = {"enum": ["passed", "failed", "skipped", "pending", "other"]}


def closed(required: str, **properties: object):
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
        "additionalProperties": False,
    }


TEST = closed(
    "name status duration",
    id={"type": "string", "format": "uuid"},
    name={"type": "string", "minLength": 1},
    status=STATUS,
    duration=WHOLE,
    suite={"type": "array", "minItems": 1, "items": TEXT},
    message=TEXT,
    trace=TEXT,
    rawStatus=TEXT,
    tags={"type": "array", "items": TEXT},
    labels={"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}},
    extra=FREE,
)
SUMMARY = closed(
    "tests passed failed skipped pending other start stop",
    **dict.fromkeys(
        ["tests", "passed", "failed", "skipped", "pending", "other", "suites", "start", "stop", "duration"], WHOLE
    ),
    extra=FREE,
)
RESULTS = closed(
    "tool summary tests",
    tool=closed("name", name={"type": "string", "minLength": 1}, version=TEXT),
    summary=SUMMARY,
    tests={"type": "array", "items": TEST},
    environment=closed(
        "", appName=TEXT, appVersion=TEXT, testEnvironment=TEXT, healthy={"type": "boolean"}, extra=FREE
    ),
)
PUBLISHED = closed(
    "results reportFormat specVersion",
    reportFormat={"const": "CTRF"},
    specVersion={"type": "string", "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$"},
    reportId={"type": "string", "format": "uuid"},
    timestamp={"type": "string", "format": "date-time"},
    generatedBy=TEXT,
    results=RESULTS,
)


@pytest.mark.parametrize("status", [0, 13])
def test_it_is_as_published(status: int):
    document = ctrf(a_report(*VERDICTS, status=status, text=HOSTILE))
    jsonschema.Draft202012Validator(PUBLISHED).validate(document)
    UUID(document["reportId"])
    json.dumps(document, ensure_ascii=False).encode("utf-8")


def test_verdicts_are_mapped_and_kept():
    tests = ctrf(a_report(*VERDICTS))["results"]["tests"]
    assert [(one["rawStatus"], one["status"]) for one in tests] == [
        ("passed", "passed"),
        ("failed", "failed"),
        ("error", "failed"),
        ("inconclusive", "other"),
        ("inapplicable", "skipped"),
        ("untested", "pending"),
    ]


def test_a_waived_failure_is_no_pass():
    (test,) = ctrf(a_report("failed", waived=True))["results"]["tests"]
    assert (test["rawStatus"], test["status"]) == ("waived", "other")


def test_counts_are_those_of_the_tests():
    results = ctrf(a_report(*VERDICTS, status=13))["results"]
    summary = results["summary"]
    assert summary["tests"] == len(results["tests"]) == 7
    for status in STATUS["enum"]:
        assert summary[status] == sum(one["status"] == status for one in results["tests"])
    assert summary["stop"] - summary["start"] == 61_500
    assert results["environment"]["healthy"] is False


def test_the_id_of_a_requirement_is_that_of_the_run_before():
    one, other = ctrf(a_report("passed")), ctrf(a_report("failed") | {"run": a_report()["run"] | {"id": "f" * 16}})
    assert one["results"]["tests"][0]["id"] == other["results"]["tests"][0]["id"]
    assert one["reportId"] != other["reportId"]
