"""Log-in sessions: made, slid forward by each call, ended. Source: dossier 2.1 to 2.4."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pytest_zstack_ticket.simulator.storage import seed_data
from pytest_zstack_ticket.simulator.storage.seed_data import Person

TIMEOUT = 7200.0
"""identity/session.timeout in seconds; every call renews it."""

REMEMBERED = 5000
"""Ended sessions that are remembered, so that a long run does not grow without bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session token and who stands behind it. `account` changes when a virtual ID chooses a project."""

    uuid: str
    person: Person
    account: str
    project: str = ""
    created: float = 0.0
    expires: float = 0.0

    @property
    def admin(self) -> bool:
        """True for the built-in administrator and his users."""
        return self.account == seed_data.ADMIN_ACCOUNT

    @property
    def virtual(self) -> bool:
        """True for a virtual ID, with or without a project."""
        return self.person.kind == "virtual-id"

    @property
    def operator(self) -> str:
        """The uuid that operations are done by."""
        return self.person.uuid


class Sessions:
    """The live sessions, and the tokens of those that were ended."""

    def __init__(self, *, timeout: float = TIMEOUT) -> None:
        self.timeout = timeout
        self.live: dict[str, Session] = {}
        self.ended: dict[str, Session] = {}

    def open(self, token: str, person: Person, now: float, *, account: str = "", project: str = "") -> Session:
        """Begin a session."""
        session = Session(
            uuid=token,
            person=person,
            account=account or person.account,
            project=project,
            created=now,
            expires=now + self.timeout,
        )
        self.live[token] = session
        return session

    def find(self, token: str, now: float) -> Session | None:
        """Return a live session, slid forward; an expired one is ended."""
        session = self.live.get(token)
        if session is None:
            return None
        if now >= session.expires:
            self.close(token)
            return None
        renewed = replace(session, expires=now + self.timeout)
        self.live[token] = renewed
        return renewed

    def close(self, token: str) -> None:
        """End a session; an unknown token is no error (dossier 2.3)."""
        session = self.live.pop(token, None)
        if session is not None:
            self.ended[token] = session
        if len(self.ended) > REMEMBERED:
            del self.ended[next(iter(self.ended))]

    def close_all(self, person: Person) -> None:
        """End every session of a person."""
        for token in [one.uuid for one in self.live.values() if one.person == person]:
            self.close(token)


def administrator(token: str = "", *, now: float = 0.0) -> Session:
    """Return the administrator as a session that is in no table: the access key's owner, and faults' stand-in."""
    person = seed_data.person("admin", "account")
    assert person is not None  # noqa: S101 - a seed
    return Session(uuid=token, person=person, account=person.account, created=now, expires=now + TIMEOUT)
