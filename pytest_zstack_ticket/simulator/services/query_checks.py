"""What ZQL refuses of a query, with the texts of its exceptions. Source: facts.md, ZQL.java, ZQLMetadata.java."""

from __future__ import annotations

from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.http.query_parameters import Query, java_split
from pytest_zstack_ticket.simulator.services import inventories as show
from pytest_zstack_ticket.simulator.services.collation import astral
from pytest_zstack_ticket.simulator.state import CallContext

_DATES = ("createDate", "lastOpDate")
_HIDDEN = frozenset({"request", "accountSystemContext", "flows", "ticketTypeUuids", "operationContext", "requests"})
_TAGS = frozenset({"__systemTag__", "__userTag__"})
_RUNTIME = "org.zstack.header.exception.CloudRuntimeException: "
_PARSE = "org.antlr.v4.runtime.misc.ParseCancellationException: error "
_AROUND = 10


def _members(*names: str) -> frozenset[str]:
    return frozenset(names) | {"uuid", "name", "description", *_DATES}


_TICKET = _members(
    "status",
    "accountSystemType",
    "ticketTypeUuid",
    "currentFlowUuid",
    "flowCollectionUuid",
    "accountSystemContext",
    "request",
)
_HISTORY = frozenset(
    {"uuid", "sequence", "ticketUuid", "fromStatus", "toStatus", "comment", "operationContextType", *_DATES}
    | {"operationContext", "operatorType", "operatorUuid", "flowName"}
)
MEMBERS: dict[str, frozenset[str]] = {
    "ticket": _TICKET,
    "archive": _TICKET | {"ticketUuid", "accountUuid"},
    "history": _HISTORY,
    "archive-history": _HISTORY | {"historyUuid", "accountUuid"},
    "type": _members("type", "requests", "adminOnly"),
    "collection": _members("state", "status", "isDefault", "flows", "ticketTypeUuids", "projectUuid"),
    "flow": _members("parentFlowUuid", "flowContext", "flowContextType", "collectionUuid", "approverUuid", "valid"),
}


def check_query(context: CallContext, asked: Query) -> None:
    """Refuse what cannot be parsed or run; raises ApiError."""
    if asked.filter_name:
        if len(java_split(asked.filter_name, ":")) < 2:
            raise ApiError("SYS.1007", "bad-filter-name")
        raise _thrown(f"{_RUNTIME}unable to find QueryBelongFilter with type[{asked.filter_name}]")
    _check_syntax(context, asked)
    if not context.without("accept-unknown-field"):
        return
    known = MEMBERS[context.call.entity]
    _check_names(context, asked, known)
    for name, value in (("max-results", asked.limit), ("first-result value", asked.start)):
        if value < 0 and context.without("accept-negative"):
            shown = "" if name == "max-results" else f" : {value}"
            raise _thrown(f"java.lang.IllegalArgumentException: {name} cannot be negative{shown}")
    if context.state.options.choices.four_bytes != "kept" and any(astral(one.value) for one in asked.conditions):
        reason = "org.hibernate.exception.GenericJDBCException: could not extract ResultSet"
        raise _thrown(f"javax.persistence.PersistenceException: {reason}")


def _check_names(context: CallContext, asked: Query, known: frozenset[str]) -> None:
    name = show.CLASSES[context.call.entity]
    for one in asked.fields:
        if one not in known and context.without("accept-unknown-fields"):
            # the braces stand in the server's own format string
            raise _thrown(f"{_RUNTIME}inventory[${{selfInventoryClass}}] has no field[{one}]")
    for condition in asked.conditions:
        if condition.field not in known - _HIDDEN | _TAGS:
            raise _thrown(f"{_RUNTIME}inventory class[class {name}] not having field[{condition.field}]")
    wanted = (asked.sort or "").lstrip("+-")
    if wanted and wanted not in known - _HIDDEN and context.without("accept-unknown-sort"):
        raise ApiError("SYS.1000", "bad-sort", name.rpartition(".")[2], wanted)


def _check_syntax(context: CallContext, asked: Query) -> None:
    """Refuse what the ZQL text that is made of a query makes unreadable: no field, or a single quote."""
    if context.variant.documented:
        return
    target = show.CLASSES[context.call.entity].rpartition(".")[2].lower().removesuffix("inventory")
    text = f"{'count' if asked.count else 'query'} {target}"
    if asked.fields:
        text += "." + ",".join(asked.fields)
    at = len(text) + 1
    text += _clauses(asked)
    if "" in asked.fields:
        word = text[at:].partition(" ")[0]
        raise _thrown(f"{_PARSE}no viable alternative at input '{target}.{word}' at line 1:{at}, {_around(text, at)}")
    if asked.sort is not None and context.without("accept-unknown-sort"):
        _check_sort(text, asked.sort.lstrip("+-"))
    broken = context.state.options.choices.query_quotes == "broken"
    if broken and any("'" in one.value for one in asked.conditions):
        place = text.rindex("'")
        said = f"token recognition error at: '{text[place:]}' at line 1:{place}, {_around(text, place)}"
        raise _thrown(_PARSE + said)


def _check_sort(text: str, wanted: str) -> None:
    """Refuse an ORDER BY that names no field or several: ZQL wants a direction behind each."""
    at = text.rindex("order by ") + len("order by ")
    if not wanted:
        word = text[at:].split(maxsplit=1)[0]
        at = text.index(word, at)
        raise _thrown(f"{_PARSE}no viable alternative at input '{word}' at line 1:{at}, {_around(text, at)}")
    if "," in wanted:
        at = text.index(",", at)
        raise _thrown(f"{_PARSE}missing ORDER_BY_VALUE at ',' at line 1:{at}, {_around(text, at)}")


def _clauses(asked: Query) -> str:
    parts = []
    if asked.conditions:
        shown = [f"{one.field} {one.operator}" + (f" '{one.value}'" if one.value else "") for one in asked.conditions]
        parts.append("where " + " and ".join(shown))
    if asked.sort is not None:
        parts.append(f"order by {asked.sort.lstrip('+-')} {'desc' if asked.sort.startswith('-') else 'asc'}")
    parts.append(f"limit {asked.limit}")
    parts += [f"offset {asked.start}"] if asked.start else []
    return "".join(f" {part}" for part in parts)


def _around(text: str, at: int) -> str:
    """Cut out what ZQL.getTextAround shows of the text."""
    end = len(text) - 1 if at + _AROUND >= len(text) else at + _AROUND
    return text[max(0, at - _AROUND) : end]


def _thrown(details: str) -> ApiError:
    return ApiError("SYS.1000", details=details)
