"""JSON forms of the values of a run; the member names of our own files are defined only here."""

from __future__ import annotations

import base64

from pytest_zstack_ticket.model.exchange import Exchange, Failure, Json, JsonObject, Request, Response
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Undecided, Violation
from pytest_zstack_ticket.model.ticket import Edit
from pytest_zstack_ticket.model.verdict import Example, Observation


def body_to_json(body: bytes | None) -> Json:
    """Return a body as text where it is UTF-8, else as {"base64": ...}; None stays None."""
    if body is None:
        return None
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def body_from_json(value: Json) -> bytes | None:
    """Read a body back. Raises ValueError or TypeError for anything else."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.encode("utf-8")
    return base64.b64decode(value["base64"], validate=True)


def exchange_to_json(exchange: Exchange) -> JsonObject:
    """Return an exchange as JSON."""
    request, answer = exchange.request, exchange.answer
    data: JsonObject = {
        "id": exchange.id,
        "started": round(exchange.started, 6),
        "elapsed": round(exchange.elapsed, 6),
        "request": {
            "method": request.method,
            "path": request.path,
            "headers": [list(pair) for pair in request.headers],
            "body": body_to_json(request.body),
        },
    }
    if isinstance(answer, Failure):
        data["failure"] = {"kind": answer.kind, "detail": answer.detail, "sent": answer.sent}
    else:
        headers = [list(pair) for pair in answer.headers]
        data["response"] = {"status": answer.status, "headers": headers, "body": body_to_json(answer.body)}
    if exchange.leaks:
        data["leaks"] = list(exchange.leaks)
    return data


def exchange_from_json(data: JsonObject) -> Exchange:
    """Read an exchange back. Raises KeyError, TypeError or ValueError for anything else."""
    asked = data["request"]
    request = Request(
        method=asked["method"],
        path=asked["path"],
        headers=_pairs(asked["headers"]),
        body=body_from_json(asked["body"]),
    )
    answer: Response | Failure
    if "failure" in data:
        answer = Failure(**data["failure"])
    else:
        got = data["response"]
        answer = Response(status=got["status"], headers=_pairs(got["headers"]), body=body_from_json(got["body"]) or b"")
    return Exchange(
        id=data["id"],
        request=request,
        answer=answer,
        started=data["started"],
        elapsed=data["elapsed"],
        leaks=tuple(data.get("leaks", ())),
    )


def phrase_to_json(phrase: Phrase) -> JsonObject:
    """Return a phrase as JSON."""
    return {"key": phrase.key, "parameters": dict(phrase.parameters)}


def phrase_from_json(data: JsonObject) -> Phrase:
    """Read a phrase back."""
    return Phrase.of(data["key"], **data["parameters"])


def judgement_to_json(judgement: Judgement) -> JsonObject:
    """Return the judgement of a check as JSON."""
    if judgement is None:
        return {"held": True}
    if isinstance(judgement, Undecided):
        return {"undecided": phrase_to_json(judgement.reason)}
    parts: JsonObject = {"expected": phrase_to_json(judgement.expected), "actual": phrase_to_json(judgement.actual)}
    return {"failed": {**parts, "because": list(judgement.because)} if judgement.because else parts}


def judgement_from_json(data: JsonObject) -> Judgement:
    """Read the judgement of a check back."""
    if "undecided" in data:
        return Undecided(phrase_from_json(data["undecided"]))
    if "failed" in data:
        parts = data["failed"]
        return Violation(
            expected=phrase_from_json(parts["expected"]),
            actual=phrase_from_json(parts["actual"]),
            because=tuple(parts.get("because", ())),
        )
    return None


def edit_to_json(edit: Edit | None) -> JsonObject | None:
    """Return an edit as JSON."""
    if edit is None:
        return None
    data = {"kind": edit.kind, "name": edit.name, "path": edit.path, "fields": list(edit.fields), "note": edit.note}
    return {key: value for key, value in data.items() if value}


def edit_from_json(data: JsonObject | None) -> Edit | None:
    """Read an edit back."""
    if data is None:
        return None
    return Edit(
        kind=data["kind"],
        name=data["name"],
        path=data.get("path", ""),
        fields=tuple(data.get("fields", ())),
        note=data.get("note", ""),
    )


def example_to_json(example: Example) -> JsonObject:
    """Return an example as JSON."""
    return {
        "requirement": example.requirement,
        "test": example.test,
        "check": example.check,
        "arguments": example.arguments,
        "roles": {role: list(ids) for role, ids in example.roles.items()},
        "judgement": judgement_to_json(example.judgement),
        "edit": edit_to_json(example.edit),
        "partition": example.partition,
    }


def example_from_json(data: JsonObject) -> Example:
    """Read an example back."""
    return Example(
        requirement=data["requirement"],
        test=data["test"],
        check=data["check"],
        arguments=data["arguments"],
        roles={role: tuple(ids) for role, ids in data["roles"].items()},
        judgement=judgement_from_json(data["judgement"]),
        edit=edit_from_json(data["edit"]),
        partition=data["partition"],
    )


def observation_to_json(observation: Observation) -> JsonObject:
    """Return an observation as JSON."""
    return {"id": observation.id, "value": observation.value, "exchanges": list(observation.exchanges)}


def observation_from_json(data: JsonObject) -> Observation:
    """Read an observation back."""
    return Observation(id=data["id"], value=data["value"], exchanges=tuple(data["exchanges"]))


def _pairs(data: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in data)
