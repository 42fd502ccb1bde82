"""Certification policies: what a certifier requires of a run, read from a TOML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pytest_zstack_ticket.config.package_data import PACKAGE
from pytest_zstack_ticket.config.toml_document import read_toml
from pytest_zstack_ticket.model.digest import digest
from pytest_zstack_ticket.model.errors import PolicyError
from pytest_zstack_ticket.model.look_alikes import reads_like

SHIPPED = ("standard-2026",)


def load_policy(name: str) -> dict[str, Any]:
    """Read a shipped policy by its name, or one from a TOML file; `digest` is added. Raises PolicyError."""
    shipped = name in SHIPPED
    path = PACKAGE / "config" / "policies" / f"{name}.toml" if shipped else Path(name)
    file = read_toml(path, "policy", PolicyError)
    borrowed = shipped_like(file.value["name"])
    if borrowed and not shipped:
        raise file.refuse(("name",), f"reads like that of a shipped policy, {borrowed!r}; give another")
    return {**file.value, "digest": digest(file.value)}


def shipped_like(name: str) -> str:
    """Return the name of the shipped policy that a name is or reads like, empty if there is none."""
    return next((one for one in SHIPPED if reads_like(name, one)), "")
