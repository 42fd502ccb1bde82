"""An example that another run can replay: its requests without session and nonce, and the recorded response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pytest_zstack_ticket.model.codec import body_from_json, body_to_json
from pytest_zstack_ticket.model.exchange import Headers, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCall:
    """One create call of an example. `session` says that it had the run's session, which is never kept."""

    role: str
    method: str
    path: str
    headers: Headers
    session: bool
    body: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What an upgrade may change without breaking a requirement. `seconds` go from the request to the last answer."""

    status: int
    code: str
    fields: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedExample:
    """An example with all that is needed to judge it again; `signature` is empty for one that held.

    A failing one that was repeated failed `seen` times of `tried`; the first sight of it does not count.
    """

    requirement: str
    test: str
    check: str
    arguments: dict[str, Json]
    edit: dict[str, Any] | None
    partition: str
    signature: str
    calls: tuple[SavedCall, ...]
    observed: Observed
    seen: int = 0
    tried: int = 0


def saved_example_to_json(pinned: SavedExample) -> dict[str, Any]:
    """Return a pinned example as JSON."""
    seen = pinned.observed
    return {
        "requirement": pinned.requirement,
        "test": pinned.test,
        "check": pinned.check,
        "arguments": pinned.arguments,
        "edit": pinned.edit,
        "partition": pinned.partition,
        "signature": pinned.signature or None,
        "calls": [call_to_json(call) for call in pinned.calls],
        "observed": {
            "status": seen.status,
            "code": seen.code,
            "fields": list(seen.fields),
            "seconds": round(seen.seconds, 3),
        },
        "seen": pinned.seen,
        "tried": pinned.tried,
    }


def saved_example_from_json(data: dict[str, Any]) -> SavedExample:
    """Read a saved example back. Raises KeyError, TypeError or ValueError for anything else."""
    seen = data["observed"]
    return SavedExample(
        requirement=data["requirement"],
        test=data["test"],
        check=data["check"],
        arguments=data["arguments"],
        edit=data["edit"],
        partition=data["partition"],
        signature=data["signature"] or "",
        calls=tuple(call_from_json(call) for call in data["calls"]),
        observed=Observed(
            status=seen["status"], code=seen["code"], fields=tuple(seen["fields"]), seconds=seen["seconds"]
        ),
        seen=data["seen"],
        tried=data["tried"],
    )


def call_to_json(call: SavedCall) -> dict[str, Any]:
    """Return one creation as JSON."""
    return {
        "role": call.role,
        "method": call.method,
        "path": call.path,
        "headers": [list(pair) for pair in call.headers],
        "session": call.session,
        "body": body_to_json(call.body),
    }


def call_from_json(data: dict[str, Any]) -> SavedCall:
    """Read one creation back."""
    return SavedCall(
        role=data["role"],
        method=data["method"],
        path=data["path"],
        headers=tuple((name, value) for name, value in data["headers"]),
        session=data["session"],
        body=body_from_json(data["body"]),
    )
