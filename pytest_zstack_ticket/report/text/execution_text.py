"""How a run was started, in words: account, options with their origin, pytest's settings, plugins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_zstack_ticket.report.text.columns import visible

Execution = Mapping[str, Any] | None
"""`run.execution` of a report; older ones have none."""


def account_text(execution: Execution) -> str:
    """Name the account of a run."""
    account = (execution or {}).get("account", {})
    return " / ".join(visible(account[name]) for name in ("login", "user", "project") if account.get(name))


def options_text(execution: Execution) -> str:
    """List the options that were given, with their origin."""
    options = (execution or {}).get("options", {})
    return ", ".join(f"{name} {visible(one['value'])} ({visible(one['origin'])})" for name, one in options.items())


def addopts_text(execution: Execution) -> str:
    """List what pytest was told in its environment variable and in an ini file."""
    told = execution or {}
    return visible(" ".join(filter(None, [told.get("addopts", ""), *told.get("ini", {}).values()])))


def plugins_text(execution: Execution) -> str:
    """List the plugins with their versions, or with the beginning of the digest of their file."""
    return ", ".join(
        visible(f"{one['name']} {one['version'] or (one['digest'] or '')[:23]}".strip())
        for one in (execution or {}).get("plugins", ())
    )
