"""Query parameters: conditions and paging of queries, fields of a DELETE. Source: dossier 4.6, 4.7, rows R26 to R30."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from pytest_zstack_ticket.simulator.errors import Refusal
from pytest_zstack_ticket.simulator.http.routes import split_target
from pytest_zstack_ticket.simulator.json.java_values import INT_MAX, INT_MIN
from pytest_zstack_ticket.simulator.state import CallContext

OPERATORS: tuple[tuple[str, str], ...] = (
    ("!=", "!="),
    (">=", ">="),
    ("<=", "<="),
    ("!?=", "not in"),
    ("!~=", "not like"),
    ("~=", "like"),
    ("?=", "in"),
    ("=", "="),
    (">", ">"),
    ("<", "<"),
    ("is null", "is null"),
    ("not null", "not null"),
)
"""As sent and as the server names them, in the order in which they are looked for."""

_BROKEN_ESCAPE = re.compile(r"%(?![0-9a-fA-F]{2})")
_INTEGER = re.compile(r"[+-]?\d+\Z", re.ASCII)
_BLANK = "".join(map(chr, range(0x21)))
"""What String.trim takes away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One `q`: field, the server's name of the operator, value as text."""

    field: str
    operator: str
    value: str


@dataclass(slots=True, kw_only=True)
class Query:
    """All parameters of a query."""

    conditions: list[Condition] = field(default_factory=list)
    limit: int = 1000
    start: int = 0
    count: bool = False
    reply_with_count: bool = False
    sort: str | None = None
    fields: tuple[str, ...] = ()
    filter_name: str = ""


def read_parameters(context: CallContext) -> None:
    """Read the query string of a GET or DELETE into the context; raises Refusal."""
    context.query = list(_pairs(split_target(context.request.path)[1]))
    if context.call.entity:
        # a path with a uuid ignores every parameter
        if "uuid" not in context.variables:
            read_query(context)
    else:
        _bind_pairs(context)


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs = []
    for part in filter(None, text.split("&")):
        name, _, value = part.partition("=")
        # a broken escape drops its parameter and nothing else (R34), as does an empty name
        if name and not _BROKEN_ESCAPE.search(part):
            pairs.append((unquote_plus(name), unquote_plus(value)))
    return pairs


def read_query(context: CallContext) -> Query:
    """Read what a query asks for; unknown names are ignored, a doubled one counts once, an empty one is dropped."""
    query = Query()
    seen: set[str] = set()
    for sent, value in context.query:
        name = sent.strip(_BLANK)
        # RestServer.handleQueryApi asks whether "q" starts with the name
        if name in ("q", ""):
            query.conditions.append(_condition(value))
        elif sent not in seen:
            seen.add(sent)
            _set(context, query, name, value.strip(_BLANK))
    return query


def _set(context: CallContext, query: Query, name: str, value: str) -> None:
    match name:
        case "limit" | "start":
            if not (_INTEGER.match(value) and INT_MIN <= int(value) <= INT_MAX):
                if not context.without(f"accept-not-a-number:{name}"):
                    return
                raise Refusal(row="R26", status=400, text=f"Invalid query parameter. '{name}' must be an integer")
            setattr(query, name, int(value))
        case "count":
            query.count = value.lower() == "true"
        case "replyWithCount":
            query.reply_with_count = value.lower() == "true"
        case "sort":
            query.sort = value
        case "fields":
            query.fields = tuple(part.strip() for part in java_split(value, ","))
        case "filterName":
            query.filter_name = value


def java_split(text: str, mark: str) -> list[str]:
    """Split as String.split does: empty parts at the end are dropped, an empty text is one empty part."""
    parts = text.split(mark)
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts if any(parts) or not text else []


def _condition(text: str) -> Condition:
    for sign, name in OPERATORS:
        if sign not in text:
            continue
        if name.endswith("null"):
            return Condition(field=text.replace(sign, "").strip(), operator=name, value="")
        key, _, value = text.partition(sign)
        if not key:
            raise Refusal(
                row="R28",
                status=400,
                text=f"Invalid query parameter. The '{text}' in parameter[q] is not a key-value pair split by {name}",
            )
        while value.startswith(sign):
            value = value[len(sign) :]
        return Condition(field=key.strip(), operator=name, value=value)
    known = ", ".join(sign for sign, _ in OPERATORS)
    raise Refusal(
        row="R27",
        status=400,
        text=f"Invalid query parameter. The '{text}' in the parameter[q] doesn't contain any query operator. "
        f"Valid query operators are [[{known}]]",
    )


def _bind_pairs(context: CallContext) -> None:
    """Bind the parameters of a DELETE or of a GET that is no query."""
    lists = {one.name for one in context.call.fields if one.kind == "strings"}
    maps: set[str] = set()
    for name, value in context.query:
        head, dot, tail = name.partition(".")
        if head in lists:
            context.raw.setdefault(head, []).append(value)
        elif dot:
            _bind_map(context, maps, name, tail)
        elif name in context.raw:
            text = (
                f"Invalid query parameter[{name}], only one value is allowed for the parameter "
                "but multiple values found"
            )
            raise Refusal(row="R29", status=400, text=text)
        else:
            context.raw[name] = value


def _bind_map(context: CallContext, maps: set[str], name: str, tail: str) -> None:
    if not tail:
        # "x.".split("\\.") has one part, ".".split("\\.") has none
        text = "Index 1 out of bounds for length 1" if name.strip(".") else "Index 0 out of bounds for length 0"
        raise Refusal(row="R22", status=500, text=text)
    if name in maps:
        text = f"duplicate map query parameter[{name}], there has been a parameter with the same map key"
        raise Refusal(row="R30", status=400, text=text)
    maps.add(name)
    context.raw.setdefault("clientInfo", {})[tail] = context.request.path[:0]
