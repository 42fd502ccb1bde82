"""What a run was asked for: option, environment variable, ini key or default, in that order, and where each came from.

PYTEST_DONT_REWRITE: every pytest run on the machine imports this module.
"""

from __future__ import annotations

import os
import random
import re
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

EFFORTS = ("smoke", "standard", "certify")
LOGINS = ("account", "virtual-id")
EMBEDDED = "embedded"
COMMAND_LINE = "command line"
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its name without dashes, its help, its default; `kind` says what values it takes."""

    name: str
    help: str
    default: Any = ""
    kind: str = "string"
    choices: tuple[str, ...] = ()
    metavar: str = "TEXT"

    @property
    def dest(self) -> str:
        """The name under which pytest keeps it, and its ini key."""
        return f"zstack_{self.name.replace('-', '_')}"

    @property
    def variable(self) -> str:
        """The environment variable that stands for it."""
        return self.dest.upper()


OPTIONS = (
    Option(
        "url",
        "the target: http(s)://HOST:PORT, or embedded[:deployed|:documented][@RELEASE][?fault=NAME]; "
        "without a path argument the shipped suites run",
        metavar="URL",
    ),
    Option("login", "how to log in; the password comes from ZSTACK_PASSWORD", "account", "choice", LOGINS),
    Option("user", "the account or virtual ID to log in with", "admin", metavar="NAME"),
    Option("project", "the project to log in to after that", metavar="NAME"),
    Option("ca", "a PEM file with the CA of the target", kind="file", metavar="FILE"),
    Option("insecure", "do not verify the target's certificate", False, "flag"),
    Option("profile", "what to judge by: deployed, documented or a file", "deployed", "profile", metavar="NAME|FILE"),
    Option("release", "the target's release, such as 4.8 (else detected)", metavar="X.Y"),
    Option(
        "report",
        "write report.json, report.html, evidence and more into this folder, or into one file if it ends in .zip",
        kind="file",
        metavar="DIR|FILE.zip",
    ),
    Option("pdf", "write report.pdf beside it too (needs the extra [pdf])", False, "flag"),
    Option("font-path", "a folder with the fonts of the PDF (else Noto Sans CJK)", kind="file", metavar="DIR"),
    Option("lang", "language of what people read (else from LC_ALL or LANG)", "", "choice", ("zh", "en")),
    Option("context", "a TOML file with what this cloud accepts", kind="file", metavar="FILE"),
    Option("effort", "how many examples", "standard", "choice", EFFORTS),
    Option("seed", "the seed of what is drawn (else random; certify: 0)", "", "number", metavar="N"),
    Option("budget", "how long to explore in all: 60s, 5m or 1h (else by effort)", "", "duration", metavar="TIME"),
    Option("concurrency", "requests under way at once (laboratory: 8, foreign: 2)", "", "count", metavar="N"),
    Option("read-timeout", "seconds for one request", 30.0, "seconds", metavar="SECONDS"),
    Option("job-timeout", "seconds for one job", 60.0, "seconds", metavar="SECONDS"),
    Option("total-timeout", "seconds for the whole run (0: no limit)", 0.0, "seconds", metavar="SECONDS"),
    Option("webhook", "the target can reach this machine: examine web hooks too", False, "flag"),
    Option("max-requests", "requests to the target in all (foreign target: 10000)", "", "count", metavar="N"),
    Option("max-rate", "requests per second (foreign target: 20)", "", "rate", metavar="N"),
    Option("max-created", "POST requests in all, valid or not (foreign target: 2000)", "", "count", metavar="N"),
    Option("max-alive", "tickets that exist at once (foreign target: 50)", "", "count", metavar="N"),
    Option("max-bytes", "bytes sent in all (foreign target: 50000000)", "", "count", metavar="N"),
    Option("consent", "the host that you may examine, if it is not this machine", metavar="HOST"),
    Option("waivers", "a TOML file with departures that somebody answers for", kind="file", metavar="FILE"),
    Option("baseline", "the report of the run before: replay its examples, and compare", kind="file", metavar="DIR"),
    Option("nonce", "the certifier's word, to stand in the names of tickets", kind="nonce", metavar="WORD"),
    Option("plan", "show what would be sent at most; send nothing", False, "flag"),
)
NONCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
SECRETS = ("password", "session", "access_key_id", "access_key_secret")
PEOPLE_SECRETS = ("owner_password", "stranger_password", "approver_password")
"""The passwords of those whom a context file names beside us."""


@dataclass(frozen=True, slots=True)
class Value:
    """An effective value and where it came from."""

    value: Any
    origin: str


NO_LIMIT = Value(0.0, DEFAULT)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Every effective value of a run by option name; secrets apart, never shown."""

    values: Mapping[str, Value]
    secrets: Mapping[str, str]

    def __getitem__(self, name: str) -> Any:
        return self.values[name].value

    def __repr__(self) -> str:
        return f"Wishes({self['url']!r})"

    @property
    def embedded(self) -> bool:
        """True if the target is the embedded endpoint."""
        return str(self["url"]).startswith(EMBEDDED)

    def with_default(self, name: str, value: Any, origin: str) -> RunOptions:
        """Return wishes with another value for an option that was not given."""
        if self.values[name].origin != DEFAULT:
            return self
        return RunOptions({**self.values, name: Value(value, origin)}, self.secrets)

    def at(self, url: str) -> RunOptions:
        """Return the wishes for the embedded endpoint once it serves at a URL: with its own credentials."""
        from pytest_zstack_ticket.simulator.storage import seed_data  # noqa: PLC0415 - only the embedded endpoint needs it

        return RunOptions(
            {**self.values, "url": Value(url, EMBEDDED)}, {**self.secrets, "password": seed_data.PASSWORD}
        )

    def lines(self) -> list[str]:
        """Return the header: each effective value with its origin, and which secrets are set, never what they are."""
        told = [
            f"{name} {found.value if found.value is not True else 'yes'} ({found.origin})"
            for name, found in self.values.items()
            if not (found.value is False or found.value in ("", None) or found == NO_LIMIT)
        ]
        told += [f"ZSTACK_{name.upper()} is set" for name in (*SECRETS, *PEOPLE_SECRETS) if self.secrets.get(name)]
        return textwrap.wrap(
            f"zstack: {', '.join(told)}", 80, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )


def _typed(option: Option, found: Value) -> Any:
    where = f"--zstack-{option.name} ({found.origin})"
    value = found.value
    if option.kind == "flag":
        return value if isinstance(value, bool) else str(value).lower() in ("1", "true", "yes", "on")
    if option.choices and value not in option.choices:
        raise pytest.UsageError(f"{where}: {value!r} is not known; choose {' or '.join(option.choices)}.")
    if option.kind in ("seconds", "rate"):
        return _seconds(where, value, "seconds" if option.kind == "seconds" else "requests per second")
    if option.kind == "nonce":
        return checked_nonce(where, str(value))
    if option.kind == "duration":
        return _duration(where, str(value))
    if option.kind in ("number", "count"):
        if not str(value).isdecimal():
            raise pytest.UsageError(f"{where}: {value!r} is no whole number.")
        return int(value)
    return str(value)


def _seconds(where: str, value: Any, what: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e6:
        raise pytest.UsageError(f"{where}: {value!r} is no number of {what}.")
    return seconds


def checked_nonce(where: str, value: str) -> str:
    """Return a certifier's nonce: it can stand in a name, a URL, a shell and a query as it is. Raises UsageError."""
    if not NONCE.fullmatch(value):
        raise pytest.UsageError(f"{where}: {value!r} is no nonce; write 8 to 64 letters, digits, dots, dashes or _.")
    return value


def _duration(where: str, value: str) -> float:
    match = re.fullmatch(r"(\d{1,6}(?:\.\d+)?)([smh])", value)
    if match is None or not float(match[1]):
        raise pytest.UsageError(f"{where}: {value!r} is no time; write it as 60s, 5m or 1h.")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]]


def language(environment: Mapping[str, str] | None = None) -> str:
    """Return the language that the environment asks for."""
    return str(_language(os.environ if environment is None else environment).value)


def _language(variables: Mapping[str, str]) -> Value:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if variables.get(name):
            return Value("zh" if variables[name].lower().startswith("zh") else "en", name)
    return Value("en", DEFAULT)


def _seed(effort: str) -> Value:
    if effort == "certify":
        return Value(0, "certify is not random")
    return Value(random.SystemRandom().randrange(2**32), "random")


def secrets_of(variables: Mapping[str, str]) -> dict[str, str]:
    """Return every secret that the environment has, ours and those of other people."""
    return {name: secret(name, variables) for name in (*SECRETS, *PEOPLE_SECRETS)}


def secret(name: str, variables: Mapping[str, str]) -> str:
    """Return a secret from ZSTACK_NAME, or from the file that ZSTACK_NAME_FILE names."""
    variable = f"ZSTACK_{name.upper()}"
    file = variables.get(f"{variable}_FILE", "")
    if variables.get(variable) or not file:
        return variables.get(variable, "")
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise pytest.UsageError(f"{variable}_FILE: {file} cannot be read ({error.__class__.__name__}).") from error


def safe_arguments() -> list[str]:
    """Return the command line; no secret can stand in it, for none of our options takes one."""
    return [Path(sys.argv[0]).name, *sys.argv[1:]]
