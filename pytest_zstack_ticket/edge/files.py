"""Read our TOML files: profiles, contexts, catalogues. Each is checked against its schema and refused whole."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.edge.shipped import schemas_folder
from pytest_zstack_ticket.model.context import Context
from pytest_zstack_ticket.model.errors import CatalogueError, ContextError, ProfileError, UsageError
from pytest_zstack_ticket.model.profile import Limits, Profile, Release
from pytest_zstack_ticket.model.requirement import Requirement

BUILT_IN = ("deployed", "documented")
_RELEASE = re.compile(r"(\d+)\.(\d+)(\.\d+)*(?![\s\S])")
BANDS = ((3, 0), (3, 2), (3, 6), (4, 1), (4, 5), (4, 6), (99, 0))


def api_schemas() -> tuple[tuple[str, str], ...]:
    """Return the JSON Schemas of the API as a profile holds them."""
    files = sorted((schemas_folder() / "api").glob("*.schema.json"))
    return tuple((file.name.removesuffix(".schema.json"), file.read_text("utf-8")) for file in files)


def load_profile(name: str, *, release: str = "") -> Profile:
    """Return a built-in profile, or one from a TOML file. Raises ProfileError."""
    built_in: dict[str, Any] = {"name": name, "base": name}
    told = built_in if name in BUILT_IN else read_toml(Path(name), "profile", ProfileError)
    given = release or str(told.get("release", ""))
    bounds: dict[str, Release] = {}
    if given:
        at = parse_release(given)
        bounds = {"oldest": at, "newest": at}
    capabilities = told.get("capabilities", {})
    return Profile(
        name=str(told.get("name", name)),
        base=told.get("base", "deployed"),
        limits=Limits(**told.get("limits", {})),
        capabilities=frozenset(key for key, value in capabilities.items() if value),
        absent=frozenset(key for key, value in capabilities.items() if not value),
        schemas=api_schemas(),
        **bounds,
    )


def parse_release(text: str) -> Release:
    """Read a release such as 4.8 or 5.2.1, or after-5.3. Raises ProfileError."""
    if text == "after-5.3":
        return Release(99, 0)
    match = _RELEASE.match(text)
    if not match:
        raise ProfileError(f"{text!r} is no ZStack release. Write major.minor, such as 4.8, or after-5.3.")
    at = Release(int(match[1]), int(match[2]))
    return Release(99, 0) if at.at_least(5, 4) else at


def load_context(path: Path) -> Context:
    """Return the context of a TOML file. Raises ContextError."""
    told = read_toml(path, "context", ContextError)
    ticket, account = told.get("ticket", {}), told.get("account-system", {})
    default = Context()
    return Context(
        name=ticket.get("name", default.name),
        request_name=ticket.get("request-name", default.request_name),
        api_name=ticket.get("api-name", default.api_name),
        api_body=told.get("api-body", default.api_body),
        execute_times=ticket.get("execute-times", default.execute_times),
        account_system_type=account.get("type", default.account_system_type),
        account_system_context=account.get("context", default.account_system_context),
        flow_collection=ticket.get("flow-collection-uuid", ""),
        tags=tuple(ticket.get("tag-uuids", ())),
        allow_approve=told.get("allow-approve", False),
        given=True,
    )


def load_catalogue(folder: Path) -> tuple[Requirement, ...]:
    """Return every requirement of the areas below a folder, by id. Raises CatalogueError."""
    found: dict[str, Requirement] = {}
    for file in sorted(folder.glob("*/requirements.toml")):
        for row in read_toml(file, "requirements", CatalogueError).get("requirement", ()):
            requirement = _requirement(row, file.parent.name)
            if requirement.id in found:
                raise CatalogueError(f"{file}: {requirement.id} stands twice; ids are never reused")
            found[requirement.id] = requirement
    for requirement in found.values():
        unknown = [other for other in requirement.after if other not in found]
        if unknown:
            raise CatalogueError(f"{requirement.id} stands on {unknown[0]}, which no catalogue has")
    return tuple(found[key] for key in sorted(found))


def _requirement(row: dict[str, Any], area: str) -> Requirement:
    return Requirement(
        id=row["id"],
        area=area,
        level=row["level"],
        basis=row["basis"],
        text=row["text"],
        source=row["source"],
        needs=tuple(row.get("needs", ())),
        after=tuple(row.get("after", ())),
        killed_by=tuple(row.get("killed-by", ())),
        profiles=tuple(row.get("profiles", ())),
        consequence=row.get("consequence"),
        not_tested=row.get("not-tested", ""),
    )


def read_toml(path: Path, schema: str, error: type[UsageError]) -> dict[str, Any]:
    """Read a TOML file that must fit `schemas/artefact/<schema>.schema.json`. Raises `error`, naming line and field."""
    try:
        text = path.read_text("utf-8")
    except OSError as failure:
        raise error(f"{path} cannot be read: {failure.strerror}. Give the path of a TOML file.") from failure
    except UnicodeDecodeError as failure:
        raise error(f"{path} is not UTF-8 (byte {failure.start}). Save it as UTF-8.") from failure
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as failure:
        raise error(f"{path} is no TOML: {failure}.") from failure
    for field, message in _defects(told, schema):
        raise error(f"{path}, line {line_of(text, field)}: {'.'.join(field) or 'the file'} {message}.")
    return told


def _defects(told: dict[str, Any], schema: str) -> Iterator[tuple[list[str], str]]:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - 140 ms that a run without files does not pay

    document = json.loads((schemas_folder() / "artefact" / f"{schema}.schema.json").read_text("utf-8"))
    for defect in Draft202012Validator(document).iter_errors(told):
        path = [str(part) for part in defect.absolute_path]
        if defect.validator == "additionalProperties":
            known: Any = defect.schema
            instance: Any = defect.instance
            stray = next(key for key in instance if key not in known["properties"])
            yield [*path, stray], f"is not known here; known are {', '.join(known['properties'])}"
        else:
            yield path, f"does not fit: {defect.message[:160]}"


def line_of(text: str, field: list[str]) -> int:
    """Return the line on which the last key of a field is written, 1 if it cannot be told."""
    keys = [part for part in field if not part.isdigit()]
    if not keys:
        return 1
    pattern = re.compile(rf"\s*\[*\s*(?:[\w.-]+\.)?[\"']?{re.escape(keys[-1])}[\"']?\s*(=|\]|\.)")
    numbers = [number for number, line in enumerate(text.splitlines(), start=1) if pattern.match(line)]
    index = next((int(part) for part in field if part.isdigit()), 0)
    return numbers[min(index, len(numbers) - 1)] if numbers else 1
