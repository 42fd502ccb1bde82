"""Validation of files against the shipped JSON Schemas, with errors for people: the field, what it must be, what it is.

The one place beside `api.contract` that knows jsonschema.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from pytest_zstack_ticket.config.package_data import schemas_folder

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

Field: TypeAlias = tuple[str | int, ...]
"""Path to a value: keys and list positions."""
SHOWN = 60
"""Characters of a value that a message shows."""
MESSAGE = 120
"""Characters of a message of jsonschema that are shown."""
TYPES = {
    "string": "a text in quotes",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list in brackets",
    "object": "a table or object",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class SchemaDefect:
    """One place where a file violates its schema; `text` continues a sentence that begins with the field."""

    field: Field
    text: str

    def sentence(self, root: str = "the file") -> str:
        """Return field and text as one sentence without a full stop; `root` names the whole value."""
        return f"{'.'.join(map(str, self.field)) or root} {self.text}"


def defects(schema: str, value: Any, *, definition: str = "") -> Iterator[SchemaDefect]:
    """Yield every violation of `schemas/artefact/<schema>.schema.json`, or of one definition in it."""
    validator = _validator(schema, definition)
    rules: Any = validator.schema
    top = frozenset(rules.get("properties", ()))
    for error in validator.iter_errors(value):
        yield from _described(error, top)


def first_defect(schema: str, value: Any, *, definition: str = "") -> SchemaDefect | None:
    """Return the first violation, None if the value is valid."""
    return next(defects(schema, value, definition=definition), None)


@cache
def _validator(schema: str, definition: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - 140 ms that a run without files does not pay

    document = json.loads((schemas_folder() / "artefact" / f"{schema}.schema.json").read_text("utf-8"))
    if definition:
        document = {"$defs": document["$defs"], "$ref": f"#/$defs/{definition}"}
    return Draft202012Validator(document)


def _described(error: ValidationError, top: frozenset[str]) -> Iterator[SchemaDefect]:
    """Yield the fields that an error of jsonschema is about, and what is wrong; `top` holds the keys of the file."""
    field: Field = tuple(error.absolute_path)
    found: Any = error.instance
    rule: Any = error.validator_value
    schema: Any = error.schema
    match error.validator:
        case "additionalProperties":
            known = list(schema.get("properties", ()))
            for key in (key for key in found if key not in known):
                hint = "move it to the top of the file" if field and key in top else _nearest(key, known)
                yield SchemaDefect((*field, key), f"is not known here; {hint}")
        case "required":
            for key in (key for key in rule if key not in found):
                yield SchemaDefect(field, f"has no {key}; add it")
        case _:
            yield SchemaDefect(field, _wrong_value(error, found, rule, schema))


def _wrong_value(error: ValidationError, found: Any, rule: Any, schema: Any) -> str:
    known = PHRASES.get(str(error.validator))
    if known:
        return known(rule, found)
    if "description" in schema:
        return f"must be {schema['description']}, but is {shown(found)}"
    return f"is not valid: {error.message[:MESSAGE]}"


def _types(rule: str | list[str]) -> str:
    return " or ".join(TYPES[one] for one in ([rule] if isinstance(rule, str) else rule))


PHRASES: dict[str, Callable[[Any, Any], str]] = {
    "type": lambda rule, found: f"must be {_types(rule)}, but is {shown(found)}",
    "enum": lambda rule, found: f"must be one of {', '.join(map(str, rule))}, but is {shown(found)}",
    "const": lambda rule, found: f"must be {shown(rule)}, but is {shown(found)}",
    "minimum": lambda rule, found: f"must be at least {rule}, but is {shown(found)}",
    "minLength": lambda rule, _: "must not be empty" if rule == 1 else f"must be at least {rule} characters long",
    "maxLength": lambda rule, found: f"must be at most {rule} characters long, but has {len(found)}",
}
"""What is wrong with a value, by the keyword of the schema that it violates: from the rule and the value."""


def _nearest(key: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"


def shown(value: Any) -> str:
    """Return a value as ASCII JSON, cut to what fits into a message."""
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
