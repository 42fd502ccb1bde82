"""The options of a run: their table, and each effective value with its origin.

An option comes from the command line, an environment variable, an ini key or its default, in that order.

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

from pytest_zstack_ticket.config.secrets import PEOPLE_SECRETS, SECRETS
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.nonce import CERTIFIER_NONCE_FORM, is_certifier_nonce, nonce_seed

EFFORTS = ("smoke", "standard", "certify")
LOGINS = ("account", "virtual-id")
EMBEDDED = "embedded"
PLANS = ("offline", "probe")
COMMAND_LINE = "command line"
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its name without `--zstack-`, its help and default; `kind` says which values it takes."""

    name: str
    help: str
    default: Any = ""
    kind: str = "string"
    choices: tuple[str, ...] = ()
    metavar: str = "TEXT"

    @property
    def dest(self) -> str:
        """Attribute of the parsed command line, and ini key."""
        return f"zstack_{self.name.replace('-', '_')}"

    @property
    def variable(self) -> str:
        """Environment variable of the same meaning."""
        return self.dest.upper()


OPTIONS = (
    Option(
        "url",
        "the target: http(s)://HOST:PORT, or embedded[:deployed|:documented][@RELEASE][?fault=NAME]; "
        "on the command line it runs the shipped suites, unless paths are given",
        metavar="URL",
    ),
    Option("login", "how to log in; the password comes from ZSTACK_PASSWORD", "account", "choice", LOGINS),
    Option("user", "the account or virtual ID to log in with", "admin", metavar="NAME"),
    Option("project", "the project to switch to after login", metavar="NAME"),
    Option("ca", "a PEM file with the CA of the target", kind="file", metavar="FILE"),
    Option("insecure", "do not verify the target's certificate", False, "flag"),
    Option("profile", "rules to judge by: deployed, documented or a file", "deployed", "profile", metavar="NAME|FILE"),
    Option("release", "the target's release, such as 4.8 (default: detected)", metavar="X.Y"),
    Option(
        "report",
        "folder for report.json, report.html and the evidence, or one file if it ends in .zip",
        kind="file",
        metavar="DIR|FILE.zip",
    ),
    Option("pdf", "write report.pdf too (needs the extra [pdf])", False, "flag"),
    Option("font-path", "folder with the fonts of the PDF (default: Noto Sans CJK)", kind="file", metavar="DIR"),
    Option("lang", "language of messages and pages (default: from LC_ALL or LANG)", "", "choice", ("zh", "en")),
    Option("context", "a TOML file that describes what this cloud accepts", kind="file", metavar="FILE"),
    Option("requirements", "a TOML file of your own requirements, or its folder", kind="file", metavar="FILE"),
    Option("effort", "test effort: how many examples are sent", "standard", "choice", EFFORTS),
    Option(
        "seed",
        "seed of the generated data (default: that of the nonce, else random; certify: 0)",
        "",
        "number",
        metavar="N",
    ),
    Option("budget", "time to explore in all: 60s, 5m or 1h (default: by effort)", "", "duration", metavar="TIME"),
    Option("concurrency", "calls in flight at once (embedded: 8, remote: 16, local: 32)", "", "count", metavar="N"),
    Option("read-timeout", "seconds for one request", 30.0, "seconds", metavar="SECONDS"),
    Option("job-timeout", "seconds for one job", 60.0, "seconds", metavar="SECONDS"),
    Option(
        "outage-timeout", "seconds that clean-up waits for a target that is away", 90.0, "seconds", metavar="SECONDS"
    ),
    Option("total-timeout", "seconds for the whole run (0: no limit)", 0.0, "seconds", metavar="SECONDS"),
    Option("webhook", "the target can reach this machine: test webhooks too", False, "flag"),
    Option("max-requests", "requests to the target in all (remote target: 10000)", "", "count", metavar="N"),
    Option("max-rate", "requests per second (remote target: 20)", "", "rate", metavar="N"),
    Option("max-created", "POST requests in all, valid or not (remote target: 2000)", "", "count", metavar="N"),
    Option("max-alive", "tickets that may exist at once (remote target: 50)", "", "count", metavar="N"),
    Option("max-bytes", "bytes sent in all (remote target: 50000000)", "", "count", metavar="N"),
    Option("consent", "the host that you are allowed to test, if it is not this machine", metavar="HOST"),
    Option("waivers", "a TOML file of waivers for known failures", kind="file", metavar="FILE"),
    Option("baseline", "the report of an earlier run: replay its examples and compare", kind="file", metavar="DIR"),
    Option("nonce", "certifier's nonce, added to ticket names; it decides the seed", kind="nonce", metavar="WORD"),
    Option("unmarked", "let some tickets of a certify run with a nonce carry no mark of a test", False, "flag"),
    Option("allow-plugins", "pytest plugins that may be loaded at effort certify, with commas", metavar="NAMES"),
    Option(
        "plan",
        "show what a run would take, and send nothing; =probe sends a few calls to say how long it takes",
        "",
        "plan",
        PLANS,
    ),
)


@dataclass(frozen=True, slots=True)
class Value:
    """An effective value and its origin."""

    value: Any
    origin: str


NO_LIMIT = Value(0.0, DEFAULT)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Every effective value of a run by option name; secrets are kept apart and never shown."""

    values: Mapping[str, Value]
    secrets: Mapping[str, str]

    def __getitem__(self, name: str) -> Any:
        return self.values[name].value

    def __repr__(self) -> str:
        return f"RunOptions({self['url']!r})"

    @property
    def embedded(self) -> bool:
        """True if the target is the embedded simulator."""
        return str(self["url"]).startswith(EMBEDDED)

    def with_default(self, name: str, value: Any, origin: str) -> RunOptions:
        """Return the options with another value for one that was not given."""
        if self.values[name].origin != DEFAULT:
            return self
        return RunOptions({**self.values, name: Value(value, origin)}, self.secrets)

    def at(self, url: str, *, password: str) -> RunOptions:
        """Return the options for the embedded simulator once it serves at a URL, with its own password."""
        return RunOptions({**self.values, "url": Value(url, EMBEDDED)}, {**self.secrets, "password": password})

    def lines(self) -> list[str]:
        """Return the lines of the run's header: each effective value with its origin, and the names of secrets set."""
        shown = [
            f"{name} {found.value if found.value is not True else 'yes'} ({found.origin})"
            for name, found in self.values.items()
            if not (found.value is False or found.value in ("", None) or found == NO_LIMIT)
        ]
        shown += [f"ZSTACK_{name.upper()} is set" for name in (*SECRETS, *PEOPLE_SECRETS) if self.secrets.get(name)]
        return textwrap.wrap(
            f"zstack: {', '.join(shown)}", 80, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )


YES = (True, "true", "yes", "on", "1")
NO = (False, "false", "no", "off", "0")


def typed_value(option: Option, found: Value) -> Any:
    """Return the value of an option as its type. Raises SettingsError."""
    where = f"--zstack-{option.name} ({found.origin})"
    value = found.value
    if option.kind == "flag":
        return value if isinstance(value, bool) else str(value).lower() in YES
    if option.kind == "plan":
        value = "offline" if value in YES else "" if value in NO else value
    if option.choices and value != option.default and value not in option.choices:
        raise SettingsError(f"{where}: {value!r} is not known; choose {' or '.join(option.choices)}.")
    if option.kind in ("seconds", "rate"):
        return _seconds(where, value, "seconds" if option.kind == "seconds" else "requests per second")
    if option.kind == "nonce":
        return checked_nonce(where, str(value))
    if option.kind == "duration":
        return parsed_duration(where, str(value))
    if option.kind in ("number", "count"):
        if not str(value).isdecimal():
            raise SettingsError(f"{where}: {value!r} is not a whole number.")
        return int(value)
    return str(value)


def _seconds(where: str, value: Any, what: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e6:
        raise SettingsError(f"{where}: {value!r} is not a number of {what} from 0 to under 1000000.")
    return seconds


def checked_nonce(where: str, value: str) -> str:
    """Return a certifier's nonce; `where` names its option. Raises SettingsError."""
    if not is_certifier_nonce(value):
        raise SettingsError(f"{where}: {value!r} is not a nonce; write {CERTIFIER_NONCE_FORM}.")
    return value


def parsed_duration(where: str, value: str) -> float:
    """Return the seconds of a duration such as 5m; `where` names its option. Raises SettingsError."""
    match = re.fullmatch(r"(\d{1,6}(?:\.\d+)?)([smh])", value)
    if match is None or not float(match[1]):
        raise SettingsError(f"{where}: {value!r} is not a duration; write it as 60s, 5m or 1h.")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]]


def language(environment: Mapping[str, str] | None = None) -> str:
    """Return the language of the environment, `en` or `zh`."""
    return str(environment_language(os.environ if environment is None else environment).value)


def environment_language(variables: Mapping[str, str]) -> Value:
    """Return the language of the environment with the variable that decides it."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if variables.get(name):
            return Value("zh" if variables[name].lower().startswith("zh") else "en", name)
    return Value("en", DEFAULT)


def allowed_plugins(options: RunOptions) -> list[str]:
    """Return the names in `allow-plugins`."""
    return [name.strip() for name in str(options["allow-plugins"]).split(",") if name.strip()]


def default_seed(effort: str, nonce: str) -> Value:
    """Return the seed of a run that was given none: that of its nonce, else random, but fixed for certify."""
    if nonce:
        return Value(nonce_seed(nonce), "the certifier's nonce")
    if effort == "certify":
        return Value(0, "fixed for certify")
    return Value(random.SystemRandom().randrange(2**32), "random")


def safe_arguments() -> list[str]:
    """Return the command line, which holds no secret: no option takes one."""
    return [Path(sys.argv[0]).name, *sys.argv[1:]]
