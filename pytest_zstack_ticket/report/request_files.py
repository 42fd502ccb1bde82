"""Files beside a report that hold the request bodies of its findings, so that commands stay short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.config.atomic_write import write_atomically
from pytest_zstack_ticket.report.curl import sent_body

FOLDER = "requests"
SHORT = 100
"""Bytes of a body that stays in its command."""
Row = Mapping[str, Any]


def body_file(row: Row) -> tuple[str, bytes] | None:
    """Name the file for the request body of a requirement's last finding, with its bytes; None if it needs none."""
    body = sent_body(row["findings"][-1]["curl"]) if row["findings"] else None
    return (f"{FOLDER}/{row['id']}.json", body) if body is not None and len(body) > SHORT else None


def write_request_files(report: Mapping[str, Any], folder: Path) -> None:
    """Write the files of a report, and delete those of an earlier one. Raises OSError."""
    place = folder / FOLDER
    for old in place.glob("*.json"):
        old.unlink()
    for name, body in request_files(report["requirements"]):
        place.mkdir(exist_ok=True)
        write_atomically(folder / name, body)


def request_files(rows: list[Row]) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of the files of a report."""
    for row in rows:
        found = body_file(row) if row["verdict"] == "failed" and "/" not in row["id"] else None
        if found:
            yield found
