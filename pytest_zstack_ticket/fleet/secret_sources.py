"""Secrets found on the worker that needs them: in its environment, in a file or by a command. They go nowhere else."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from pytest_zstack_ticket.fleet.plan import SecretSource
from pytest_zstack_ticket.model.errors import FleetError

LONGEST = 60.0
"""Seconds that a command may take."""


def run_environment(secrets: Mapping[str, SecretSource], environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of one target's run: that of the worker, with the secrets of this target alone.

    Raises FleetError, whose message holds no secret.
    """
    kept = {name: value for name, value in environment.items() if not name.startswith("ZSTACK_")}
    sources = {name for source in secrets.values() if (name := source.get("env"))}
    kept = {name: value for name, value in kept.items() if name not in sources}
    found = {_variable(name): _found(name, source, environment) for name, source in secrets.items()}
    return {**kept, **found}


def _variable(name: str) -> str:
    return f"ZSTACK_{name.upper().replace('-', '_')}"


def _found(name: str, source: SecretSource, environment: Mapping[str, str]) -> str:
    if "env" in source:
        value = environment.get(source["env"], "")
        if not value:
            raise FleetError(f"secret {name}: the environment variable {source['env']} is not set on {_here()}.")
        return value
    if "file" in source:
        return _of_file(name, Path(source["file"]).expanduser())
    return _of_command(name, list(source["command"]), environment)


def _of_file(name: str, path: Path) -> str:
    try:
        value = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise FleetError(f"secret {name}: {path} cannot be read on {_here()} ({type(error).__name__}).") from None
    if not value:
        raise FleetError(f"secret {name}: {path} is empty on {_here()}.")
    return value


def _of_command(name: str, command: list[str], environment: Mapping[str, str]) -> str:
    """Run a command and take what it writes; its stderr is dropped, as it may hold the secret."""
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, without a shell
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST, check=False, env=dict(environment)
        )
        value = done.stdout.decode().strip()
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError) as error:
        raise FleetError(f"secret {name}: {command[0]} failed on {_here()} ({type(error).__name__}).") from None
    if done.returncode or not value:
        raise FleetError(f"secret {name}: {command[0]} gave none on {_here()} (exit status {done.returncode}).")
    return value


def _here() -> str:
    return os.uname().nodename
