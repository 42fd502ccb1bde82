"""Checks of the options before anything is sent."""

from __future__ import annotations

from pytest_zstack_ticket.config.options import EMBEDDED, RunOptions
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.target.preflight import normalised_url
from pytest_zstack_ticket.target.settings import profile_of, require_passwords


def checked(wishes: RunOptions) -> RunOptions:
    """Return wishes that can be used, the profile following the embedded endpoint. Raises our UsageError."""
    if wishes.embedded:
        from pytest_zstack_ticket.simulator.embedded_url import parse_options  # noqa: PLC0415 - only embedded runs need it

        variant = parse_options(str(wishes["url"])).variant
        if variant.base != wishes["profile"]:
            wishes = wishes.with_default("profile", variant.base, EMBEDDED)
    else:
        normalised_url(str(wishes["url"]))
    profile_of(wishes)
    require_passwords(wishes)
    _check_pdf(wishes)
    return wishes


def _check_pdf(wishes: RunOptions) -> None:
    """See before anything is sent that a PDF which was asked for can be made. Raises our UsageError."""
    if not wishes["pdf"]:
        return
    if not wishes["report"]:
        raise SettingsError("--zstack-pdf goes with a report: add --zstack-report=DIR.")
    from pytest_zstack_ticket.report.pdf.printer import Printer  # noqa: PLC0415 - only a PDF pays for it

    Printer.of(wishes).check(wishes["lang"])
