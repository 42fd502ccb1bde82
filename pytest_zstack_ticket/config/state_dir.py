"""The user's state between runs: ledgers that are not swept yet, and hosts that were consented to."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict
from functools import cache
from pathlib import Path

import platformdirs

from pytest_zstack_ticket.config.atomic_write import write_atomically
from pytest_zstack_ticket.model.quotas import Quotas


def state_folder() -> Path:
    """Return the folder of the user's state, which `XDG_STATE_HOME` moves elsewhere.

    Where that folder cannot be written to, as with no home, it is a private one in the temporary directory.
    """
    try:
        folder = platformdirs.user_state_path("zstack-ticket", appauthor=False)
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except (OSError, RuntimeError):
        pass
    return _temporary()


@cache
def _temporary() -> Path:
    """Return a folder of this process with an unguessable name that no other user may enter."""
    return Path(tempfile.mkdtemp(prefix="zstack-ticket-"))


def consented(host: str) -> Quotas | None:
    """Return the quotas under which the user consented to runs against a host, None without consent."""
    quotas = _read().get(host)
    try:
        return Quotas(**quotas) if isinstance(quotas, dict) else None
    except TypeError:
        return None


def remember_consent(host: str, quotas: Quotas) -> None:
    """Keep a consent; if it cannot be written, the next run asks again."""
    consents = {**_read(), host: asdict(quotas)}
    try:
        write_atomically(_file(), json.dumps(consents, indent=2) + "\n", durable=True)
    except OSError:
        return


def _file() -> Path:
    return state_folder() / "consents.json"


def _read() -> dict[str, object]:
    try:
        consents = json.loads(_file().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return consents if isinstance(consents, dict) else {}
