"""How a run was started: options with their origin, what pytest was told beside them, and the loaded plugins."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pytest_zstack_ticket.config.options import DEFAULT, OPTIONS, RunOptions, Value
from pytest_zstack_ticket.model.exchange import JsonObject

MAX_TEXT = 500
"""Characters that are kept of a setting."""


def execution_json(
    options: RunOptions,
    *,
    plugins: Sequence[JsonObject],
    addopts: str,
    ini: Mapping[str, str],
    redact: Callable[[str], str],
) -> JsonObject:
    """Describe how a run was started; `addopts` is PYTEST_ADDOPTS, `ini` what an ini file sets."""
    return {
        "plugins": list(plugins),
        "addopts": redact(addopts)[:MAX_TEXT],
        "ini": {name: redact(value)[:MAX_TEXT] for name, value in sorted(ini.items())},
        "options": {
            option.name: _option_json(option.kind, options.values[option.name], redact)
            for option in OPTIONS
            if options.values[option.name].origin != DEFAULT
        },
        "account": {name: redact(str(options[name])) for name in ("login", "user", "project")},
    }


def _option_json(kind: str, found: Value, redact: Callable[[str], str]) -> JsonObject:
    """Describe an option; a file that it names is told by its digest, since what stands in it counts."""
    shown = {"value": redact(str(found.value))[:MAX_TEXT], "origin": found.origin}
    path = Path(str(found.value))
    if kind not in ("file", "profile") or not path.is_file():
        return shown
    return {**shown, "digest": f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"}
