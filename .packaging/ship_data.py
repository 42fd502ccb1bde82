"""Put the suites and schemas, which lie beside the package in a checkout, inside it in a wheel.

Only wheels that are not editable get them: an editable install reads the checkout itself, and copies would go stale.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = ("suites", "schemas")
LEFT_OUT = {"__pycache__"}


class ShipData(BuildHookInterface):
    """Adds every tracked kind of file below the shipped folders to a standard wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Map the files into the package."""
        if version == "editable":
            return
        root = Path(self.root)
        for folder in SHIPPED:
            for file in sorted((root / folder).rglob("*")):
                if file.is_file() and not LEFT_OUT & set(file.parts) and file.suffix in (".py", ".toml", ".json"):
                    inside = Path("pytest_zstack_ticket") / file.relative_to(root)
                    build_data["force_include"][str(file)] = str(inside)
