"""Arguments that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from pytest_zstack_ticket.config.options import checked_nonce, language
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.report.text.translations import translations

STDIN = Path("-")
"""A report that another program pipes in."""
STDOUT = "-"
BUNDLE = "folder of --zstack-report, or a zip of it"
MAX_DAYS = 3660
"""About ten years: no target stays the same for longer."""
REPORT = f"{BUNDLE}, or its report.json, or - for a report on stdin"


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="write JSON")


def add_lang(
    parser: argparse.ArgumentParser, text: str = "language of the output (default: from LC_ALL or LANG)"
) -> None:
    """Add `--lang`; `text` is its help."""
    parser.add_argument("--lang", choices=("en", "zh"), help=text)


def language_of(arguments: argparse.Namespace) -> str:
    """Return the language of `--lang`, else that of the environment."""
    return getattr(arguments, "lang", None) or language()


def say(arguments: argparse.Namespace, key: str, **parameters: object) -> str:
    """Render a line of a command in the language that was asked for."""
    return translations().command(key, language_of(arguments), **parameters)


def listed(words: Sequence[str]) -> str:
    """Write choices as words of a sentence."""
    return f"{', '.join(words[:-1])} or {words[-1]}"


def add_nonce(parser: argparse.ArgumentParser, text: str) -> None:
    """Add `--nonce`; `text` is its help."""
    parser.add_argument("--nonce", metavar="NONCE", default="", help=text)


def nonce_of(arguments: argparse.Namespace) -> str:
    """Return the certifier's nonce, empty if none was given. Raises SettingsError."""
    return checked_nonce("--nonce", arguments.nonce) if arguments.nonce else ""


def days_of(arguments: argparse.Namespace) -> int:
    """Return the days of `--days`. Raises SettingsError."""
    days: int = arguments.days
    if not 1 <= days <= MAX_DAYS:
        raise SettingsError(f"--days: {days} is not a number of days from 1 to {MAX_DAYS}.")
    return days


def require_named_output(arguments: argparse.Namespace, output: str) -> None:
    """Refuse `--json` with output to stdout: both would write there. Raises SettingsError."""
    if arguments.json and output == STDOUT:
        raise SettingsError("--json reports what was written: name a file with --output.")


def add_target_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a run that say how to reach a target, and what it is."""
    parser.add_argument("--user", help="account or virtual ID to log in with (default: admin)")
    parser.add_argument("--login", choices=("account", "virtual-id"), help="how to log in (default: account)")
    parser.add_argument("--project", help="project to switch to after login")
    parser.add_argument("--ca", metavar="FILE", help="PEM file with the CA of the target")
    parser.add_argument("--insecure", action="store_true", help="do not verify the target's certificate")
    parser.add_argument("--context", metavar="FILE", help="TOML file that describes what this cloud accepts")
    parser.add_argument("--profile", metavar="NAME|FILE", help="deployed, documented or a file (default: deployed)")
    parser.add_argument("--release", metavar="X.Y", help="the target's release, such as 4.8 (default: detected)")
