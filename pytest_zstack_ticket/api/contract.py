"""The JSON Schemas of the API as prebuilt validators, and their errors as plain values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.profile import Profile

LINKS = 16
"""Causes of causes that a validator sees at once."""
_WELL_FORMED = {"code": "SYS.1000", "description": "judged apart"}


@dataclass(frozen=True, slots=True)
class Defect:
    """One place where a value departs from its schema: `error.code`, and what is wrong there."""

    path: str
    keyword: str
    message: str

    @property
    def place(self) -> str:
        """The path without list indexes: `error.causes.code`."""
        return ".".join(part for part in self.path.split(".") if not part.isdigit())


class Contract:
    """Validators for the schemas of one profile, built once: building one per call costs milliseconds."""

    def __init__(self, schemas: tuple[tuple[str, str], ...]) -> None:
        documents: dict[str, Any] = {name: json.loads(text) for name, text in schemas}
        registry: Registry[Any] = Registry().with_resources(
            (document["$id"], Resource.from_contents(document)) for document in documents.values()
        )
        self._validators = {
            name: Draft202012Validator(document, registry=registry) for name, document in documents.items()
        }

    def defects(self, name: str, value: Json) -> tuple[Defect, ...]:
        """Return every violation by a value from the schema `name`, in the order of the schema; empty if it fits."""
        later: list[tuple[str, Json]] = []
        found = tuple(_flatten(self._validators[name].iter_errors(_shortened(value, "", later))))
        while later:
            place, error = later.pop(0)
            below = _flatten(self._validators["error"].iter_errors(_shortened(error, f"{place}.", later)))
            found += tuple(replace(defect, path=f"{place}.{defect.path}".rstrip(".")) for defect in below)
        return found


@lru_cache(maxsize=8)
def _contract(schemas: tuple[tuple[str, str], ...]) -> Contract:
    return Contract(schemas)


def contract_of(profile: Profile) -> Contract:
    """Return the contract of a profile, built at the first call."""
    return _contract(profile.schemas)


def _shortened(value: Json, place: str, later: list[tuple[str, Json]], links: int = LINKS) -> Json:
    """Return a value whose chains of causes are short, and note what was taken from their ends for `later`.

    A validator takes several frames of the stack for each cause, and the stack is what the interpreters differ in.
    """
    if not isinstance(value, dict):
        return value
    short = dict(value)
    for key in ("error", "cause", "causes"):
        inner = value.get(key)
        if isinstance(inner, dict):
            short[key] = _link(inner, f"{place}{key}", later, links)
        elif isinstance(inner, list):
            short[key] = [_link(one, f"{place}{key}.{index}", later, links) for index, one in enumerate(inner)]
    return short


def _link(value: Json, place: str, later: list[tuple[str, Json]], links: int) -> Json:
    if links or not isinstance(value, dict):
        return _shortened(value, f"{place}.", later, links - 1)
    later.append((place, value))
    return _WELL_FORMED


def _flatten(errors: Iterator[ValidationError]) -> Iterator[Defect]:
    reported: set[str] = set()
    for error in errors:
        if error.validator == "oneOf" and error.instance is not None:
            yield from _flatten(branch for branch in error.context or () if branch.schema_path[0] == 1)
            continue
        path = [str(part) for part in error.absolute_path]
        if error.validator != "required":
            yield Defect(".".join(path), str(error.validator), _shown(error))
        elif ".".join(path) not in reported:
            reported.add(".".join(path))
            instance: Any = error.instance
            asked: Any = error.validator_value
            missing = [name for name in asked if name not in instance]
            yield from (Defect(".".join([*path, name]), "required", f"{name} is missing") for name in missing)


def _shown(error: ValidationError) -> str:
    value = json.dumps(error.instance, ensure_ascii=True)
    value = value if len(value) <= 60 else f"{value[:57]}..."
    asked = json.dumps(error.validator_value, ensure_ascii=True)
    return f"{value} does not fit {error.validator} {asked if len(asked) <= 60 else asked[:57] + '...'}"
