"""Secrets of a run: read from the environment, or from files that it names, and refused if they cannot be meant so."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from pytest_zstack_ticket.model.errors import SettingsError

SECRETS = ("password", "session", "access_key_id", "access_key_secret", "two_factor_token")
PEOPLE_SECRETS = ("owner_password", "stranger_password", "approver_password")
"""Passwords of the other users that a context file names."""
_DIGEST = re.compile(r"[0-9a-fA-F]{128}")
"""A SHA-512 digest, as a client of ZStack sends a password."""
_BYTE_ORDER_MARK = "\ufeff"


def secrets_of(variables: Mapping[str, str]) -> dict[str, str]:
    """Return every secret of the environment: those of the run's user, and those of other users."""
    return {name: secret(name, variables) for name in (*SECRETS, *PEOPLE_SECRETS)}


def secret(name: str, variables: Mapping[str, str]) -> str:
    """Return a secret from ZSTACK_NAME, or from the file that ZSTACK_NAME_FILE names.

    Line ends around it are not part of it, nor are blanks in a file and a byte order mark. Raises SettingsError for a
    file that cannot be read, and for what would only be a failed log-in, of which accounts allow few.
    """
    variable = f"ZSTACK_{name.upper()}"
    file = variables.get(f"{variable}_FILE", "")
    if variables.get(variable) or not file:
        return _checked(variable, name, variables.get(variable, "").strip("\r\n"))
    try:
        text = Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{variable}_FILE: {file} cannot be read ({error.__class__.__name__}).") from error
    found = _checked(f"{variable}_FILE: {file}", name, text.removeprefix(_BYTE_ORDER_MARK).strip())
    if not found:
        raise SettingsError(f"{variable}_FILE: {file} is empty.")
    return found


def _checked(where: str, name: str, text: str) -> str:
    found = text.removeprefix(_BYTE_ORDER_MARK)
    if len(found.splitlines()) > 1:
        raise SettingsError(f"{where} has several lines: it must hold the secret and nothing else.")
    if name.endswith("password") and _DIGEST.fullmatch(found):
        raise SettingsError(f"{where} is a SHA-512 digest: give the password itself, which is hashed here.")
    return found


def keep_for_workers(secrets: Mapping[str, str], environment: MutableMapping[str, str]) -> None:
    """Put what files held into the environment that worker processes inherit: a pipe can be read only once."""
    for name, value in secrets.items():
        variable = f"ZSTACK_{name.upper()}"
        if environment.pop(f"{variable}_FILE", "") and value:
            environment[variable] = value
