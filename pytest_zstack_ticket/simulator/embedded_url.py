"""URLs of the embedded endpoint, such as `embedded:deployed@4.5?fault=lose-ticket`."""

from __future__ import annotations

from dataclasses import replace
from typing import cast
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.profile import ProfileBase
from pytest_zstack_ticket.simulator.error_messages import Locale
from pytest_zstack_ticket.simulator.options import SimulatorOptions
from pytest_zstack_ticket.simulator.undocumented import Choices, parse_choices
from pytest_zstack_ticket.simulator.variants import Variant, parse_release

EXAMPLE = "embedded, embedded:documented, embedded:deployed@4.8 or embedded?fault=NAME&latency=0.2&locale=zh"


def parse_options(text: str) -> SimulatorOptions:
    """Read an embedded URL; raises SettingsError that names what is wrong and what would be right."""
    head, _, query = text.partition("?")
    word, _, kind = head.partition(":")
    if word != "embedded":
        raise SettingsError(f"{text!r} is not an embedded endpoint; write {EXAMPLE}")
    options = SimulatorOptions(variant=_variant(kind))
    # percent-decoding only: a plus joins faults and must stay a plus
    pairs = [pair.partition("=") for pair in filter(None, query.split("&"))]
    for name, _, value in sorted(pairs, key=lambda pair: unquote(pair[0]) == "fault"):
        options = _with(options, unquote(name), unquote(value))
    return options


def _fitting(choices: Choices, fault: str) -> Choices:
    """Make the choices without which a fault cannot be seen: who alters text beyond U+FFFF has stored it."""
    if "astral" in fault:
        choices = replace(choices, four_bytes="kept")
    if "filter-injected" in fault:
        choices = replace(choices, query_quotes="kept")
    return choices


def _variant(text: str) -> Variant:
    base, at, release = text.partition("@")
    if base not in ("", "deployed", "documented"):
        raise SettingsError(f"variant {base!r} is unknown; write {EXAMPLE}")
    variant = Variant(base=cast("ProfileBase", base or "deployed"))
    return replace(variant, release=parse_release(release)) if at else variant


def _with(options: SimulatorOptions, name: str, value: str) -> SimulatorOptions:
    from pytest_zstack_ticket.simulator.faults import parse_fault  # noqa: PLC0415 - the registry is built only where faults are asked for

    match name:
        case "fault":
            return replace(options, faults=parse_fault(value), choices=_fitting(options.choices, value))
        case "choice":
            return replace(options, choices=parse_choices(value))
        case "locale" if value in ("en", "zh"):
            return replace(options, locale=cast("Locale", value))
        case "latency" | "session_timeout" | "webhook_pause":
            return _with_seconds(options, name, _seconds(name, value))
        case "time_zone":
            return replace(options, zone=_zone(value))
        case "seed" if value.isdecimal():
            return replace(options, seed=int(value))
    raise SettingsError(f"embedded endpoint: {name}={value!r} is not understood; write {EXAMPLE}")


def _with_seconds(options: SimulatorOptions, name: str, seconds: float) -> SimulatorOptions:
    match name:
        case "latency":
            return replace(options, latency=seconds)
        case "session_timeout":
            return replace(options, session_timeout=seconds)
    return replace(options, webhook_pause=seconds)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, ZoneInfoNotFoundError):
        raise SettingsError(f"embedded endpoint: time_zone={name!r} is no zone such as UTC or Asia/Shanghai") from None


def _seconds(name: str, value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise SettingsError(f"embedded endpoint: {name}={value!r} is not a number of seconds")
    return seconds
