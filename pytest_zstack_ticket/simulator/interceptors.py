"""Between the REST layer and the services: parameters, session, rights, interceptors. Source: dossier 2.4, 5.1."""

from __future__ import annotations

import re

from pytest_zstack_ticket.simulator.calls.api_call import Call
from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.services.collation import collated
from pytest_zstack_ticket.simulator.services.system_tags import check_system_tags
from pytest_zstack_ticket.simulator.services.tickets import check_create, check_ticket_call, check_update
from pytest_zstack_ticket.simulator.services.validation import check_resource_uuid, reserving, validate
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage.sessions import Session, administrator

_TOKEN = re.compile(r"[0-9a-f]{32}\Z")
_INTERCEPTORS = {
    "create_ticket": check_create,
    "change_status": check_ticket_call,
    "update_requests": check_update,
}


def admit(context: CallContext) -> None:
    """Run every interceptor; raises ApiError. Parameters come before the session in all releases."""
    if "*" in context.waived:
        context.waived |= {field.name for field in context.call.fields}
    _collate(context)
    validate(context)
    if context.call.session:
        context.session = _session(context)
        check_resource_uuid(context)
        _check_rights(context, context.call)
    interceptor = _INTERCEPTORS.get(context.call.handler)
    if interceptor is not None:
        with reserving(context, "reserve-denied-uuid"):
            interceptor(context)
    check_system_tags(context)


def _collate(context: CallContext) -> None:
    """Find the ticket that a uuid in another case means, as the database does."""
    uuid = context.values.get("uuid")
    if context.state.options.choices.compare != "collation" or not isinstance(uuid, str):
        return
    tickets = context.store.tickets
    if uuid not in tickets:
        context.values["uuid"] = next((one for one in tickets if collated(one) == collated(uuid)), uuid)


def _session(context: CallContext) -> Session:
    if context.key_error is not None:
        raise context.key_error
    if context.token is None:
        return administrator(now=context.now)
    session = context.state.sessions.find(_stored(context, context.token), context.now)
    if session is not None:
        if not context.without("refuse-live-session"):
            raise ApiError("ID.1001", details="Session expired")
        return session
    if context.without(f"accept-{token_kind(context)}-session"):
        raise ApiError("ID.1001", details="Session expired")
    return context.state.sessions.ended.get(context.token) or administrator(context.token, now=context.now)


def _stored(context: CallContext, token: str) -> str:
    """Return the token of the session that is meant: the database compares without case."""
    known = token in context.state.sessions.live or context.state.options.choices.compare == "exact"
    return token if known else token.lower()


def token_kind(context: CallContext) -> str:
    """Say in one word what is wrong with a token that is not live."""
    token = context.token or ""
    if not token:
        return "empty"
    ended = context.state.sessions.ended.get(token)
    if ended is not None:
        return "expired" if context.now >= ended.expires else "logged-out"
    return "unknown" if _TOKEN.match(token) else "malformed"


def _check_rights(context: CallContext, call: Call) -> None:
    """Refuse what only the administrator may do: making and changing flows."""
    if call.kind == "flow" and not context.caller.admin and context.without("accept-flows-of-tenants"):
        details = f"API[{call.message}] is denied by default, please contact admin to correct it"
        raise ApiError("SYS.1006", details=details)
