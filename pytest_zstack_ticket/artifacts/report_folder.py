"""The report folder of a run: created before anything is sent, completed from all processes at the end."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.artifacts.bundle import REPORT, open_bundle
from pytest_zstack_ticket.artifacts.evidence_reader import merge_evidence
from pytest_zstack_ticket.artifacts.zip_writer import pack
from pytest_zstack_ticket.config.atomic_write import atomic_file
from pytest_zstack_ticket.model.errors import EvidenceError, SettingsError, UsageError


@dataclass(frozen=True, slots=True)
class ReportFolder:
    """The folder that a run writes to; with `zip` it is temporary, and the zip replaces it at the end."""

    folder: Path
    zip: Path | None = None

    @classmethod
    def of(cls, report: str, run: str) -> ReportFolder | None:
        """Return the folder for a value of `--zstack-report`, None if it is empty."""
        if not report:
            return None
        path = Path(report).absolute()
        return cls(path.with_name(f"{path.name}.{run}"), path) if path.suffix == ".zip" else cls(path)

    @property
    def shown(self) -> Path:
        """The path of the report to show to people."""
        return self.zip or self.folder / REPORT

    @property
    def ledgers(self) -> Path | None:
        """The folder for ledgers; None for the state folder, as a sweep must find them even if no zip is written."""
        return None if self.zip else self.folder

    def make(self) -> None:
        """Create the folder. Raises SettingsError if that would overwrite something that is not a report."""
        if self.zip is not None and self.zip.exists():
            _require_ours(self.zip)
        make_folder(self.folder)

    def pack(self) -> None:
        """Replace the folder by the zip. Raises EvidenceError and OSError; the folder is then kept."""
        if self.zip is None:
            return
        with atomic_file(self.zip, durable=True) as file:
            pack(self.folder, file)
        shutil.rmtree(self.folder)

    def left(self) -> str:
        """Return one sentence about a folder that was not replaced by its zip, empty if there is none."""
        if self.zip is None or not self.folder.exists():
            return ""
        return f"{self.zip} was not written: the unfinished report is in {self.folder}."


def _require_ours(path: Path) -> None:
    """Check that a zip would replace a bundle only. Raises SettingsError."""
    try:
        known = path.is_file() and REPORT in open_bundle(path).names
    except (EvidenceError, UsageError):
        known = False
    if not known:
        raise SettingsError(f"--zstack-report: {path} exists and is not a zip of a report; name another file.")


def make_folder(folder: Path) -> None:
    """Create the folder of the report. Raises SettingsError if it holds something else."""
    ours = {"report.json", "evidence.jsonl.gz"}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {entry.name for entry in folder.iterdir()}
    except OSError as error:
        raise SettingsError(f"--zstack-report: {folder} cannot be used as a folder ({error.strerror}).") from error
    if names and not names & ours:
        raise SettingsError(f"--zstack-report: {folder} is not empty and holds no report; name another folder.")
    if not os.access(folder, os.W_OK):
        raise SettingsError(f"--zstack-report: {folder} cannot be written to.")


def gather_evidence(folder: Path, parts: str, run: str) -> dict[str, Any]:
    """Merge the evidence of the processes of a run into one file and return its seal; `parts` is their file prefix.

    Raises EvidenceError; parts that cannot be read stay where they are.
    """
    files = sorted(folder.glob(f"{parts}*.jsonl.gz"))
    seal = merge_evidence(files, folder / "evidence.jsonl.gz", {"run": run, "workers": len(files) - 1})
    for file in files:
        file.unlink()
    return seal
