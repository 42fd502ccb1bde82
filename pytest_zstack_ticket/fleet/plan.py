"""The plan of a fleet: targets, waves and limits, as `fleet.toml` states them. It holds references to secrets only."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

from pytest_zstack_ticket.model.digest import digest

Condition: TypeAlias = Literal["passed", "no-regression", "finished"]
REST = "rest"
"""Name of the last wave, which has the targets that no wave of the file names."""
PORTS = {"http": 80, "https": 443}
SecretSource: TypeAlias = Mapping[str, Any]
"""Where a worker finds a secret: `env`, `file` or `command`. Never the secret itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetTarget:
    """One target: how pytest is called for it, and where its secrets are found.

    `options` are those of a run by name. `baseline` is an earlier bundle to compare with, empty for none.
    """

    name: str
    url: str
    groups: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    select: str = ""
    secrets: Mapping[str, SecretSource] = field(default_factory=dict)
    baseline: str = ""

    @property
    def embedded(self) -> bool:
        """True for a simulator within the run, which no other run can reach."""
        return self.url.startswith("embedded")

    @property
    def lock_name(self) -> str:
        """Name of the lock of the cloud behind the URL, however the URL is written; empty if it needs none."""
        if self.embedded:
            return ""
        parts = urlsplit(self.url)
        port = parts.port or PORTS.get(parts.scheme.lower(), 0)
        return hashlib.sha256(f"{_host(parts.hostname or '')}:{port}".encode()).hexdigest()[:32]


def _host(name: str) -> str:
    """Write a host in one way: addresses in their short form, all names of this machine alike, no dot at the end."""
    known = name.lower().rstrip(".")
    try:
        address = ipaddress.ip_address(known)
    except ValueError:
        return "localhost" if known.endswith(".localhost") else known
    return "localhost" if address.is_loopback else str(address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Targets that are examined together, and what must be true of them before the next wave starts.

    `tolerate` targets may miss the condition; a regression is never tolerated.
    """

    name: str
    targets: tuple[str, ...]
    continue_if: Condition = "no-regression"
    tolerate: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of a whole fleet. Durations are seconds; `retries` are those of set-up errors, `restarts` of killed runs.

    `max_rate` is in requests per second of all targets together, 0 for no limit.
    """

    at_once: int = 4
    max_rate: float = 0.0
    retries: int = 2
    retry_pause: float = 30.0
    restarts: int = 2
    lock_wait: float = 1200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that a fleet does. `work` and `locks` are folders that all workers share; empty for the default."""

    name: str
    targets: tuple[FleetTarget, ...]
    waves: tuple[Wave, ...]
    limits: Limits = field(default_factory=Limits)
    work: str = ""
    locks: str = ""
    baseline: str = ""

    def target(self, name: str) -> FleetTarget:
        """Look up a target."""
        return next(one for one in self.targets if one.name == name)

    @property
    def digest(self) -> str:
        """Identifies what is examined and how; a fleet is resumed only with the same."""
        return digest([_identity(one) for one in self.targets])


def _identity(target: FleetTarget) -> list[Any]:
    return [target.name, target.url, target.select, dict(target.options), target.baseline]


def waves_of(targets: Sequence[FleetTarget], asked: Sequence[Mapping[str, Any]]) -> tuple[Wave, ...]:
    """Return the waves that a file asks for; a target belongs to the first that names it, or to the rest."""
    taken: set[str] = set()
    waves = []
    for one in asked:
        names, groups = set(one.get("targets", ())), set(one.get("groups", ()))
        chosen = [each.name for each in targets if each.name in names or groups & set(each.groups)]
        waves.append(
            Wave(
                name=one["name"],
                targets=tuple(name for name in chosen if name not in taken),
                continue_if=one.get("continue-if", "no-regression"),
                tolerate=one.get("tolerate", 0),
            )
        )
        taken.update(chosen)
    left = tuple(one.name for one in targets if one.name not in taken)
    return (*waves, *((Wave(name=REST, targets=left, continue_if="finished"),) if left else ()))


def run_options(target: FleetTarget, limits: Limits) -> dict[str, Any]:
    """Return the options of a target's run: its own, with its share of the rate of all targets as upper bound."""
    options = dict(target.options)
    if limits.max_rate and not target.embedded:
        share = limits.max_rate / limits.at_once
        own = float(options.get("max-rate", 0))
        options["max-rate"] = min(own, share) if own else share
    return options
