"""Faults of access: calls without a session, uuids beside the path, members of the server, carried-out texts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeAlias
from urllib.parse import unquote_plus, urlsplit

from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.fault_points import Facts
from pytest_zstack_ticket.simulator.faults import response_edits as edits
from pytest_zstack_ticket.simulator.faults.effects import Around, Break, Edit
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.faults.scope import parse_scope
from pytest_zstack_ticket.simulator.response import Answer, Delivery, Tree
from pytest_zstack_ticket.simulator.state import CallContext, first_header
from pytest_zstack_ticket.simulator.storage.tables import Ticket

Header: TypeAlias = Callable[[CallContext], "str | None"]
Admit: TypeAlias = Callable[[CallContext], None]
Insert: TypeAlias = Callable[[CallContext, Ticket], Ticket]
Denied: TypeAlias = Callable[[CallContext, Ticket, ApiError], None]
Hooks: TypeAlias = Callable[[Delivery], list[Delivery]]

_ACTIONS = frozenset({"change", "update"})
_DELETE = frozenset({"delete"})
_READINGS = frozenset({"query", "get"})
_TOKEN = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_URL = re.compile(rb"http://[\w.:\[\]-]+/hook/[0-9a-f]{32}")
TRUE = re.compile(r"\bor\b\s*\(?\s*(?:1=1|['\"]1['\"]?\s*=|name like|uuid not null)", re.IGNORECASE)
LONG_AGO = 978_310_800.0
"""The first day of 2001."""


def _anonymous(calls: frozenset[str]) -> tuple[Break, Break]:
    """Let calls through that have no session, or one that does not exist."""
    return Break("accept-no-authorization", calls), Break("accept-unknown-session", calls)


def _session_in(place: Callable[[CallContext], Iterable[str]]) -> Callable[[Header, CallContext], str | None]:
    """Read a session from another place where there is no header."""

    def header(default: Header, context: CallContext) -> str | None:
        sent = default(context)
        if sent is not None:
            return sent
        tokens = [token for text in place(context) for token in _TOKEN.findall(text)]
        return f"OAuth {tokens[0]}" if tokens else None

    return header


def _body_first(default: Header, context: CallContext) -> str | None:
    """Let a session of the body count instead of that of the header, where there is one in both."""
    sent, found = default(context), _body(context)
    return f"OAuth {found[0]}" if sent is not None and found else sent


def _by_first_half(default: Header, context: CallContext) -> str | None:
    """Take the first 16 characters of a session for all of it."""
    sent = default(context)
    token = (sent or "").removeprefix("OAuth ").strip()
    found = [one for one in context.state.sessions.live if len(token) >= 16 and one[:16] == token[:16]]
    return f"OAuth {found[0]}" if found else sent


def _query(context: CallContext) -> list[str]:
    return [unquote_plus(context.request.path.partition("?")[2])]


def _cookie(context: CallContext) -> list[str]:
    return [context.header("Cookie") or ""]


def _own_cookie(context: CallContext) -> list[str]:
    return re.findall(r"JSESSIONID=(\w+)", context.header("Cookie") or "")


def _body(context: CallContext) -> list[str]:
    found = re.search(rb'"session":\s*\{"uuid":\s*"([0-9a-f]{32})"', context.request.body or b"")
    return [found[1].decode()] if found else []


def _by_pattern(pattern: Callable[[str], str]) -> Callable[[Admit, CallContext], None]:
    """Take what stands in the path for a pattern, and the first ticket that fits for the one that is meant."""

    def admit(default: Admit, context: CallContext) -> None:
        wanted = re.compile(pattern(str(context.values.get("uuid"))))
        if context.values.get("uuid") not in context.store.tickets:
            fitting = [uuid for uuid in context.store.tickets if wanted.fullmatch(uuid)]
            context.values["uuid"] = fitting[0] if fitting else context.values.get("uuid")
        default(context)

    return admit


def _like(text: str) -> str:
    return re.escape(text).replace("%", ".*").replace("_", ".")


def _beginning(text: str) -> str:
    return f"{re.escape(text)}.*" if text else re.escape(text)


def _listed(text: str) -> str:
    return "|".join(map(re.escape, text.split(",")))


def _own_member(name: str, change: Callable[[Any], dict[str, Any]]) -> Callable[[Insert, CallContext, Ticket], Ticket]:
    """Store a ticket with a member as it was sent, though the member is the server's."""

    def store(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
        sent = context.raw.get(name)
        return default(context, ticket if sent is None else replace(ticket, **change(sent)))

    return store


def _carried_out(default: Callable[..., Any], context: CallContext, rows: list[Any], asked: Any) -> Any:
    """Let a condition whose text is always true find everything."""
    true = any(TRUE.search(one.value) for one in asked.conditions)
    return rows if true else default(context, rows, asked)


def _path_carried_out(default: Callable[..., Any], context: CallContext, rows: list[Any], asked: Any) -> Any:
    """Let a path whose text is always true find everything."""
    return rows if TRUE.search(context.variables.get("uuid", "")) else default(context, rows, asked)


def _fetched(default: Hooks, hook: Delivery) -> list[Delivery]:
    """Call the URLs that stand in a ticket."""
    urls = dict.fromkeys(found.decode() for found in _URL.findall(hook.body))
    return [*default(hook), *(replace(hook, url=url, attempts=1) for url in urls if url != hook.url)]


def _quoted(answer: Answer, facts: Facts) -> Answer:
    """Repeat the password in the refusal of a log-in."""
    return edits.put("error.details", f'"wrong password {facts.params.get("password")}"')(answer, facts)


def _approved(default: Denied, context: CallContext, ticket: Ticket, error: ApiError) -> None:
    """Let who created a ticket approve it."""
    if context.values.get("statusEvent") != "approve" or context.caller.operator != ticket.creator:
        default(context, ticket, error)


def _around(name: str, step: str, wrapper: Callable[..., Any], calls: Iterable[str], about: str) -> Fault:
    return Fault(name=name, description=about, effects=(Around(step, wrapper, frozenset(calls)),))


def _taken_session(default: Callable[[CallContext], str], context: CallContext) -> str:
    """Open the session that the caller names, instead of a new one."""
    found = _TOKEN.findall(context.header("Authorization") or "")
    return found[0] if found else default(context)


def _taken_uuid(default: Callable[[CallContext], str], context: CallContext) -> str:
    """Open the session that a member of the body names."""
    named = str(context.raw.get("uuid"))
    return named if _TOKEN.fullmatch(named) else default(context)


def _same_session(default: Callable[[CallContext], str], context: CallContext) -> str:
    """Open the session again that the user has already, if there is one without a project."""
    names = {str(context.values.get(one)) for one in ("accountName", "userName", "name", "username")}
    live = context.state.sessions.live.values()
    return next((one.uuid for one in live if one.person.name in names and not one.project), None) or default(context)


def _made_all_the_same(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
    """Store the ticket of a session that was logged out, and say that it was refused."""
    made = default(context, ticket)
    if context.token in context.state.sessions.ended:
        raise ApiError("ID.1001", details="Session expired")
    return made


def _led_elsewhere(answer: Answer, facts: Facts) -> Answer:
    """Lead to a job on the host that a header of the client names."""
    host = first_header(facts.sent, "X-Forwarded-Host")
    shown = answer.body.value.get("location") if isinstance(answer.body, Tree) else None
    if not host or not isinstance(shown, str):
        return answer
    return edits.put("location", json.dumps(f"http://{host}{urlsplit(shown).path}"))(answer, facts)


_SESSIONS = (
    Fault(name="anonymous-acts", description="events need no session", effects=_anonymous(_ACTIONS)),
    Fault(name="anonymous-deletes", description="a deletion needs no session", effects=_anonymous(_DELETE)),
    Fault(name="anonymous-reads", description="a query needs no session", effects=_anonymous(_READINGS)),
    _around("session-from-query", "authorization.header", _session_in(_query), (), "a session in the query counts"),
    _around("session-from-cookie", "authorization.header", _session_in(_cookie), (), "a session in a cookie counts"),
    _around("session-from-body", "authorization.header", _session_in(_body), (), "a session in the body counts"),
    _around(
        "session-from-own-cookie",
        "authorization.header",
        _session_in(_own_cookie),
        (),
        "a session counts in the cookie that the target itself sets",
    ),
    _around("session-by-beginning", "authorization.header", _by_first_half, (), "half a session is compared"),
    _around("session-of-body-first", "authorization.header", _body_first, (), "a session in the body counts first"),
    Fault(
        name="login-date:expired",
        description="a session has ended before it began",
        effects=(Edit(edits.put("inventory.expiredDate", '"Jan 1, 2001 1:00:00 AM"'), parse_scope("login/success")),),
    ),
    _around("login-takes-session", "login.token", _taken_session, (), "a log-in opens the session that it names"),
    _around("login-takes-uuid", "login.token", _taken_uuid, (), "a log-in opens the session that its body names"),
    Fault(
        name="ended-session-acts",
        description="events and deletions need no session that still lives",
        effects=(Break("accept-logged-out-session", _ACTIONS | _DELETE),),
    ),
    Fault(
        name="ended-session-creates",
        description="a create with a session that was logged out is refused, and makes its ticket all the same",
        effects=(
            Break("accept-logged-out-session", frozenset({"create"})),
            Around("create.insert", _made_all_the_same, frozenset({"create"})),
        ),
    ),
    _around("login-same-session", "login.token", _same_session, (), "a second log-in opens the session of the first"),
    Fault(
        name="location-from-header",
        description="the location of a job is on the host that X-Forwarded-Host names",
        effects=(Edit(_led_elsewhere, parse_scope("create/accepted")),),
    ),
    Fault(
        name="login-quotes-password",
        description="a refused log-in repeats what was sent as the password",
        effects=(Edit(_quoted, parse_scope("login/failure")),),
    ),
)
_PATHS = (
    Fault(name="body-uuid-wins", description="a uuid beside the path counts", effects=(Break("body-uuid-wins"),)),
    _around("event-by-pattern", "admit", _by_pattern(_like), _ACTIONS, "the path of an event is a pattern"),
    _around("event-by-beginning", "admit", _by_pattern(_beginning), _ACTIONS, "the beginning of a uuid is enough"),
    _around("delete-by-pattern", "admit", _by_pattern(_like), _DELETE, "the path of a deletion is a pattern"),
    _around("delete-by-list", "admit", _by_pattern(_listed), _DELETE, "the path of a deletion is a list"),
)
_EFFECTS = (
    _around(
        "own-member:status",
        "create.insert",
        _own_member("status", lambda one: {"status": one}),
        ("create",),
        "it counts",
    ),
    _around(
        "own-member:uuid", "create.insert", _own_member("uuid", lambda one: {"uuid": one}), ("create",), "it counts"
    ),
    _around(
        "own-member:createDate",
        "create.insert",
        _own_member("createDate", lambda _: {"created": LONG_AGO}),
        ("create",),
        "the createDate that was sent counts",
    ),
    _around(
        "own-member:request",
        "create.insert",
        _own_member("request", lambda one: {"requests": tuple(one)}),
        ("create",),
        "request counts beside requests",
    ),
    _around(
        "own-member:name-of-event",
        "change.store",
        _own_member("name", lambda one: {"name": one}),
        ("change",),
        "an event renames the ticket as its body says",
    ),
    _around(
        "own-member:name-of-update",
        "update.store",
        _own_member("name", lambda one: {"name": one}),
        ("update",),
        "an update renames the ticket as its body says",
    ),
    _around("condition-carried-out", "query.filter", _carried_out, (), "a condition that is always true finds all"),
    _around("path-carried-out", "query.filter", _path_carried_out, (), "a path that is always true finds all"),
    Fault(
        name="get-writes", description="a GET with a body does what a POST or PUT does", effects=(Break("get-writes"),)
    ),
    Fault(
        name="lost-update-while-busy",
        description="an event that comes while another one is carried out starts from the status before that",
        expression="when-busy:1(accept-denied-event+history-from-pending)",
    ),
    _around("owner-approves", "operator.denied", _approved, ("change",), "who created a ticket may approve it"),
    _around("fetches-urls", "hooks", _fetched, (), "URLs in a ticket are called"),
)

ACCESS: tuple[Fault, ...] = (*_SESSIONS, *_PATHS, *_EFFECTS)
"""Every fault of access."""
