"""Build everything that reaches a target from the run options: settings, transports, clients and endpoints."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pytest_zstack_ticket.api.auth import half_of_digest, password_digest, spoilt_digest, two_factor_tag
from pytest_zstack_ticket.cleanup.ledger import Ledger, LedgerHead
from pytest_zstack_ticket.cleanup.ledger_transport import LedgerTransport
from pytest_zstack_ticket.client.call_listeners import CallListeners, Listener
from pytest_zstack_ticket.client.client import Client
from pytest_zstack_ticket.client.endpoint import TicketEndpoint
from pytest_zstack_ticket.client.job_notifications import JobNotifications
from pytest_zstack_ticket.client.recorder import Recorder
from pytest_zstack_ticket.client.session_manager import SessionManager
from pytest_zstack_ticket.client.target_state import TargetState
from pytest_zstack_ticket.config.options import RunOptions
from pytest_zstack_ticket.model.http_client import HttpClient, client_of
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.model.ticket import Draft
from pytest_zstack_ticket.model.ticket_context import Part
from pytest_zstack_ticket.redaction.redactor import SPOILT, Redactor
from pytest_zstack_ticket.redaction.shared_secrets import SharedSecrets
from pytest_zstack_ticket.target.actors import ActorConnection, ActorEndpoints, Actors, context_for, draft_of
from pytest_zstack_ticket.target.preflight import VERSION
from pytest_zstack_ticket.target.settings import LogIn, context_of, log_in_of, profile_of, settings_of, user_settings
from pytest_zstack_ticket.target.target import Target
from pytest_zstack_ticket.target.ticket_cleanup import TicketCleanup
from pytest_zstack_ticket.transport.base import Transport
from pytest_zstack_ticket.transport.circuit_breaker import CircuitBreaker
from pytest_zstack_ticket.transport.clock import SystemClock
from pytest_zstack_ticket.transport.httpx_transport import HttpxTransport
from pytest_zstack_ticket.transport.open_sessions import OpenSessions
from pytest_zstack_ticket.transport.page_counter import PageCounter
from pytest_zstack_ticket.transport.page_limits import PageLimits
from pytest_zstack_ticket.transport.quota import QuotaTransport
from pytest_zstack_ticket.transport.retry import RetryTransport
from pytest_zstack_ticket.transport.signing import SigningTransport
from pytest_zstack_ticket.transport.usage_counter import SharedUsageCounter

DIGESTS = ("md5", "sha1", "sha256", "sha512")
WORDS_OF_THE_API = frozenset({"password", "session", "account", "inventory"})
"""Passwords in use that also appear in bodies for other reasons."""


def open_target(  # noqa: PLR0913 - what a target is made of
    options: RunOptions,
    *,
    url: str,
    key: bytes,
    recorder: Recorder,
    worker: str,
    usage_counter: SharedUsageCounter,
    shared_secrets: SharedSecrets,
    ledger: Path | None = None,
    profile: Profile | None = None,
    called: Listener | None = None,
) -> Target:
    """Build what reaches a target; nothing is sent yet. Raises UsageError for files that cannot be used.

    `called` is given the result of each call of any user.
    """
    settings, context = settings_of(options, url), context_of(options)
    state = TargetState(profile or profile_of(options), context)
    others = {part: user_settings(settings, part, context, options) for part in context.users}
    redactor = _redactor(key, shared_secrets, [settings, *others.values()])
    clock, pages = SystemClock(), PageCounter(wire := HttpxTransport(settings))
    sessions = OpenSessions(_signing(pages, settings, clock, redactor))
    factory = ConnectionFactory(
        line=sessions,
        state=state,
        cleanup=TicketCleanup(state, settings.patience, usage_counter, clock),
        redactor=redactor,
        recorder=recorder,
        worker=worker,
        ledger=ledger,
        seed=options["seed"],
        certify=options["effort"] == "certify",
        called=called,
    )
    return _target(factory, settings, others, Line(wire, pages, sessions))


class Line(NamedTuple):
    """The lowest layers of the one line to a target, by what they know of it."""

    wire: HttpxTransport
    pages: PageCounter
    sessions: OpenSessions


def _target(factory: ConnectionFactory, settings: Settings, others: Mapping[Part, Settings], line: Line) -> Target:
    notifications = JobNotifications()
    actors = Actors(make=lambda part: factory.connect(others[part], part=part), parts=tuple(others))
    return Target(
        own=factory.connect(settings, notifications=notifications, users=ActorEndpoints(actors, factory.state)),
        actors=actors,
        state=factory.state,
        cleanup=factory.cleanup,
        notifications=notifications,
        redactor=factory.redactor,
        certificates=line.wire.certificates,
        versions=line.wire.versions,
        pages=line.pages,
        open_sessions=line.sessions,
    )


def _signing(line: Transport, settings: Settings, clock: SystemClock, redactor: Redactor) -> Transport:
    """Transport that signs with the run's access key."""
    return SigningTransport(line, credentials=settings.credentials, clock=clock, pass_by=redactor.pass_by)


def _redactor(key: bytes, shared_secrets: SharedSecrets, accounts: Iterable[Settings]) -> Redactor:
    """Redactor that knows the secrets of all accounts, and shares what it learns with the other processes."""
    redactor = Redactor(key, shared=shared_secrets)
    for one in accounts:
        for kind, secret in one.credentials.known().items():
            learn(redactor, kind, secret)
    return redactor


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionFactory:
    """Connects the users of one process; what they share is here."""

    line: Transport
    state: TargetState
    cleanup: TicketCleanup
    redactor: Redactor
    recorder: Recorder
    worker: str
    ledger: Path | None
    seed: object
    certify: bool
    called: Listener | None = None
    _sessions: dict[LogIn, SessionManager] = field(default_factory=dict)

    def connect(
        self,
        settings: Settings,
        *,
        part: Part | None = None,
        notifications: JobNotifications | None = None,
        users: Callable[[str, TicketEndpoint], TicketEndpoint] | None = None,
    ) -> ActorConnection:
        """Connect one user, with a ledger and clients of its own above the shared line.

        Users who log in alike share a session: a target may allow each user one session only.
        """
        worker = f"{self.worker}-{settings.part}" if settings.part else self.worker
        ledger = self._ledger(settings, worker)
        began = partial(self.cleanup.created, settings.part)
        line = LedgerTransport(self.line, ledger=ledger, clock=self.cleanup.clock, began=began) if ledger else self.line
        capped = QuotaTransport(line, usage_counter=self.cleanup.usage_counter, clock=self.cleanup.clock)
        look = client_of(self.seed, settings.part, certify=self.certify)
        breaker = CircuitBreaker(
            capped, probe=look.dressed(VERSION), clock=self.cleanup.clock, total=settings.patience.total
        )
        client = self._client(breaker, worker, look, notifications)
        sessions = self._sessions.setdefault(
            log_in_of(settings), SessionManager(client=client, settings=settings, learn=self.redactor.learn)
        )
        connection = ActorConnection(
            settings=settings,
            breaker=breaker,
            client=client,
            sessions=sessions,
            endpoint=self._endpoint(client, sessions, settings, part, users),
            ledger=ledger,
            cleaner=self._client(self._cleaning(line, settings, breaker.limits), f"{worker}-end", look),
        )
        self.cleanup.connections.append(connection)
        return connection

    def _endpoint(
        self,
        client: Client,
        sessions: SessionManager,
        settings: Settings,
        part: Part | None,
        users: Callable[[str, TicketEndpoint], TicketEndpoint] | None,
    ) -> TicketEndpoint:
        context = self.state.context
        return TicketEndpoint(
            sender=client,
            sessions=sessions,
            settings=settings,
            state=self.state,
            draft=draft_of(context_for(part, context) if part else context, context.name),
            users=users,
            quota=self.cleanup,
            vary=self._varied,
            calls=CallListeners(*([self.called] if self.called else ())),
            learn=self.redactor.learn,
        )

    def _varied(self, draft: Draft, number: int) -> Draft:
        """Draft of a further round, drawn from the seed of the run."""
        from pytest_zstack_ticket.strategies import varied_draft  # noqa: PLC0415 - imports Hypothesis

        return varied_draft(draft, self.state.profile.limits, seed=self.seed, number=number)

    def _ledger(self, settings: Settings, worker: str) -> Ledger | None:
        """Ledger of one user, beside that of the run's own user; None where nothing has to be deleted."""
        if self.ledger is None:
            return None
        part = settings.part
        path = self.ledger.with_name(f"{self.ledger.stem}-{part}.jsonl") if part else self.ledger
        return Ledger(path, ledger_head(settings, worker))

    def _cleaning(self, line: Transport, settings: Settings, limits: PageLimits) -> Transport:
        """Transport for cleanup: it is rate-limited, but not stopped by quota or breaker, and it retries."""
        bound = QuotaTransport(line, usage_counter=self.cleanup.usage_counter, clock=self.cleanup.clock, cleaning=True)
        return RetryTransport(bound, clock=self.cleanup.clock, patience=settings.patience.sweep, limits=limits)

    def _client(
        self, transport: Transport, worker: str, looks_like: HttpClient, notifications: JobNotifications | None = None
    ) -> Client:
        return Client(
            transport=transport,
            clock=self.cleanup.clock,
            redact=self.redactor.exchange,
            recorder=self.recorder,
            worker=worker,
            notifications=notifications,
            looks_like=looks_like,
        )


def ledger_head(settings: Settings, run: str) -> LedgerHead:
    """Describe how a cleanup reaches the target again as the same account."""
    return LedgerHead(
        run=run,
        url=settings.url,
        login=settings.login,
        user=settings.user,
        project=settings.project,
        ca=settings.ca,
        insecure=settings.insecure,
        patience=settings.patience.job,
        part=settings.part,
    )


def learn(redactor: Redactor, kind: str, secret: str) -> None:
    """Make a redactor search for a secret; one that is also a word of the API is searched for by its digest only."""
    if kind == "password":
        redactor.learn(SPOILT, spoilt_digest(secret))
        redactor.learn(SPOILT, half_of_digest(secret))
    if kind == "access-key":
        # a short secret can be found from any of them
        for digest in DIGESTS:
            redactor.learn("access-key-digest", hashlib.new(digest, secret.encode(), usedforsecurity=False).hexdigest())
    if kind == "two-factor":
        # six digits alone stand in many texts
        redactor.learn(kind, two_factor_tag(secret))
    elif secret in WORDS_OF_THE_API:
        redactor.learn(f"{kind}-digest", password_digest(secret))
    else:
        redactor.learn(kind, secret)
