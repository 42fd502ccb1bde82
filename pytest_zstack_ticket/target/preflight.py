"""What happens before any verdict: find the API, log in, see whether there is a ticket service.

Trouble here is a TargetError with one clear sentence, never a failed requirement. A target that has only the
creation of tickets is examined all the same; it just shows less.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from pytest_zstack_ticket.api.capabilities import (
    reported_release,
    reported_version,
    with_capabilities,
    with_release,
)
from pytest_zstack_ticket.api.classify import from_gateway
from pytest_zstack_ticket.api.foreign_answers import is_from_cache, looks_like_page
from pytest_zstack_ticket.api.sayings import NO_MAPPING, NO_SESSION_SENT, says
from pytest_zstack_ticket.api.strict_json import Undecodable, decode
from pytest_zstack_ticket.client.client import Client
from pytest_zstack_ticket.client.session_manager import NO_SUCH_METHOD, OURS, SessionManager, no_answer, require_answer
from pytest_zstack_ticket.model.errors import (
    LoginError,
    NoTicketServiceError,
    NotZStackError,
    SettingsError,
    UnreachableError,
)
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Request, Response
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.model.ticket import JSON_UTF8

CONTEXT_ROOT = "/zstack"
VERSION = Request(
    method="PUT",
    path="/v1/management-nodes/actions",
    headers=(("Content-Type", JSON_UTF8),),
    body=json.dumps({"getVersion": {}}).encode(),
)
TICKETS = Request(method="GET", path="/v1/tickets?limit=1")
NOT_READY = ("SYS.1010", "SYS.1012")
SHOWN = 100
SUCCESS, REDIRECTS = 200, 300


def normalised_url(url: str) -> str:
    """Return a base URL with its context root: /zstack, or what stands before /v1.

    Raises SettingsError for anything that is no http(s) URL of a host.
    """
    parts = urlsplit(url if "://" in url else f"http://{url}")
    try:
        port = parts.port
    except ValueError as error:
        raise SettingsError(f"--zstack-url {url}: the port is not a number from 1 to 65535.") from error
    slash_lost = "://" not in url and ":/" in url
    if slash_lost or parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"--zstack-url {url}: write http://HOST:PORT or https://HOST:PORT, or embedded.")
    if parts.username or parts.password:
        raise SettingsError("--zstack-url contains a user or a password. Use --zstack-user and ZSTACK_PASSWORD.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    where = f"{host}:{port}" if port else host
    path = parts.path.rstrip("/").removesuffix("/tickets")
    root = path.removesuffix("/v1") if path.endswith("/v1") else path or CONTEXT_ROOT
    return f"{parts.scheme}://{where}{root}"


@dataclass(frozen=True, slots=True)
class Examined:
    """What the first requests showed: the profile with what was learned, and the target's version, in its own words."""

    profile: Profile
    version: str


def examine_target(*, client: Client, sessions: SessionManager, settings: Settings, profile: Profile) -> Examined:
    """Make sure that a verdict can be formed, and return what was learned. Raises TargetError."""
    raw, _ = client.send(VERSION)
    if isinstance(raw.answer, Failure) and not raw.answer.sent:
        raise no_answer(raw.answer, settings)
    headers = (("Authorization", sessions.session.authorization),)
    if reported_release(raw) is None and headers[0][1]:  # gateways turn down what comes without a session
        raw, _ = client.send(replace(VERSION, headers=(*VERSION.headers, *headers)))
    version, release = reported_version(raw), reported_release(raw)
    if release is not None and profile.oldest != profile.newest:
        profile = with_release(profile, release)
    found = {"log-in", "log-out"} if settings.login in OURS else set()
    if settings.credentials.access_key_id and settings.credentials.access_key_secret:
        found.add("access-key")
    raw, _ = client.send(replace(TICKETS, headers=headers))
    if _answers_query(require_answer(raw, settings), settings):
        found.add("query")
    return Examined(with_capabilities(profile, frozenset(found)), version)


def require_endpoint(calibration: Sequence[Exchange], settings: Settings, profile: Profile) -> None:
    """Make sure that what was answered to the calibration draft comes from a ticket service. Raises TargetError.

    Only where no query has shown one: there a page of something else may be all that there is.
    """
    answer = calibration[0].answer
    if "query" in profile.capabilities or isinstance(answer, Failure):
        return
    if answer.status in NO_SUCH_METHOD and looks_like_page(answer.body):
        raise _no_zstack(answer, settings, "takes tickets")
    if answer.status == 404 and says(answer, NO_MAPPING):
        raise _no_tickets(answer, settings)


def _answers_query(answer: Response, settings: Settings) -> bool:
    """Return True if tickets can be queried. Raises TargetError where there can be no ticket service behind it.

    A success in whatever form counts: were a wrong form taken for no query, nothing about queries would be judged.
    """
    if answer.status == 404 and says(answer, NO_MAPPING):
        raise _no_tickets(answer, settings)
    if REDIRECTS <= answer.status < 400:
        raise NotZStackError(
            f"{settings.url} redirects to {(answer.header('location') or 'nowhere')[:SHOWN]!r}, which is not followed. "
            "Give the URL of the API itself in --zstack-url.",
            cause="redirect",
        )
    if looks_like_page(answer.body) and answer.status < REDIRECTS:
        raise _no_zstack(answer, settings, "lists tickets")
    if is_from_cache(answer):
        raise UnreachableError(
            f"something in front of the target answers for it, a cache with what it had kept (status {answer.status}). "
            "Let it keep nothing of the API, or give the management node's own address in --zstack-url.",
            cause="cache",
        )
    if from_gateway(answer):
        raise UnreachableError(
            f"something in front of the target answers for it (status {answer.status}): {_words(answer)}. Check "
            "that the management node is up, or give its own address in --zstack-url.",
            cause="gateway",
        )
    if looks_like_page(answer.body) and answer.status not in NO_SUCH_METHOD:
        raise _no_zstack(answer, settings, "lists tickets")
    _require_session(answer, settings)
    return SUCCESS <= answer.status < REDIRECTS


def _require_session(answer: Response, settings: Settings) -> None:
    """Raise LoginError if the target does not take our session, and UnreachableError if it is not ready for any.

    So it is if it says that it was sent none: something in front of it keeps the header.
    """
    if says(answer, NO_SESSION_SENT):
        raise UnreachableError(
            "the target says that it is sent no Authorization header, but it is: something in front of the target "
            "takes it away. Let it pass (Squid: cache_peer with login=PASSTHRU), or give the management node's own "
            "address in --zstack-url.",
            cause="authorization",
        )
    body = decode(answer.body)
    error = body.get("error") if isinstance(body, dict) else None
    code = str(error.get("code")) if isinstance(error, dict) else ""
    if code in NOT_READY:
        raise UnreachableError(
            f"the management node is not ready: {_words(answer)}. Wait until it is up.", cause="not-ready"
        )
    if code.startswith("LICENSE."):
        raise LoginError(f"the licence does not allow tickets: {_words(answer)}. Renew or extend it.", cause="licence")
    if code.startswith("ID.1001") and settings.login in OURS:
        raise LoginError(
            f"the target does not know the session that it has just made: {_words(answer)}. Several nodes that share "
            f"no sessions seem to stand behind {settings.url}: give the address of one of them in --zstack-url.",
            cause="sessions-not-shared",
        )
    if code.startswith("ID.1001") or answer.status == 401:
        raise LoginError(
            f"the target does not accept the session: {_words(answer)}. Use a new ZSTACK_SESSION or access key, or "
            "set ZSTACK_PASSWORD to log in.",
            cause="session-dead",
        )
    if answer.status == 403 and b"requestTimeTooSkewed" in answer.body:
        raise LoginError(
            "the target refuses the signature's date: its clock and this machine's differ. Correct one of them.",
            cause="clock",
        )


def _no_tickets(answer: Response, settings: Settings) -> NoTicketServiceError:
    return NoTicketServiceError(
        f"ZStack answers at {settings.url}, but it has no ticket API ({_words(answer)}). Tickets need the Tenant "
        "Management module (Plus licence); an open-source build has none.",
        cause="no-tickets",
    )


def _no_zstack(answer: Response, settings: Settings, what: str) -> NotZStackError:
    return NotZStackError(
        f"{settings.url} returns an HTML page (status {answer.status}) where ZStack {what}. Check host, port and path "
        "in --zstack-url: the API is usually at http://HOST:8080/zstack.",
        cause="page",
    )


def _words(answer: Response) -> str:
    """Quote the reason that an answer gives."""
    body = decode(answer.body)
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):
        return " ".join(str(error[key]) for key in ("code", "details") if error.get(key))[:SHOWN]
    if isinstance(body, Undecodable) and looks_like_page(answer.body):
        return "an HTML page"
    return repr(answer.body[:SHOWN].decode("utf-8", "replace"))
