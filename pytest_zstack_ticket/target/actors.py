"""Who reaches the target beside us: each person of the context file with a log-in, a client and a ledger of his own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from pytest_zstack_ticket.cleanup.ledger import Ledger
from pytest_zstack_ticket.client.client import Client
from pytest_zstack_ticket.client.endpoint import TicketEndpoint
from pytest_zstack_ticket.client.session_manager import SessionManager
from pytest_zstack_ticket.model.errors import ContextError, TargetError
from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.settings import Session, Settings
from pytest_zstack_ticket.model.ticket import Draft
from pytest_zstack_ticket.model.ticket_context import PARTS, Context, Part
from pytest_zstack_ticket.transport.circuit_breaker import CircuitBreaker

ADMINISTRATOR = "36c27e8ff05c4780bf6d2fa65700f22e"
"""The account of the built-in administrator, who sees every ticket (AccountConstant.java)."""


class Sweepable(Protocol):
    """What a sweep needs of somebody: his ledger, his session, and a client that no breaker holds."""

    ledger: Ledger | None
    cleaner: Client
    keeper: SessionManager
    protected: int


@dataclass(slots=True)
class ActorConnection:
    """How one person reaches the target. Tickets from `protected` on belong to the test that runs."""

    settings: Settings
    breaker: CircuitBreaker
    client: Client
    keeper: SessionManager
    endpoint: TicketEndpoint
    ledger: Ledger | None
    cleaner: Client
    protected: int = 1

    def close(self) -> None:
        """Log out; connections are shared, and given up with our own."""
        self.keeper.close(self.cleaner)


@dataclass(slots=True)
class Actors:
    """The people beside us, each made ready when he is first asked for. Safe for many threads."""

    make: Callable[[Part], ActorConnection] | None = None
    parts: tuple[Part, ...] = ()
    _known: dict[Part, ActorConnection] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def hands(self, part: Part) -> ActorConnection:
        """Return how a person reaches the target. Raises LookupError for one that the context file does not name."""
        with self._lock:
            if self.make is None or part not in self.parts:
                raise LookupError(f"the context file has no [{part}]; see docs/how-to/context-file.md.")
            if part not in self._known:
                self._known[part] = self.make(part)
            return self._known[part]

    def __iter__(self) -> Iterator[ActorConnection]:
        """Yield those who were asked for."""
        return iter(list(self._known.values()))

    def close(self) -> None:
        """Log everybody out."""
        for one in self:
            one.close()


class ActorEndpoints:
    """Gives an endpoint of ours as another person, with the profile and the draft that hold now."""

    def __init__(self, company: Actors, ours: TicketEndpoint, draft: Callable[[Part], Draft]) -> None:
        self._company = company
        self._ours = ours
        self._draft = draft

    def __call__(self, name: str) -> TicketEndpoint:
        """Return the endpoint as a person; the owner is us unless the context file names one. Raises LookupError."""
        part = next((one for one in PARTS if one == name), None)
        if part is None:
            raise LookupError(f"there is no {name!r}: ask for {', '.join(PARTS)}.")
        if part == "owner" and part not in self._company.parts:
            return self._ours
        found = self._company.hands(part).endpoint
        found.profile, found.make_room = self._ours.profile, self._ours.make_room
        found.deleted_for_quota = self._ours.deleted_for_quota
        found.calibration_draft = self._draft(part)
        return found


def context_for(part: Part, context: Context) -> Context:
    """Return what the tickets of a person are made of: ours, but for what is his project's own."""
    person = context.people[part]
    own = person.account_system_context or context.account_system_context
    if part == "owner":
        return replace(
            context, account_system_context=own, flow_collection=person.flow_collection or context.flow_collection
        )
    return replace(context, account_system_context=own, flow_collection=person.flow_collection, tags=())


def introduced(company: Actors, ours: Session, context: Context) -> frozenset[str]:
    """Log everybody in once and return what they make possible.

    Raises LoginError for one of a context file that cannot log in, ContextError for one that cannot play his part. The
    embedded endpoint's own people, whom nobody named, are just not there then.
    """
    sessions: dict[Part, Session] = {}
    for part in company.parts:
        try:
            sessions[part] = company.hands(part).keeper.session
        except TargetError:
            if context.given:
                raise
            company.parts = tuple(one for one in company.parts if one != part)
    owner = sessions.get("owner", ours)
    if not context.given and "approver" in sessions and _same_person(sessions["approver"], owner):
        # the seeded owner could not log in, so we own the tickets, and we are whom the seeds have approve them
        del sessions["approver"]
    if "stranger" in sessions:
        _require_stranger(sessions["stranger"], owner)
    if "approver" in sessions and _same_person(sessions["approver"], owner):
        raise ContextError("[approver] of the context file is the owner of the tickets; name another user.")
    return _possible(sessions, owner, context)


def _possible(sessions: Mapping[Part, Session], owner: Session, context: Context) -> frozenset[str]:
    """Return the capabilities that those who are there make up."""
    found: set[str] = {part for part in ("stranger", "approver") if part in sessions}
    if "approver" in sessions and context.allow_approve:
        found.add("approval")
    if owner.account and not is_administrator(owner):
        found.add("plain-owner")
    if "stranger" in sessions and _flows_of_others(context, plain_owner="plain-owner" in found):
        found.add("own-flow")
    if {owner.account, owner.user} & _texts(_owned(context).account_system_context):
        found.add("own-context")
    return frozenset(found)


def _owned(context: Context) -> Context:
    """Return what the tickets of their owner are made of."""
    return context_for("owner", context) if "owner" in context.people else context


def _texts(context: Mapping[str, Json]) -> set[str]:
    return {value for value in context.values() if isinstance(value, str) and value}


def _flows_of_others(context: Context, *, plain_owner: bool) -> Iterable[str]:
    """Return the flow collections of one project that somebody of the other one can try: an administrator may."""
    stranger = context.people["stranger"].flow_collection if plain_owner else ""
    return [one for one in (stranger, _owned(context).flow_collection) if one]


def is_administrator(session: Session) -> bool:
    """Return True if a session is the built-in administrator's, or one of his users'."""
    return ADMINISTRATOR in (session.account, session.user)


def _require_stranger(stranger: Session, owner: Session) -> None:
    """Raise ContextError for a stranger who may rightly see our tickets."""
    if is_administrator(stranger):
        raise ContextError(
            "[stranger] of the context file is the administrator, who sees every ticket; name a user of another "
            "project or account."
        )
    if stranger.account and stranger.account == owner.account:
        raise ContextError(
            f"[stranger] of the context file has the account of the tickets' owner ({owner.account}), so they may see "
            "them; name a user of another project or account."
        )


def _same_person(one: Session, other: Session) -> bool:
    return bool(one.user) and (one.account, one.user) == (other.account, other.user)
