"""The start of a run: what it was asked for, and which part of it this process plays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_zstack_ticket import shipped
from pytest_zstack_ticket.bounds import bounded, caps_of, require_consent
from pytest_zstack_ticket.edge.files import api_schemas, parse_release
from pytest_zstack_ticket.edge.preflight import normalised_url
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.profile import Limits, Profile
from pytest_zstack_ticket.opening import profile_of, require_passwords
from pytest_zstack_ticket.options import COMMAND_LINE, EMBEDDED, Value, Wishes, wishes_of
from pytest_zstack_ticket.recording import KEY
from pytest_zstack_ticket.run import Run
from pytest_zstack_ticket.standing import Standing, standing_of


def run_of(config: pytest.Config) -> Run | None:
    """Return the run that the options ask for, None if they name no target. Raises a UsageError of ours or pytest's."""
    told = getattr(config, "workerinput", {}).get(KEY)
    if told is not None:
        return _worker_run(config, told)
    wishes = wishes_of(config)
    if not wishes["url"] and shipped.names_suites(config):
        wishes = wishes.with_default("url", EMBEDDED, "checkout")
    if not wishes["url"]:
        if wishes.values["url"].origin == COMMAND_LINE:
            raise SettingsError("--zstack-url is empty: write http://HOST:PORT or https://HOST:PORT, or embedded.")
        return None
    wishes = bounded(checked(wishes))
    require_consent(wishes, caps_of(wishes), config)
    run = Run(wishes=wishes, shipped=shipped.choose_tests(config))
    run.standing = standing_of(wishes, run.catalogue)
    return run


def checked(wishes: Wishes) -> Wishes:
    """Return wishes that can be used, the profile following the embedded endpoint. Raises our UsageError."""
    if wishes.embedded:
        from pytest_zstack_ticket.simulator.options import parse_options  # noqa: PLC0415 - only embedded runs need it

        variant = parse_options(str(wishes["url"])).variant
        if variant.base != wishes["profile"]:
            wishes = wishes.with_default("profile", variant.base, EMBEDDED)
    else:
        normalised_url(str(wishes["url"]))
    profile_of(wishes)
    require_passwords(wishes)
    _check_pdf(wishes)
    return wishes


def _check_pdf(wishes: Wishes) -> None:
    """See before anything is sent that a PDF which was asked for can be made. Raises our UsageError."""
    if not wishes["pdf"]:
        return
    if not wishes["report"]:
        raise SettingsError("--zstack-pdf goes with a report: add --zstack-report=DIR.")
    from pytest_zstack_ticket.printing import Printer  # noqa: PLC0415 - only a PDF pays for it

    Printer.of(wishes).check(wishes["lang"])


def _worker_run(config: pytest.Config, told: dict[str, Any]) -> Run:
    values = {name: Value(*pair) for name, pair in told["values"].items()}
    if told["shipped"]:
        shipped.run_suites(config)
    return Run(
        wishes=Wishes(values, wishes_of(config).secrets),
        shipped=told["shipped"],
        worker=told["worker"],
        role="worker",
        id=told["id"],
        key=bytes.fromhex(told["key"]),
        url=told["url"],
        profile=profile_from_json(told["profile"]),
        ticket_name=told["ticket_name"],
        meter_path=Path(told["meter"]),
        whispers_path=told["whispers"],
        standing=Standing(active=frozenset((requirement, found) for requirement, found in told["waived"])),
    )


def take_role(run: Run, config: pytest.Config) -> None:
    """Note whether xdist will run the tests elsewhere."""
    if run.wishes["plan"] and config.pluginmanager.has_plugin("dsession"):
        raise SettingsError("--zstack-plan sends nothing, so it needs no workers: leave -n out.")
    if run.role == "alone" and config.pluginmanager.has_plugin("dsession"):
        run.role = "controller"


def profile_from_json(told: dict[str, Any]) -> Profile:
    """Read a profile back that `report.machine.profile_json` wrote; the schemas are those that we ship."""
    return Profile(
        name=told["name"],
        base=told["base"],
        limits=Limits(**told["limits"]),
        oldest=parse_release(told["release"]["oldest"]),
        newest=parse_release(told["release"]["newest"]),
        capabilities=frozenset(told["capabilities"]),
        absent=frozenset(told["absent"]),
        schemas=api_schemas(),
    )
