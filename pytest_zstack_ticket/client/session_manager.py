"""Keep the session of a run: log in when one is needed, again when it has died, and out at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from pytest_zstack_ticket.api.auth import (
    login_request,
    logout_request,
    password_variable,
    project_request,
    read_session,
)
from pytest_zstack_ticket.api.foreign_answers import looks_like_page
from pytest_zstack_ticket.client.client import Client
from pytest_zstack_ticket.model.errors import LoginError, NotZStackError, TargetError, TlsError, UnreachableError
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Request, Response
from pytest_zstack_ticket.model.settings import Session, Settings

NO_SUCH_METHOD = frozenset({404, 405, 501})
"""Statuses with which web servers say that nothing is there that takes such requests."""
REFUSED = 400
TLS_WORDS = (
    ("tls-plain", ("wrong version", "record layer", "http request", "unexpected eof")),
    ("tls-protocol", ("protocol version", "unsupported protocol", "no protocols available", "version too low")),
    ("tls-client", ("certificate required", "alert bad certificate", "alert unknown ca", "alert certificate unknown")),
    ("tls-cipher", ("no shared cipher", "no ciphers available", "handshake failure", "insufficient security")),
    ("tls-expired", ("expired", "not yet valid")),
    ("tls-host", ("mismatch", "not valid for", "doesn't match", "does not match")),
    (
        "tls-flaw",
        (
            "key identifier",
            "key usage",
            "basic constraints",
            "invalid ca",
            "invalid purpose",
            "unsuitable certificate purpose",
            "key too small",
            "key too weak",
            "md too weak",
            "digest algorithm too weak",
            "critical extension",
            "path length",
        ),
    ),
    ("tls-untrusted", ("self-signed", "self signed", "issuer", "unknown ca", "untrusted", "not trusted")),
)
"""What is wrong with a TLS connection, and the words of OpenSSL for it; the first that fits counts."""
TLS_FIXES = {
    "tls-plain": "Write http:// if the port speaks plain HTTP.",
    "tls-protocol": "Client and target share no TLS version: let the target offer TLS 1.2 or 1.3.",
    "tls-client": "The target asks for a client certificate, which is not supported. Use an address that asks for "
    "none.",
    "tls-cipher": "Client and target share no cipher, or the target wants a client certificate: let it offer current "
    "ciphers, and ask for no certificate.",
    "tls-expired": "Renew the certificate, or correct this machine's clock.",
    "tls-host": "Use a host name that the certificate covers.",
    "tls-flaw": "The certificate, or that of its CA, is too weak or breaks the rules of RFC 5280, of which Python "
    "checks more from 3.13 on. Issue it again, or go without verification by --zstack-insecure.",
    "tls-untrusted": "Give the CA's certificate with --zstack-ca, or go without verification by --zstack-insecure.",
    "tls-unknown": "The cause is unknown.",
}
LOG_OUTS = 8
"""Sessions that are logged out at once."""
OURS = ("account", "virtual-id")
"""Ways of logging in that make a session, which is then ours to renew and to end."""


class SessionManager:
    """Logs in when a session is first needed, again when it has died, and out at the end. Safe for many threads."""

    def __init__(self, *, client: Client, settings: Settings, learn: Callable[[str, str], None]) -> None:
        self._client = client
        self._settings = settings
        self._learn = learn
        self._lock = threading.RLock()
        self._session: Session | None = None
        self._others: list[Session] = []
        self._dead: set[str] = set()

    @property
    def session(self) -> Session:
        """The session that the run uses now. Raises TargetError if there can be none."""
        with self._lock:
            if self._session is None:
                self._session = self._first()
            return self._session

    @property
    def known(self) -> str:
        """The uuid of the session that is used now, empty before the first login."""
        session = self._session
        return session.uuid if session else ""

    def another(self) -> Session:
        """Log in once more and return that session. Raises TargetError."""
        session = self._log_in()
        with self._lock:
            self._others.append(session)
        return session

    def ended(self, uuid: str) -> None:
        """Note that another session was logged out, so that it need not be at the end."""
        with self._lock:
            self._others = [one for one in self._others if one.uuid != uuid]

    def renew(self, dead: Session) -> Session:
        """Log in again because a session died; a second caller gets the session of the first.

        Raises TargetError, and so for a session or an access key that was given.
        """
        with self._lock:
            if self._session is None or self._session.uuid == dead.uuid:
                if self._settings.login not in OURS:
                    raise LoginError(
                        "the target no longer takes ZSTACK_SESSION or the access key. Give a fresh one, or let us log "
                        "in with ZSTACK_PASSWORD.",
                        cause="session-dead",
                    )
                self._session = self._log_in()
                self._dead.add(dead.authorization)
            return self._session

    @property
    def lasting(self) -> bool:
        """True while no session of the run has died, though other sessions were opened and ended meanwhile."""
        return not self._dead

    def was_renewed(self, authorization: str) -> bool:
        """Return True for a session of the run that died and was renewed, by a test or by a clean-up."""
        return authorization in self._dead

    def close(self, client: Client | None = None) -> None:
        """Log out every session that we made, over another client if one is given; a failure does no harm."""
        with self._lock:
            mine = [*self._others]
            if self._session is not None and self._session.kind in OURS:
                mine.append(self._session)
            self._others, self._session = [], None
        sender = client or self._client
        with ThreadPoolExecutor(LOG_OUTS) as pool:
            list(pool.map(lambda session: sender.send(logout_request(session.uuid)), mine))

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
                f"there is no password. Set {password_variable(settings.part)}"
                f"{'' if settings.part else ', or give a session in ZSTACK_SESSION or an access key'}.",
                cause="no-password",
            )
        given = settings.credentials
        request = login_request(settings.login, settings.user, given.password, two_factor=given.two_factor_token)
        session = self._read(request, f"{settings.login} {settings.user!r}")
        if not settings.project:
            return session
        with self._lock:
            self._others.append(session)
        return self._read(project_request(session, settings.project), f"project {settings.project!r}")

    def _read(self, request: Request, who: str) -> Session:
        raw, _ = self._client.send(request)
        answer = require_answer(raw, self._settings)
        if looks_like_page(answer.body):
            raise _no_log_in(answer, self._settings)
        session = read_session((raw,), login=self._settings.login, who=who, part=self._settings.part)
        self._learn("session", session.uuid)
        return session


def _no_log_in(page: Response, settings: Settings) -> TargetError:
    """Make the error for a page in the place of a session: a user interface, or something that refuses the log-in."""
    if page.status >= REFUSED and page.status not in NO_SUCH_METHOD:
        return UnreachableError(
            f"something in front of the target refuses the log-in (status {page.status}, an HTML page). Let it pass, "
            "or give the management node's own address in --zstack-url.",
            cause="gateway",
        )
    return NotZStackError(
        f"{settings.url} returns an HTML page (status {page.status}) where ZStack logs in. "
        "Check the host and the port: the API is usually on port 8080, the user interface on another.",
        cause="page",
    )


def require_answer(exchange: Exchange, settings: Settings) -> Response:
    """Return the answer of an exchange. Raises UnreachableError or TlsError if there is none."""
    if isinstance(exchange.answer, Response):
        return exchange.answer
    raise no_answer(exchange.answer, settings)


def no_answer(failure: Failure, settings: Settings) -> TargetError:
    """Make the error for a target that gives no answer."""
    host = urlsplit(settings.url).netloc
    match failure.kind:
        case "unresolved":
            return UnreachableError(
                f"the name of {host} cannot be resolved. Check the host in --zstack-url, and DNS.", cause="name"
            )
        case "refused":
            return UnreachableError(
                f"nothing listens at {host} ({failure.detail}). Check the port, usually 8080.", cause="port"
            )
        case "tls":
            cause = tls_cause(failure.detail)
            return TlsError(f"no TLS connection to {host}: {failure.detail}. {TLS_FIXES[cause]}", cause=cause)
        case "timeout":
            return UnreachableError(
                f"{host}: {failure.detail}. Check that it is up and not behind a firewall.", cause="timeout"
            )
        case "stopped":
            return UnreachableError(f"{host} was not asked: {failure.detail}.", cause="stopped")
        case _:
            return UnreachableError(
                f"{host} does not answer in HTTP: {failure.detail}. Check scheme and port in --zstack-url.",
                cause="not-http",
            )


def tls_cause(detail: str) -> str:
    """Return what is wrong with a TLS connection, from what OpenSSL says of it."""
    text = detail.lower().replace("_", " ")
    return next((cause for cause, words in TLS_WORDS if any(word in text for word in words)), "tls-unknown")
