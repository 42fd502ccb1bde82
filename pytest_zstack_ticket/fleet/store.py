"""The folder of a fleet: one file and one bundle a target, written as soon as it is examined, so nothing is lost."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.artifacts.report_reader import load_report
from pytest_zstack_ticket.config.atomic_write import write_atomically
from pytest_zstack_ticket.config.schema import first_defect
from pytest_zstack_ticket.fleet.plan import Plan
from pytest_zstack_ticket.model.errors import EvidenceError, FleetError, UsageError

SUMMARY = "fleet.json"
STATE = "state.json"
LOCK = ".lock"
"""Held by the one fleet that works in a folder."""


class FleetStore:
    """Results of a fleet on the disk; `fleet` is its id."""

    def __init__(self, folder: Path, fleet: str, started: str) -> None:
        self.folder, self.fleet, self.started = folder, fleet, started
        self.requirements: dict[str, Any] = _read(folder / "requirements.json") or {}

    @classmethod
    def new(cls, folder: Path, plan: Plan, started: str) -> FleetStore:
        """Make the folder. Raises FleetError if it holds anything, a fleet that may be resumed included."""
        require_empty(folder)
        for name in ("targets", "bundles"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        store = cls(folder, secrets.token_hex(8), started)
        state = {"fleet": store.fleet, "started": started, "plan": plan.digest}
        write_atomically(folder / STATE, json.dumps(state), durable=True)
        return store

    @classmethod
    def resumed(cls, folder: Path, plan: Plan) -> FleetStore:
        """Open the folder of a fleet that was interrupted. Raises FleetError if it is that of another plan."""
        state = _read(folder / STATE)
        if state is None or not {"fleet", "started", "plan"} <= state.keys():
            raise FleetError(f"--resume: {folder} holds no fleet; name its folder with --report.")
        if state["plan"] != plan.digest:
            raise FleetError(f"--resume: {folder} is a fleet of other targets or options; start a new one.")
        return cls(folder, state["fleet"], state["started"])

    def results(self) -> dict[str, dict[str, Any]]:
        """Return the results so far by target."""
        found = [_read(path) for path in sorted((self.folder / "targets").glob("*.json"))]
        return {one["name"]: one for one in found if one is not None and "name" in one}

    def save_bundle(self, target: str, bundle: bytes) -> Path:
        """Write the bundle of a target."""
        return write_atomically(self.folder / "bundles" / f"{target}.zip", bundle, durable=True)

    def save(self, result: Mapping[str, Any], requirements: Mapping[str, Any]) -> None:
        """Write the result of a target; its bundle is there already."""
        if requirements.keys() - self.requirements.keys():
            self.requirements = {**self.requirements, **requirements}
            write_atomically(self.folder / "requirements.json", json.dumps(self.requirements, ensure_ascii=False))
        text = json.dumps(result, ensure_ascii=False)
        write_atomically(self.folder / "targets" / f"{result['name']}.json", text, durable=True)

    def write(self, name: str, text: str) -> Path:
        """Write a file of the whole fleet."""
        return write_atomically(self.folder / name, text)


def require_empty(folder: Path) -> None:
    """See that a folder is free for a new fleet. Raises FleetError and OSError."""
    if folder.exists() and any(one.name != LOCK for one in folder.iterdir()):
        hint = "add --resume to go on with it" if (folder / STATE).exists() else "name another folder"
        raise FleetError(f"--report: {folder} is not empty; {hint}.")


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def load_fleet(path: Path) -> dict[str, Any]:
    """Read the fleet.json of a folder, or a file. Raises EvidenceError."""
    file = path / SUMMARY if path.is_dir() else path
    found = _read(file)
    if found is None:
        raise EvidenceError(f"{file} cannot be read. Give the folder of a fleet, or its fleet.json.")
    defect = first_defect("fleet-report", found)
    if defect is not None:
        raise EvidenceError(f"{file} is no result of a fleet: {defect.sentence()}.")
    return found


def baseline_of(target: str, own: str, fleet: str) -> tuple[Path | None, Mapping[str, Any] | None]:
    """Return the earlier report of a target: of its own baseline, or of an earlier fleet. Raises EvidenceError.

    A target that the earlier fleet did not have, or has no report of, has none.
    """
    path = Path(own) if own else Path(fleet) / "bundles" / f"{target}.zip" if fleet else None
    if path is None or (not own and not path.exists()):
        return None, None
    try:
        return path, load_report(path, brief=True)
    except UsageError as error:
        raise EvidenceError(str(error)) from error


def check_baselines(plan: Plan) -> None:
    """See that every baseline can be read, before anything is sent. Raises EvidenceError."""
    require_fleet(plan.baseline)
    seconds_before(plan.baseline)
    for one in plan.targets:
        if one.baseline:
            baseline_of(one.name, one.baseline, "")


def require_fleet(folder: str) -> None:
    """See that a baseline is a fleet: against none, no regression would ever be seen. Raises EvidenceError.

    An empty name is no baseline.
    """
    path = Path(folder)
    if folder and not ((path / SUMMARY).is_file() or (path / "bundles").is_dir()):
        raise EvidenceError(f"baseline: {folder} holds no fleet. Name the folder of --report of an earlier one.")


def seconds_before(fleet: str) -> Mapping[str, float]:
    """Return the seconds that each target of an earlier fleet took, by name. Raises EvidenceError."""
    if not fleet or not (Path(fleet) / SUMMARY).exists():
        return {}
    return {one["name"]: one["seconds"] for one in load_fleet(Path(fleet))["targets"]}


def trend_before(fleet: str) -> Sequence[Mapping[str, Any]]:
    """Return the trend of an earlier fleet with that fleet at its end. Raises EvidenceError."""
    if not fleet or not (Path(fleet) / SUMMARY).exists():
        return ()
    known = load_fleet(Path(fleet))
    return list(known["trend"])
