"""Every named edit that must not matter, and those about which the contract is silent.

A row stands in `variations` only if no source gives a healthy cloud a reason to treat it otherwise. Whatever its closed
service, its tables or its locale may decide stands in `open_questions`: there the decision is only observed.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.profile import Limits
from pytest_zstack_ticket.model.ticket import Draft, Edit
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.strategies.base_draft import (
    Body,
    Row,
    calibration_body,
    encode,
    get,
    number,
    params_twice,
    put,
)
from pytest_zstack_ticket.strategies.mutations import fresh_uuid
from pytest_zstack_ticket.strategies.text import BEYOND, LOOKALIKES, SCRIPTS, of_length

REQUEST = "params.requests[0]"
API_BODY = f"{REQUEST}.apiBody"
EXTRA_MEMBERS: dict[str, Json] = {
    "member-text": "text",
    "member-null": None,
    "member-boolean": True,
    "member-list": [1, "two", None, [3]],
    "member-object": {"inner": {"deeper": {"deepest": [{}]}}},
    "member-empty": {"object": {}, "list": [], "text": ""},
    "member-unicode": "创建云主机 e\u0301 <>&='",
    "member-long": "x" * 1000,
    "number-integer": 1,
    "number-point-zero": number("1.0"),
    "number-exponent": number("1.545993580705E12"),
    "number-small-exponent": number("1e3"),
    "number-negative": -1,
    "number-negative-point-zero": number("-1.0"),
    "number-zero": 0,
    "number-fraction": number("0.1"),
    "number-epoch-millis": 1545993580705,
    "number-largest-exact": 2**53 - 1,
}
CONTENT_TYPES = {
    "content-type-space": "application/json; charset=utf-8",
    "content-type-utf8": "application/json;charset=utf8",
    "content-type-upper-case": "APPLICATION/JSON;CHARSET=UTF-8",
}
OPTIONAL: dict[str, tuple[Json, ...]] = {
    "description": (..., "a description"),
    "resourceUuid": (..., "@fresh@"),
    "systemTags": (..., []),
    "userTags": (..., []),
    "tagUuids": (..., []),
}
"""Optional fields inside params, absent (...) or present; empty lists, for a tag must exist or change the target."""


def variations(context: Context, limits: Limits, *, fresh: Callable[[], str] = fresh_uuid) -> tuple[Draft, ...]:
    """Return every variation of the calibration draft that must not matter, each one edit away from it."""
    body = calibration_body(context)
    return tuple(row.draft(body) for row in variation_rows(context, limits, fresh=fresh))


def open_questions(context: Context, limits: Limits, *, fresh: Callable[[], str] = fresh_uuid) -> tuple[Draft, ...]:
    """Return every variation about which the contract is silent: only the form of the answer is checked."""
    body = calibration_body(context)
    return tuple(row.draft(body) for row in open_rows(context, limits, fresh=fresh))


def variation_rows(context: Context, limits: Limits, *, fresh: Callable[[], str]) -> Iterator[Row]:
    """Yield every row that must not matter."""
    yield from _name_rows(limits)
    yield from _description_rows(limits)
    yield from _request_rows()
    yield from _optional_rows(context, fresh)
    yield from _layout_rows()


def variation(path: str, name: str, value: Json) -> Row:
    """Return the row that puts a value at a path."""
    return Row(_edit(path, name), lambda body: put(body, path, value))


def _edit(path: str, name: str) -> Edit:
    return Edit(kind="variation", name=name, path=path, note=f"{path}: {name}" if path else name)


def _name_rows(limits: Limits) -> Iterator[Row]:
    path = "params.name"
    yield variation(path, "shortest-ascii", "a")
    yield variation(path, "shortest-cjk", "工")
    for kind, alphabet in (("ascii", "n"), ("cjk", "工单"), ("combining", "e\u0301")):
        yield variation(path, f"limit-{kind}", of_length(limits.name, alphabet))
        yield variation(path, f"limit-minus-one-{kind}", of_length(limits.name - 1, alphabet))
    for kind, text in SCRIPTS.items():
        yield variation(path, f"script-{kind}", text)
    for kind, text in LOOKALIKES.items():
        yield variation(path, f"looks-like-{kind}", text)
    yield variation(path, "outer-space", "  conformance test  ")
    yield variation(path, "outer-space-at-limit", f"  {of_length(limits.name)}  ")


def _description_rows(limits: Limits) -> Iterator[Row]:
    path = "params.description"
    yield variation(path, "shortest", "d")
    for kind, alphabet in (("ascii", "d"), ("cjk", "描述")):
        yield variation(path, f"limit-{kind}", of_length(limits.description, alphabet))
        yield variation(path, f"limit-minus-one-{kind}", of_length(limits.description - 1, alphabet))
    for kind in ("cjk", "arabic", "combining", "separators", "quotes", "backslash", "html-safe"):
        yield variation(path, f"script-{kind}", SCRIPTS[kind])
    yield variation(path, "script-line-breaks", BEYOND["line-breaks"])


def _request_rows() -> Iterator[Row]:
    for count in (2, 10):
        yield Row(
            _edit("params.requests", f"count-{count}"),
            lambda body, count=count: put(body, "params.requests", get(body, "params.requests") * count),  # type: ignore[misc] # a default binds the loop's value
        )
    yield variation(f"{REQUEST}.requestName", "script-cjk", SCRIPTS["cjk"])
    yield Row(
        _edit(f"{REQUEST}.executeTimes", "point-zero"),
        lambda body: put(body, f"{REQUEST}.executeTimes", number(f"{get(body, f'{REQUEST}.executeTimes')}.0")),
    )
    for name, value in EXTRA_MEMBERS.items():
        yield variation_member(name, value)


def variation_member(name: str, value: Json) -> Row:
    """Return the row that adds a member, unknown to the API, to apiBody."""
    path = f"{API_BODY}.conformanceMark"
    return Row(Edit(kind="variation", name=name, path=API_BODY, note=name), lambda body: put(body, path, value))


def marked_draft(context: Context) -> Draft:
    """Return the calibration draft with a whole number in apiBody: its echo tells releases before 4.6 apart."""
    return variation_member("number-integer", 1).draft(calibration_body(context))


def _optional_rows(context: Context, fresh: Callable[[], str]) -> Iterator[Row]:
    yield Row(_edit("params.resourceUuid", "free"), lambda body: put(body, "params.resourceUuid", fresh()))
    if context.tags:
        yield variation("params.tagUuids", "known", list(context.tags))
    for number_, choice in enumerate(pairwise(OPTIONAL), start=1):
        yield Row(_edit("optional", f"pairs-{number_}"), _with_optional(choice, fresh))
    for place, beside, inside in (("beside", True, False), ("inside", False, True), ("both", True, True)):
        yield Row(_edit("tags", place), _with_tags(beside=beside, inside=inside))


def _with_optional(choice: dict[str, Json], fresh: Callable[[], str]) -> Callable[[Body], Body]:
    def change(body: Body) -> Body:
        for key, value in choice.items():
            if value is not ...:
                body = put(body, f"params.{key}", fresh() if value == "@fresh@" else value)
        return body

    return change


def _with_tags(*, beside: bool, inside: bool) -> Callable[[Body], Body]:
    def change(body: Body) -> Body:
        for field in ("systemTags", "userTags"):
            body = put(body, field, []) if beside else body
            body = put(body, f"params.{field}", []) if inside else body
        return body

    return change


def pairwise(choices: dict[str, tuple[Json, ...]]) -> list[dict[str, Json]]:
    """Return combinations in which every two fields meet in every pair of their values (greedy)."""
    names = list(choices)
    indexes = list(itertools.product(*(range(len(choices[name])) for name in names)))
    missing = {
        (one, other, row[one], row[other])
        for row in indexes
        for one, other in itertools.combinations(range(len(names)), 2)
    }
    rows: list[tuple[int, ...]] = []
    while missing:
        best = max(indexes, key=lambda row: len(missing & _pairs(row)))
        missing -= _pairs(best)
        rows.append(best)
    return [{name: choices[name][at] for name, at in zip(names, row, strict=True)} for row in rows]


def _pairs(row: tuple[int, ...]) -> set[tuple[int, int, int, int]]:
    return {(one, other, row[one], row[other]) for one, other in itertools.combinations(range(len(row)), 2)}


def _layout_rows() -> Iterator[Row]:
    for name, write in (
        ("key-order-reversed", lambda body: encode(reordered(body, lambda keys: keys[::-1]))),
        ("key-order-sorted", lambda body: encode(reordered(body, sorted))),
        ("white-space-indented", lambda body: json.dumps(body, ensure_ascii=False, indent=2).encode()),
        ("white-space-odd", lambda body: json.dumps(body, ensure_ascii=False, separators=(" ,\t", "\r\n: ")).encode()),
        ("white-space-around", lambda body: b" \r\n\t" + encode(body) + b"\n \t"),
        ("escape-all", lambda body: json.dumps(body, ensure_ascii=True).encode()),
        ("escape-html-safe", lambda body: gson_safe(encode(body).decode()).encode()),
    ):
        yield Row(_edit("body", name), lambda body: body, write=write)
    for path in ("", "params.", f"{REQUEST}."):
        where = path.rstrip(".") or "body"
        key = f"{path}conformanceExtra"
        yield Row(_edit(where, "extra-key"), lambda body, key=key: put(body, key, {"extra": [1]}))  # type: ignore[misc] # a default binds the loop's value
    for name, kind in CONTENT_TYPES.items():
        yield Row(_edit("body", name), lambda body: body, headers=(("Content-Type", kind),))


def reordered(value: Json, order: Callable[[list[str]], list[str]]) -> Json:
    """Return a value with the keys of each object in another order."""
    if isinstance(value, dict):
        return {key: reordered(value[key], order) for key in order(list(value))}
    return [reordered(item, order) for item in value] if isinstance(value, list) else value


def gson_safe(text: str) -> str:
    """Return JSON as Gson's HTML-safe writer has it: the Java SDK sends such bodies."""
    for letter in "<>&='":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def open_rows(context: Context, limits: Limits, *, fresh: Callable[[], str]) -> Iterator[Row]:
    """Yield every row whose outcome is only observed."""
    for path in ("params.name", "params.description"):
        for kind, text in BEYOND.items():
            yield variation(path, f"beyond-{kind}", text)
        yield variation(path, "type-number", 123)
        yield variation(path, "type-boolean", True)
    yield variation("params.name", "too-long-astral", "😀" * (limits.name // 2 + 1))
    yield variation("params.name", "limit-astral", "😀" * (limits.name // 2))
    yield variation("params.description", "null", None)
    for kind, value in {
        "zero": 0,
        "negative": -1,
        "many": 1000,
        "text": "1",
        "exponent": number("1e0"),
        "null": None,
    }.items():
        yield variation(f"{REQUEST}.executeTimes", kind, value)
    for member in ("requestName", "apiName", "apiBody", "executeTimes"):
        yield Row(_edit(f"{REQUEST}.{member}", "drop"), _without_member(member))
    for kind, value in {"empty": {}, "null": None, "text": "x", "list": [], "number": 7}.items():
        yield variation(API_BODY, kind, value)
    for kind, value in {"empty": {}, "text": "x", "list": [], "number": 7, "boolean": True}.items():
        yield variation("params.accountSystemContext", kind, value)
    yield from _open_numbers()
    yield variation("params.requests[0]", "empty-object", {})
    yield Row(_edit("params", "duplicate-key"), lambda body: body, write=params_twice)
    hundred = _edit("params.requests", "count-100")
    yield Row(hundred, lambda body: put(body, "params.requests", get(body, "params.requests") * 100))
    yield variation("params.resourceUuid", "null", None)
    yield Row(
        _edit("params.resourceUuid", "other-version"), lambda body: put(body, "params.resourceUuid", _odd(fresh()))
    )
    yield variation("params.resourceUuid", "empty", "")
    yield variation("params.flowCollectionUuid", "null", None)
    yield variation("params.accountSystemType", "upper-case", context.account_system_type.upper())
    yield variation("params.tagUuids", "null", None)
    yield variation("userTags", "one", ["conformance-test"])
    yield variation("systemTags", "null", None)
    yield Row(_edit("params.name", "duplicate-nested-key"), lambda body: body, write=_name_twice)
    yield Row(_edit("body", "content-type-none"), lambda body: body, headers=())
    for name, kind in (
        ("form", "application/x-www-form-urlencoded"),
        ("text", "text/plain"),
        ("bare", "application/json"),
    ):
        yield Row(_edit("body", f"content-type-{name}"), lambda body: body, headers=(("Content-Type", kind),))


def _open_numbers() -> Iterator[Row]:
    numbers = {
        "beyond-2-53": number(str(2**53 + 1)),
        "beyond-2-63": number(str(2**64)),
        "huge": number("1" * 400),
        "tiny": number("1e-400"),
    }
    for kind, value in numbers.items():
        yield variation_member(f"number-{kind}", value)


def _without_member(member: str) -> Callable[[Body], Body]:
    def change(body: Body) -> Body:
        request = {key: value for key, value in get(body, REQUEST).items() if key != member}
        return put(body, REQUEST, request)

    return change


def _odd(uuid: str) -> str:
    """Return a UUID whose version digit is none that exists; sources differ on whether it is refused."""
    return f"{uuid[:12]}f{uuid[13:]}"


def _name_twice(body: Body) -> bytes:
    return encode(body).replace(b'"params":{', b'"params":{"name":"first",', 1)
