"""What a load is asked for, as the command hands it to the process that has gevent in it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from json import dumps, loads
from typing import Literal, TypeAlias

from pytest_zstack_ticket.config.options import RunOptions
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.quotas import FOREIGN, LABORATORY, Quotas
from pytest_zstack_ticket.runner.limits import is_here, quotas_of
from pytest_zstack_ticket.target.doctor import options_for

Role: TypeAlias = Literal["alone", "master", "worker"]
TICKETS_EACH = 2
"""Tickets of one user that may exist at once: the one that it looks at, and one whose end is not settled yet."""
PROBES = 6
"""Lives that are led before and after a load, one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """One load. `seconds`: how long; `rate`: requests a second of all users together, 0 for as many as they manage.

    `options` are those of a run, by name. `workers`: processes that share the load, besides the master's. `shown`: the
    target as the user named it.
    """

    url: str
    shown: str
    users: int
    seconds: float
    rate: float = 0.0
    role: Role = "alone"
    workers: int = 1
    host: str = "127.0.0.1"
    port: int = 5557
    report: str = ""
    lang: str = "en"
    soak: bool = False
    json: bool = False
    options: dict[str, Json] = field(default_factory=dict)

    def to_text(self) -> str:
        """Return the plan as JSON; no secret is in it."""
        return dumps(asdict(self))

    @classmethod
    def of(cls, text: str) -> LoadPlan:
        """Read a plan back."""
        return cls(**loads(text))

    def run_options(self) -> RunOptions:
        """Return the options of a run that reach the same target; secrets come from the environment."""
        return options_for(self.url, {**self.options, "lang": self.lang})


def caps_of(plan: LoadPlan, options: RunOptions) -> Quotas:
    """Return the caps of this process: those of a run, never above them on a foreign target; workers share them.

    A target on this machine has no cap but on the tickets that may exist: the length of a load bounds it. Raises
    SettingsError for more users than may have tickets.
    """
    caps = quotas_of(options)
    if not is_here(options):
        for name, most in (("rate", FOREIGN.rate), ("alive", FOREIGN.alive)):
            if (getattr(caps, name) or 0) > (most or 0):
                raise SettingsError(f"--max-{name}: a load of another machine has at most {most:g}.")
    else:
        free = {
            name: None for name in ("requests", "created", "bytes") if getattr(caps, name) == getattr(LABORATORY, name)
        }
        caps = replace(caps, **free)
    rate = min(filter(None, (caps.rate, plan.rate)), default=None)
    caps = replace(caps, rate=rate)
    if caps.alive is not None and plan.users * TICKETS_EACH > caps.alive:
        fit = caps.alive // TICKETS_EACH
        raise SettingsError(
            f"--users {plan.users}: at most {caps.alive} tickets may exist at once, so use {fit} at most."
        )
    return _shared(caps, plan.workers) if plan.role == "worker" else caps


def _shared(caps: Quotas, workers: int) -> Quotas:
    """Return the part of the caps that one of several workers has. Raises SettingsError if there is none for each."""
    for name in ("requests", "created", "alive", "bytes"):
        if (getattr(caps, name) or workers) < workers:
            raise SettingsError(
                f"--workers {workers}: the limit of {getattr(caps, name)} ({name}) is too small for them."
            )
    return Quotas(
        rate=caps.rate / workers if caps.rate else None,
        **{
            name: None if value is None else max(1, value // workers)
            for name in ("requests", "created", "alive", "bytes")
            for value in (getattr(caps, name),)
        },
    )
