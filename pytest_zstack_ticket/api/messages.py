"""What requests and answers say: parameters, JSON objects, rows, moments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from pytest_zstack_ticket.api.strict_json import Undecodable, decode
from pytest_zstack_ticket.model.exchange import Exchange, Json, Response

_DATE = re.compile(r"([A-Z][a-z]{2} \d{1,2}, \d{4}),? (\d{1,2}:\d{2}:\d{2})[ \u00a0\u202f]([AP]M)(?![\s\S])")


def moment(text: Json) -> datetime | None:
    """Read a date of the API: Gson's US form of Java 8, 9 or 20, or ISO 8601; None if it is neither."""
    if not isinstance(text, str):
        return None
    match = _DATE.match(text)
    try:
        if match:
            return datetime.strptime(f"{match[1]} {match[2]} {match[3]} +0000", "%b %d, %Y %I:%M:%S %p %z")
        return datetime.fromisoformat(text)
    except ValueError:
        return None


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
