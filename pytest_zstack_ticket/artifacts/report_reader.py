"""Read the report of an earlier run from its folder, from a zip of it, or from its file."""

from __future__ import annotations

import json
import sys
import zipfile
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.artifacts.bundle import LARGEST, REPORT, content, open_bundle
from pytest_zstack_ticket.config.package_data import schemas_folder
from pytest_zstack_ticket.model.errors import EvidenceError

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


STDIN = Path("-")
"""Stands for a report that somebody else writes to us."""


def load_report(path: Path) -> dict[str, Any]:
    """Return the report in a folder that `--zstack-report` wrote, in a zip of it, in its report.json, or on stdin (-).

    Raises EvidenceError.
    """
    text, where = report_text(path)
    return report_of(text, where)


def report_text(path: Path) -> tuple[bytes, str]:
    """Return the bytes of a report.json, unread, and what to call it. Raises EvidenceError."""
    if path == STDIN:
        return _bounded(sys.stdin.buffer, "stdin"), "stdin"
    if path.is_file() and zipfile.is_zipfile(path):
        return content(open_bundle(path), REPORT), f"{path}: {REPORT}"
    file = path / REPORT if path.is_dir() else path
    try:
        with file.open("rb") as opened:
            return _bounded(opened, str(file)), str(file)
    except OSError as error:
        raise EvidenceError(
            f"{file} cannot be read: {error.strerror}. "
            "Give the folder of --zstack-report, a zip of it, or its report.json."
        ) from error


def _bounded(file: IO[bytes], where: str) -> bytes:
    text = file.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise EvidenceError(f"{where} is larger than any report of ours.")
    return text


def report_of(text: bytes, where: str) -> dict[str, Any]:
    """Return the report that a file holds; `where` names it. Raises EvidenceError."""
    try:
        told = parse(text)
    except ValueError as error:
        raise EvidenceError(f"{where} is no JSON ({error}). Give the report.json of a run.") from error
    defect = next(_validator().iter_errors(told), None)
    if defect is not None:
        place = ".".join(map(str, defect.absolute_path)) or "the file"
        raise EvidenceError(f"{where}: {place} is not as a report has it ({defect.message[:120]}).")
    report: dict[str, Any] = told
    return report


@cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - 140 ms that a run without a baseline does not pay

    return Draft202012Validator(json.loads((schemas_folder() / "artefact" / "report.schema.json").read_text("utf-8")))
