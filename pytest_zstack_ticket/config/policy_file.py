"""Certification policies: what a certifier requires of a run, read from a TOML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pytest_zstack_ticket.config.package_data import PACKAGE
from pytest_zstack_ticket.config.toml_document import read_toml
from pytest_zstack_ticket.model.digest import digest
from pytest_zstack_ticket.model.errors import PolicyError

SHIPPED = ("standard-2026",)


def load_policy(name: str) -> dict[str, Any]:
    """Read a shipped policy by its name, or one from a TOML file; `digest` is added. Raises PolicyError."""
    shipped = name in SHIPPED
    path = PACKAGE / "config" / "policies" / f"{name}.toml" if shipped else Path(name)
    file = read_toml(path, "policy", PolicyError)
    if file.value["name"] in SHIPPED and not shipped:
        raise file.refuse(("name",), f"is that of a shipped policy, {file.value['name']!r}; give another")
    return {**file.value, "digest": digest(file.value)}
