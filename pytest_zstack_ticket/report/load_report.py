"""Writing the report of a load: load.json, load.md and load.html."""

from __future__ import annotations

import json
from pathlib import Path

from pytest_zstack_ticket.artifacts.load_reader import DOCUMENT
from pytest_zstack_ticket.config.atomic_write import write_atomically
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.report.html.load_page import render_load_page
from pytest_zstack_ticket.report.text.load_text import LoadWords, load_lines, load_markdown
from pytest_zstack_ticket.report.text.translations import translations

PAGE, SUMMARY = "load.html", "load.md"


def write_load_report(document: JsonObject, folder: Path, lang: str) -> None:
    """Write all three files. Raises OSError."""
    write_atomically(folder / PAGE, render_load_page(document, translations(), lang))
    write_atomically(folder / SUMMARY, load_markdown(LoadWords(document, translations(), lang)))
    write_atomically(folder / DOCUMENT, json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def terminal_lines(document: JsonObject, lang: str) -> list[str]:
    """Return what a load found, in lines for a terminal."""
    return load_lines(LoadWords(document, translations(), lang))
