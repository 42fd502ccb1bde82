"""When a fault is at work, told from the request alone: rare data, layout, headers. One row per condition."""

from __future__ import annotations

import json
import re
import unicodedata
import zlib
from collections.abc import Callable, Mapping
from typing import TypeAlias
from urllib.parse import unquote

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.fault_points import Facts
from pytest_zstack_ticket.simulator.http.routes import split_target
from pytest_zstack_ticket.simulator.json.java_values import units
from pytest_zstack_ticket.simulator.state import first_header

Condition: TypeAlias = Callable[[Facts], bool]
Sized: TypeAlias = Callable[[Facts, float], bool]

_EXPONENT = re.compile(r"[:\[,]\s*-?\d+(?:\.\d+)?[eE][+-]?\d")
_SIGNED_EXPONENT = re.compile(r"[:\[,]\s*-?\d+(?:\.\d+)?[eE][+-]\d")
_WHOLE_TIMES = re.compile(r'"executeTimes"\s*:\s*-?\d+\s*[,}]')
_WHOLE_DOUBLE = re.compile(r"[:\[,]\s*-?\d+\.0+\s*[,}\]]")
_LATER_PAGE = re.compile(r"[?&]start=[1-9]")
_USUAL_ORDER = ("name", "requests", "accountSystemType", "accountSystemContext")
_TOP_KEYS = frozenset({"params", "systemTags", "userTags", "changeTicketStatus", "updateTicketRequest"})
_CREATE_KEYS = frozenset(
    {"name", "description", "requests", "flowCollectionUuid", "accountSystemType", "accountSystemContext"}
    | {"resourceUuid", "tagUuids", "systemTags", "userTags", "comment", "statusEvent"}
)
_OPTIONAL = ("description", "resourceUuid", "flowCollectionUuid", "tagUuids")
_REQUEST_KEYS = frozenset({"requestName", "apiName", "executeTimes", "apiBody"})
_BIG = 2**53
_MANY = 50
_DEEP = 20
_DEPTH_LIMIT = 1000


def _name(pattern: str) -> Condition:
    compiled = re.compile(pattern, re.DOTALL)
    return lambda facts: bool(compiled.search(facts.name))


def _character(test: Callable[[str], bool]) -> Condition:
    return lambda facts: any(map(test, facts.name))


def requests_of(facts: Facts) -> list[Mapping[str, Json]]:
    """Return the requests of the sent message that are objects."""
    sent = facts.params.get("requests")
    return [one for one in sent if isinstance(one, dict)] if isinstance(sent, list) else []


def _bodies(facts: Facts) -> list[Json]:
    return [one.get("apiBody") for one in requests_of(facts)]


def depth(value: Json) -> int:
    """Return how deep a value is nested; a scalar has depth 0."""
    level, layer = 0, [value]
    while level <= _DEPTH_LIMIT:
        containers = [item for item in layer if isinstance(item, (dict, list))]
        if not containers:
            break
        level += 1
        layer = [child for one in containers for child in (one.values() if isinstance(one, dict) else one)]
    return level


def _leaves(value: Json) -> list[Json]:
    found, layer = [], [value]
    while layer:
        item = layer.pop()
        if isinstance(item, dict):
            layer.extend(item.values())
        elif isinstance(item, list):
            layer.extend(item)
        else:
            found.append(item)
    return found


def _number(test: Callable[[float], bool]) -> Condition:
    def holds(facts: Facts) -> bool:
        leaves = [leaf for body in _bodies(facts) for leaf in _leaves(body)]
        return any(test(leaf) for leaf in leaves if isinstance(leaf, (int, float)) and not isinstance(leaf, bool))

    return holds


def _leaf(test: Callable[[Json], bool]) -> Condition:
    return lambda facts: any(test(leaf) for body in _bodies(facts) for leaf in _leaves(body))


def _top(facts: Facts) -> Mapping[str, Json]:
    try:
        body = json.loads(facts.text)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _disordered(facts: Facts) -> bool:
    order = [key for key in facts.params if key in _USUAL_ORDER]
    return order != [key for key in _USUAL_ORDER if key in facts.params]


def _unknown_in_request(facts: Facts) -> bool:
    return any(set(one) - _REQUEST_KEYS for one in requests_of(facts))


def _header(name: str, pattern: str = "") -> Condition:
    compiled = re.compile(pattern, re.IGNORECASE)

    def holds(facts: Facts) -> bool:
        value = first_header(facts.request, name)
        return value is not None and bool(compiled.search(value))

    return holds


def _path(pattern: str) -> Condition:
    compiled = re.compile(pattern)
    return lambda facts: bool(compiled.search(split_target(facts.sent.path)[0]))


def _not(condition: Condition) -> Condition:
    return lambda facts: not condition(facts)


def _text(facts: Facts, field: str) -> str:
    value = facts.params.get(field)
    return value if isinstance(value, str) else ""


CONDITIONS: dict[str, tuple[Condition, str]] = {
    "name-astral": (_character(lambda one: one > "\uffff"), "the name has a character beyond the BMP"),
    "name-combining": (_character(lambda one: unicodedata.combining(one) > 0), "the name has a combining mark"),
    "name-bidi": (_name("[\u200e\u200f\u202a-\u202e\u2066-\u2069\u0590-\u06ff]"), "the name has right-to-left text"),
    "name-nul": (_name("\x00"), "the name has a NUL"),
    "name-control": (_name("[\x01-\x1f\x7f]"), "the name has a control character"),
    "name-line-separator": (_name("[\u2028\u2029]"), "the name has U+2028 or U+2029"),
    "name-cjk": (_name("[\u3400-\u9fff]"), "the name has Chinese characters"),
    "name-non-ascii": (_name("[^\x00-\x7f]"), "the name is not pure ASCII"),
    "name-zero-width": (_name("[\u200b-\u200d\ufeff]"), "the name has a zero-width character"),
    "name-private": (
        _character(lambda one: unicodedata.category(one) in ("Co", "Cn")),
        "the name has an unassigned character",
    ),
    "name-surrogate": (_name("[\ud800-\udfff]"), "the name has half a surrogate pair"),
    "name-quote": (_name("[\"']"), "the name has a quote"),
    "name-markup": (_name("[<>&]"), "the name has markup characters"),
    "name-backslash": (_name(r"\\"), "the name has a backslash"),
    "name-path": (_name(r"\.\.[/\\]|^/"), "the name looks like a path"),
    "name-sql": (_name(r"(?i)'|--|;\s*(drop|select|delete)|\bor\b.+="), "the name looks like SQL"),
    "name-template": (_name(r"\$\{|\{\{|#\{|<%"), "the name looks like a template"),
    "name-percent": (_name("%"), "the name has a percent sign"),
    "name-newline": (_name(r"[\r\n]"), "the name has a line end"),
    "name-blank-around": (_name(r"^\s|\s\Z"), "the name begins or ends with a blank"),
    "name-blank": (_name(r"^\s*\Z"), "the name is empty or blank"),
    "name-number": (_name(r"^-?\d+(\.\d+)?\Z"), "the name looks like a number"),
    "name-word-null": (_name(r"(?i)^(null|true|false|nan|undefined|none)\Z"), "the name is a word like null"),
    "name-limit": (lambda facts: units(facts.name) == 255, "the name has exactly 255 units"),
    "name-one": (lambda facts: units(facts.name) == 1, "the name has one unit"),
    "description": (lambda facts: "description" in facts.params, "a description is sent"),
    "description-limit": (
        lambda facts: units(_text(facts, "description")) == 2048,
        "the description has exactly 2048 units",
    ),
    "description-non-ascii": (
        lambda facts: not _text(facts, "description").isascii(),
        "the description is not pure ASCII",
    ),
    "requests-many": (lambda facts: len(requests_of(facts)) > _MANY, "more than 50 requests are sent"),
    "requests-several": (lambda facts: len(requests_of(facts)) > 1, "more than one request is sent"),
    "body-deep": (lambda facts: any(depth(one) > _DEEP for one in _bodies(facts)), "an apiBody is deeper than 20"),
    "body-empty": (lambda facts: {} in _bodies(facts), "an apiBody is empty"),
    "body-null": (_leaf(lambda leaf: leaf is None), "an apiBody has a null"),
    "body-boolean": (_leaf(lambda leaf: isinstance(leaf, bool)), "an apiBody has a boolean"),
    "body-non-ascii": (_leaf(lambda leaf: isinstance(leaf, str) and not leaf.isascii()), "an apiBody is not ASCII"),
    "number-big": (_number(lambda one: abs(one) > _BIG), "an apiBody has a number over 2^53"),
    "number-negative": (_number(lambda one: one < 0), "an apiBody has a negative number"),
    "number-fraction": (_number(lambda one: one != int(one)), "an apiBody has a fraction"),
    "number-exponent": (lambda facts: bool(_EXPONENT.search(facts.text)), "a number is written with an exponent"),
    "number-whole-double": (lambda facts: bool(_WHOLE_DOUBLE.search(facts.text)), "a whole number is written as 1.0"),
    "times-text": (
        lambda facts: any(isinstance(one.get("executeTimes"), str) for one in requests_of(facts)),
        "executeTimes is sent as text",
    ),
    "times-absent": (
        lambda facts: any("executeTimes" not in one for one in requests_of(facts)),
        "executeTimes is not sent",
    ),
    "tags-beside": (lambda facts: bool({"systemTags", "userTags"} & set(_top(facts))), "tags stand beside params"),
    "tags-inside": (lambda facts: bool({"systemTags", "userTags"} & set(facts.params)), "tags stand inside params"),
    "no-tags": (
        lambda facts: not {"systemTags", "userTags"} & {*facts.params, *_top(facts)},
        "neither systemTags nor userTags is sent",
    ),
    "no-description": (lambda facts: "description" not in facts.params, "no description is sent"),
    "times-whole": (lambda facts: bool(_WHOLE_TIMES.search(facts.text)), "executeTimes is written without a point"),
    "no-resourceUuid": (lambda facts: "resourceUuid" not in facts.params, "no resourceUuid is sent"),
    "tagUuids": (lambda facts: "tagUuids" in facts.params, "tagUuids is sent"),
    "resourceUuid": (lambda facts: "resourceUuid" in facts.params, "resourceUuid is sent"),
    "optional-null": (
        lambda facts: any(name in facts.params and facts.params[name] is None for name in _OPTIONAL),
        "an optional field is null",
    ),
    "flowCollectionUuid": (lambda facts: "flowCollectionUuid" in facts.params, "flowCollectionUuid is sent"),
    "unknown-key": (lambda facts: bool(set(facts.params) - _CREATE_KEYS), "params has an unknown key"),
    "unknown-key-top": (lambda facts: bool(set(_top(facts)) - _TOP_KEYS), "the body has an unknown key beside params"),
    "unknown-key-request": (_unknown_in_request, "a request has an unknown key"),
    "key-order": (_disordered, "the keys of params are not in the page's order"),
    "white-space": (lambda facts: bool(re.search(r"[\n\t]|  ", facts.text)), "the body is indented"),
    "compact": (lambda facts: '": ' not in facts.text, "the body has no space after colons"),
    "escapes": (lambda facts: "\\u" in facts.text, r"the body has \u escapes"),
    "no-charset": (_not(_header("Content-Type", "charset")), "the Content-Type names no charset"),
    "no-content-type": (_not(_header("Content-Type")), "there is no Content-Type"),
    "other-content-type": (_not(_header("Content-Type", "json")), "the Content-Type is not JSON"),
    "charset-spelling": (
        _not(_header("Content-Type", "json;charset=UTF-8")),
        "the charset is not spelt as in the page",
    ),
    "conformance-header": (_header("X-Conformance-Unknown"), "an unknown header is sent"),
    "chunked": (_header("Transfer-Encoding"), "the body comes in chunks"),
    "expect": (_header("Expect"), "the client expects 100-continue"),
    "quoted-charset": (_header("Content-Type", 'charset="'), "the charset is quoted"),
    "accept-language": (_header("Accept-Language"), "a language is asked for"),
    "cookie": (_header("Cookie", "conformance"), "a cookie that no session has is sent"),
    "unknown-parameter": (lambda facts: "conformance=" in facts.sent.path, "the query string has a parameter"),
    "escape-solidus": (lambda facts: r"\/" in facts.text, "a slash is escaped"),
    "escape-upper": (lambda facts: bool(re.search(r"\\u[0-9A-F]*[A-F]", facts.text)), "hex digits are upper case"),
    "number-signed-exponent": (lambda facts: bool(_SIGNED_EXPONENT.search(facts.text)), "an exponent has a sign"),
    "forwarded": (_header("X-Forwarded-For"), "X-Forwarded-For is sent"),
    "curl": (_header("User-Agent", "curl/"), "the client is curl"),
    "job-id": (_header("X-Job-UUID"), "X-Job-UUID is sent"),
    "api-timeout": (_header("X-API-Timeout"), "X-API-Timeout is sent"),
    "json-schema": (_header("X-JSON-Schema"), "X-JSON-Schema is sent"),
    "web-hook": (_header("X-Web-Hook"), "X-Web-Hook is sent"),
    "event-cancel": (lambda facts: facts.params.get("statusEvent") == "cancel", "the event is cancel"),
    "event-reopen": (lambda facts: facts.params.get("statusEvent") == "reopen", "the event is reopen"),
    "event-approve": (lambda facts: facts.params.get("statusEvent") == "approve", "the event is approve"),
    "event-reject": (lambda facts: facts.params.get("statusEvent") == "reject", "the event is reject"),
    "path-trailing-slash": (_path(r"/\Z"), "the path ends with a slash"),
    "path-upper-case": (_path(r"[A-Z]"), "the path has a capital letter"),
    "path-markup": (lambda facts: "%3cb%3e" in facts.sent.path.lower(), "the path has markup"),
    "path-newline": (lambda facts: "%0d%0a" in facts.sent.path.lower(), "path or query string have a line end"),
    "path-double-slash": (_path(r"\w//"), "the path has a slash twice"),
    "path-dots": (_path(r"(?i)\.\.|%2e%2e"), "the path has `..`, encoded or not"),
    "lower-escapes": (lambda facts: bool(re.search("%[0-9]?[a-f]", facts.sent.path)), "escapes have lower-case digits"),
    "enforced": (lambda facts: "deleteMode=Enforcing" in facts.sent.path, "the deletion is to be enforced"),
    "callback": (lambda facts: "callback=" in facts.sent.path, "the query string names a callback, as JSONP does"),
    "fields": (lambda facts: "fields=" in facts.sent.path, "the query string names fields"),
    "start": (lambda facts: bool(_LATER_PAGE.search(facts.sent.path)), "the query string asks for a later page"),
    "query-sleep": (lambda facts: "SLEEP(" in unquote(facts.sent.path), "the query string has a text that waits"),
    "anonymous": (lambda facts: first_header(facts.sent, "Authorization") is None, "there is no Authorization"),
    "method-get": (lambda facts: facts.sent.method == "GET", "the method is GET"),
    "method-put": (lambda facts: facts.sent.method == "PUT", "the method is PUT"),
    "method-delete": (lambda facts: facts.sent.method == "DELETE", "the method is DELETE"),
    "method-trace": (lambda facts: facts.sent.method == "TRACE", "the method is TRACE"),
    "method-post": (lambda facts: facts.sent.method == "POST", "the method is POST"),
    "comment": (lambda facts: "comment" in facts.params, "a comment is sent"),
}
"""Conditions without a figure, written `when-NAME(...)`."""

SIZED: dict[str, tuple[Sized, str]] = {
    "name-over": (lambda facts, limit: units(facts.name) > limit, "the name has more than N units"),
    "description-over": (
        lambda facts, limit: units(_text(facts, "description")) > limit,
        "the description has more units than N",
    ),
    "requests-over": (lambda facts, limit: len(requests_of(facts)) > limit, "there are more than N requests"),
    "body-over": (lambda facts, limit: len(facts.text) > limit, "the body is longer than N bytes"),
    "deeper": (
        lambda facts, limit: any(depth(one) > limit for one in _bodies(facts)),
        "an apiBody is nested deeper than N",
    ),
    "times-over": (
        lambda facts, limit: any(
            isinstance(one.get("executeTimes"), (int, float)) and one["executeTimes"] > limit
            for one in requests_of(facts)
        ),
        "executeTimes is more than N",
    ),
    "busy": (lambda facts, limit: facts.open_jobs >= limit, "N jobs are running"),
    "in-flight": (lambda facts, limit: facts.in_flight >= limit, "N connections wait for an answer"),
    "later": (lambda facts, limit: facts.now - facts.started >= limit, "N seconds or more after the first request"),
    "one-in": (
        lambda facts, limit: zlib.crc32(facts.text.encode("utf-8", "replace")) % int(limit) == 0,
        "one body in N, by its checksum",
    ),
}
"""Conditions with a figure, written `when-NAME:FIGURE(...)`."""


def starts_with(prefix: str) -> Condition:
    """Return the condition that the name begins with a text."""
    return lambda facts: facts.name.startswith(prefix)
