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
_TAGS = {"systemTags": "strings", "userTags": "strings"}
"""What every message has and a client may set."""
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
    text = split_target(context.request.path)[1]
    context.query = list(_pairs(text if context.without("query-split-late") else text.replace("%26", "&")))
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
            _set_number(context, query, name, value)
        case "count":
            query.count = value.lower() == "true" or not context.without("count-of-any-value")
        case "replyWithCount":
            query.reply_with_count = value.lower() == "true"
        case "sort":
            query.sort = value
        case "fields":
            query.fields = tuple(part.strip() for part in java_split(value, ","))
            if not query.fields:
                text = "Invalid query parameter. 'fields' contains zero field"
                raise Refusal(row="R26", status=400, text=text)
        case "filterName":
            query.filter_name = value


def _set_number(context: CallContext, query: Query, name: str, value: str) -> None:
    if _INTEGER.match(value) and not context.without("page-numbers-cut"):
        value = str((int(value) - INT_MIN) % (INT_MAX - INT_MIN + 1) + INT_MIN)
    if _INTEGER.match(value) and INT_MIN <= int(value) <= INT_MAX:
        setattr(query, name, int(value))
    elif context.without(f"accept-not-a-number:{name}"):
        raise Refusal(row="R26", status=400, text=f"Invalid query parameter. '{name}' must be an integer")


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
        parts = _split(text, sign)
        if name.endswith("null"):
            return Condition(field=parts[0].strip(_BLANK), operator=name, value="")
        if len(parts) < 2:
            raise Refusal(
                row="R28",
                status=400,
                text=f"Invalid query parameter. The '{text}' in parameter[q] is not a key-value pair split by {name}",
            )
        return Condition(field=parts[0].strip(_BLANK), operator=name, value=parts[1])
    known = ", ".join(sign for sign, _ in OPERATORS)
    raise Refusal(
        row="R27",
        status=400,
        text=f"Invalid query parameter. The '{text}' in the parameter[q] doesn't contain any query operator. "
        f"Valid query operators are [[{known}]]",
    )


def _split(text: str, sign: str) -> list[str]:
    """Split once as StringUtils.splitByWholeSeparator does: signs at the start and beside each other are one."""
    while text.startswith(sign):
        text = text[len(sign) :]
    first, found, rest = text.partition(sign)
    while rest.startswith(sign):
        rest = rest[len(sign) :]
    return [first, rest] if found else [first]


def _bind_pairs(context: CallContext) -> None:
    """Bind the parameters of a DELETE or of a GET that is no query; what the message does not have is ignored."""
    kinds = _TAGS | {one.name: one.kind for one in context.call.fields}
    for name, values in _gathered(context.query).items():
        head, dot, _ = name.partition(".")
        kind = kinds.get(head)
        if kind is None:
            continue
        if dot:
            _bind_map(context, kind, name, values)
        elif kind == "strings":
            context.raw[name] = values
        elif len(values) > 1:
            raise _doubled(name)
        else:
            context.raw[name] = values[0]


def _gathered(query: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Gather the values of each parameter; those of `name.0`, `name.1` become the values of `name`."""
    gathered: dict[str, list[str]] = {}
    for name, value in query:
        gathered.setdefault(name, []).append(value)
    numbered: dict[str, list[tuple[int, str]]] = {}
    for name in [one for one in gathered if "." in one]:
        parts = java_split(name, ".")
        if len(parts) < 2:
            text = f"Index {len(parts)} out of bounds for length {len(parts)}"
            raise Refusal(row="R22", status=500, text=text)
        if _INTEGER.match(parts[1]) and INT_MIN <= int(parts[1]) <= INT_MAX:
            numbered.setdefault(parts[0], []).append((int(parts[1]), gathered.pop(name)[0]))
    return gathered | {name: [value for _, value in sorted(found)] for name, found in numbered.items()}


def _doubled(name: str) -> Refusal:
    text = f"Invalid query parameter[{name}], only one value is allowed for the parameter but multiple values found"
    return Refusal(row="R29", status=400, text=text)


def _bind_map(context: CallContext, kind: str, name: str, values: list[str]) -> None:
    """Bind one member of a map; only the calls that begin and end sessions have one, of what the client is."""
    head, key = java_split(name, ".")[:2]
    if kind != "map":
        text = f"class {context.call.message}::{head} must be annotated by @MapField"
        raise Refusal(row="R22", status=500, text=text)
    bound = context.raw.setdefault(head, {})
    if key in bound:
        text = f"duplicate map query parameter[{name}], there has been a parameter with the same map key"
        raise Refusal(row="R30", status=400, text=text)
    if len(values) > 1:
        raise _doubled(name)
    bound[key] = values[0]
