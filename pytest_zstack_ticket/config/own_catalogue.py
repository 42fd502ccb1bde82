"""A project's own requirements, from a TOML file beside its tests."""

from __future__ import annotations

from pathlib import Path

from pytest_zstack_ticket.config.toml_document import read_toml
from pytest_zstack_ticket.model.errors import CatalogueError
from pytest_zstack_ticket.model.requirement import Requirement

FILE = "requirements.toml"
OWN = "own"
"""Area of every requirement that is not of the shipped suites."""


def load_own_catalogue(path: Path) -> dict[str, Requirement]:
    """Return the requirements of a file, or of `requirements.toml` in a folder, by id. Raises CatalogueError."""
    file = read_toml(path / FILE if path.is_dir() else path, "own-requirements", CatalogueError)
    found: dict[str, Requirement] = {}
    for position, row in enumerate(file.value["requirement"]):
        if row["id"] in found:
            raise file.refuse(("requirement", position, "id"), f"{row['id']} is defined above already")
        text = {"en": row["text"]["en"], "zh": row["text"].get("zh", row["text"]["en"])}
        found[row["id"]] = Requirement(
            id=row["id"],
            area=OWN,
            level=row.get("level", "must"),
            basis="document",
            text=text,
            source=row.get("source", file.path.name),
        )
    return found
