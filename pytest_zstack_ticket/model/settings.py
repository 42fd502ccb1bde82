"""How to reach the target, and how long to wait for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Login: TypeAlias = Literal["account", "virtual-id", "session", "access-key"]
LEAST_SWEEP = 30.0
MOST_SWEEP = 900.0
"""Seconds that clean-up has at least, and those that it has where the time of a run has no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Time limits in seconds. Each has a name that is printed when it is hit.

    `connect`, `read`: one request; `job`: from the 202 until its job ends; `outage`: how long clean-up waits for a
    target that is away; `total`: the whole run (None: no limit).
    """

    connect: float = 10.0
    read: float = 30.0
    job: float = 60.0
    outage: float = 90.0
    total: float | None = None

    @property
    def sweep(self) -> float:
        """Seconds that clean-up may take, half as long as the run; what is left then is left to a later sweep."""
        return MOST_SWEEP if self.total is None else max(LEAST_SWEEP, self.total / 2)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Credentials:
    """Secrets in clear; never printed, never written. `session` is a session UUID."""

    password: str = ""
    session: str = ""
    access_key_id: str = ""
    access_key_secret: str = ""
    two_factor_token: str = ""

    def __repr__(self) -> str:
        given = [name for name in ("password", "session", "access_key_id") if getattr(self, name)]
        return f"Credentials({', '.join(given)} given)" if given else "Credentials(none)"

    def known(self) -> dict[str, str]:
        """Return each secret that was given, by its kind."""
        return {
            kind: value
            for kind, value in (
                ("password", self.password),
                ("session", self.session),
                ("access-key", self.access_key_secret),
                ("two-factor", self.two_factor_token),
            )
            if value
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to reach the target.

    `url` ends with the context root and no slash: `https://cloud:8080/zstack`. `ca` is the path of a CA bundle. `part`
    is the role of another user, such as `stranger`; empty for the user of the run. `disposable` is True for the
    embedded simulator alone, a process of our own: what could harm a cloud may be sent to it.
    """

    url: str
    login: Login = "account"
    user: str = "admin"
    project: str = ""
    ca: str = ""
    insecure: bool = False
    patience: Patience = field(default_factory=Patience)
    credentials: Credentials = field(default_factory=Credentials)
    part: str = ""
    disposable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A ZStack login session, or an access key that stands for one.

    `authorization` is the header value for OAuth; it is empty for an access key, whose header is made per request.
    `account` and `user` are UUIDs as the log-in answered them (empty when the session was given).
    """

    uuid: str
    account: str = ""
    user: str = ""
    kind: Login = "account"

    @property
    def authorization(self) -> str:
        """The Authorization header's value, `OAuth <uuid>`."""
        return "" if self.kind == "access-key" else f"OAuth {self.uuid}"
