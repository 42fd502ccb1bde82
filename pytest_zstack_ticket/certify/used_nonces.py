"""A certifier's list of nonces that were used: each is worth one run, so no vendor can show the best of several."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from pytest_zstack_ticket.certify.rejection import Rejection
from pytest_zstack_ticket.model.errors import KeyFileError
from pytest_zstack_ticket.model.nonce import is_certifier_nonce

PREFIX = "ZTC-"
_LINE = re.compile(r"(\S+) ([0-9a-f]{16})(?: ([0-9a-f]{64}))?")


def new_nonce() -> str:
    """Make a nonce that cannot be guessed."""
    return f"{PREFIX}{secrets.token_hex(10)}"


def spend(path: Path, nonce: str, run: str, root: str) -> list[Rejection]:
    """Note that a run used a nonce, or return why it must not: another run did. Raises KeyFileError.

    Lines are `NONCE RUN ROOT`, with the Merkle root of the evidence: a run could be given the id of another one. A file
    that is not there is made. The same run may be verified again and again.
    """
    if not nonce:
        return [Rejection("nonce-other", "-")]
    known = _read(path)
    first, seen = known.get(nonce, (run, root))
    if first != run or seen not in ("", root):
        return [Rejection("nonce-spent", first)]
    if nonce not in known:
        try:
            with path.open("a", encoding="utf-8") as file:
                file.write(f"{nonce} {run} {root}\n")
        except OSError as error:
            raise KeyFileError(f"{path}: the nonce cannot be noted ({error}).") from error
    return []


def _read(path: Path) -> dict[str, tuple[str, str]]:
    """Return run and root by nonce; a line without a root is of an earlier version."""
    try:
        text = path.read_text("utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"{path}: the list of nonces cannot be read ({error}).") from error
    found: dict[str, tuple[str, str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is None or not is_certifier_nonce(match[1]):
            raise KeyFileError(f"{path}, line {number}: write a nonce and the id of the run that used it.")
        found.setdefault(match[1], (match[2], match[3] or ""))
    return found
