"""Between the REST layer and the services: parameters, session, rights, interceptors. Source: dossier 2.4, 5.1."""

from __future__ import annotations

import re

from pytest_zstack_ticket.simulator.calls.api_call import Call
from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.services.tickets import check_create, check_ticket_call
from pytest_zstack_ticket.simulator.services.validation import check_resource_uuid, validate
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage.sessions import Session, administrator

_TOKEN = re.compile(r"[0-9a-f]{32}\Z")
_INTERCEPTORS = {
    "create_ticket": check_create,
    "change_status": check_ticket_call,
    "update_requests": check_ticket_call,
}


def admit(turn: CallContext) -> None:
    """Run every interceptor; raises ApiError. Parameters come before the session in all releases."""
    if "*" in turn.waived:
        turn.waived |= {field.name for field in turn.call.fields}
    validate(turn)
    if turn.call.session:
        turn.session = _session(turn)
        check_resource_uuid(turn)
        _check_rights(turn, turn.call)
    interceptor = _INTERCEPTORS.get(turn.call.handler)
    if interceptor is not None:
        interceptor(turn)


def _session(turn: CallContext) -> Session:
    if turn.key_error is not None:
        raise turn.key_error
    if turn.token is None:
        return administrator(now=turn.now)
    session = turn.world.sessions.find(turn.token, turn.now)
    if session is not None:
        if not turn.without("refuse-live-session"):
            raise ApiError("ID.1001", details="Session expired")
        return session
    if turn.without(f"accept-{token_kind(turn)}-session"):
        raise ApiError("ID.1001", details="Session expired")
    return turn.world.sessions.ended.get(turn.token) or administrator(turn.token, now=turn.now)


def token_kind(turn: CallContext) -> str:
    """Say in one word what is wrong with a token that is not live."""
    token = turn.token or ""
    if not token:
        return "empty"
    ended = turn.world.sessions.ended.get(token)
    if ended is not None:
        return "expired" if turn.now >= ended.expires else "logged-out"
    return "unknown" if _TOKEN.match(token) else "malformed"


def _check_rights(turn: CallContext, call: Call) -> None:
    """Refuse what only the administrator may do: making and changing flows."""
    if call.kind == "flow" and not turn.caller.admin and turn.without("accept-flows-of-tenants"):
        details = f"API[{call.message}] is denied by default, please contact admin to correct it"
        raise ApiError("SYS.1006", details=details)


def has_tag(turn: CallContext, tag: str) -> bool:
    """Tell whether a system tag was sent."""
    tags = turn.values.get("systemTags")
    return isinstance(tags, list) and tag in tags
