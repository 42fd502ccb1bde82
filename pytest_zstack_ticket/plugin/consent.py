"""Asks on the terminal for consent before a production cloud is tested."""

from __future__ import annotations

import sys
from dataclasses import fields
from typing import Any

import pytest

from pytest_zstack_ticket.config.options import PLANS, RunOptions
from pytest_zstack_ticket.config.state_dir import consented, remember_consent
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.quotas import Quotas
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.runner.limits import _url, host_of, lines, may_approve, summary
from pytest_zstack_ticket.target.target import is_loopback


def require_consent(options: RunOptions, caps: Quotas, config: pytest.Config) -> None:
    """Require consent to a run against this host within this quota; for approvals, each time anew.

    Raises SettingsError, which shows the bounds, if there is no consent and no terminal to ask on.
    """
    host = host_of(options)
    if options.embedded or is_loopback(_url(options)) or options["plan"] == PLANS[0]:
        return
    given = str(options["consent"]).lower()
    if given and given != host:
        raise SettingsError(f"--zstack-consent {given}: the target is {host}. Write --zstack-consent {host}.")
    if not given and not may_approve(options) and _within(caps, consented(host)):
        return
    if not given and not _typed(config, host, options, caps):
        raise SettingsError(
            f"there is no consent to test {host}, which is not this machine. At most {summary(caps, options)} "
            f"would be sent. Use --zstack-consent {host} (or ZSTACK_CONSENT={host}), or --zstack-plan to look first."
        )
    remember_consent(host, caps)


def _within(caps: Quotas, known: Quotas | None) -> bool:
    """Return True if a quota allows no more than the one that was consented to."""
    if known is None:
        return False
    pairs = [(getattr(caps, one.name), getattr(known, one.name)) for one in fields(Quotas)]
    return all(old is None or (new is not None and new <= old) for new, old in pairs)


def _typed(config: pytest.Config, host: str, options: RunOptions, caps: Quotas) -> bool:
    """Ask on a terminal for the name of the host; False where there is none."""
    capture: Any = config.pluginmanager.getplugin("capturemanager")
    if capture is not None:
        capture.suspend_global_capture(in_=True)
    try:
        if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
            return False
        for line in lines(options, caps):
            print(line, file=sys.stderr)  # noqa: T201 - a question on a terminal
        print(translations().say("consent", options["lang"], host=host), end=" ", file=sys.stderr, flush=True)  # noqa: T201 - as above
        return sys.stdin.readline().strip().lower() == host
    except (EOFError, OSError):
        return False
    finally:
        if capture is not None:
            capture.resume_global_capture()
