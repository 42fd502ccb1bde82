"""Writes `schemas/api/openapi.json`, made of the JSON Schemas of the contract and the simulator's list of calls.

`python -m docs.openapi` writes the file, `--check` compares instead of writing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import version as version_of
from typing import Any

from docs.openapi_operations import JOB, PARAMETERS, Call, operation
from pytest_zstack_ticket.config.package_data import schemas_folder
from pytest_zstack_ticket.config.profile_file import api_schemas
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.simulator.calls.all_calls import CALLS

FILE = schemas_folder() / "api" / "openapi.json"

URN = "urn:zstack-ticket:api:"
ABOUT = (
    "The ticket service of ZStack and the calls around it, as this suite reads them; the requirements of the suite say "
    "more than a schema can. Lengths are in UTF-16 units. A call that ends in a job is answered 202 with its location, "
    "which is polled until it is answered 200 or an error. A message that the REST layer itself cannot read may be "
    "refused as text or as a page."
)


def openapi(schemas: Iterable[tuple[str, str]], calls: Iterable[Call], *, version: str) -> JsonObject:
    """OpenAPI document; `schemas` are pairs of a name and the text of a JSON Schema, as a profile has them."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "ZStack tickets", "version": version, "description": ABOUT},
        "servers": [
            {
                "url": "{scheme}://{host}:{port}/zstack",
                "variables": {
                    "scheme": {"default": "http", "enum": ["http", "https"]},
                    "host": {"default": "localhost"},
                    "port": {"default": "8080"},
                },
            }
        ],
        "security": [{"session": []}, {"accessKey": []}],
        "tags": [{"name": name} for name in ("tickets", "flows", "jobs", "sessions", "management")],
        "paths": paths(calls),
        "components": {
            "schemas": components(schemas),
            "parameters": PARAMETERS,
            "securitySchemes": {
                "session": {"type": "http", "scheme": "OAuth", "description": "OAuth and the UUID of the session"},
                "accessKey": {
                    "type": "http",
                    "scheme": "ZStack",
                    "description": "ZStack ID:SIGNATURE, where the signature is base64 of HMAC-SHA1 over method, Date "
                    "and path, joined by line feeds; the Date header is needed",
                },
            },
        },
    }


def paths(calls: Iterable[Call]) -> JsonObject:
    """Return the calls by path and method; calls that share both are told apart by the key of their body."""
    groups: dict[str, dict[str, list[Call]]] = {}
    for call in calls:
        groups.setdefault(call.path, {}).setdefault(call.method.lower(), []).append(call)
    found_schema: JsonObject = {
        path: {method: operation(sharing) for method, sharing in methods.items()} for path, methods in groups.items()
    }
    return found_schema | JOB


def components(schemas: Iterable[tuple[str, str]]) -> JsonObject:
    """Return the schemas as components: definitions become components of their own, references follow them."""
    found: JsonObject = {}
    for name, text in schemas:
        schema: JsonObject = json.loads(text)
        definitions: Mapping[str, JsonObject] = schema.pop("$defs", {})
        names = {key: component(key) for key in definitions}
        root = {key: value for key, value in schema.items() if key not in ("$schema", "$id")}
        for key, definition in definitions.items():
            found[component(key)] = _followed(definition, names)
        # a root that only names a definition of the same name says no more than that definition
        alias = root.get("$ref") == f"#/$defs/{name}"
        found_schema = (
            {key: value for key, value in root.items() if key != "$ref"} | found[component(name)] if alias else root
        )
        found[component(name)] = _followed(found_schema, names)
    return dict(sorted(found.items()))


def component(name: str) -> str:
    """Return the name of a component: CreateRequest for create-request."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("-"))


def _followed(value: Any, names: Mapping[str, str]) -> Any:
    """Return a schema in which references lead to components."""
    if isinstance(value, list):
        return [_followed(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    found_schema = {key: _followed(item, names) for key, item in value.items()}
    reference = found_schema.get("$ref")
    if isinstance(reference, str):
        found_schema["$ref"] = _target(reference, names)
    return found_schema


def _target(reference: str, names: Mapping[str, str]) -> str:
    if reference.startswith(URN):
        return f"#/components/schemas/{component(reference.removeprefix(URN).rpartition(':')[0])}"
    key = reference.removeprefix("#/$defs/")
    return f"#/components/schemas/{names[key]}" if key in names else reference


def document() -> str:
    """Text of the file that is shipped."""
    whole = openapi(api_schemas(), CALLS, version=version_of("pytest-zstack-ticket"))
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def main(arguments: list[str]) -> int:
    """Write or compare the file; returns 1 if it is not up to date."""
    if "--check" not in arguments:
        FILE.write_text(document(), "utf-8")
        return 0
    if FILE.exists() and FILE.read_text("utf-8") == document():
        return 0
    sys.stderr.write(f"{FILE.name} is not up to date: run python -m docs.openapi\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
