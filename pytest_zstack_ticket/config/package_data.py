"""Location of the suites and schemas: inside the package in a wheel, beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def suites_folder() -> Path:
    """Return the folder of the shipped suites."""
    return _folder("suites")


def schemas_folder() -> Path:
    """Return the folder of the shipped JSON Schemas."""
    return _folder("schemas")


def _folder(name: str) -> Path:
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name
