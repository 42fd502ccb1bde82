"""Decide which examples can be sent again in another run, and what of their answers is worth comparing."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import replace

from pytest_zstack_ticket.api.strict_json import decode
from pytest_zstack_ticket.model.codec import edit_to_json
from pytest_zstack_ticket.model.exchange import Exchange, Json, Request, Response, Trails
from pytest_zstack_ticket.model.http_client import ADDED
from pytest_zstack_ticket.model.nonce import NONCE, NONCE_BYTES_PATTERN, NONCE_PATTERN
from pytest_zstack_ticket.model.outcome import Undecided, Violation
from pytest_zstack_ticket.model.saved_example import Observed, SavedCall, SavedExample
from pytest_zstack_ticket.model.verdict import Example
from pytest_zstack_ticket.verdicts.judge import signature

ROLES = frozenset({"subject", "sibling"})
"""Other roles are parts of flows: a query for the ticket, a web hook, a second poll."""
LARGEST = 20_000
"""Bytes of a body; a larger one would make the report heavy, and there are smaller examples of the same class."""
OF_ONE_RUN = frozenset({"x-job-uuid", "x-web-hook", "x-webhook", "date"})
_OUR_HOOK = re.compile(r"https?://[^/]+/hook/[0-9a-f]{32}")
"""The URL that a run names to have the ends of jobs delivered: another run leaves it out."""
READS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_COLLECTION = re.compile(r"/v1/ticket[sz](\?[^/]*)?|/v1/api-jobs/[0-9a-f]{32}")
"""Where saved calls that are no reads go to: the tickets as a whole, a name that is none of the API's, an old job."""
_OF_ONE_TICKET = re.compile(rb'resourceUuid"\s*:\s*"')


def saved_example_of(
    example: Example, trails: Trails, *, ours: Collection[str], created: Collection[str], word: str = ""
) -> SavedExample | None:
    """Return an example in a form that can be sent again, or None if it cannot be.

    `ours` are the redacted Authorization values of our session, `created` the roles that sent a CreateTicket, `word`
    the nonce of a certifier, which is for this run alone.
    """
    if example.edit is not None and example.edit.is_framed:
        return None
    if isinstance(example.judgement, Undecided) or "subject" not in trails or not set(trails) <= ROLES & set(created):
        return None
    if not all(trails.values()) or NONCE_PATTERN.search(json.dumps(example.arguments)):
        return None
    in_order = sorted(trails.items(), key=lambda pair: pair[1][0].started)
    calls = [_call(role, trail[0].request, ours, word) for role, trail in in_order]
    if None in calls:
        return None
    failed = isinstance(example.judgement, Violation)
    return SavedExample(
        requirement=example.requirement,
        test=example.test,
        check=example.check,
        arguments=example.arguments,
        edit=edit_to_json(example.edit),
        partition=example.partition,
        signature=signature(example, status=status_of(trails["subject"])) if failed else "",
        calls=tuple(call for call in calls if call is not None),
        observed=observed(trails["subject"]),
    )


def is_harmless(call: SavedCall) -> bool:
    """Tell whether a saved call can be sent to any target: one that changes a single thing is none that a run saves.

    A report may come from a stranger, and its saved examples are sent with the session of whoever reads it.
    """
    return call.method in READS or _COLLECTION.fullmatch(call.path) is not None


def _call(role: str, request: Request, ours: Collection[str], word: str) -> SavedCall | None:
    body = request.body
    if body is not None and (len(body) > LARGEST or _OF_ONE_TICKET.search(body)):
        return None
    headers = [pair for pair in request.headers if not (pair[0] == "X-Web-Hook" and _OUR_HOOK.fullmatch(pair[1]))]
    if any(name.lower() in OF_ONE_RUN for name, _ in headers):
        return None
    authorised = [value for name, value in headers if name.lower() == "authorization"]
    if any(value not in ours for value in authorised) or len(authorised) > 1:
        return None
    return SavedCall(
        role=role,
        method=request.method,
        path=request.path,
        headers=tuple(
            (name, value) for name, value in headers if name.lower() != "authorization" and not _is_added(name, value)
        ),
        session=bool(authorised),
        body=None if body is None else _without(word, NONCE_BYTES_PATTERN.sub(NONCE.encode(), body)),
    )


def _is_added(name: str, value: str) -> bool:
    """Say whether a header is that of an HTTP client: in another run it is another one's."""
    return (name.lower(), value) in ADDED


def _without(word: str, body: bytes) -> bytes:
    return body.replace(f" {word}".encode(), b"") if word else body


def status_of(trail: tuple[Exchange, ...]) -> int:
    """Return the status of the last response, 0 if there is none."""
    answer = trail[-1].answer if trail else None
    return answer.status if isinstance(answer, Response) else 0


def observed(trail: tuple[Exchange, ...]) -> Observed:
    """Return what an upgrade may change in the response to one create."""
    answer = trail[-1].answer
    value = decode(answer.body) if isinstance(answer, Response) and answer.body else None
    members = value if isinstance(value, dict) else {}
    error = members.get("error")
    return Observed(
        status=status_of(trail),
        code=str(error.get("code", "")) if isinstance(error, dict) else "",
        fields=tuple(sorted(_fields(members))),
        seconds=max(0.0, trail[-1].started + trail[-1].elapsed - trail[0].started),
    )


def _fields(value: Json) -> set[str]:
    """Return the members of a response and of the objects in it, such as inventory.uuid.

    An empty list of causes counts as none: an error has it when it was read from the job's row, and not from the cache.
    """
    pairs = ((key, below, item[below]) for key, item in value.items() if isinstance(item, dict) for below in item)
    inner = {f"{key}.{below}" for key, below, found in pairs if (below, found) != ("causes", [])}
    return {*map(str, value), *inner}


def same_input(one: SavedExample) -> str:
    """Return what is equal for two saved examples that send and check the same."""
    bare = replace(one, signature="", test="", observed=Observed(status=0, code="", fields=(), seconds=0.0))
    return repr((bare.requirement, bare.check, sorted(bare.arguments.items(), key=str), bare.calls))
