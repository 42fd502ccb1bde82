"""Read the report of an earlier run from its folder, from a zip of it, or from its file."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path
from typing import IO, Any

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.artifacts.bundle import LARGEST, REPORT, content, open_bundle
from pytest_zstack_ticket.config.schema import first_defect
from pytest_zstack_ticket.model.errors import EvidenceError

STDIN = Path("-")
"""A report that another program pipes in."""
STRUCTURE = (b"{", b"[", b",")
"""One of them begins or follows each value of a JSON text but the first."""
LONG = ("requirements", "pinned", "observations", "waivers")
"""What makes a report long."""
MOST_VALUES = 2_000_000
"""Upper bound for the values of a report, counted before it is parsed; a full report has about 50,000."""


def load_report(path: Path, *, brief: bool = False) -> dict[str, Any]:
    """Return the report in a folder of `--zstack-report`, in a zip of it, in its report.json, or on stdin (-).

    A `brief` one is read many times faster. Raises EvidenceError.
    """
    text, where = report_text(path)
    return report_of(text, where, brief=brief)


def load_head(path: Path) -> dict[str, Any]:
    """Return a report without what is long; of its requirements `id` and `verdict` are left, which are not checked.

    That is for lists of many runs: it takes a fraction of the time. Raises EvidenceError.
    """
    text, where = report_text(path)
    report = _parsed(text, where)
    rows = report.get("requirements") if isinstance(report, dict) else None
    if isinstance(report, dict):
        report |= {name: [] for name in LONG if isinstance(report.get(name), list)}
    head = _checked(report, where)
    kept = [{name: row.get(name) for name in ("id", "verdict")} for row in rows or () if isinstance(row, dict)]
    head["requirements"] = [row for row in kept if all(isinstance(value, str) for value in row.values())]
    return head


def report_text(path: Path) -> tuple[bytes, str]:
    """Return the bytes of a report.json, not yet parsed, and its name for messages. Raises EvidenceError."""
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


def report_of(text: bytes, where: str, *, brief: bool = False) -> dict[str, Any]:
    """Return the report in a file that `where` names, a `brief` one without passing examples. Raises EvidenceError."""
    report = _parsed(text, where)
    if brief:
        _drop_passing_examples(report)
    return _checked(report, where)


def _parsed(text: bytes, where: str) -> dict[str, Any]:
    if sum(map(text.count, STRUCTURE)) > MOST_VALUES:
        raise EvidenceError(f"{where} has more values than any report of ours.")
    try:
        report: dict[str, Any] = parse(text)
    except ValueError as error:
        raise EvidenceError(f"{where} is not JSON ({error}). Give the report.json of a run.") from error
    return report


def _checked(report: dict[str, Any], where: str) -> dict[str, Any]:
    defect = first_defect("report", report)
    if defect is not None:
        raise EvidenceError(f"{where} is not a report: {defect.sentence()}.")
    return report


def _drop_passing_examples(report: Any) -> None:
    """Leave out most of a report, before it is checked: who compares many runs reads none of it."""
    rows = report.get("requirements") if isinstance(report, dict) else None
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and "witnesses" in row:
            row["witnesses"] = []
    if isinstance(report, dict) and "pinned" in report:
        report["pinned"] = []
