"""The Authorization header: OAuth session or access key. Source: dossier 1.5, 1.6 and rows R5 to R11."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime, timedelta, timezone

from pytest_zstack_ticket.simulator.calls.all_calls import CALLS
from pytest_zstack_ticket.simulator.errors import ApiError, Refusal
from pytest_zstack_ticket.simulator.http.container_pages import API_METHODS
from pytest_zstack_ticket.simulator.http.routes import decoded, split_target
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage import seed_data

SKEW = 15 * 60.0
"""Allowed difference between the Date header and the server's clock, in seconds."""

_DATE = re.compile(r"[A-Za-z]{3}, (\d{1,2} [A-Za-z]{3} \d{4} \d{1,2}:\d{2}:\d{2}) (\S+)\Z")
_DATE_FORM = "EEE, dd MMM yyyy HH:mm:ss z"
_ZONES = {"GMT": 0, "UTC": 0, "ETC/UTC": 0, "Z": 0, "CST": 8, "ASIA/SHANGHAI": 8, "PST": -8, "EST": -5}

_OTHER_PATHS = tuple(sorted({call.path for call in CALLS if "{" not in call.path}))


def authorize(turn: CallContext) -> None:
    """Note who claims to call; whether the session lives is asked later, by the portal."""
    if not turn.call.session:
        return
    header = turn.header("Authorization")
    if header is None:
        if turn.without("accept-no-authorization"):
            raise _refuse("R5", "missing header 'Authorization'")
        return
    if header.startswith("OAuth") or (not turn.without("accept-scheme-case") and header[:5].lower() == "oauth"):
        turn.token = header[5:].strip()
    elif header.startswith("ZStack") and turn.variant.access_keys:
        _access_key(turn, header[6:].strip())
    elif turn.without("accept-other-scheme"):
        raise _refuse("R6", "Authorization type must be 'OAuth'")


def _refuse(row: str, text: str, status: int = 400) -> Refusal:
    return Refusal(row=row, status=status, text=text, ideal=403 if status == 403 else 401, code="ID.1001")


def _access_key(turn: CallContext, credential: str) -> None:
    date = turn.header("Date")
    if date is None and turn.without("accept-key-without-date"):
        raise _refuse("R7", "'Date' must be incuded in request header")
    if turn.without("accept-key-bad-date"):
        _check_date(turn, date or "")
    if credential.count(":") != 1 and turn.without("accept-key-form"):
        raise _refuse("R10", "accessKey format is 'ZStack AccessKeyId:Signature'")
    key, _, signature = credential.partition(":")
    if key != seed_data.ACCESS_KEY_ID and turn.without("accept-unknown-key-id"):
        _unknown(turn, f"access key id[{key}] not found")
    if not turn.without("refuse-correct-signature"):
        _unknown(turn, "wrong accessKey signature")
    if not _signed(turn, date or "", signature) and turn.without("accept-any-signature"):
        _unknown(turn, "wrong accessKey signature")


def _unknown(turn: CallContext, text: str) -> None:
    """Refuse a key in the way that was chosen for row R11, whose real form is unknown."""
    if turn.world.options.choices.access_key == "text":
        raise Refusal(row="R11", status=500, text=text, ideal=401, code="ID.1001")
    turn.key_error = ApiError("ID.1001", details=text)


def _signed(turn: CallContext, date: str, signature: str) -> bool:
    """Check HMAC-SHA1 over method, date as sent, and decoded path without context root or query."""
    path = decoded(split_target(turn.request.path)[0])
    methods = (turn.request.method,) if turn.without("signature-ignores-method") else API_METHODS
    paths = (path,) if turn.without("signature-ignores-path") else (path, *_OTHER_PATHS)
    compared = None if turn.without("signature-by-beginning") else 8
    wanted = [_sign(method, date, one)[:compared] for method in methods for one in paths]
    return any(hmac.compare_digest(one, signature[:compared]) for one in wanted)


def _sign(method: str, date: str, path: str) -> str:
    lines = f"{method}\n{date}\n{path}".encode()
    return base64.b64encode(hmac.new(seed_data.ACCESS_KEY_SECRET.encode(), lines, hashlib.sha1).digest()).decode()


def _check_date(turn: CallContext, date: str) -> None:
    match = _DATE.match(date)
    clock = _clock(match[1]) if match else None
    if match is None or clock is None:
        text = f"'Date' format error, correct format is '{_DATE_FORM}'"
        raise _refuse("R8", f"Date format error. {text}" if turn.variant.modern_errors else text)
    there = turn.world.options.choices.zone_hours
    # by default the zone is ignored and wall clocks are compared
    checked = turn.world.options.check_time_zone and turn.variant.zone_aware
    offset = _ZONES.get(match[2].upper(), 0) if checked else there
    sent = clock.replace(tzinfo=timezone(timedelta(hours=offset))).timestamp()
    if abs(sent - turn.now) > SKEW and turn.without("accept-old-date"):
        raise _refuse("R9", "requestTimeTooSkewed", 403)


def _clock(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.title(), "%d %b %Y %H:%M:%S")  # noqa: DTZ007 - the zone is judged by the caller
    except ValueError:
        return None
