"""The users that a run acts as: each one of the context file has its own login, client and ledger."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from pytest_zstack_ticket.cleanup.ledger import Ledger
from pytest_zstack_ticket.cleanup.listing import ListingMemory
from pytest_zstack_ticket.client.client import Client
from pytest_zstack_ticket.client.endpoint import TicketEndpoint
from pytest_zstack_ticket.client.session_manager import SessionManager
from pytest_zstack_ticket.client.target_state import TargetState
from pytest_zstack_ticket.model.errors import ContextError, TargetError
from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.settings import Session, Settings
from pytest_zstack_ticket.model.ticket import Draft
from pytest_zstack_ticket.model.ticket_context import PARTS, Context, Part
from pytest_zstack_ticket.transport.circuit_breaker import CircuitBreaker

ADMINISTRATOR = "36c27e8ff05c4780bf6d2fa65700f22e"
"""The account of the built-in administrator, who sees every ticket (AccountConstant.java)."""

TWO_PROJECTS = "two-projects"
"""The capability without which no log-in to a foreign project can be tried."""


@dataclass(slots=True)
class ActorConnection:
    """How one user reaches the target. `cleaner` ignores quota and breaker.

    `listing` is what clean-up found out about the target's tickets and pages.
    """

    settings: Settings
    breaker: CircuitBreaker
    client: Client
    sessions: SessionManager
    endpoint: TicketEndpoint
    ledger: Ledger | None
    cleaner: Client
    listing: ListingMemory = field(default_factory=ListingMemory)

    def close(self) -> None:
        """Log out; connections are shared, and closed with the run's own."""
        self.sessions.close(self.cleaner)


@dataclass(slots=True)
class Actors:
    """The other users, each connected when first asked for. Safe to use from many threads."""

    make: Callable[[Part], ActorConnection]
    parts: tuple[Part, ...] = ()
    _known: dict[Part, ActorConnection] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def connect(self, part: Part) -> ActorConnection:
        """Connect as a user. Raises LookupError for one that the context file does not name."""
        with self._lock:
            if part not in self.parts:
                raise LookupError(f"the context file has no [{part}]; see docs/how-to/context-file.md.")
            if part not in self._known:
                self._known[part] = self.make(part)
            return self._known[part]

    @property
    def connected(self) -> list[ActorConnection]:
        """The users that were asked for."""
        return list(self._known.values())


class ActorEndpoints:
    """Gives the endpoint as another user, with the calibration draft that holds now."""

    def __init__(self, actors: Actors, state: TargetState) -> None:
        self._actors = actors
        self._state = state

    def __call__(self, name: str, own: TicketEndpoint) -> TicketEndpoint:
        """Return the endpoint as a user; the owner is the run's own unless the context file names one.

        Raises LookupError for a name that is no part, or that the context file does not have.
        """
        part = next((one for one in PARTS if one == name), None)
        if part is None:
            raise LookupError(f"there is no {name!r}: ask for {', '.join(PARTS)}.")
        if part == "owner" and part not in self._actors.parts:
            return own
        found = self._actors.connect(part).endpoint
        context = self._state.context
        found.plain_draft = draft_of(context_for(part, context), context.name)
        return found


def draft_of(context: Context, name: str) -> Draft:
    """Calibration draft of a context, with a name."""
    from pytest_zstack_ticket.strategies import calibration_draft  # noqa: PLC0415 - imports Hypothesis

    return calibration_draft(replace(context, name=name))


def context_for(part: Part, context: Context) -> Context:
    """Context of the tickets of another user: the run's, except for what belongs to the user's own project."""
    user = context.users[part]
    own = user.account_system_context or context.own_contexts.get(part) or context.account_system_context
    if part == "owner":
        return replace(
            context, account_system_context=own, flow_collection=user.flow_collection or context.flow_collection
        )
    return replace(context, account_system_context=own, flow_collection=user.flow_collection, tags=())


def actor_capabilities(actors: Actors, own: Session, context: Context, *, project: str) -> frozenset[str]:
    """Log every user in once and return the capabilities that they provide; `project` is that of the run's own user.

    Raises LoginError for a user of a context file that cannot log in, ContextError for one that does not fit its part.
    The embedded simulator's own users, which no file names, are left out then.
    """
    sessions: dict[Part, Session] = {}
    for part in actors.parts:
        try:
            sessions[part] = actors.connect(part).sessions.session
        except TargetError:
            if context.given:
                raise
            actors.parts = tuple(one for one in actors.parts if one != part)
    owner = sessions.get("owner", own)
    if not context.given and "approver" in sessions and _same_user(sessions["approver"], owner):
        # the seeded owner could not log in, so the run's own user owns the tickets, and that is the seeded approver too
        del sessions["approver"]
    if "stranger" in sessions:
        _require_stranger(sessions["stranger"], owner)
    if "approver" in sessions and _same_user(sessions["approver"], owner):
        raise ContextError("[approver] of the context file is the owner of the tickets; name another user.")
    found = _possible(sessions, owner, context)
    return found | {TWO_PROJECTS} if "stranger" in sessions and _in_two_projects(context, project) else found


def _possible(sessions: Mapping[Part, Session], owner: Session, context: Context) -> frozenset[str]:
    """Capabilities that the users who could log in provide."""
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


def _in_two_projects(context: Context, project: str) -> bool:
    """Say whether the stranger is a virtual ID of one project, and the tickets' owner works in another one."""
    stranger, owner = context.users["stranger"], context.users.get("owner")
    home = owner.project if owner else project
    return stranger.login == "virtual-id" and bool(stranger.project) and home not in ("", stranger.project)


def _owned(context: Context) -> Context:
    """Context of the owner's tickets."""
    return context_for("owner", context) if "owner" in context.users else context


def _texts(context: Mapping[str, Json]) -> set[str]:
    return {value for value in context.values() if isinstance(value, str) and value}


def _flows_of_others(context: Context, *, plain_owner: bool) -> Iterable[str]:
    """Flow collections of one project that a user of the other one can try: an administrator may use any."""
    stranger = context.users["stranger"].flow_collection if plain_owner else ""
    return [one for one in (stranger, _owned(context).flow_collection) if one]


def is_administrator(session: Session) -> bool:
    """Return True if a session is the built-in administrator's, or one of its users'."""
    return ADMINISTRATOR in (session.account, session.user)


def _require_stranger(stranger: Session, owner: Session) -> None:
    """Raise ContextError for a stranger who may rightly see the run's tickets."""
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


def _same_user(one: Session, other: Session) -> bool:
    return bool(one.user) and (one.account, one.user) == (other.account, other.user)
