"""The files of a fleet's result: fleet.json, the page, the summary in Markdown, and JUnit XML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.config.atomic_write import atomic_file, write_atomically
from pytest_zstack_ticket.fleet.store import SUMMARY
from pytest_zstack_ticket.report.exports.fleet_junit import write_fleet_junit
from pytest_zstack_ticket.report.exports.fleet_markdown import fleet_markdown
from pytest_zstack_ticket.report.html.fleet_page import render_fleet_page
from pytest_zstack_ticket.report.text.translations import translations

PAGE = "fleet.html"


def write_outputs(fleet: Mapping[str, Any], folder: Path, lang: str) -> Path:
    """Write every form of a fleet's result and return the page. Raises OSError."""
    words = translations()
    write_atomically(folder / SUMMARY, json.dumps(fleet, ensure_ascii=False) + "\n", durable=True)
    write_atomically(folder / "summary.md", fleet_markdown(fleet, words, lang))
    with atomic_file(folder / "junit.xml") as file:
        write_fleet_junit(fleet, file)
    return write_atomically(folder / PAGE, render_fleet_page(fleet, words, lang))
