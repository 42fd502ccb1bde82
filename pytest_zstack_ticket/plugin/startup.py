"""The start of a run: what it was asked for, and which part of it this process plays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_zstack_ticket.config.options import COMMAND_LINE, EMBEDDED, RunOptions, Value
from pytest_zstack_ticket.config.profile_file import profile_from_json
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.plugin import suite_selection
from pytest_zstack_ticket.plugin.consent import require_consent
from pytest_zstack_ticket.plugin.options import options_of
from pytest_zstack_ticket.runner.expectations import Expectations, standing_of
from pytest_zstack_ticket.runner.limits import bounded, quotas_of
from pytest_zstack_ticket.runner.preparation import checked
from pytest_zstack_ticket.runner.record import KEY
from pytest_zstack_ticket.runner.run import Run

RUN: pytest.StashKey[Run] = pytest.StashKey()
"""The run of a pytest session."""


def run_of(config: pytest.Config) -> Run | None:
    """Return the run that the options ask for, None if they name no target. Raises UsageError."""
    told = getattr(config, "workerinput", {}).get(KEY)
    if told is not None:
        return _worker_run(config, told)
    wishes = options_of(config)
    if not wishes["url"] and suite_selection.names_suites(config):
        wishes = wishes.with_default("url", EMBEDDED, "checkout")
    if not wishes["url"]:
        if wishes.values["url"].origin == COMMAND_LINE:
            raise SettingsError("--zstack-url is empty: write http://HOST:PORT or https://HOST:PORT, or embedded.")
        return None
    wishes = bounded(checked(wishes))
    require_consent(wishes, quotas_of(wishes), config)
    run = Run(wishes=wishes, shipped=suite_selection.choose_tests(config))
    run.standing = standing_of(wishes, run.catalogue)
    return run


def _worker_run(config: pytest.Config, told: dict[str, Any]) -> Run:
    values = {name: Value(*pair) for name, pair in told["values"].items()}
    if told["shipped"]:
        suite_selection.run_suites(config)
    return Run(
        wishes=RunOptions(values, options_of(config).secrets),
        shipped=told["shipped"],
        worker=told["worker"],
        role="worker",
        id=told["id"],
        key=bytes.fromhex(told["key"]),
        url=told["url"],
        profile=profile_from_json(told["profile"]),
        ticket_name=told["ticket_name"],
        usage_counter_path=Path(told["meter"]),
        shared_secrets_path=told["whispers"],
        standing=Expectations(active=frozenset((requirement, found) for requirement, found in told["waived"])),
    )


def take_role(run: Run, config: pytest.Config) -> None:
    """Note whether xdist will run the tests elsewhere."""
    if run.wishes["plan"] and config.pluginmanager.has_plugin("dsession"):
        raise SettingsError("--zstack-plan sends nothing, so it needs no workers: omit -n.")
    if run.role == "alone" and config.pluginmanager.has_plugin("dsession"):
        run.role = "controller"
