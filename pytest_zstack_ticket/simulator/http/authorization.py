"""The Authorization header: OAuth session or access key. Source: dossier 1.5, 1.6 and rows R5 to R11."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pytest_zstack_ticket.simulator.calls.all_calls import CALLS
from pytest_zstack_ticket.simulator.errors import ApiError, Refusal
from pytest_zstack_ticket.simulator.http.container_pages import API_METHODS
from pytest_zstack_ticket.simulator.http.routes import decoded, split_target
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage import seed_data

SKEW = 15 * 60.0
"""Allowed difference between the Date header and the server's clock, in seconds."""

_DATE = re.compile(r"([A-Za-z]{3}), (\d{2}) ([A-Za-z]{3}) (\d{4}) (\d{2}:\d{2}:\d{2}) (\S+)\Z", re.ASCII)
_LENIENT_DATE = re.compile(r"[A-Za-z]{3}, (\d{1,2} [A-Za-z]{3} \d{4} \d{1,2}:\d{2}:\d{2}) (\S+)", re.ASCII)
_DATE_FORM = "EEE, dd MMM yyyy HH:mm:ss z"
_ZONES = {"GMT": 0, "UTC": 0, "UT": 0, "Z": 0, "CST": 8, "HKT": 8, "JST": 9, "CET": 1, "EST": -5, "MST": -7, "PST": -8}
_OFFSET = re.compile(r"(?:GMT|UTC|UT)?([+-])(\d{1,2})(?::?(\d{2}))?\Z", re.ASCII)

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONGEST_MONTH = 31

_OTHER_PATHS = tuple(sorted({call.path for call in CALLS if "{" not in call.path}))


def authorize(context: CallContext) -> None:
    """Note who claims to call; whether the session lives is asked later, by the portal."""
    if not context.call.session:
        return
    header = context.active.via("authorization.header", _header)(context)
    if header is None:
        if context.without("accept-no-authorization"):
            raise _refuse("R5", "missing header 'Authorization'")
        return
    if header.startswith("OAuth") or (not context.without("accept-scheme-case") and header[:5].lower() == "oauth"):
        context.token = header[5:].strip()
    elif header.startswith("ZStack") and context.variant.access_keys:
        _access_key(context, header[6:].strip())
    elif context.without("accept-other-scheme"):
        quoted = "" if context.without("scheme-quotes-header") else f", not {header}"
        raise _refuse("R6", f"Authorization type must be 'OAuth'{quoted}")


def _header(context: CallContext) -> str | None:
    """Return the one header in which a session counts."""
    return context.header("Authorization")


def _refuse(row: str, text: str, status: int = 400) -> Refusal:
    return Refusal(row=row, status=status, text=text, ideal=403 if status == 403 else 401, code="ID.1001")


def _access_key(context: CallContext, credential: str) -> None:
    if context.state.options.choices.access_key == "absent":
        # the kind of authentication is looked up before anything of it is read
        text = "RestAuthenticationType type: ZStack was not registered by any RestAuthenticationBackend"
        raise Refusal(row="R11", status=500, text=text, ideal=401, code="ID.1001")
    date = context.header("Date")
    if date is None and context.without("accept-key-without-date"):
        raise _refuse("R7", "'Date' must be incuded in request header")
    if context.without("accept-key-bad-date"):
        _check_date(context, date or "")
    if credential.count(":") != 1 and context.without("accept-key-form"):
        raise _refuse("R10", "accessKey format is 'ZStack AccessKeyId:Signature'")
    key, _, signature = credential.partition(":")
    if key != seed_data.ACCESS_KEY_ID and context.without("accept-unknown-key-id"):
        _unknown(context, f"access key id[{key}] not found")
    if not context.without("refuse-correct-signature"):
        _unknown(context, "wrong accessKey signature")
    if not _signed(context, date or "", signature) and context.without("accept-any-signature"):
        _unknown(context, f"wrong accessKey signature{_told(context, date or '')}")


def _told(context: CallContext, date: str) -> str:
    """Say what a refusal must not: only faults do."""
    if not context.without("key-tells-signature"):
        return f": not {_sign(context.request.method, date, decoded(split_target(context.request.path)[0]))}"
    if not context.without("key-tells-digest"):
        return f": key {hashlib.sha1(seed_data.ACCESS_KEY_SECRET.encode(), usedforsecurity=False).hexdigest()}"
    return ""


def _unknown(context: CallContext, text: str) -> None:
    """Refuse a key in the way that was chosen for row R11, whose real form is unknown."""
    if context.state.options.choices.access_key == "text":
        raise Refusal(row="R11", status=500, text=text, ideal=401, code="ID.1001")
    context.key_error = ApiError("ID.1001", details=text)


def _signed(context: CallContext, date: str, signature: str) -> bool:
    """Check HMAC-SHA1 over method, date as sent, and decoded path without context root or query."""
    path = decoded(split_target(context.request.path)[0])
    methods = (context.request.method,) if context.without("signature-ignores-method") else API_METHODS
    paths = (path,) if context.without("signature-ignores-path") else (path, *_OTHER_PATHS)
    compared = None if context.without("signature-by-beginning") else 8
    wanted = [_sign(method, date, one)[:compared] for method in methods for one in paths]
    return any(hmac.compare_digest(one, signature[:compared]) for one in wanted)


def _sign(method: str, date: str, path: str) -> str:
    lines = f"{method}\n{date}\n{path}".encode()
    return base64.b64encode(hmac.new(seed_data.ACCESS_KEY_SECRET.encode(), lines, hashlib.sha1).digest()).decode()


def _check_date(context: CallContext, date: str) -> None:
    read = _read_date(date) if context.variant.zone_aware else _read_lenient_date(date)
    if read is None:
        text = f"'Date' format error, correct format is '{_DATE_FORM}'"
        raise _refuse("R8", f"Date format error. {text}" if context.variant.modern_errors else text)
    clock, zone = read
    # by default the zone is ignored and wall clocks are compared
    checked = context.state.options.check_time_zone and context.variant.zone_aware
    sent = clock.replace(tzinfo=zone if checked else context.state.options.zone).timestamp()
    if abs(sent - context.now) > SKEW and context.without("accept-old-date"):
        raise _refuse("R9", "requestTimeTooSkewed", 403)


def _read_date(text: str) -> tuple[datetime, tzinfo] | None:
    """Read a date as DateTimeFormatter does: two digits, a fitting day of the week, a known zone, nothing after it."""
    match = _DATE.match(text)
    zone = _zone(match[6]) if match else None
    if match is None or zone is None or match[3].title() not in _MONTHS:
        return None
    year, month, day = int(match[4]), _MONTHS.index(match[3].title()) + 1, int(match[2])
    try:
        # its resolver takes the last day of the month for the 31st of a shorter one
        last = monthrange(year, month)[1]
        clock = datetime.strptime(match[5], "%H:%M:%S").replace(year=year, month=month, day=min(day, last))  # noqa: DTZ007 - the caller's
    except ValueError:
        return None
    return (clock, zone) if day <= _LONGEST_MONTH and _DAYS[clock.weekday()] == match[1].title() else None


def _read_lenient_date(text: str) -> tuple[datetime, tzinfo] | None:
    """Read a date as SimpleDateFormat does before 3.7: any day of the week, any case, text after it."""
    match = _LENIENT_DATE.match(text)
    try:
        clock = datetime.strptime(match[1].title(), "%d %b %Y %H:%M:%S") if match else None  # noqa: DTZ007 - likewise
    except ValueError:
        return None
    return (clock, UTC) if clock else None


def _zone(name: str) -> tzinfo | None:
    """Find a zone by its short name, its offset or its region."""
    if name.upper() in _ZONES:
        return timezone(timedelta(hours=_ZONES[name.upper()]))
    match = _OFFSET.match(name)
    try:
        if match is None:
            return ZoneInfo(name) if "/" in name else None
        offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return timezone(offset if match[1] == "+" else -offset)
    except (ValueError, ZoneInfoNotFoundError):
        return None
