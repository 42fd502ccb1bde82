"""Run options turned into settings: URL, credentials, context and profile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pytest_zstack_ticket.api.auth import password_variable
from pytest_zstack_ticket.api.capabilities import with_capabilities
from pytest_zstack_ticket.config.context_file import load_context
from pytest_zstack_ticket.config.options import SECRETS, RunOptions
from pytest_zstack_ticket.config.profile_file import load_profile
from pytest_zstack_ticket.model.errors import ContextError, SettingsError
from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.settings import Credentials, Login, Patience, Settings
from pytest_zstack_ticket.model.ticket_context import Context, Part, Person
from pytest_zstack_ticket.target.preflight import normalised_url

ROOM = 24


def context_of(wishes: RunOptions) -> Context:
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


def _context_told(wishes: RunOptions) -> Context:
    """Return the context of the file; without one the embedded endpoint has its own people and lets us approve."""
    if wishes["context"]:
        return load_context(Path(wishes["context"]))
    return Context(people=_embedded_people(), allow_approve=True) if wishes.embedded else Context()


def profile_of(wishes: RunOptions) -> Profile:
    """Return the profile to judge by; what the options promise is a capability. Raises ProfileError."""
    profile = load_profile(wishes["profile"], release=wishes["release"])
    promised = frozenset({"webhook"} if wishes["webhook"] or wishes.embedded else ())
    return with_capabilities(profile, promised)


def settings_of(wishes: RunOptions, url: str) -> Settings:
    """Return how to reach the target. Raises SettingsError for a URL that is none."""
    patience = Patience(read=wishes["read-timeout"], job=wishes["job-timeout"], total=wishes["total-timeout"] or None)
    if wishes.embedded:
        credentials = _embedded_credentials()
        return Settings(url=url, user=wishes["user"], patience=patience, credentials=credentials, disposable=True)
    credentials = Credentials(**{name: wishes.secrets[name] for name in SECRETS})
    if wishes["ca"] and not Path(wishes["ca"]).is_file():
        raise SettingsError(f"--zstack-ca: {wishes['ca']} is not a file. Use a PEM file with the CA's certificate.")
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


def person_settings(ours: Settings, part: Part, context: Context, wishes: RunOptions) -> Settings:
    """Return how somebody beside us reaches the target. Raises ContextError if there is no password for him."""
    person = context.people[part]
    password = wishes.secrets[f"{part}_password"]
    if not password and wishes.embedded:
        password = _embedded_credentials().password
    if not password:
        raise ContextError(
            f"{wishes['context']} names {person.login} {person.user!r} as {part}, but there is no password "
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


def same_log_in(one: Settings, other: Settings) -> bool:
    """Return True if two people are one: they log in alike."""
    return (one.login, one.user, one.project) == (other.login, other.user, other.project)


def require_passwords(wishes: RunOptions) -> None:
    """See that the context can be used and that there is a password for each of its people. Raises ContextError."""
    context = context_of(wishes)
    for part in context.people:
        person_settings(Settings(url=""), part, context, wishes)


def _login(wishes: RunOptions, credentials: Credentials) -> Login:
    """Return how to log in: a session that was given, else a password, else an access key."""
    if credentials.session:
        return "session"
    by_key = credentials.access_key_id and credentials.access_key_secret and not credentials.password
    return "access-key" if by_key else wishes["login"]


def _embedded_people() -> dict[Part, Person]:
    """Return who the seeded people of the embedded endpoint are to the tests: we are its administrator there."""
    from pytest_zstack_ticket.simulator.storage import seed_data  # noqa: PLC0415 - only the embedded endpoint needs it

    alice: dict[str, Json] = {"projectUuid": seed_data.PROJECT_ONE, "virtualIDUuid": seed_data.ALICE}
    bob: dict[str, Json] = {"projectUuid": seed_data.PROJECT_TWO, "virtualIDUuid": seed_data.BOB}
    return {
        "owner": Person(login="virtual-id", user="alice", project="p1", account_system_context=alice),
        "stranger": Person(
            login="virtual-id",
            user="bob",
            project="p2",
            flow_collection=seed_data.FOREIGN_COLLECTION,
            account_system_context=bob,
        ),
        "approver": Person(user="admin"),
    }


def _embedded_credentials() -> Credentials:
    from pytest_zstack_ticket.simulator.storage import seed_data  # noqa: PLC0415 - only the embedded endpoint needs it

    return Credentials(
        password=seed_data.PASSWORD,
        access_key_id=seed_data.ACCESS_KEY_ID,
        access_key_secret=seed_data.ACCESS_KEY_SECRET,
    )
