"""The folder that a run writes to: made before anything is sent, and put together from several processes at the end."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.edge.evidence import merge_evidence
from pytest_zstack_ticket.model.errors import SettingsError


def make_folder(folder: Path | None) -> None:
    """Make the folder of the report. Raises SettingsError if it holds something that is no report of ours."""
    if folder is None:
        return
    ours = {"report.json", "evidence.jsonl.gz"}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {entry.name for entry in folder.iterdir()}
    except OSError as error:
        raise SettingsError(f"--zstack-report: {folder} cannot be used as a folder ({error.strerror}).") from error
    if names and not names & ours:
        raise SettingsError(f"--zstack-report: {folder} is not empty and holds no report of ours; name another folder.")
    if not os.access(folder, os.W_OK):
        raise SettingsError(f"--zstack-report: {folder} cannot be written to.")


def gather_evidence(folder: Path, parts: str, run: str) -> dict[str, Any]:
    """Put the evidence of the processes of a run into one file and return its seal; `parts` is how their files begin.

    Raises EvidenceError; parts that cannot be read stay where they are.
    """
    files = sorted(folder.glob(f"{parts}*.jsonl.gz"))
    seal = merge_evidence(files, folder / "evidence.jsonl.gz", {"run": run, "workers": len(files) - 1})
    for file in files:
        file.unlink()
    return seal
