"""Consent to test a host that is not this machine: given by an option, by an earlier run, or on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import fields

from pytest_zstack_ticket.config.options import PLANS, RunOptions
from pytest_zstack_ticket.config.state_dir import consented, remember_consent
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.quotas import Quotas
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.runner.limits import host_of, is_here, lines, may_approve, summary


def require_consent(options: RunOptions, caps: Quotas, typed: Callable[[], bool]) -> None:
    """Require consent to a run against this host within this quota; for approvals, each time anew.

    `typed` asks on the terminal. Raises SettingsError, which shows the bounds, if there is no consent.
    """
    host = host_of(options)
    if options.embedded or is_here(options) or options["plan"] == PLANS[0]:
        return
    given = str(options["consent"]).lower()
    if given and given != host:
        raise SettingsError(f"--zstack-consent {given}: the target is {host}. Write --zstack-consent {host}.")
    if not given and not may_approve(options) and _within(caps, consented(host)):
        return
    if not given and not typed():
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


def host_was_typed(options: RunOptions, caps: Quotas) -> bool:
    """Ask on a terminal for the name of the host; False where there is none."""
    host = host_of(options)
    try:
        if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
            return False
        for line in lines(options, caps):
            print(line, file=sys.stderr)  # noqa: T201 - a question on a terminal
        print(translations().say("consent", options["lang"], host=host), end=" ", file=sys.stderr, flush=True)  # noqa: T201 - as above
        return sys.stdin.readline().strip().lower() == host
    except (EOFError, OSError):
        return False
