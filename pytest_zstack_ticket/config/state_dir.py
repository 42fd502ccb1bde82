"""What we keep for the person between runs: ledgers that are not swept, and hosts that were consented to."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path

from pytest_zstack_ticket.model.quotas import Quotas


def state_folder() -> Path:
    """Return the folder of our state, by the XDG base directory specification; a temporary one if that is closed."""
    try:
        home = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
        folder = Path(home) / "zstack-ticket"
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except (OSError, RuntimeError):
        pass
    return Path(tempfile.gettempdir()) / f"zstack-ticket-{os.getuid()}"


def consented(host: str) -> Quotas | None:
    """Return the caps under which somebody consented to runs against a host, or None if nobody did."""
    told = _read().get(host)
    try:
        return Quotas(**told) if isinstance(told, dict) else None
    except TypeError:
        return None


def remember_consent(host: str, caps: Quotas) -> None:
    """Keep that somebody consented; what cannot be kept is asked for again."""
    told = {**_read(), host: asdict(caps)}
    try:
        state_folder().mkdir(parents=True, exist_ok=True)
        _file().write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    except OSError:
        return


def _file() -> Path:
    return state_folder() / "consents.json"


def _read() -> dict[str, object]:
    try:
        told = json.loads(_file().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
