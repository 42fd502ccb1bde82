"""The OpenAPI document: valid schemas, references that lead somewhere, parameters that are declared, names that are one's own."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from docs.openapi import FILE, component, components, document, main, openapi
from pytest_zstack_ticket.simulator.calls.all_calls import CALLS
from tests.support.builders import SCHEMAS, TICKET

DOCUMENT = openapi(SCHEMAS, CALLS, version="1.2.3")
OPERATIONS = [(path, method, one) for path, item in DOCUMENT["paths"].items() for method, one in item.items()]


def values(value: Any, key: str) -> Iterator[Any]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name == key:
                yield item
            yield from values(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from values(item, key)


def lookup(reference: str):
    found = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def validator(name: str):
    registry = Registry().with_resource("urn:document", DRAFT202012.create_resource(DOCUMENT))
    return jsonschema.Draft202012Validator({"$ref": f"urn:document#/components/schemas/{name}"}, registry=registry)


def test_the_shipped_file_is_up_to_date():
    assert FILE.read_text("utf-8") == document()
    assert main(["--check"]) == 0


def test_a_stale_file_is_noticed_and_written_again(tmp_path: Path, monkeypatch, capsys):
    stale = tmp_path / "openapi.json"
    monkeypatch.setattr("docs.openapi.FILE", stale)
    assert main(["--check"]) == 1
    assert "run python -m docs.openapi" in capsys.readouterr().err
    assert main([]) == 0
    assert main(["--check"]) == 0


def test_it_is_a_document_of_3_1():
    assert DOCUMENT["openapi"] == "3.1.0"
    assert DOCUMENT["info"]["version"] == "1.2.3"
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT


def test_every_schema_is_a_schema():
    for schema in [*DOCUMENT["components"]["schemas"].values(), *values(DOCUMENT, "schema")]:
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere():
    references = list(values(DOCUMENT, "$ref"))
    assert references
    assert all(reference.startswith("#/components/") and lookup(reference) for reference in references)


def test_every_schema_of_the_contract_is_a_component():
    assert {component(name) for name, _ in SCHEMAS} <= set(DOCUMENT["components"]["schemas"])
    assert not list(values(DOCUMENT["components"], "$defs"))
    assert not list(values(DOCUMENT["components"], "$id"))


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("CreateResult", {"inventory": {"uuid": TICKET}}, {"inventory": {"uuid": "?"}}),
        ("Failure", {"error": {"code": "SYS.1001", "description": "d"}}, {"error": {"code": "x", "description": "d"}}),
        (
            "Failure",
            {"error": {"code": "A.1000", "description": "d", "cause": {"code": "B.1000", "description": "d"}}},
            {"error": {"code": "A.1000", "description": "d", "cause": {"code": "B.1000"}}},
        ),
        ("AcceptedJob", {"location": "http://h/zstack/v1/api-jobs/1"}, {"location": "/v1/api-jobs/1"}),
    ],
)
def test_a_component_says_what_the_schema_says(name: str, good: Any, bad: Any):
    assert validator(name).is_valid(good)
    assert not validator(name).is_valid(bad)


def test_every_call_has_an_operation():
    assert {(call.path, call.method.lower()) for call in CALLS} < {(path, method) for path, method, _ in OPERATIONS}
    assert "/v1/api-jobs/{uuid}" in DOCUMENT["paths"]


def test_operations_have_names_of_their_own():
    names = [one["operationId"] for _, _, one in OPERATIONS]
    assert len(names) == len(set(names))
    assert {"CreateTicket", "DeleteTicket", "QueryTickets", "PollJob"} <= set(names)
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]+", name) for name in names)


def test_every_variable_of_a_path_is_declared_and_no_parameter_twice():
    for path, _, one in OPERATIONS:
        output = [lookup(each["$ref"]) if "$ref" in each else each for each in one["parameters"]]
        pairs = [(each["name"], each["in"]) for each in output]
        assert len(pairs) == len(set(pairs))
        assert {name for name, where in pairs if where == "path"} == set(re.findall(r"\{(\w+)\}", path))


def test_every_operation_has_answers_and_a_known_tag():
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    for _, method, one in OPERATIONS:
        assert set(one["tags"]) <= tags
        assert "default" in one["responses"]
        assert {"200", "202"} & set(one["responses"])
        assert ("requestBody" in one) == (method in ("post", "put"))


def test_calls_that_share_a_method_are_told_apart_by_their_body():
    body = DOCUMENT["paths"]["/v1/tickets/{uuid}/actions"]["put"]["requestBody"]
    keys = [one["required"] for one in body["content"]["application/json"]["schema"]["oneOf"]]
    assert keys == [["changeTicketStatus"], ["updateTicketRequest"]]


def test_a_log_in_needs_no_session():
    assert DOCUMENT["paths"]["/v1/accounts/login"]["put"]["security"] == []
    assert "security" not in DOCUMENT["paths"]["/v1/tickets"]["post"]


def test_a_definition_of_another_name_is_a_component_beside_its_schema():
    text = '{"$id": "urn:zstack-ticket:api:a:1", "properties": {"b": {"$ref": "#/$defs/part"}}, "$defs": {"part": {"type": "null"}}}'
    assert components([("a", text)]) == {
        "A": {"properties": {"b": {"$ref": "#/components/schemas/Part"}}},
        "Part": {"type": "null"},
    }
