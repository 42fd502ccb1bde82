"""What ZQL refuses of a query, with the texts of its exceptions. Source: facts.md, ZQL.java, ZQLMetadata.java."""

from __future__ import annotations

from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.http.query_parameters import Condition, Query, java_split
from pytest_zstack_ticket.simulator.json.java_values import java_set_order
from pytest_zstack_ticket.simulator.services import inventories as show
from pytest_zstack_ticket.simulator.services.collation import astral
from pytest_zstack_ticket.simulator.services.zql import Parser, ZqlError
from pytest_zstack_ticket.simulator.state import CallContext

_DATES = ("createDate", "lastOpDate")
_HIDDEN = frozenset({"request", "accountSystemContext", "flows", "ticketTypeUuids", "operationContext", "requests"})
_TAGS = frozenset({"__systemTag__", "__userTag__", "__tagUuid__"})
_RUNTIME = "org.zstack.header.exception.CloudRuntimeException: "
_LISTS = ("in", "not in")


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
    paths = _parsed(context, asked)
    if not context.without("accept-unknown-field"):
        return
    known = MEMBERS[context.call.entity]
    _check_names(context, asked, paths, known)
    for name, value in (("max-results", asked.limit), ("first-result value", asked.start)):
        if value < 0 and context.without("accept-negative"):
            shown = "" if name == "max-results" else f" : {value}"
            raise _thrown(f"java.lang.IllegalArgumentException: {name} cannot be negative{shown}")
    if context.state.options.choices.four_bytes != "kept" and any(astral(one.value) for one in asked.conditions):
        reason = "org.hibernate.exception.GenericJDBCException: could not extract ResultSet"
        raise _thrown(f"javax.persistence.PersistenceException: {reason}")


def _check_names(context: CallContext, asked: Query, paths: list[tuple[str, ...]], known: frozenset[str]) -> None:
    name = show.CLASSES[context.call.entity]
    for one in asked.fields:
        if one not in known and context.without("accept-unknown-fields"):
            # the braces stand in the server's own format string
            raise _thrown(f"{_RUNTIME}inventory[${{selfInventoryClass}}] has no field[{one}]")
    for path in paths:
        if len(path) > 1:
            # the name that is not found is taken from the list before what is left of it is shown
            nested = f"invalid nested query condition[{'.'.join(path[1:-1])}] on class {name},"
            raise _thrown(f"{_RUNTIME}{nested}the expanded target[class {name}] have no expanded query[{path[0]}]")
        if path[0] not in known - _HIDDEN | _TAGS:
            raise _thrown(f"{_RUNTIME}inventory class[class {name}] not having field[{path[0]}]")
    wanted = (asked.sort or "").lstrip("+-")
    if wanted and wanted not in known - _HIDDEN and context.without("accept-unknown-sort"):
        raise ApiError("SYS.1000", "bad-sort", name.rpartition(".")[2], wanted)


def _parsed(context: CallContext, asked: Query) -> list[tuple[str, ...]]:
    """Parse the ZQL text that is made of a query; the members that its conditions name, in their parts."""
    if context.variant.documented:
        return [(one.field,) for one in asked.conditions]
    try:
        return Parser(_zql(context, asked)).parse()
    except ZqlError as error:
        raise _thrown(str(error)) from None


def _zql(context: CallContext, asked: Query) -> str:
    """Write a query as QueryFacadeImpl does."""
    target = show.CLASSES[context.call.entity].rpartition(".")[2].lower().removesuffix("inventory")
    fields = asked.fields if context.without("accept-unknown-fields") else ()
    parts = ["count" if asked.count else "query", f"{target}.{','.join(fields)}" if fields else target]
    if asked.conditions:
        broken = context.state.options.choices.query_quotes == "broken"
        written = {_written(one, broken=broken): None for one in asked.conditions}
        parts += ["where", " and ".join(java_set_order(list(written)))]
    if asked.reply_with_count and not asked.count:
        parts.append("return with (total)")
    if asked.sort is not None and context.without("accept-unknown-sort"):
        sign = asked.sort[:1] if asked.sort[:1] in ("+", "-") else ""
        name = asked.sort.lstrip(sign) if sign else asked.sort
        parts.append(f"order by {name} {'desc' if sign == '-' else 'asc'}")
    parts.append(f"limit {asked.limit}")
    parts += [f"offset {asked.start}"] if asked.start else []
    return " ".join(parts)


def _written(condition: Condition, *, broken: bool) -> str:
    """Write a condition; the backslash that is set before a quote has no meaning in ZQL."""
    name = f"{condition.field} {condition.operator}"
    if condition.operator.endswith("null"):
        return name.replace("not null", "is not null")
    value = condition.value.replace("\\", "\\\\").replace("'", "\\'" if broken else "")
    if condition.operator in _LISTS:
        listed = value.replace(",", "','")
        return f"{name} ('{listed}')"
    return f"{name} '{value}'"


def _thrown(details: str) -> ApiError:
    return ApiError("SYS.1000", details=details)
