"""The target as one process sees it: how it is reached, the session on it, and what was learned about it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol, TypeAlias
from urllib.parse import urlsplit

from pytest_zstack_ticket.core.auth import password_digest
from pytest_zstack_ticket.core.detect import created_capabilities, narrowed, shows_schema, with_capabilities
from pytest_zstack_ticket.core.redact import Redactor
from pytest_zstack_ticket.edge.breaker import Breaker
from pytest_zstack_ticket.edge.client import Client
from pytest_zstack_ticket.edge.clock import SystemClock
from pytest_zstack_ticket.edge.files import load_context, load_profile
from pytest_zstack_ticket.edge.preflight import VERSION, examine_target, normalised_url, require_endpoint
from pytest_zstack_ticket.edge.sessions import SessionKeeper
from pytest_zstack_ticket.edge.signing import SigningTransport
from pytest_zstack_ticket.edge.transport import HttpxTransport
from pytest_zstack_ticket.endpoint import TicketEndpoint
from pytest_zstack_ticket.model.context import Context
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.exchange import Exchange
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.settings import Credentials, Login, Patience, Settings
from pytest_zstack_ticket.model.ticket import Draft
from pytest_zstack_ticket.model.verdict import Example, Observation
from pytest_zstack_ticket.options import Wishes
from pytest_zstack_ticket.trail import Trail

PLAIN_NAME = "conformance test, safe to delete"
"""Stands in for the bilingual name on a target that refuses every name beyond ASCII."""

Kind: TypeAlias = Literal["embedded", "laboratory", "foreign"]
WORDS_OF_THE_API = frozenset({"password", "session", "account", "inventory"})
"""Passwords that people have, and that stand in bodies for other reasons."""


class Recorder(Protocol):
    """What keeps the exchanges, examples and observations of a process."""

    def exchange(self, exchange: Exchange, /) -> None:
        """Keep one redacted exchange."""
        ...

    def example(self, example: Example, /) -> None:
        """Keep one example."""
        ...

    def observation(self, observation: Observation, /) -> None:
        """Keep one observation."""
        ...

    def close(self) -> None:
        """See that everything is on the disk."""
        ...


class NoRecorder:
    """Keeps nothing: for runs that write no evidence."""

    def exchange(self, exchange: Exchange, /) -> None:
        """Forget it."""

    def example(self, example: Example, /) -> None:
        """Forget it."""

    def observation(self, observation: Observation, /) -> None:
        """Forget it."""

    def close(self) -> None:
        """Nothing is open."""


@dataclass(slots=True)
class Target:
    """What one process holds of the target; `close` ends its sessions and connections."""

    settings: Settings
    context: Context
    profile: Profile
    redactor: Redactor
    breaker: Breaker
    client: Client
    keeper: SessionKeeper
    endpoint: TicketEndpoint

    @property
    def kind(self) -> Kind:
        """Whether the target is a laboratory (on this machine) or somebody's cloud."""
        return "laboratory" if is_loopback(self.settings.url) else "foreign"

    def learn(self) -> None:
        """Make sure that a verdict can be formed, and learn release and capabilities. Raises TargetError."""
        from pytest_zstack_ticket.strategies import marked_draft  # noqa: PLC0415 - imports Hypothesis

        found = examine_target(client=self.client, keeper=self.keeper, settings=self.settings, profile=self.profile)
        self._judge_by(found)
        trail = self._calibrated(found)
        require_endpoint(trail.exchanges, self.settings, found)
        found = with_capabilities(narrowed(found, trail.exchanges), created_capabilities(trail.exchanges, found))
        if "inventory" in found.capabilities and found.oldest != found.newest:
            found = narrowed(found, self.endpoint.create(marked_draft(self.context)).exchanges)
        self._judge_by(found)
        if "accepted" in found.capabilities and self._shows_schema():
            self._judge_by(with_capabilities(found, frozenset({"schema"})))

    def _calibrated(self, profile: Profile) -> Trail:
        """Return the calibration's trail: with a name in ASCII alone if the bilingual one is what was refused."""
        trail = self.endpoint.calibration
        if "accepted" not in created_capabilities(trail.exchanges, profile):
            plain = self.endpoint.create(draft_of(self.context, PLAIN_NAME))
            if "accepted" in created_capabilities(plain.exchanges, profile):
                self.call_tickets(PLAIN_NAME)
                self.endpoint.calibration = trail = plain
        return trail

    def call_tickets(self, name: str) -> None:
        """Let the calibration draft, and all that is made of it, have another name."""
        self.context = replace(self.context, name=name)
        self.endpoint.calibration_draft = draft_of(self.context, name)

    def _shows_schema(self) -> bool:
        draft = self.endpoint.calibration_draft
        return shows_schema(self.endpoint.create(draft, headers=(("X-JSON-Schema", "true"),)).exchanges)

    def _judge_by(self, profile: Profile) -> None:
        self.profile = self.endpoint.profile = profile
        known: Trail | None = self.endpoint.__dict__.get("calibration")
        if known is not None:
            self.endpoint.calibration = replace(known, profile=profile)

    def close(self) -> None:
        """Log out and give up connections."""
        self.keeper.close()
        self.breaker.close()


def draft_of(context: Context, name: str) -> Draft:
    """Return the calibration draft of a context, with a name."""
    from pytest_zstack_ticket.strategies import calibration_draft  # noqa: PLC0415 - imports Hypothesis

    return calibration_draft(replace(context, name=name))


def open_target(  # noqa: PLR0913 - what a target is made of
    wishes: Wishes, *, url: str, key: bytes, recorder: Recorder, worker: str, profile: Profile | None = None
) -> Target:
    """Make ready to reach a target; nothing is sent yet. Raises our UsageError for files that cannot be used."""
    settings = settings_of(wishes, url)
    context = context_of(wishes)
    judged_by = profile or profile_of(wishes)
    redactor = Redactor(key)
    for kind, secret in settings.credentials.known().items():
        learn(redactor, kind, secret)
    clock = SystemClock()
    signing = SigningTransport(HttpxTransport(settings), credentials=settings.credentials, clock=clock)
    breaker = Breaker(signing, probe=VERSION, clock=clock, total=settings.patience.total)
    client = Client(transport=breaker, clock=clock, redact=redactor.exchange, recorder=recorder, worker=worker)
    keeper = SessionKeeper(client=client, settings=settings, learn=redactor.learn)
    endpoint = TicketEndpoint(
        sender=client,
        keeper=keeper,
        settings=settings,
        profile=judged_by,
        context=context,
        draft=draft_of(context, context.name),
    )
    return Target(settings, context, judged_by, redactor, breaker, client, keeper, endpoint)


def learn(redactor: Redactor, kind: str, secret: str) -> None:
    """Let a redactor look for a secret; one that is a word of the API is looked for by its digest only."""
    if secret in WORDS_OF_THE_API:
        redactor.learn(f"{kind}-digest", password_digest(secret))
    else:
        redactor.learn(kind, secret)


def context_of(wishes: Wishes) -> Context:
    """Return the context of the file that was given, or the page's sample. Raises ContextError."""
    return load_context(Path(wishes["context"])) if wishes["context"] else Context()


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


def is_loopback(url: str) -> bool:
    """Return True if a URL's host is this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
