"""One TOML file held to its schema: refused as a whole, in one sentence that names file, line and field."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.config.schema import Field, SchemaDefect, defects
from pytest_zstack_ticket.model.errors import UsageError
from pytest_zstack_ticket.model.json_limits import MAX_FILE_DEPTH, too_deep


@dataclass(frozen=True)
class TomlFile:
    """A TOML file that matches its schema, with its text for messages; `error` is the class to refuse it with."""

    path: Path
    text: str
    value: dict[str, Any]
    error: type[UsageError]

    def refuse(self, field: Sequence[str | int], words: str) -> UsageError:
        """Return the error about a field; `words` continue the sentence after its name."""
        return _refused(self.error, self.path, self.text, tuple(field), words)


def read_toml(path: Path, schema: str, error: type[UsageError]) -> TomlFile:
    """Read a file that must match `schemas/artefact/<schema>.schema.json`, none if that is empty. Raises `error`."""
    return parse_toml(_text(path, error), path, schema, error)


def parse_toml(text: str, path: Path, schema: str, error: type[UsageError]) -> TomlFile:
    """Return the content of a file, or of one that is to be written, as `read_toml`. Raises `error`."""
    try:
        value = tomllib.loads(text)
        deep = too_deep(value, MAX_FILE_DEPTH)
    except ValueError as failure:  # an integer may have too many digits
        raise error(f"{path} is not TOML: {failure}. Fix that line.") from failure
    except RecursionError:
        deep = True
    if deep:
        raise error(f"{path} is nested more than {MAX_FILE_DEPTH} levels deep. Write it flatter.")
    found = [*_not_json(value, ()), *(defects(schema, value) if schema else ())]
    if found:
        first = min(found, key=lambda defect: line_of(text, defect.field))
        raise _refused(error, path, text, first.field, first.text)
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
    end = "" if words.endswith("?") else "."
    return error(f"{path}, line {line_of(text, field)}: {named} {words}{end}")


def _not_json(value: Any, field: Field) -> Iterator[SchemaDefect]:
    """Yield the values that TOML has and JSON has not."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _not_json(item, (*field, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _not_json(item, (*field, position))
    elif isinstance(value, float) and not math.isfinite(value):
        yield SchemaDefect(field, "is not a finite number; give one, or a text in quotes")
    elif not isinstance(value, str | int | float):
        yield SchemaDefect(field, f"is a date or time, which JSON cannot hold; write it as a text: {str(value)!r}")


_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_KEYS = rf"({_KEY}(?:\s*\.\s*{_KEY})*)"
_TABLES = re.compile(rf"\s*\[\[\s*{_KEYS}\s*\]\]")
_TABLE = re.compile(rf"\s*\[\s*{_KEYS}\s*\]")
_PAIR = re.compile(rf"\s*{_KEYS}\s*=(.*)")


def line_of(text: str, field: Sequence[str | int]) -> int:
    """Return the line of a field, or of the nearest table around it; 1 if there is none."""
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
