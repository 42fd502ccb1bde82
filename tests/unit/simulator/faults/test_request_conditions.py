"""Each condition holds for an example of its own and not for the plain request."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_zstack_ticket.model.exchange import Request
from pytest_zstack_ticket.simulator.faults.request_conditions import CONDITIONS
from pytest_zstack_ticket.simulator.request_facts import facts_of
from pytest_zstack_ticket.simulator.storage import seed_data
from pytest_zstack_ticket.simulator.variants import Variant
from tests.support.simulator_probe import Caller, message, request

UUID = "a" * 12 + "4" + "a" * 3 + "8" + "a" * 15
NAMES = {
    "name-astral": "\U0001f600",
    "name-combining": "e\u0301",
    "name-bidi": "\u202eabc",
    "name-nul": "a\x00b",
    "name-control": "a\x07b",
    "name-line-separator": "a\u2028b",
    "name-cjk": "工单",
    "name-non-ascii": "é",
    "name-zero-width": "a\u200bb",
    "name-private": "\ue000",
    "name-surrogate": "\ud800",
    "name-quote": 'a"b',
    "name-markup": "a<b",
    "name-backslash": "a\\b",
    "name-path": "../a",
    "name-sql": "x' or 1=1",
    "name-template": "${7*7}",
    "name-percent": "100%",
    "name-newline": "a\nb",
    "name-blank-around": " a",
    "name-blank": "  ",
    "name-number": "007",
    "name-word-null": "null",
    "name-limit": "x" * 255,
    "name-one": "x",
}
MESSAGES: dict[str, dict[str, Any]] = {
    "description": {"description": "d"},
    "description-limit": {"description": "d" * 2048},
    "description-non-ascii": {"description": "é"},
    "requests-many": {"requests": [request()] * 51},
    "requests-several": {"requests": [request()] * 2},
    "body-deep": {"requests": [request(apiBody=json.loads("[" * 30 + "]" * 30))]},
    "body-empty": {"requests": [request(apiBody={})]},
    "body-null": {"requests": [request(apiBody={"a": None})]},
    "body-boolean": {"requests": [request(apiBody={"a": True})]},
    "body-non-ascii": {"requests": [request(apiBody={"a": "é"})]},
    "number-big": {"requests": [request(apiBody={"a": 2**60})]},
    "number-negative": {"requests": [request(apiBody={"a": -1})]},
    "number-fraction": {"requests": [request(apiBody={"a": 0.5})]},
    "number-whole-double": {"requests": [request(apiBody={"a": 1.0})]},
    "times-text": {"requests": [request(executeTimes="1")]},
    "times-absent": {"requests": [request(executeTimes=...)]},
    "tags-inside": {"systemTags": ["a::b"]},
    "tagUuids": {"tagUuids": [seed_data.TAG_PATTERN]},
    "resourceUuid": {"resourceUuid": UUID},
    "flowCollectionUuid": {"flowCollectionUuid": seed_data.DEFAULT_COLLECTION},
    "unknown-key": {"extra": 1},
    "unknown-key-request": {"requests": [request(extra=1)]},
    "comment": {"comment": "c"},
    **{f"event-{event}": {"statusEvent": event} for event in ("cancel", "reopen", "approve", "reject")},
}
BODIES: dict[str, bytes] = {
    "tags-beside": json.dumps({"params": message(), "userTags": []}).encode(),
    "unknown-key-top": json.dumps({"params": message(), "extra": 1}).encode(),
    "key-order": json.dumps({"params": dict(reversed(message().items()))}).encode(),
    "white-space": json.dumps({"params": message()}, indent=1).encode(),
    "compact": json.dumps({"params": message()}, separators=(",", ":")).encode(),
    "escapes": json.dumps({"params": message(name="é")}).encode(),
    "number-exponent": json.dumps({"params": message()}).replace(": 1,", ": 1e0,").encode(),
}
HEADERS: dict[str, dict[str, str]] = {
    "other-content-type": {"Content-Type": "text/plain;charset=utf-8"},
    "no-charset": {"Content-Type": "application/json"},
    "job-id": {"X-Job-UUID": "a" * 32},
    "api-timeout": {"X-API-Timeout": "5"},
    "json-schema": {"X-JSON-Schema": "x"},
    "web-hook": {"X-Web-Hook": "http://x"},
}
TARGETS: dict[str, Request] = {
    "path-trailing-slash": Request(method="GET", path="/v1/tickets/"),
    "path-markup": Request(method="GET", path="/v1/x%3Cb%3Econformance"),
    "path-upper-case": Request(method="GET", path="/v1/Tickets"),
    "anonymous": Request(method="POST", path="/v1/tickets"),
    "no-content-type": Request(method="POST", path="/v1/tickets", body=b"{}"),
    **{f"method-{method.lower()}": Request(method=method, path="/v1/tickets") for method in ("GET", "PUT", "DELETE")},
}


def example(name: str) -> Request:
    caller = Caller("t" * 32)
    if name in TARGETS:
        return TARGETS[name]
    if name in BODIES:
        return caller.send("POST", "/v1/tickets", raw=BODIES[name])
    if name in HEADERS:
        return caller.send("POST", "/v1/tickets", {"params": message()}, **HEADERS[name])
    changes = {"name": NAMES[name]} if name in NAMES else MESSAGES[name]
    return caller.send("POST", "/v1/tickets", {"params": message(**changes)})


def holds(name: str, sent: Request) -> bool:
    return CONDITIONS[name][0](facts_of(sent, Variant(), now=0.0, started=0.0))


@pytest.mark.parametrize("name", [*NAMES, *MESSAGES, *BODIES, *HEADERS, *TARGETS])
def test_a_condition_holds_for_its_example_and_not_for_the_plain_request(name: str) -> None:
    plain = Caller("t" * 32).send("POST", "/v1/tickets", {"params": message()})
    assert holds(name, example(name))
    assert not holds(name, plain)


def test_the_method_of_a_create_is_a_condition_too() -> None:
    assert holds("method-post", example("anonymous"))
    assert not holds("method-post", TARGETS["method-get"])
