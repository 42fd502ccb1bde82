"""Provenance of a verdict: digest of the suite, versions of the libraries, and the machine without its name."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.config.package_data import PACKAGE, schemas_folder, suites_folder
from pytest_zstack_ticket.model.digest import digest

NAME = "pytest-zstack-ticket"
DECIDING = ("h11", "httpcore", "httpx", "hypothesis", "jsonschema", "pytest", "referencing")
"""Packages that affect what is sent, read or judged."""
KINDS = frozenset({".py", ".toml", ".json", ".typed"})
"""The kinds of file that a wheel has; a checkout may hold others, such as caches."""


@cache
def suite_digest() -> str:
    """Return the digest of package, suites and schemas: the same in a checkout and in the wheel made of it."""
    return tree_digest({"": PACKAGE, "suites/": suites_folder(), "schemas/": schemas_folder()})


def tree_digest(folders: dict[str, Path]) -> str:
    """Return the digest of the files below folders, each by its name below the prefix of its folder."""
    found: dict[str, str] = {}
    for prefix, folder in folders.items():
        for file in sorted(folder.rglob("*")):
            if file.suffix in KINDS and "__pycache__" not in file.parts and file.is_file():
                name = f"{prefix}{file.relative_to(folder).as_posix()}"
                found[name] = hashlib.sha256(file.read_bytes()).hexdigest()
    return digest(found)


def suite_json() -> dict[str, Any]:
    """Return which suite this is."""
    return {"name": NAME, "version": version(NAME), "digest": suite_digest()}


def installed_json() -> dict[str, Any]:
    """Return the versions of what decides, with one digest for all of them."""
    versions = {"python": platform.python_version(), **{name: _version(name) for name in DECIDING}}
    return {"versions": versions, "digest": digest(versions)}


def machine_json() -> dict[str, str]:
    """Return interpreter, system and architecture; no host name and no path."""
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": platform.system(),
        "machine": platform.machine(),
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
