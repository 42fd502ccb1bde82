"""Make ready to reach a target: settings, context and profile of the options, and the transports on each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pytest_zstack_ticket.core.auth import password_digest, password_variable, spoilt_digest
from pytest_zstack_ticket.core.detect import with_capabilities
from pytest_zstack_ticket.core.redact import SPOILT, Redactor
from pytest_zstack_ticket.edge.breaker import Breaker
from pytest_zstack_ticket.edge.capped import CappedTransport
from pytest_zstack_ticket.edge.client import Client
from pytest_zstack_ticket.edge.clock import SystemClock
from pytest_zstack_ticket.edge.files import load_context, load_profile
from pytest_zstack_ticket.edge.ledger import Ledger, LedgerHead, LedgerTransport
from pytest_zstack_ticket.edge.meter import Meter
from pytest_zstack_ticket.edge.patient import PatientTransport
from pytest_zstack_ticket.edge.preflight import VERSION, normalised_url
from pytest_zstack_ticket.edge.sessions import SessionKeeper
from pytest_zstack_ticket.edge.signing import SigningTransport
from pytest_zstack_ticket.edge.transport import HttpxTransport, Transport
from pytest_zstack_ticket.edge.whispers import Whispers
from pytest_zstack_ticket.endpoint import TicketEndpoint
from pytest_zstack_ticket.model.context import Context, Part, Person
from pytest_zstack_ticket.model.errors import ContextError, SettingsError
from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.settings import Credentials, Login, Patience, Settings
from pytest_zstack_ticket.options import SECRETS, Wishes
from pytest_zstack_ticket.people import Company, Hands, Introducer, context_for
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
    others = {part: person_settings(settings, part, context, wishes) for part in context.people}
    for one in (settings, *others.values()):
        for kind, secret in one.credentials.known().items():
            learn(redactor, kind, secret)
    clock = SystemClock()
    wire = HttpxTransport(settings)
    line = SigningTransport(wire, credentials=settings.credentials, clock=clock, pass_by=redactor.pass_by)
    ground = Ground(line=line, meter=meter, clock=clock, redactor=redactor, recorder=recorder, worker=worker)
    ours = ground.hands(settings, profile=judged_by, context=context, ledger=ledger)
    target = Target(
        settings=settings,
        context=context,
        profile=judged_by,
        redactor=redactor,
        breaker=ours.breaker,
        client=ours.client,
        keeper=ours.keeper,
        endpoint=ours.endpoint,
        meter=meter,
        clock=clock,
        ledger=ours.ledger,
        cleaner=ours.cleaner,
        certificates=wire.certificates,
        versions=wire.versions,
    )
    ours.endpoint.make_room, ours.endpoint.settle = target.make_room, target.settle

    def make(part: Part) -> Hands:
        beside = ledger.with_name(f"{ledger.stem}-{part}.jsonl") if ledger else None
        return ground.hands(
            others[part],
            profile=target.profile,
            context=context_for(part, target.context),
            ledger=beside,
            keeper=ours.keeper if same_log_in(settings, others[part]) else None,
        )

    target.company = Company(make=make, parts=tuple(context.people))
    ours.endpoint.introduce = Introducer(target.company, ours.endpoint, target.draft_for)
    return target


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What all who reach a target from one process share."""

    line: Transport
    meter: Meter
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
        keeper: SessionKeeper | None = None,
    ) -> Hands:
        """Return how somebody reaches the target: log-in, ledger and clients of his own above the shared line.

        With another's `keeper` he uses that session: a target may allow one person one session alone.
        """
        worker = f"{self.worker}-{settings.part}" if settings.part else self.worker
        book = Ledger(ledger, ledger_head(settings, worker)) if ledger else None
        line = LedgerTransport(self.line, ledger=book, clock=self.clock) if book else self.line
        capped = CappedTransport(line, meter=self.meter, clock=self.clock)
        breaker = Breaker(capped, probe=VERSION, clock=self.clock, total=settings.patience.total)
        client = self._client(breaker, worker)
        keeper = keeper or SessionKeeper(client=client, settings=settings, learn=self.redactor.learn)
        bound = CappedTransport(line, meter=self.meter, clock=self.clock, cleaning=True)
        cleaning = PatientTransport(bound, clock=self.clock, patience=settings.patience.sweep)
        endpoint = TicketEndpoint(
            sender=client,
            keeper=keeper,
            settings=settings,
            profile=profile,
            context=context,
            draft=draft_of(context, context.name),
        )
        return Hands(
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


def context_of(wishes: Wishes) -> Context:
    """Return the context of the file that was given, or the page's sample, with the certifier's nonce in its names.

    Raises ContextError, and SettingsError for a name without room.
    """
    context = _context_told(wishes)
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


def _context_told(wishes: Wishes) -> Context:
    """Return the context of the file; without one the embedded endpoint has its own people and lets us approve."""
    if wishes["context"]:
        return load_context(Path(wishes["context"]))
    return Context(people=_embedded_people(), allow_approve=True) if wishes.embedded else Context()


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
    credentials = Credentials(**{name: wishes.secrets[name] for name in SECRETS})
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


def person_settings(ours: Settings, part: Part, context: Context, wishes: Wishes) -> Settings:
    """Return how somebody beside us reaches the target. Raises ContextError if there is no password for him."""
    person = context.people[part]
    password = wishes.secrets[f"{part}_password"]
    if not password and wishes.embedded:
        password = _embedded_credentials().password
    if not password:
        raise ContextError(
            f"{wishes['context']} names {person.login} {person.user!r} as {part}, but there is no password for him. "
            f"Set {password_variable(part)} or {password_variable(part)}_FILE, or take [{part}] out of the file."
        )
    return replace(
        ours,
        login=person.login,
        user=person.user,
        project=person.project,
        credentials=Credentials(password=password),
        part=part,
    )


def same_log_in(one: Settings, other: Settings) -> bool:
    """Return True if two people are one: they log in alike."""
    return (one.login, one.user, one.project) == (other.login, other.user, other.project)


def require_passwords(wishes: Wishes) -> None:
    """See that the context can be used and that there is a password for each of its people. Raises ContextError."""
    context = context_of(wishes)
    for part in context.people:
        person_settings(Settings(url=""), part, context, wishes)


def _login(wishes: Wishes, credentials: Credentials) -> Login:
    """Return how to log in: a session that was given, else a password, else an access key."""
    if credentials.session:
        return "session"
    by_key = credentials.access_key_id and credentials.access_key_secret and not credentials.password
    return "access-key" if by_key else wishes["login"]


def _embedded_people() -> dict[Part, Person]:
    """Return who the seeded people of the embedded endpoint are to the tests: we are its administrator there."""
    from pytest_zstack_ticket.simulator import seeds  # noqa: PLC0415 - only the embedded endpoint needs it

    alice: dict[str, Json] = {"projectUuid": seeds.PROJECT_ONE, "virtualIDUuid": seeds.ALICE}
    bob: dict[str, Json] = {"projectUuid": seeds.PROJECT_TWO, "virtualIDUuid": seeds.BOB}
    return {
        "owner": Person(login="virtual-id", user="alice", project="p1", account_system_context=alice),
        "stranger": Person(
            login="virtual-id",
            user="bob",
            project="p2",
            flow_collection=seeds.FOREIGN_COLLECTION,
            account_system_context=bob,
        ),
        "approver": Person(user="admin"),
    }


def _embedded_credentials() -> Credentials:
    from pytest_zstack_ticket.simulator import seeds  # noqa: PLC0415 - only the embedded endpoint needs it

    return Credentials(
        password=seeds.PASSWORD, access_key_id=seeds.ACCESS_KEY_ID, access_key_secret=seeds.ACCESS_KEY_SECRET
    )
