"""Load our TOML files: profiles, contexts, catalogues."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.edge.shipped import PACKAGE, schemas_folder
from pytest_zstack_ticket.edge.toml_files import TomlFile, read_toml
from pytest_zstack_ticket.model.context import PARTS, Context, Person
from pytest_zstack_ticket.model.errors import CatalogueError, ContextError, ProfileError
from pytest_zstack_ticket.model.profile import Limits, Profile, Release
from pytest_zstack_ticket.model.requirement import Requirement

BUILT_IN = ("deployed", "documented")
AFTER_5_3 = Release(99, 0)
_RELEASE = re.compile(r"(\d{1,3})\.(\d{1,3})(\.\d+)*(?![\s\S])")


def api_schemas() -> tuple[tuple[str, str], ...]:
    """Return the JSON Schemas of the API as a profile holds them."""
    files = sorted((schemas_folder() / "api").glob("*.schema.json"))
    return tuple((file.name.removesuffix(".schema.json"), file.read_text("utf-8")) for file in files)


def load_profile(name: str, *, release: str = "") -> Profile:
    """Return a built-in profile, or one from a TOML file. Raises ProfileError.

    `release` counts more than what the file says.
    """
    path = PACKAGE / "profiles" / f"{name}.toml" if name in BUILT_IN else Path(name)
    if not path.exists():
        raise ProfileError(f"profile {name!r}: write {', '.join(BUILT_IN)} or the path of a TOML file; this is none.")
    told = read_toml(path, "profile", ProfileError).value
    capabilities: dict[str, bool] = told.get("capabilities", {})
    given = release or told.get("release", "")
    bounds = {"oldest": parse_release(given), "newest": parse_release(given)} if given else {}
    return Profile(
        name=told.get("name", path.stem),
        base=told["base"],
        limits=Limits(**{key: int(length) for key, length in told.get("limits", {}).items()}),
        capabilities=frozenset(key for key, there in capabilities.items() if there),
        absent=frozenset(key for key, there in capabilities.items() if not there),
        schemas=api_schemas(),
        **bounds,
    )


def parse_release(text: str) -> Release:
    """Read a release such as 4.8 or 5.2.1, or after-5.3. Raises ProfileError."""
    if text == "after-5.3":
        return AFTER_5_3
    match = _RELEASE.match(text)
    if not match:
        raise ProfileError(f"{text!r} is no ZStack release. Write major.minor, such as 4.8, or after-5.3.")
    at = Release(int(match[1]), int(match[2]))
    return AFTER_5_3 if at.at_least(5, 4) else at


def load_context(path: Path) -> Context:
    """Return the context of a TOML file. Raises ContextError."""
    told = read_toml(path, "context", ContextError).value
    ticket, account = told.get("ticket", {}), told.get("account-system", {})
    default = Context()
    return Context(
        name=ticket.get("name", default.name),
        request_name=ticket.get("request-name", default.request_name),
        api_name=ticket.get("api-name", default.api_name),
        api_body=told.get("api-body", default.api_body),
        execute_times=int(ticket.get("execute-times", default.execute_times)),
        account_system_type=account.get("type", default.account_system_type),
        account_system_context=account.get("context", default.account_system_context),
        flow_collection=ticket.get("flow-collection-uuid", ""),
        tags=tuple(ticket.get("tag-uuids", ())),
        allow_approve=told.get("allow-approve", False),
        people={part: _person(told[part]) for part in PARTS if part in told},
        given=True,
    )


def _person(told: Mapping[str, Any]) -> Person:
    return Person(
        user=told["user"],
        login=told.get("login", "account"),
        project=told.get("project", ""),
        flow_collection=told.get("flow-collection-uuid", ""),
        account_system_context=told.get("account-system-context", {}),
    )


def load_catalogue(folder: Path) -> tuple[Requirement, ...]:
    """Return every requirement of the areas below a folder, by id. Raises CatalogueError."""
    found: dict[str, Requirement] = {}
    homes: dict[str, tuple[TomlFile, int]] = {}
    for path in sorted(folder.glob("*/requirements.toml")):
        file = read_toml(path, "requirements", CatalogueError)
        for position, row in enumerate(file.value["requirement"]):
            requirement = _requirement(row, path.parent.name)
            if requirement.id in found:
                other = homes[requirement.id][0].path
                raise file.refuse(("requirement", position, "id"), f"{requirement.id} stands in {other} already")
            found[requirement.id], homes[requirement.id] = requirement, (file, position)
    for requirement in found.values():
        file, position = homes[requirement.id]
        for wrong in _wrong_order(requirement, found):
            raise file.refuse(("requirement", position, "after"), wrong)
    return tuple(found[key] for key in sorted(found))


def _wrong_order(requirement: Requirement, all_of_them: Mapping[str, Requirement]) -> list[str]:
    """Return what is wrong with the requirements that one stands on."""
    unknown = [
        f"of {requirement.id} names {other}, which no catalogue has"
        for other in requirement.after
        if other not in all_of_them
    ]
    below, waiting = set(), list(requirement.after)
    while waiting:
        other = waiting.pop()
        if other not in below and other in all_of_them:
            below.add(other)
            waiting.extend(all_of_them[other].after)
    return unknown or ([f"makes {requirement.id} stand on itself"] if requirement.id in below else [])


def _requirement(row: Mapping[str, Any], area: str) -> Requirement:
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
