"""The calibration draft, and edits of a body at a path: each copies only along the path."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pytest_zstack_ticket.model.exchange import Headers, Json
from pytest_zstack_ticket.model.nonce import NONCE
from pytest_zstack_ticket.model.ticket import JSON_UTF8, Draft, Edit
from pytest_zstack_ticket.model.ticket_context import Context

Body = dict[str, Json]
Change = Callable[[Body], Body]

_NUMBER = re.compile(r'"@number:([-+.0-9eE]+)@"')


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a catalogue: a named edit and how it changes a body.

    `headers` differ only where the row is about them.

    `write` turns the changed body into bytes where plain JSON would not show the edit.
    """

    edit: Edit
    change: Change
    write: Callable[[Body], bytes] | None = None
    headers: Headers = (("Content-Type", JSON_UTF8),)

    def draft(self, body: Body) -> Draft:
        """Return the draft that this edit makes of a body."""
        changed = self.change(body)
        plain = encode(changed)
        if self.write is None:
            return Draft(body=plain, edit=self.edit, headers=self.headers)
        return Draft(body=self.write(changed), edit=self.edit, headers=self.headers, reading=plain)


def calibration_body(context: Context) -> Body:
    """Return the documented body made of the context: what this cloud is known, or hoped, to accept."""
    return {
        "params": {
            "name": f"{context.name} {NONCE}",
            "requests": [
                {
                    "requestName": f"{context.request_name} {NONCE}",
                    "apiName": context.api_name,
                    "executeTimes": context.execute_times,
                    "apiBody": context.api_body,
                }
            ],
            "accountSystemType": context.account_system_type,
            "accountSystemContext": context.account_system_context,
            **({"flowCollectionUuid": context.flow_collection} if context.flow_collection else {}),
            **context.added,
        }
    }


def calibration_draft(context: Context) -> Draft:
    """Return the draft that is sent before anything else, and that every other one is an edit of."""
    return Draft(body=encode(calibration_body(context)))


def encode(body: Json) -> bytes:
    """Return a body as compact JSON in UTF-8; `number("1.0")` values appear as that exact text."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _NUMBER.sub(r"\1", text).encode("utf-8", "surrogatepass")


def params_twice(body: Body) -> bytes:
    """Gson refuses a key that stands twice, other readers take the last one, and no source forbids either."""
    once = encode(body)
    return b'{"params":' + encode(body["params"]) + b"," + once[1:]


def number(text: str) -> str:
    """Return a value that `encode` writes as the number with exactly this text."""
    return f"@number:{text}@"


def put(body: Body, path: str, value: Json) -> Body:
    """Return a body with a value at a path such as `params.requests[0].apiName`."""
    changed: Body = _edited(body, _steps(path), lambda _: value)
    return changed


def drop(body: Body, path: str) -> Body:
    """Return a body without the member at a path."""
    *way, last = _steps(path)
    changed: Body = _edited(body, way, lambda parent: {key: value for key, value in parent.items() if key != last})
    return changed


def rename(body: Body, path: str, name: str) -> Body:
    """Return a body whose member at a path has another name."""
    *way, last = _steps(path)
    changed: Body = _edited(
        body, way, lambda parent: {(name if key == last else key): value for key, value in parent.items()}
    )
    return changed


def get(body: Json, path: str) -> Json:
    """Return the value at a path, or None."""
    for step in _steps(path):
        if isinstance(step, int):
            body = body[step] if isinstance(body, list) and step < len(body) else None
        else:
            body = body.get(step) if isinstance(body, dict) else None
    return body


def _steps(path: str) -> list[str | int]:
    parts = (part for part in path.replace("[", ".[").split(".") if part)
    return [int(part[1:-1]) if part.startswith("[") else part for part in parts]


def _edited(value: Json, steps: list[str | int], change: Callable[[Json], Json]) -> Any:
    if not steps:
        return change(value)
    step, *rest = steps
    if isinstance(step, int):
        return [_edited(item, rest, change) if place == step else item for place, item in enumerate(value)]
    return {**value, step: _edited(value.get(step), rest, change)}
