"""Make ready to reach a target: settings, context and profile of the options, and the transports on each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pytest_zstack_ticket.api.auth import password_digest, spoilt_digest
from pytest_zstack_ticket.cleanup.ledger import Ledger, LedgerHead
from pytest_zstack_ticket.cleanup.ledger_transport import LedgerTransport
from pytest_zstack_ticket.client.client import Client
from pytest_zstack_ticket.client.endpoint import TicketEndpoint
from pytest_zstack_ticket.client.recorder import Recorder
from pytest_zstack_ticket.client.session_manager import SessionManager
from pytest_zstack_ticket.config.options import RunOptions
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.model.ticket_context import Context, Part
from pytest_zstack_ticket.redaction.redactor import SPOILT, Redactor
from pytest_zstack_ticket.redaction.shared_secrets import SharedSecrets
from pytest_zstack_ticket.target.actors import ActorConnection, ActorEndpoints, Actors, context_for
from pytest_zstack_ticket.target.preflight import VERSION
from pytest_zstack_ticket.target.settings import context_of, person_settings, profile_of, same_log_in, settings_of
from pytest_zstack_ticket.target.target import Target, draft_of
from pytest_zstack_ticket.transport.base import Transport
from pytest_zstack_ticket.transport.circuit_breaker import CircuitBreaker
from pytest_zstack_ticket.transport.clock import SystemClock
from pytest_zstack_ticket.transport.httpx_transport import HttpxTransport
from pytest_zstack_ticket.transport.quota import QuotaTransport
from pytest_zstack_ticket.transport.retry import RetryTransport
from pytest_zstack_ticket.transport.signing import SigningTransport
from pytest_zstack_ticket.transport.usage_counter import SharedUsageCounter

"""Characters of a name that our own nonce and the spaces around both take."""
WORDS_OF_THE_API = frozenset({"password", "session", "account", "inventory"})
"""Passwords that people have, and that stand in bodies for other reasons."""


def open_target(  # noqa: PLR0913 - what a target is made of
    wishes: RunOptions,
    *,
    url: str,
    key: bytes,
    recorder: Recorder,
    worker: str,
    usage_counter: SharedUsageCounter,
    shared_secrets: SharedSecrets,
    ledger: Path | None = None,
    profile: Profile | None = None,
) -> Target:
    """Make ready to reach a target; nothing is sent yet. Raises our UsageError for files that cannot be used."""
    settings = settings_of(wishes, url)
    context = context_of(wishes)
    judged_by = profile or profile_of(wishes)
    others = {part: person_settings(settings, part, context, wishes) for part in context.people}
    redactor = _redactor(key, shared_secrets, [settings, *others.values()])
    clock = SystemClock()
    wire = HttpxTransport(settings)
    line = SigningTransport(wire, credentials=settings.credentials, clock=clock, pass_by=redactor.pass_by)
    ground = ConnectionFactory(
        line=line, usage_counter=usage_counter, clock=clock, redactor=redactor, recorder=recorder, worker=worker
    )
    ours = ground.hands(settings, profile=judged_by, context=context, ledger=ledger)
    target = _target(ground, ours, wire, context=context, profile=judged_by)
    ours.endpoint.make_room, ours.endpoint.settle = target.make_room, target.settle
    _bring_others(target, ground, ours, others, ledger=ledger)
    return target


def _target(
    ground: ConnectionFactory, ours: ActorConnection, wire: HttpxTransport, *, context: Context, profile: Profile
) -> Target:
    return Target(
        settings=ours.settings,
        context=context,
        profile=profile,
        redactor=ground.redactor,
        breaker=ours.breaker,
        client=ours.client,
        keeper=ours.keeper,
        endpoint=ours.endpoint,
        usage_counter=ground.usage_counter,
        clock=ground.clock,
        ledger=ours.ledger,
        cleaner=ours.cleaner,
        certificates=wire.certificates,
        versions=wire.versions,
    )


def _bring_others(
    target: Target,
    ground: ConnectionFactory,
    ours: ActorConnection,
    others: Mapping[Part, Settings],
    *,
    ledger: Path | None,
) -> None:
    """Let the endpoint reach the target as other users too; each logs in when a test first needs it."""

    def make(part: Part) -> ActorConnection:
        beside = ledger.with_name(f"{ledger.stem}-{part}.jsonl") if ledger else None
        return ground.hands(
            others[part],
            profile=target.profile,
            context=context_for(part, target.context),
            ledger=beside,
            keeper=ours.keeper if same_log_in(target.settings, others[part]) else None,
        )

    target.company = Actors(make=make, parts=tuple(others))
    ours.endpoint.introduce = ActorEndpoints(target.company, ours.endpoint, target.draft_for)


def _redactor(key: bytes, shared_secrets: SharedSecrets, accounts: Iterable[Settings]) -> Redactor:
    """Make what takes secrets out of exchanges: it knows those of all accounts, and shares them with other workers."""
    redactor = Redactor(key)
    redactor.tell = shared_secrets.tell
    redactor.hear = partial(shared_secrets.hear, redactor.learn)
    for one in accounts:
        for kind, secret in one.credentials.known().items():
            learn(redactor, kind, secret)
    return redactor


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionFactory:
    """What all who reach a target from one process share."""

    line: Transport
    usage_counter: SharedUsageCounter
    clock: SystemClock
    redactor: Redactor
    recorder: Recorder
    worker: str

    def hands(
        self,
        settings: Settings,
        *,
        profile: Profile,
        context: Context,
        ledger: Path | None,
        keeper: SessionManager | None = None,
    ) -> ActorConnection:
        """Return how somebody reaches the target: log-in, ledger and clients of his own above the shared line.

        With another's `keeper` he uses that session: a target may allow one person one session alone.
        """
        worker = f"{self.worker}-{settings.part}" if settings.part else self.worker
        book = Ledger(ledger, ledger_head(settings, worker)) if ledger else None
        line = LedgerTransport(self.line, ledger=book, clock=self.clock) if book else self.line
        capped = QuotaTransport(line, usage_counter=self.usage_counter, clock=self.clock)
        breaker = CircuitBreaker(capped, probe=VERSION, clock=self.clock, total=settings.patience.total)
        client = self._client(breaker, worker)
        keeper = keeper or SessionManager(client=client, settings=settings, learn=self.redactor.learn)
        bound = QuotaTransport(line, usage_counter=self.usage_counter, clock=self.clock, cleaning=True)
        cleaning = RetryTransport(bound, clock=self.clock, patience=settings.patience.sweep)
        endpoint = TicketEndpoint(
            sender=client,
            keeper=keeper,
            settings=settings,
            profile=profile,
            context=context,
            draft=draft_of(context, context.name),
        )
        return ActorConnection(
            settings=settings,
            breaker=breaker,
            client=client,
            keeper=keeper,
            endpoint=endpoint,
            ledger=book,
            cleaner=self._client(cleaning, f"{worker}-end"),
        )

    def _client(self, transport: Transport, worker: str) -> Client:
        redact = self.redactor.exchange
        return Client(transport=transport, clock=self.clock, redact=redact, recorder=self.recorder, worker=worker)


def ledger_head(settings: Settings, run: str) -> LedgerHead:
    """Return what a sweep has to know to reach the target again as the same account."""
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
    """Let a redactor look for a secret; one that is a word of the API is looked for by its digest only."""
    if kind == "password":
        redactor.learn(SPOILT, spoilt_digest(secret))
    if secret in WORDS_OF_THE_API:
        redactor.learn(f"{kind}-digest", password_digest(secret))
    else:
        redactor.learn(kind, secret)
