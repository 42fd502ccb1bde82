"""Make ready to reach a target: settings, context and profile of the options, and the transports on each other."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from pytest_zstack_ticket.core.auth import password_digest
from pytest_zstack_ticket.core.detect import with_capabilities
from pytest_zstack_ticket.core.redact import Redactor
from pytest_zstack_ticket.edge.breaker import Breaker
from pytest_zstack_ticket.edge.capped import CappedTransport
from pytest_zstack_ticket.edge.client import Client
from pytest_zstack_ticket.edge.clock import SystemClock
from pytest_zstack_ticket.edge.files import load_context, load_profile
from pytest_zstack_ticket.edge.ledger import Ledger, LedgerHead, LedgerTransport
from pytest_zstack_ticket.edge.meter import Meter
from pytest_zstack_ticket.edge.preflight import VERSION, normalised_url
from pytest_zstack_ticket.edge.sessions import SessionKeeper
from pytest_zstack_ticket.edge.signing import SigningTransport
from pytest_zstack_ticket.edge.transport import HttpxTransport, Transport
from pytest_zstack_ticket.edge.whispers import Whispers
from pytest_zstack_ticket.endpoint import TicketEndpoint
from pytest_zstack_ticket.model.context import Context
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.settings import Credentials, Login, Patience, Settings
from pytest_zstack_ticket.options import Wishes
from pytest_zstack_ticket.target import Recorder, Target, draft_of

ROOM = 24
"""Characters of a name that our own nonce and the spaces around both take."""
WORDS_OF_THE_API = frozenset({"password", "session", "account", "inventory"})
"""Passwords that people have, and that stand in bodies for other reasons."""


def open_target(  # noqa: PLR0913 - what a target is made of
    wishes: Wishes,
    *,
    url: str,
    key: bytes,
    recorder: Recorder,
    worker: str,
    meter: Meter,
    whispers: Whispers,
    ledger: Path | None = None,
    profile: Profile | None = None,
) -> Target:
    """Make ready to reach a target; nothing is sent yet. Raises our UsageError for files that cannot be used."""
    settings = settings_of(wishes, url)
    context = context_of(wishes)
    judged_by = profile or profile_of(wishes)
    redactor = Redactor(key)
    redactor.tell = whispers.tell
    redactor.hear = partial(whispers.hear, redactor.learn)
    for kind, secret in settings.credentials.known().items():
        learn(redactor, kind, secret)
    clock = SystemClock()
    book = Ledger(ledger, ledger_head(settings, worker)) if ledger else None
    wire = HttpxTransport(settings)
    line: Transport = SigningTransport(wire, credentials=settings.credentials, clock=clock, pass_by=redactor.pass_by)
    line = LedgerTransport(line, ledger=book, clock=clock) if book else line
    capped = CappedTransport(line, meter=meter, clock=clock)
    breaker = Breaker(capped, probe=VERSION, clock=clock, total=settings.patience.total)
    client = Client(transport=breaker, clock=clock, redact=redactor.exchange, recorder=recorder, worker=worker)
    keeper = SessionKeeper(client=client, settings=settings, learn=redactor.learn)
    cleaner = Client(
        transport=CappedTransport(line, meter=meter, clock=clock, cleaning=True),
        clock=clock,
        redact=redactor.exchange,
        recorder=recorder,
        worker=f"{worker}-end",
    )
    endpoint = TicketEndpoint(
        sender=client,
        keeper=keeper,
        settings=settings,
        profile=judged_by,
        context=context,
        draft=draft_of(context, context.name),
    )
    target = Target(
        settings=settings,
        context=context,
        profile=judged_by,
        redactor=redactor,
        breaker=breaker,
        client=client,
        keeper=keeper,
        endpoint=endpoint,
        meter=meter,
        clock=clock,
        ledger=book,
        cleaner=cleaner,
        certificates=wire.certificates,
    )
    endpoint.make_room = target.make_room
    return target


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
    )


def learn(redactor: Redactor, kind: str, secret: str) -> None:
    """Let a redactor look for a secret; one that is a word of the API is looked for by its digest only."""
    if secret in WORDS_OF_THE_API:
        redactor.learn(f"{kind}-digest", password_digest(secret))
    else:
        redactor.learn(kind, secret)


def context_of(wishes: Wishes) -> Context:
    """Return the context of the file that was given, or the page's sample, with the certifier's nonce in its names.

    Raises ContextError, and SettingsError for a name without room.
    """
    context = load_context(Path(wishes["context"])) if wishes["context"] else Context()
    nonce = wishes["nonce"]
    if not nonce:
        return context
    longest = profile_of(wishes).limits.name - len(nonce) - ROOM
    if len(context.name.encode("utf-16-le", "surrogatepass")) // 2 > longest:
        raise SettingsError(
            f"--zstack-nonce: ticket.name of {wishes['context']} leaves no room for it. "
            f"Give it at most {longest} characters."
        )
    return replace(context, name=f"{context.name} {nonce}", request_name=f"{context.request_name} {nonce}", nonce=nonce)


def profile_of(wishes: Wishes) -> Profile:
    """Return the profile to judge by; what the options promise is a capability. Raises ProfileError."""
    profile = load_profile(wishes["profile"], release=wishes["release"])
    promised = frozenset({"webhook"} if wishes["webhook"] or wishes.embedded else ())
    return with_capabilities(profile, promised)


def settings_of(wishes: Wishes, url: str) -> Settings:
    """Return how to reach the target. Raises SettingsError for a URL that is none."""
    patience = Patience(read=wishes["read-timeout"], job=wishes["job-timeout"], total=wishes["total-timeout"] or None)
    if wishes.embedded:
        return Settings(url=url, user=wishes["user"], patience=patience, credentials=_embedded_credentials())
    credentials = Credentials(**wishes.secrets)
    if wishes["ca"] and not Path(wishes["ca"]).is_file():
        raise SettingsError(f"--zstack-ca: {wishes['ca']} is no file. Give a PEM file with the CA's certificate.")
    return Settings(
        url=normalised_url(url),
        login=_login(wishes, credentials),
        user=wishes["user"],
        project=wishes["project"],
        ca=wishes["ca"],
        insecure=wishes["insecure"],
        patience=patience,
        credentials=credentials,
    )


def _login(wishes: Wishes, credentials: Credentials) -> Login:
    """Return how to log in: a session that was given, else a password, else an access key."""
    if credentials.session:
        return "session"
    by_key = credentials.access_key_id and credentials.access_key_secret and not credentials.password
    return "access-key" if by_key else wishes["login"]


def _embedded_credentials() -> Credentials:
    from pytest_zstack_ticket.simulator import seeds  # noqa: PLC0415 - only the embedded endpoint needs it

    return Credentials(
        password=seeds.PASSWORD, access_key_id=seeds.ACCESS_KEY_ID, access_key_secret=seeds.ACCESS_KEY_SECRET
    )
