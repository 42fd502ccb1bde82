"""Read one TOML file and hold it to its schema: refused whole, in one sentence that names file, line and field."""

from __future__ import annotations

import difflib
import json
import math
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from pytest_zstack_ticket.config.package_data import schemas_folder
from pytest_zstack_ticket.model.errors import UsageError
from pytest_zstack_ticket.model.json_limits import MAX_FILE_DEPTH, too_deep

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
SHOWN = 60
TYPES = {
    "string": "a text in quotes",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list in brackets",
    "object": "a table",
}


@dataclass(frozen=True)
class TomlFile:
    """A TOML file that fits its schema, with its text for messages. `error` is what it is refused with."""

    path: Path
    text: str
    value: dict[str, Any]
    error: type[UsageError]

    def refuse(self, field: Sequence[str | int], words: str) -> UsageError:
        """Return the error that a field has; `words` go on after its name."""
        return _refused(self.error, self.path, self.text, tuple(field), words)


def read_toml(path: Path, schema: str, error: type[UsageError]) -> TomlFile:
    """Read a file that must fit `schemas/artefact/<schema>.schema.json`. Raises `error`."""
    text = _text(path, error)
    try:
        value = tomllib.loads(text)
        deep = too_deep(value, MAX_FILE_DEPTH)
    except ValueError as failure:  # an integer may have too many digits
        raise error(f"{path} is no TOML: {failure}. Mend that line.") from failure
    except RecursionError:
        deep = True
    if deep:
        raise error(f"{path} is nested more than {MAX_FILE_DEPTH} levels deep. Write it flatter.")
    defects = [*_unjson(value, ()), *_defects(value, schema)]
    if defects:
        field, words = min(defects, key=lambda defect: line_of(text, defect[0]))
        raise _refused(error, path, text, field, words)
    return TomlFile(path, text, value, error)


def _text(path: Path, error: type[UsageError]) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as failure:
        raise error(f"{path} cannot be read: {failure.strerror}. Give the path of a TOML file.") from failure
    except UnicodeDecodeError as failure:
        raise error(f"{path} is not UTF-8 (byte {failure.start}). Save it as UTF-8.") from failure


def _refused(error: type[UsageError], path: Path, text: str, field: Field, words: str) -> UsageError:
    named = ".".join(str(part) for part in field if not isinstance(part, int)) or "the file"
    return error(f"{path}, line {line_of(text, field)}: {named} {words}.")


def _unjson(value: Any, field: Field) -> Iterator[tuple[Field, str]]:
    """Yield the values that TOML has and JSON has not."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _unjson(item, (*field, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _unjson(item, (*field, position))
    elif isinstance(value, float) and not math.isfinite(value):
        yield field, "is no finite number; give one, or a text in quotes"
    elif not isinstance(value, str | int | float):
        yield field, f"is a date or time, which JSON has no form for; write it as a text: {str(value)!r}"


def _defects(value: dict[str, Any], schema: str) -> Iterator[tuple[Field, str]]:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - 140 ms that a run without files does not pay

    document = json.loads((schemas_folder() / "artefact" / f"{schema}.schema.json").read_text("utf-8"))
    for defect in Draft202012Validator(document).iter_errors(value):
        yield from _told(defect)


def _told(defect: ValidationError) -> Iterator[tuple[Field, str]]:
    """Yield the fields that a defect is about, and what to say of each."""
    field: Field = tuple(defect.absolute_path)
    found: Any = defect.instance
    rule: Any = defect.validator_value
    schema: Any = defect.schema
    match defect.validator:
        case "additionalProperties":
            known = list(schema["properties"])
            for key in (key for key in found if key not in known):
                yield (*field, key), f"is not known here; {_nearest(key, known)}"
        case "required":
            for key in (key for key in rule if key not in found):
                yield field, f"has no {key}; add it"
        case "type":
            yield field, f"must be {TYPES[rule]}, but is {_shown(found)}"
        case "enum":
            yield field, f"must be one of {', '.join(rule)}, but is {_shown(found)}"
        case "minimum":
            yield field, f"must be at least {rule}, but is {_shown(found)}"
        case "minLength":
            yield field, "must not be empty"
        case "maxLength":
            yield field, f"must be at most {rule} characters long, but has {len(found)}"
        case _:
            yield field, f"must be {schema.get('description', rule)}, but is {_shown(found)}"


def _nearest(key: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


Field: TypeAlias = tuple[str | int, ...]
_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_KEYS = rf"({_KEY}(?:\s*\.\s*{_KEY})*)"
_TABLES = re.compile(rf"\s*\[\[\s*{_KEYS}\s*\]\]")
_TABLE = re.compile(rf"\s*\[\s*{_KEYS}\s*\]")
_PAIR = re.compile(rf"\s*{_KEYS}\s*=(.*)")


def line_of(text: str, field: Sequence[str | int]) -> int:
    """Return the line on which a field is written, or the nearest thing around it; 1 if there is none."""
    wanted, found, best = tuple(field), 1, 0
    for number, place in _places(text):
        if len(place) > best and wanted[: len(place)] == place:
            found, best = number, len(place)
    return found


def _places(text: str) -> Iterator[tuple[int, Field]]:
    """Yield line and field of each table header and each pair."""
    table: Field = ()
    rows: dict[Field, int] = {}
    quotes = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if quotes:
            quotes = "" if quotes in line else quotes
        elif match := _TABLES.match(line):
            place = _inside(rows, _keys(match[1]))
            rows[place] = rows.get(place, -1) + 1
            table = (*place, rows[place])
            yield number, table
        elif match := _TABLE.match(line):
            table = _inside(rows, _keys(match[1]))
            yield number, table
        elif match := _PAIR.match(line):
            yield number, (*table, *_keys(match[1]))
            quotes = _opened(match[2])


def _inside(rows: dict[Field, int], keys: list[str]) -> Field:
    """Return where a header points to: below the last row of each array of tables on its way."""
    place: Field = ()
    for position, key in enumerate(keys, start=1):
        place = (*place, key)
        if position < len(keys) and place in rows:
            place = (*place, rows[place])
    return place


def _keys(dotted: str) -> list[str]:
    return [key.strip("\"'") for key in re.findall(_KEY, dotted)]


def _opened(value: str) -> str:
    """Return the quotes of a text over many lines that a value opens and does not close."""
    for quotes in ('"""', "'''"):
        if value.strip().startswith(quotes) and value.count(quotes) == 1:
            return quotes
    return ""
