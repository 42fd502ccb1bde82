"""The start of a run: what it was asked for, and which part of it this process plays."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from pytest_zstack_ticket.config.catalogue import nearest_requirements
from pytest_zstack_ticket.config.options import COMMAND_LINE, EMBEDDED, RunOptions, Value
from pytest_zstack_ticket.config.profile_file import profile_from_json
from pytest_zstack_ticket.config.secrets import keep_for_workers
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.plugin import last_failed, suite_selection
from pytest_zstack_ticket.plugin.consent import require_consent
from pytest_zstack_ticket.plugin.loaded_plugins import refuse_what_is_in_the_way
from pytest_zstack_ticket.plugin.options import options_of
from pytest_zstack_ticket.report.document import profile_json
from pytest_zstack_ticket.runner.expectations import Expectations, load_expectations
from pytest_zstack_ticket.runner.limits import bounded, quotas_of
from pytest_zstack_ticket.runner.preparation import checked
from pytest_zstack_ticket.runner.record import KEY
from pytest_zstack_ticket.runner.run import Run

_REQUIREMENT = re.compile(r"\bZT-[A-Z]+-\d+\b", re.IGNORECASE)
RUN: pytest.StashKey[Run] = pytest.StashKey()
"""The run of a pytest session."""
NAMES = (
    "zstack-ticket-forecast",
    "zstack-ticket-run",
    "zstack-ticket-plugins",
    "zstack-ticket-interrupts",
    "zstack-ticket-lookahead",
    "zstack-ticket-live",
)
"""Our plugins of a session that has a target."""


def run_of(config: pytest.Config) -> Run | None:
    """Return the run that the options ask for, None if they name no target. Raises UsageError."""
    given = getattr(config, "workerinput", {}).get(KEY)
    if given is not None:
        return _worker_run(config, given)
    options = options_of(config)
    if not options["url"] and suite_selection.names_suites(config):
        options = options.with_default("url", EMBEDDED, "checkout")
    if not options["url"]:
        if options.values["url"].origin == COMMAND_LINE:
            raise SettingsError("--zstack-url is empty: write http://HOST:PORT or https://HOST:PORT, or embedded.")
        return None
    options = bounded(checked(last_failed.with_seed(options, config)))
    require_consent(options, quotas_of(options), config)
    run = Run(options=options, shipped=suite_selection.choose_tests(config))
    if run.shipped:
        _check_keyword(config.option.keyword, run.catalogue)
    run.own_catalogue  # noqa: B018 - a file that cannot be used is refused before anything is sent
    run.expectations = load_expectations(options, run.catalogue)
    run.chosen = last_failed.chosen(config, shipped=run.shipped)
    run.counterexamples = last_failed.recalled(config, run.expectations.baseline)
    return run


def _check_keyword(keyword: str, known: Iterable[str]) -> None:
    """See that what `-k` names as a requirement is the beginning of one. Raises SettingsError."""
    ids = list(known)
    for word in _REQUIREMENT.findall(keyword):
        if not any(word.upper() in one for one in ids):
            near = nearest_requirements(word, ids)
            hint = f"Did you mean {' or '.join(near)}?" if near else "`zstack-ticket requirements` lists all."
            raise SettingsError(f"-k: there is no requirement {word}. {hint}")


def worker_input(run: Run, worker: str) -> dict[str, Any]:
    """Return what a worker of xdist has to know, as plain values; secrets come from its own environment."""
    return {
        "worker": worker,
        "id": run.id,
        "key": run.key.hex(),
        "url": run.url,
        "shipped": run.shipped,
        "values": {name: (found.value, found.origin) for name, found in run.options.values.items()},
        "profile": profile_json(run.reached.profile),
        "calibrated": run.reached.context.calibrated,
        "waived": sorted(run.expectations.active),
        "usage_counter": str(run.usage_counter.path) if run.usage_counter else "",
        "shared_secrets": run.shared_secrets.path if run.shared_secrets else "",
    }


def _worker_run(config: pytest.Config, given: dict[str, Any]) -> Run:
    values = {name: Value(*pair) for name, pair in given["values"].items()}
    if given["shipped"]:
        suite_selection.run_suites(config)
    return Run(
        options=RunOptions(values, options_of(config).secrets),
        shipped=given["shipped"],
        worker=given["worker"],
        role="worker",
        id=given["id"],
        key=bytes.fromhex(given["key"]),
        url=given["url"],
        profile=profile_from_json(given["profile"]),
        calibrated=given["calibrated"],
        usage_counter_path=Path(given["usage_counter"]),
        shared_secrets_path=given["shared_secrets"],
        expectations=Expectations(active=frozenset((requirement, found) for requirement, found in given["waived"])),
        counterexamples=last_failed.recalled(config, None),
    )


def begin(run: Run, config: pytest.Config) -> None:
    """Reach the target, if no plugin keeps the tests from it. Raises UsageError, TargetError, EvidenceError."""
    refuse_what_is_in_the_way(config)
    run.begin()


def take_role(run: Run, config: pytest.Config) -> None:
    """Note whether xdist will run the tests elsewhere."""
    if run.options["plan"] and config.pluginmanager.has_plugin("dsession"):
        raise SettingsError("--zstack-plan runs no tests, so it needs no workers: omit -n.")
    if run.role == "alone" and config.pluginmanager.has_plugin("dsession"):
        run.role = "controller"
        keep_for_workers(run.options.secrets, os.environ)


def withdraw(config: pytest.Config) -> None:
    """Take our hooks out of a session whose tests do not need the target; signals are given back at once."""
    for name in NAMES:
        plugin = config.pluginmanager.unregister(name=name) if config.pluginmanager.has_plugin(name) else None
        if plugin is not None and hasattr(plugin, "pytest_unconfigure"):
            plugin.pytest_unconfigure()
