"""The table of what each member of a report is held to has every member of its schema, and no other."""

import json
from collections.abc import Iterator

import pytest

from pytest_zstack_ticket.certify.agreement import ALWAYS, SOMETIMES
from pytest_zstack_ticket.certify.held_members import MEMBERS, holder_of, unheld
from pytest_zstack_ticket.certify.messages import unheld_lines
from pytest_zstack_ticket.config.package_data import schemas_folder
from pytest_zstack_ticket.report.text.translations import LANGUAGES, translations

SCHEMA = json.loads((schemas_folder() / "artefact" / "report.schema.json").read_text("utf-8"))
EITHER = {"path", "fields", "note", "answer", "failure"}
"""Optional members that are held as a whole with what they stand in."""


def resolved(schema: dict | bool) -> dict:
    if isinstance(schema, bool):
        return {}
    return SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def parts(schema: dict) -> Iterator[tuple[str, dict]]:
    """Yield the members and items that a schema allows."""
    yield from schema.get("properties", {}).items()
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield "*", schema[key]


def leaves(schema: dict, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the path of each member that holds no other, and of what may hold anything."""
    schema = resolved(schema)
    either = [one for key in ("anyOf", "oneOf") for one in schema.get(key, ()) if one.get("type") != "null"]
    below = [pair for one in (schema, *map(resolved, either)) for pair in parts(one)]
    if not below:
        yield ".".join(path)
    for name, inner in below:
        yield from leaves(inner, (*path, name))


def optional(schema: dict, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield place and name of each member that may be missing."""
    schema = resolved(schema)
    for one in (schema, *(resolved(one) for key in ("anyOf", "oneOf") for one in schema.get(key, ()))):
        needed = set(one.get("required", ()))
        for name, inner in parts(one):
            if name != "*" and name not in needed:
                yield ".".join(path), name
            yield from optional(inner, (*path, name))


def test_every_member_of_a_report_is_held_to_something_or_named():
    assert [path for path in leaves(SCHEMA) if holder_of(path) is None] == []


def test_the_table_names_no_member_that_a_report_cannot_have():
    known = list(leaves(SCHEMA))
    assert [one for one in MEMBERS if not any(path == one or path.startswith(f"{one}.") for path in known)] == []


def test_no_member_stands_in_the_table_twice():
    assert [one for one in MEMBERS for other in MEMBERS if one.startswith(f"{other}.")] == []


def test_a_member_that_may_be_missing_is_one_that_a_run_of_today_writes():
    known = {(place, name) for table in (ALWAYS, SOMETIMES) for place, names in table.items() for name in names}
    found = {(place, name) for place, name in optional(SCHEMA) if name not in EITHER or not place}
    assert found - known == set()
    assert known - found == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_nothing_holds_is_named(lang: str):
    (line,) = unheld_lines(translations(), lang)
    assert all(path.rpartition(".")[2] in line for path in unheld())
    assert "run (started, ended, " in line
