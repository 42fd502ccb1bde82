"""What happens before any verdict: find the API, log in, see whether there is a ticket service.

Trouble here is a TargetError with one clear sentence, never a failed requirement.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from pytest_zstack_ticket.core.auth import login_request, logout_request, project_request, read_session
from pytest_zstack_ticket.core.classify import looks_like_page
from pytest_zstack_ticket.core.decode import decode
from pytest_zstack_ticket.core.detect import told_release, with_capabilities, with_release
from pytest_zstack_ticket.edge.client import Client
from pytest_zstack_ticket.model.errors import (
    LoginError,
    NoTicketServiceError,
    NotZStackError,
    SettingsError,
    TargetError,
    TlsError,
    UnreachableError,
)
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Request, Response
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.settings import Session, Settings
from pytest_zstack_ticket.model.ticket import JSON_UTF8

CONTEXT_ROOT = "/zstack"
VERSION = Request(
    method="PUT",
    path="/v1/management-nodes/actions",
    headers=(("Content-Type", JSON_UTF8),),
    body=json.dumps({"getVersion": {}}).encode(),
)


def normalised_url(url: str) -> str:
    """Return a base URL with its context root. Raises SettingsError for anything that is no http(s) URL of a host."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    try:
        port = parts.port
    except ValueError as error:
        raise SettingsError(f"--zstack-url {url}: the port is no number from 1 to 65535.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"--zstack-url {url}: write http://HOST:PORT or https://HOST:PORT, or embedded.")
    if parts.username or parts.password:
        raise SettingsError("--zstack-url holds a user or a password. Give them in --zstack-user and ZSTACK_PASSWORD.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    where = f"{host}:{port}" if port else host
    path = parts.path.rstrip("/").removesuffix("/v1/tickets").removesuffix("/v1")
    return f"{parts.scheme}://{where}{path or CONTEXT_ROOT}"


class SessionKeeper:
    """Logs in when a session is first needed, again when it has died, and out at the end. Safe for many threads."""

    def __init__(self, *, client: Client, settings: Settings, learn: Callable[[str, str], None]) -> None:
        self._client = client
        self._settings = settings
        self._learn = learn
        self._lock = threading.RLock()
        self._session: Session | None = None
        self._others: list[Session] = []

    @property
    def session(self) -> Session:
        """The session that the run uses now. Raises TargetError if there can be none."""
        with self._lock:
            if self._session is None:
                self._session = self._first()
            return self._session

    def another(self) -> Session:
        """Log in once more and return that session. Raises TargetError."""
        session = self._log_in()
        with self._lock:
            self._others.append(session)
        return session

    def renew(self, dead: Session) -> Session:
        """Log in again because a session died; whoever comes second gets the session of the first."""
        with self._lock:
            if self._session is None or self._session.uuid == dead.uuid:
                if self._settings.login in ("session", "access-key"):
                    raise LoginError(
                        "the target no longer takes ZSTACK_SESSION or the access key. Give a fresh one, or let us log "
                        "in with ZSTACK_PASSWORD."
                    )
                self._session = self._log_in()
            return self._session

    def close(self) -> None:
        """Log out every session that we made; what goes wrong then harms nobody."""
        with self._lock:
            mine = [*self._others]
            if self._session is not None and self._session.kind in ("account", "virtual-id"):
                mine.append(self._session)
            self._others, self._session = [], None
        for session in mine:
            self._client.send(logout_request(session.uuid))

    def _first(self) -> Session:
        credentials = self._settings.credentials
        if self._settings.login == "session":
            self._learn("session", credentials.session)
            return Session(uuid=credentials.session, kind="session")
        if self._settings.login == "access-key":
            return Session(uuid=credentials.access_key_id, kind="access-key")
        return self._log_in()

    def _log_in(self) -> Session:
        settings = self._settings
        if not settings.credentials.password:
            raise LoginError(
                "there is no password. Set ZSTACK_PASSWORD, or give a session in ZSTACK_SESSION or an access key."
            )
        request = login_request(settings.login, settings.user, settings.credentials.password)
        session = self._read(request, f"{settings.login} {settings.user!r}")
        if settings.project:
            session = self._read(project_request(session, settings.project), f"project {settings.project!r}")
        return session

    def _read(self, request: Request, who: str) -> Session:
        raw, _ = self._client.send(request)
        require_answer(raw, self._settings)
        if isinstance(raw.answer, Response) and looks_like_page(raw.answer.body):
            raise NotZStackError(
                f"{self._settings.url} answers an HTML page (status {raw.answer.status}) where ZStack logs in. "
                "Check the host and the port: the API is usually on port 8080, the user interface on another."
            )
        session = read_session((raw,), login=self._settings.login, who=who)
        self._learn("session", session.uuid)
        return session


def require_answer(exchange: Exchange, settings: Settings) -> Response:
    """Return the answer of an exchange. Raises UnreachableError or TlsError if there is none."""
    answer = exchange.answer
    if isinstance(answer, Response):
        return answer
    raise _no_answer(answer, settings)


def _no_answer(failure: Failure, settings: Settings) -> TargetError:
    host = urlsplit(settings.url).netloc
    match failure.kind:
        case "unresolved":
            return UnreachableError(f"the name of {host} cannot be resolved. Check the host in --zstack-url, and DNS.")
        case "refused":
            return UnreachableError(f"nothing listens at {host} ({failure.detail}). Check the port, usually 8080.")
        case "tls":
            return TlsError(
                f"no TLS connection to {host}: {failure.detail}. Give the CA's certificate with --zstack-ca, write "
                "http:// if the port speaks plain HTTP, or --zstack-insecure to go without verification."
            )
        case "timeout":
            seconds = settings.patience.read
            return UnreachableError(
                f"{host} did not answer within {seconds:g} s. Check that it is up and not firewalled."
            )
        case "stopped":
            return UnreachableError(f"{host} was not examined: {failure.detail}. Allow more time.")
        case _:
            return UnreachableError(
                f"{host} does not answer in HTTP: {failure.detail}. Check scheme and port in --zstack-url."
            )


def examine_target(*, client: Client, keeper: SessionKeeper, settings: Settings, profile: Profile) -> Profile:
    """Make sure that a verdict can be formed, and return the profile with what was learned. Raises TargetError."""
    raw, _ = client.send(VERSION)
    require_answer(raw, settings)
    release = told_release(raw)
    if release is not None and profile.oldest != profile.newest:
        profile = with_release(profile, release)
    found = {"log-in", "log-out"} if settings.login in ("account", "virtual-id") else set()
    if settings.credentials.access_key_id and settings.credentials.access_key_secret:
        found.add("access-key")
    session = keeper.session
    headers = (("Authorization", session.authorization),)
    raw, _ = client.send(Request(method="GET", path="/v1/tickets?limit=1", headers=headers))
    if _answers_query(require_answer(raw, settings), settings):
        found.add("query")
    return with_capabilities(profile, frozenset(found))


def _answers_query(answer: Response, settings: Settings) -> bool:
    """Return True if tickets can be queried. Raises TargetError where there can be no ticket service behind it."""
    text = answer.body[:400].decode("utf-8", "replace")
    if answer.status == 404 and "no api mapping" in text:
        raise NoTicketServiceError(
            f"ZStack answers at {settings.url}, but it has no ticket API ({text[:80]!r}). Tickets need the Tenant "
            "Management module (Plus licence); an open-source build has none."
        )
    if looks_like_page(answer.body):
        raise NotZStackError(
            f"{settings.url} answers an HTML page (status {answer.status}) where ZStack answers tickets. Check host, "
            "port and path in --zstack-url: the API is usually at http://HOST:8080/zstack."
        )
    body = decode(answer.body)
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict) and str(error.get("code", "")).startswith("ID.1001"):
        raise LoginError(
            f"the target does not know our session: {error.get('details')}. Give a fresh ZSTACK_SESSION or access key, "
            "or let us log in with ZSTACK_PASSWORD."
        )
    return answer.status == 200 and isinstance(body, dict) and isinstance(body.get("inventories"), list)


def with_plain_url(settings: Settings) -> Settings:
    """Return settings whose URL has been brought into its one form."""
    return replace(settings, url=normalised_url(settings.url))
