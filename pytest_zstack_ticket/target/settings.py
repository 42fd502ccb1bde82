"""Run options turned into settings: URL, credentials, context and profile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from pytest_zstack_ticket.api.auth import password_variable
from pytest_zstack_ticket.api.capabilities import with_capabilities
from pytest_zstack_ticket.config.context_file import load_context
from pytest_zstack_ticket.config.options import RunOptions
from pytest_zstack_ticket.config.profile_file import load_profile
from pytest_zstack_ticket.config.secrets import SECRETS
from pytest_zstack_ticket.model.errors import ContextError, SettingsError
from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.settings import Credentials, Login, Patience, Settings
from pytest_zstack_ticket.model.ticket_context import Context, OtherUser, Part
from pytest_zstack_ticket.target.preflight import normalised_url

LogIn: TypeAlias = tuple[str, str, str]
ROOM = 24
"""Characters of a name that the run's own nonce and the spaces around both nonces take."""


def context_of(options: RunOptions) -> Context:
    """Return the context of the file that was given, or the page's sample, with the certifier's nonce in its names.

    Raises ContextError, and SettingsError for a name without room.
    """
    context = _given_context(options)
    nonce = options["nonce"]
    if options["unmarked"] and not (nonce and options["effort"] == "certify"):
        raise SettingsError("--zstack-unmarked: it is for runs with --zstack-effort=certify and --zstack-nonce.")
    if not nonce:
        return context
    longest = profile_of(options).limits.name - len(nonce) - ROOM
    if len(context.name.encode("utf-16-le", "surrogatepass")) // 2 > longest:
        raise SettingsError(
            f"--zstack-nonce: ticket.name of {options['context']} leaves no room for it. "
            f"Give it at most {longest} characters."
        )
    return replace(context, name=f"{context.name} {nonce}", request_name=f"{context.request_name} {nonce}", nonce=nonce)


def _given_context(options: RunOptions) -> Context:
    """Return the context of the file; without one the embedded simulator has its own users and allows approvals."""
    if options["context"]:
        return load_context(Path(options["context"]))
    return Context(users=_embedded_users(), allow_approve=True) if options.embedded else Context()


def profile_of(options: RunOptions) -> Profile:
    """Return the profile to judge by; what the options promise is a capability. Raises ProfileError."""
    profile = load_profile(options["profile"], release=options["release"])
    promised = frozenset({"webhook"} if options["webhook"] or options.embedded else ())
    return with_capabilities(profile, promised)


def settings_of(options: RunOptions, url: str) -> Settings:
    """Return how to reach the target. Raises SettingsError for a URL that is none."""
    patience = Patience(
        read=options["read-timeout"],
        job=options["job-timeout"],
        outage=options["outage-timeout"],
        total=options["total-timeout"] or None,
    )
    if options.embedded:
        credentials = _embedded_credentials()
        return Settings(url=url, user=options["user"], patience=patience, credentials=credentials, disposable=True)
    credentials = Credentials(**{name: options.secrets[name] for name in SECRETS})
    if options["ca"] and not Path(options["ca"]).is_file():
        raise SettingsError(f"--zstack-ca: {options['ca']} is not a file. Use a PEM file with the CA's certificate.")
    return Settings(
        url=normalised_url(url),
        login=_login(options, credentials),
        user=options["user"],
        project=options["project"],
        ca=options["ca"],
        insecure=options["insecure"],
        patience=patience,
        credentials=credentials,
    )


def user_settings(ours: Settings, part: Part, context: Context, options: RunOptions) -> Settings:
    """Return how another user reaches the target. Raises ContextError if there is no password for it."""
    person = context.users[part]
    password = options.secrets[f"{part}_password"]
    if not password and options.embedded:
        password = _embedded_credentials().password
    if not password:
        raise ContextError(
            f"{options['context']} names {person.login} {person.user!r} as {part}, but there is no password "
            f"for this user. Set {password_variable(part)} or {password_variable(part)}_FILE, or remove [{part}] from "
            "the file."
        )
    return replace(
        ours,
        login=person.login,
        user=person.user,
        project=person.project,
        credentials=Credentials(password=password),
        part=part,
    )


def log_in_of(settings: Settings) -> LogIn:
    """Identify a user of the target: two that log in alike are the same."""
    return settings.login, settings.user, settings.project


def require_passwords(options: RunOptions) -> None:
    """Check that the context can be used and that there is a password for each of its users. Raises ContextError."""
    context = context_of(options)
    for part in context.users:
        user_settings(Settings(url=""), part, context, options)


def _login(options: RunOptions, credentials: Credentials) -> Login:
    """Return how to log in: a session that was given, else a password, else an access key."""
    if credentials.session:
        return "session"
    by_key = credentials.access_key_id and credentials.access_key_secret and not credentials.password
    return "access-key" if by_key else options["login"]


def _embedded_users() -> dict[Part, OtherUser]:
    """Return the parts of the simulator's seeded users; the run's own user is its administrator."""
    from pytest_zstack_ticket.simulator.storage import seed_data  # noqa: PLC0415 - only the embedded simulator needs it

    alice: dict[str, Json] = {"projectUuid": seed_data.PROJECT_ONE, "virtualIDUuid": seed_data.ALICE}
    bob: dict[str, Json] = {"projectUuid": seed_data.PROJECT_TWO, "virtualIDUuid": seed_data.BOB}
    return {
        "owner": OtherUser(login="virtual-id", user="alice", project="p1", account_system_context=alice),
        "stranger": OtherUser(
            login="virtual-id",
            user="bob",
            project="p2",
            flow_collection=seed_data.FOREIGN_COLLECTION,
            account_system_context=bob,
        ),
        "approver": OtherUser(user="admin"),
    }


def _embedded_credentials() -> Credentials:
    from pytest_zstack_ticket.simulator.storage import seed_data  # noqa: PLC0415 - only the embedded simulator needs it

    return Credentials(
        password=seed_data.PASSWORD,
        access_key_id=seed_data.ACCESS_KEY_ID,
        access_key_secret=seed_data.ACCESS_KEY_SECRET,
    )
