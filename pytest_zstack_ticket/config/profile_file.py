"""Profiles: read from a TOML file, or back from the JSON of a report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.config.package_data import PACKAGE, schemas_folder
from pytest_zstack_ticket.config.toml_document import read_toml
from pytest_zstack_ticket.model.errors import ProfileError
from pytest_zstack_ticket.model.look_alikes import reads_like
from pytest_zstack_ticket.model.profile import Limits, Profile, Release

BUILT_IN = ("deployed", "documented")
AFTER_5_3 = Release(99, 0)
_RELEASE = re.compile(r"(\d{1,3})\.(\d{1,3})(\.\d+)*(?![\s\S])")


def api_schemas() -> tuple[tuple[str, str], ...]:
    """Return name and text of each JSON Schema of the API, as a profile holds them."""
    files = sorted((schemas_folder() / "api").glob("*.schema.json"))
    return tuple((file.name.removesuffix(".schema.json"), file.read_text("utf-8")) for file in files)


def load_profile(name: str, *, release: str = "") -> Profile:
    """Return a built-in profile, or one from a TOML file. Raises ProfileError.

    `release` overrides that of the file.
    """
    path = PACKAGE / "config" / "profiles" / f"{name}.toml" if name in BUILT_IN else Path(name)
    if not path.exists():
        raise ProfileError(f"profile {name!r}: not found; write {', '.join(BUILT_IN)} or the path of a TOML file.")
    file = read_toml(path, "profile", ProfileError)
    settings = file.value
    title = settings.get("name", path.stem)
    if built_in_like(title) and not _is_built_in(path):
        raise file.refuse(("name",), f"is {title!r}, which reads like that of a built-in profile; give another")
    capabilities: dict[str, bool] = settings.get("capabilities", {})
    given = release or settings.get("release", "")
    bounds = {"oldest": parse_release(given), "newest": parse_release(given)} if given else {}
    return Profile(
        name=title,
        base=settings["base"],
        limits=Limits(**{key: int(length) for key, length in settings.get("limits", {}).items()}),
        capabilities=frozenset(key for key, there in capabilities.items() if there),
        absent=frozenset(key for key, there in capabilities.items() if not there),
        schemas=api_schemas(),
        **bounds,
    )


def built_in_like(name: str) -> str:
    """Return the name of the built-in profile that a name is or reads like, empty if there is none."""
    return next((one for one in BUILT_IN if reads_like(name, one)), "")


def _is_built_in(path: Path) -> bool:
    return path.resolve().parent == (PACKAGE / "config" / "profiles").resolve()


def profile_from_json(value: Mapping[str, Any]) -> Profile:
    """Read a profile back that `report.document.profile_json` wrote, with the API schemas of this version."""
    return Profile(
        name=value["name"],
        base=value["base"],
        limits=Limits(**value["limits"]),
        oldest=parse_release(value["release"]["oldest"]),
        newest=parse_release(value["release"]["newest"]),
        capabilities=frozenset(value["capabilities"]),
        absent=frozenset(value["absent"]),
        schemas=api_schemas(),
    )


def parse_release(text: str) -> Release:
    """Read a release such as 4.8 or 5.2.1, or after-5.3. Raises ProfileError."""
    if text == "after-5.3":
        return AFTER_5_3
    match = _RELEASE.match(text)
    if not match:
        raise ProfileError(f"{text!r} is not a ZStack release. Write major.minor, such as 4.8, or after-5.3.")
    at = Release(int(match[1]), int(match[2]))
    return AFTER_5_3 if at.at_least(5, 4) else at
