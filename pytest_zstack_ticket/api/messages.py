"""What requests and answers say: parameters, JSON objects, rows, moments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from pytest_zstack_ticket.api.strict_json import Undecodable, decode
from pytest_zstack_ticket.model.exchange import Exchange, Json, Response

_GSON = re.compile(
    r"(?P<month>[A-Z][a-z]{2}) (?P<day>\d{1,2}), (?P<year>\d{4}),? "
    r"(?P<hour>0?[1-9]|1[0-2]):(?P<minute>\d\d):(?P<second>\d\d)[ \u00a0\u202f](?P<half>[AP]M)(?![\s\S])",
    re.ASCII,
)
_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"(?:[Tt ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?:(?P<utc>[Zz])|(?P<sign>[+-])(?P<hours>[01]\d|2[0-3]):?(?P<minutes>[0-5]\d)?)?)?(?![\s\S])",
    re.ASCII,
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment(text: Json) -> datetime | None:
    """Read a date of the API: Gson's US form of Java 8, 9 or 20, or ISO 8601; None if it is neither.

    What the standard library reads as a date depends on the Python, and the names of its months on the locale.
    """
    match = (_GSON.match(text) or _ISO.match(text)) if isinstance(text, str) else None
    if match is None:
        return None
    try:
        return datetime.fromisoformat(_plain(match.groupdict(default="")))
    except ValueError:
        return None


def _plain(parts: dict[str, str]) -> str:
    """Write a date in the one form that every Python reads."""
    month, hour, zone = parts["month"], parts["hour"] or "00", "+00:00"
    if "half" in parts:
        month = str(_MONTHS.index(month) + 1)
        hour = str(int(hour) % 12 + 12 * (parts["half"] == "PM"))
    elif not parts["utc"]:
        zone = f"{parts['sign']}{parts['hours']}:{parts['minutes'] or '00'}" if parts["sign"] else ""
    fraction = parts.get("fraction", "").ljust(6, "0")[:6]
    day = f"{parts['year']}-{month:>02}-{parts['day']:>02}"
    return f"{day}T{hour:>02}:{parts['minute'] or '00'}:{parts['second'] or '00'}.{fraction}{zone}"


def answers(exchanges: Sequence[Exchange]) -> list[Response]:
    """Return the answers of a trail that came at all."""
    return [exchange.answer for exchange in exchanges if isinstance(exchange.answer, Response)]


def final_answer(exchanges: Sequence[Exchange]) -> Response | None:
    """Return the last answer of a trail, or None."""
    last = exchanges[-1].answer if exchanges else None
    return last if isinstance(last, Response) else None


def json_object(body: bytes | None) -> dict[str, Json]:
    """Return a body as a JSON object, empty if it is none."""
    value = decode(body or b"")
    return value if isinstance(value, dict) and not isinstance(value, Undecodable) else {}


def sent_params(exchanges: Sequence[Exchange]) -> dict[str, Json]:
    """Return the `params` that a trail's first request sent, empty if there were none."""
    params = json_object(exchanges[0].request.body).get("params") if exchanges else None
    return params if isinstance(params, dict) else {}


def same_id(one: Json, other: Json) -> bool:
    """Compare two ids of jobs or resources: the tables' collation sees no case, so a target may answer either."""
    return one == other or (isinstance(one, str) and isinstance(other, str) and one.lower() == other.lower())


Row = dict[str, Json]
SUCCESS = 200


def rows_of(exchanges: Sequence[Exchange]) -> list[Row] | None:
    """Return the rows that a query shows, or None if it shows no list of objects."""
    answer = final_answer(exchanges)
    rows = json_object(answer.body).get("inventories") if answer and answer.status == SUCCESS else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return None
    return rows
