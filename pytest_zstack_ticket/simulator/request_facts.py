"""What a request is about, told without judging it: for counters and for the triggers of faults."""

from __future__ import annotations

import json
from typing import cast

from pytest_zstack_ticket.model.exchange import Json, Request
from pytest_zstack_ticket.simulator.calls.api_call import CallKind
from pytest_zstack_ticket.simulator.fault_points import Facts
from pytest_zstack_ticket.simulator.http.routes import Route, decoded, find_route, job_id, split_target
from pytest_zstack_ticket.simulator.variants import Variant


def call_of(request: Request, variant: Variant) -> CallKind:
    """Name the kind of call that a request means, `other` if none."""
    path = decoded(split_target(request.path)[0])
    if job_id(path) is not None:
        return "poll"
    route = find_route(path, variant)
    if route is None:
        return "other"
    if route.unique:
        return route.calls[0].kind
    return _among(route, request)


def _among(route: Route, request: Request) -> CallKind:
    calls = route.by_method(request.method)
    if len(calls) < 2:
        return calls[0].kind if calls else "other"
    body = request.body or b""
    named = [call.kind for call in calls if call.wrapper.encode() in body]
    return named[0] if named else "other"


def facts_of(request: Request, variant: Variant, *, now: float, started: float) -> Facts:
    """Gather the facts of a request."""
    text = (request.body or b"").decode("utf-8", "replace")
    return Facts(
        call=call_of(request, variant),
        request=request,
        sent=request,
        params=_message(text),
        text=text,
        now=now,
        started=started,
    )


def _message(text: str) -> dict[str, Json]:
    """Return what stands in the first wrapper of a body, as far as it can be read."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(body, dict):
        return {}
    inner = next((value for value in body.values() if isinstance(value, dict)), {})
    return cast("dict[str, Json]", inner)
