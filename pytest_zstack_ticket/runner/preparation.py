"""Checks of the options before anything is sent."""

from __future__ import annotations

import difflib
import re

from pytest_zstack_ticket.config.options import EMBEDDED, RunOptions
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.target.preflight import normalised_url
from pytest_zstack_ticket.target.settings import profile_of, require_passwords


def checked(options: RunOptions) -> RunOptions:
    """Return options that can be used, the profile following the embedded simulator. Raises UsageError."""
    if options.embedded:
        from pytest_zstack_ticket.simulator.embedded_url import parse_options  # noqa: PLC0415 - only embedded runs need it

        variant = parse_options(str(options["url"])).variant
        if variant.base != options["profile"]:
            options = options.with_default("profile", variant.base, EMBEDDED)
    else:
        _check_name(str(options["url"]))
        normalised_url(str(options["url"]))
    profile_of(options)
    require_passwords(options)
    _check_pdf(options)
    return options


def _check_name(url: str) -> None:
    """See that the target is no misspelt `embedded`. Raises SettingsError."""
    name = re.split("[:@?]", url, maxsplit=1)[0]
    if "//" not in url and difflib.get_close_matches(name, [EMBEDDED], cutoff=0.8):
        raise SettingsError(f"--zstack-url: {name} is not known. Did you mean {EMBEDDED}?")


def _check_pdf(options: RunOptions) -> None:
    """See before anything is sent that a PDF which was asked for can be made. Raises our UsageError."""
    if not options["pdf"]:
        return
    if not options["report"]:
        raise SettingsError("--zstack-pdf goes with a report: add --zstack-report=DIR.")
    from pytest_zstack_ticket.report.pdf.printer import Printer  # noqa: PLC0415 - only a PDF pays for it

    Printer.of(options).check(options["lang"])
