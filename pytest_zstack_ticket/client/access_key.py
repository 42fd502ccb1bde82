"""Headers of requests signed with the access key, right ones and ones with a single part broken."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

from pytest_zstack_ticket.api.auth import access_key_headers, date_text
from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.model.exchange import Headers
from pytest_zstack_ticket.model.outcome import Refused
from pytest_zstack_ticket.model.settings import Credentials

RIGHT = "right-signature"
"""Kind of the secret that a right signature is where a wrong one was sent."""
HOURS = (0, 8, *(hour for hour in range(-11, 15) if hour not in (0, 8)))
"""Wall clocks to try: UTC, China, then every other hour."""


def signed_headers(  # noqa: PLR0913 - what a signature is made of
    credentials: Credentials,
    *,
    method: str,
    path: str,
    shift: float,
    alter: str,
    learn: Callable[[str, str], None] | None = None,
) -> Headers:
    """Return Date and Authorization, the date moved by `shift` seconds.

    `alter` breaks one part: signature, signature-end, no-date, no-signature, third-part, unknown-key, key-case. `learn`
    is told the right signature in place of which another one is sent: no response may show it.
    """
    known = credentials.access_key_id
    key = {"unknown-key": uuid.uuid4().hex[:20], "key-case": known.swapcase()}.get(alter, known)
    date = "" if alter == "no-date" else date_text(time.time() + shift)
    headers = dict(access_key_headers(key, credentials.access_key_secret, method=method, path=path, date=date))
    before, colon, signature = headers["Authorization"].partition(":")
    if learn and alter in ("signature", "signature-end"):
        learn(RIGHT, signature)
    match alter:
        case "signature":
            turned = "B" if signature.startswith("A") else "A"
            headers["Authorization"] = f"{before}{colon}{turned}{signature[1:]}"
        case "signature-end":
            # the character before the last is padded with bits that do not count
            turned = "B" if signature[-3] == "A" else "A"
            headers["Authorization"] = f"{before}{colon}{signature[:-3]}{turned}{signature[-2:]}"
        case "no-signature":
            headers["Authorization"] = before
        case "third-part":
            headers["Authorization"] += ":conformance"
        case "no-date":
            del headers["Date"]
    return tuple(headers.items())


def found_wall_clock(send: Callable[[float], CallResult]) -> float:
    """Find the seconds between UTC and the wall clock that a target compares dates with, by trying.

    `send` sends a request signed at a date moved by so many seconds. With rest.checkTimeZone off a server ignores a
    date's zone (RestServer.java checkTimeSkewing). 0 if none fits.
    """
    for hours in HOURS:
        outcome = send(hours * 3600.0).outcome
        if not isinstance(outcome, Refused) or outcome.status != 403:
            return hours * 3600.0
    return 0.0
