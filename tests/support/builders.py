"""Build exchanges and profiles for tests, in a word or two."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

from pytest_zstack_ticket.model.exchange import Exchange, Failure, Headers, Json, Request, Response
from pytest_zstack_ticket.model.profile import Profile, ProfileBase, Release

ROOT = Path(__file__).parents[2]
JOB = "5bc422109317401b9c25f818c5432877"
TICKET = "f7a1c6a1a6b14a2f8d0d7f2c9b3e4d51"
LOCATION = f"http://10.0.0.1:8080/zstack/v1/api-jobs/{JOB}"
_numbers = count(1)


def schemas() -> tuple[tuple[str, str], ...]:
    """Return the API's schemas as a profile holds them."""
    files = sorted((ROOT / "schemas" / "api").glob("*.schema.json"))
    return tuple((file.name.removesuffix(".schema.json"), file.read_text("utf-8")) for file in files)


SCHEMAS = schemas()


def profile(
    base: ProfileBase = "deployed", *, oldest: Release = Release(3, 0), newest: Release = Release(99, 0)
) -> Profile:
    """Return a profile that knows the API's schemas."""
    return Profile(name=base, base=base, oldest=oldest, newest=newest, schemas=SCHEMAS)


def answered(
    status: int,
    body: Json | bytes = b"",
    *,
    sent: Json | bytes = b"",
    method: str = "POST",
    path: str = "/v1/tickets",
    headers: Headers = (),
    request_headers: Headers = (),
    elapsed: float = 0.01,
) -> Exchange:
    """Return an exchange; JSON values are encoded."""
    return Exchange(
        id=f"m-{next(_numbers):06}",
        request=Request(method=method, path=path, headers=request_headers, body=encoded(sent)),
        answer=Response(status=status, headers=headers, body=encoded(body)),
        elapsed=elapsed,
    )


def failed(kind: str = "reset", detail: str = "connection reset") -> Exchange:
    """Return an exchange that got no answer."""
    request = Request(method="POST", path="/v1/tickets", body=b"{}")
    return Exchange(id=f"m-{next(_numbers):06}", request=request, answer=Failure(kind=kind, detail=detail))  # type: ignore[arg-type] # tests name any kind


def encoded(value: Json | bytes) -> bytes:
    """Return bytes as they are, anything else as JSON."""
    return value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()


def error(
    code: str = "SYS.1007", description: str = "One or more API argument is invalid", **more: Json
) -> dict[str, Json]:
    """Return a failure's body."""
    return {"error": {"code": code, "description": description, **more}}


def job(
    end_status: int = 200, end: Json | bytes | None = None, *, sent: Json | bytes = b"", **start: Json
) -> tuple[Exchange, ...]:
    """Return the exchanges of a job: 202, one pending poll, and its end."""
    opening = {"apiTimeout": 1800000, "location": LOCATION} | start
    poll = f"/v1/api-jobs/{JOB}"
    return (
        answered(202, {key: value for key, value in opening.items() if value is not ...}, sent=sent),
        answered(202, {}, method="GET", path=poll),
        answered(end_status, {} if end is None else end, method="GET", path=poll),
    )


def inventory(**more: Json) -> dict[str, Json]:
    """Return a success body with an inventory."""
    ticket = {
        "uuid": TICKET,
        "name": "a ticket",
        "status": "Pending",
        "request": [],
        "createDate": "Nov 14, 2017 10:20:57 PM",
        "lastOpDate": "Nov 14, 2017 10:20:57 PM",
    }
    return {"inventory": {key: value for key, value in (ticket | more).items() if value is not ...}}
