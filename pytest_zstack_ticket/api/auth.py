"""Log-in, log-out and access keys: requests and headers, made of values alone.

Sources: AccountConstant.java (passwords are lower-case SHA-512), ZSClient.java calculateAccessKeySignature.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from urllib.parse import quote

from pytest_zstack_ticket.api.strict_json import decode
from pytest_zstack_ticket.model.errors import LoginError
from pytest_zstack_ticket.model.exchange import Exchange, Headers, Json, Request, Response
from pytest_zstack_ticket.model.settings import Login, Session
from pytest_zstack_ticket.model.ticket import JSON_UTF8

ACCOUNT_LOG_IN = "/v1/accounts/login"
VIRTUAL_ID_LOG_IN = "/v1/iam2/virtual-ids/login"
PROJECT_LOG_IN = "/v1/iam2/projects/login"
LOG_INS = frozenset({ACCOUNT_LOG_IN, VIRTUAL_ID_LOG_IN, PROJECT_LOG_IN})
"""The paths of the calls that answer a session."""
SESSIONS = "/v1/accounts/sessions/"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def password_digest(clear: str) -> str:
    """Return a password as the API wants it: the lower-case hexadecimal SHA-512 of its UTF-8 bytes."""
    return hashlib.sha512(clear.encode()).hexdigest()


def spoilt_digest(clear: str) -> str:
    """Return a wrong digest of a password that differs in its last digit alone: some compare only a beginning."""
    digest = password_digest(clear)
    return digest[:-1] + ("1" if digest.endswith("0") else "0")


def half_of_digest(clear: str) -> str:
    """Return the first half of a password's digest, which some take for the whole."""
    digest = password_digest(clear)
    return digest[: len(digest) // 2]


def login_request(
    login: Login, user: str, password: str | None, *, spoilt: bool = False, two_factor: str = ""
) -> Request:
    """Return the log-in of an account or a virtual ID; a password of None leaves the field out, "" is sent as it is.

    `spoilt` makes it a wrong one, see `spoilt_digest`. `two_factor` is the current code of a second factor, which
    travels as a system tag (documentation of LoginIAM2VirtualID).
    """
    digest = spoilt_digest if spoilt else password_digest
    field: dict[str, Json] = {} if password is None else {"password": digest(password) if password else ""}
    tags: dict[str, Json] = {"systemTags": [two_factor_tag(two_factor)]} if two_factor else {}
    if login == "virtual-id":
        return _put(VIRTUAL_ID_LOG_IN, {"loginIAM2VirtualID": {"name": user} | field} | tags)
    return _put(ACCOUNT_LOG_IN, {"logInByAccount": {"accountName": user} | field} | tags)


def two_factor_tag(code: str) -> str:
    """Return the system tag that carries the code of a second factor."""
    return f"twofatoken::{code}"


def project_request(session: Session, project: str) -> Request:
    """Return the log-in into a project, which a virtual ID does with the session that it has."""
    request = _put(PROJECT_LOG_IN, {"loginIAM2Project": {"projectName": project}})
    headers = (*request.headers, ("Authorization", session.authorization))
    return Request(method=request.method, path=request.path, headers=headers, body=request.body)


def logout_request(session: str) -> Request:
    """Return the log-out of a session; it needs no Authorization."""
    return Request(method="DELETE", path=SESSIONS + quote(session, safe=""))


FIXES = (
    "Check --zstack-user, --zstack-login and ZSTACK_PASSWORD, or give a session in ZSTACK_SESSION.",
    "Check [{part}] in the context file and {variable}.",
)
"""How to fix a log-in of ours, and one of another user."""
REMEDIES = {
    "captcha": "The login requires a captcha: log in once through the user interface, or wait.",
    "change-password": "The password must be changed: log in once through the user interface.",
    "licence": "The licence does not allow it: renew or extend it.",
    "locked": "The account is locked: wait, or unlock it.",
    "second-factor": "The account requires a second factor: give its current code in ZSTACK_TWO_FACTOR_TOKEN, or use "
    "an access key or a session.",
    "too-many-sessions": "The account has too many sessions: log some of them out.",
}
"""How to fix a log-in that was refused for a reason of its own, by cause."""


def password_variable(part: str) -> str:
    """Return the environment variable with the password of another user, or of the run's own if `part` is empty."""
    return f"ZSTACK_{part.upper()}_PASSWORD" if part else "ZSTACK_PASSWORD"


def read_session(exchanges: Sequence[Exchange], *, login: Login, who: str, part: str = "") -> Session:
    """Read the session that a login answered. Raises LoginError with the target's reason and how to fix it.

    `part` is the part of another user, empty for the run's own.
    """
    answer = exchanges[-1].answer
    body = decode(answer.body) if isinstance(answer, Response) else None
    found = body.get("inventory") if isinstance(body, dict) else None
    if isinstance(answer, Response) and answer.status == 200 and isinstance(found, dict):
        uuid = found.get("uuid")
        if isinstance(uuid, str) and uuid:
            text = {key: str(found.get(key) or "") for key in ("accountUuid", "userUuid")}
            return Session(uuid=uuid, account=text["accountUuid"], user=text["userUuid"], kind=login)
    named = f"the {part} {who}" if part else who
    cause = _cause(body, login)
    fix = REMEDIES.get(cause) or FIXES[bool(part)].format(part=part, variable=password_variable(part))
    if cause == "unknown":
        fix = f"The cause is unknown. {fix}"
    raise LoginError(f"the target refuses to log in {named}: {_reason(answer, body)}. {fix}", cause=cause)


CAUSES = {
    "ID.1000": "password",
    "ID.1005": "change-password",
    "ID.1006": "too-many-sessions",
    "LOGIN_CONTROL.1000": "change-password",
    "LOGIN_CONTROL.1002": "locked",
    "LOGIN_CONTROL.1003": "captcha",
}
SAID = (
    ("captcha", ("captcha", "图形验证码")),
    ("second-factor", ("two-factor", "two factor", "twofa", "双因子")),
    ("locked", ("locked", "锁定")),
    ("licence", ("license", "licence", "许可证")),
)
"""Words of a refusal whose code says nothing, and what they point at."""


def _cause(body: Json, login: Login) -> str:
    """Return why a log-in was refused, by the code of the error (conf/errorCodes of ZStack), else by its words."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "login-body" if login == "account" else "login"
    code = str(error.get("code")).split(" ")[0]
    if code in CAUSES:
        return CAUSES[code]
    for family, cause in (("ID.200", "second-factor"), ("LICENSE.", "licence")):
        if code.startswith(family):
            return cause
    said = f"{error.get('details')} {error.get('description')}".lower()
    return next((cause for cause, words in SAID if any(word in said for word in words)), "unknown")


def _reason(answer: object, body: Json) -> str:
    if not isinstance(answer, Response):
        return getattr(answer, "detail", "no answer")
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):
        parts = (error.get("code"), error.get("details") or error.get("description"))
        return f"{' '.join(str(part) for part in parts if part)} (status {answer.status})"
    if answer.status == 200:
        return "it answers status 200 but no session"
    return f"status {answer.status}: {answer.body[:120].decode('utf-8', 'replace')!r}"


def date_text(seconds: float, zone: tzinfo = UTC, zone_name: str = "UTC") -> str:
    """Return a time as the access-key scheme writes it: `Mon, 23 Nov 2026 07:44:59 UTC`, always in English.

    A server with rest.checkTimeZone off compares wall-clock times: give its zone where it is not UTC.
    """
    at = datetime.fromtimestamp(seconds, zone)
    day, month = _DAYS[at.weekday()], _MONTHS[at.month - 1]
    return f"{day}, {at.day:02} {month} {at.year} {at:%H:%M:%S} {zone_name}"


def sign(secret: str, *, method: str, date: str, path: str) -> str:
    """Return the signature of a request: base64 of HMAC-SHA1 over method, date and `/v1/...`, joined by line feeds."""
    text = f"{method}\n{date}\n{path.partition('?')[0]}"
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()


def access_key_headers(key: str, secret: str, *, method: str, path: str, date: str) -> Headers:
    """Return Date and Authorization of a request signed with an access key."""
    signature = sign(secret, method=method, date=date, path=path)
    return (("Date", date), ("Authorization", f"ZStack {key}:{signature}"))


def _put(path: str, body: dict[str, Json]) -> Request:
    content = json.dumps(body, ensure_ascii=False).encode()
    return Request(method="PUT", path=path, headers=(("Content-Type", JSON_UTF8),), body=content)
