"""Every named edit that must be refused, at each field and depth where the platform's sources say so.

What its JSON reader silently coerces (a number for a string) or only a closed service decides is no mutation: see
`open_questions`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.profile import Limits
from pytest_zstack_ticket.model.ticket import Draft, Edit
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.strategies.base_draft import Body, Row, calibration_body, drop, get, number, put, rename
from pytest_zstack_ticket.strategies.text import of_length

OBJECT: Json = {"key": "value"}
LIST: Json = ["value"]
REQUIRED = ("name", "requests", "accountSystemType", "accountSystemContext")
REQUEST = "params.requests[0]"
NO_APIS = {"unknown": "org.zstack.conformance.APINoSuchThingMsg", "empty": "", "other-class": "java.lang.String"}
LOOKALIKE_NAMES = {"blank": "name ", "zero-width": "na\u200bme", "homoglyph": "n\u0430me", "full-width": "\uff4eame"}
LOOKALIKE_TYPES = {"homoglyph": "i\u0430m2", "full-width": "\uff49\uff41\uff4d2", "padded": "iam2\u200b"}
MALFORMED_UUIDS: dict[str, Callable[[str], str]] = {
    "one-short": lambda fresh: fresh[:31],
    "one-long": lambda fresh: f"{fresh}0",
    "dashes": lambda fresh: str(uuid.UUID(fresh)),
    "upper-case": lambda fresh: fresh[:-4].upper() + "ABCD",
    "not-hexadecimal": lambda fresh: f"{fresh[:31]}g",
    "text": lambda _: "not a uuid",
    "line-before": lambda fresh: f"a\n{fresh}",
    "line-behind": lambda fresh: f"{fresh}\na",
}


def mutation(path: str, name: str, value: Json, *, fields: tuple[str, ...] = (), note: str = "") -> Row:
    """Return the row that puts a value at a path."""
    return Row(_edit(path, name, fields, note), lambda body: put(body, path, value))


def mutation_rows(limits: Limits, *, fresh: Callable[[], str], tags: bool = True) -> Iterator[Row]:
    """Yield every row; `fresh` makes UUIDs that are in use nowhere, `tags` as in `mutations`."""
    for field in REQUIRED:
        yield _dropped(f"params.{field}")
        yield mutation(f"params.{field}", "null", None)
    yield from _texts(limits)
    yield from _requests()
    yield from _request_members()
    yield from _references(fresh)
    if tags:
        yield from _typed("params.tagUuids", object=OBJECT, string="tag")
        yield mutation("params.tagUuids", "unknown", [fresh()], fields=("tag",))
        yield mutation("params.tagUuids", "null-element", [None], fields=("tag",))
    yield from _wrappers()


def mutations(context: Context, limits: Limits, *, tags: bool = True, body: Body | None = None) -> tuple[Draft, ...]:
    """List every mutation of the calibration draft, or of another valid body, each one edit away from it.

    `tags` is False for a release that has none (before 3.6): it ignores the key as any other that it does not know.
    """
    body = body or calibration_body(context)
    return tuple(row.draft(body) for row in mutation_rows(limits, fresh=fresh_uuid, tags=tags))


def fresh_uuid() -> str:
    """Return a random version-4 UUID without dashes."""
    return uuid.uuid4().hex


def _edit(path: str, name: str, fields: tuple[str, ...] = (), note: str = "") -> Edit:
    own = tuple(part for part in path.replace("[0]", "").replace("[1]", "").split(".") if part)
    return Edit(kind="mutation", name=name, path=path, fields=(*own, *fields), note=note or f"{path}: {name}")


def _dropped(path: str) -> Row:
    return Row(_edit(path, "drop"), lambda body: drop(body, path))


def _typed(path: str, **values: Json) -> Iterator[Row]:
    for kind, value in values.items():
        yield mutation(path, f"type-{kind}", value)


def _texts(limits: Limits) -> Iterator[Row]:
    for field, limit in (("name", limits.name), ("description", limits.description)):
        path = f"params.{field}"
        yield from _typed(path, object=OBJECT, list=LIST)
        yield mutation(path, "too-long", of_length(limit + 1), note=f"{limit + 1} UTF-16 units")
        yield mutation(path, "too-long-cjk", of_length(limit + 1, "工单"), note=f"{limit + 1} UTF-16 units")
        yield mutation(path, "too-long-64k", of_length(65_537), note="65537 UTF-16 units")
    yield from _typed("params.accountSystemType", object=OBJECT, list=LIST, boolean=True, number=0)
    yield mutation("params.accountSystemType", "unknown", "no-such-account-system")
    yield from _lookalikes()


def _lookalikes() -> Iterator[Row]:
    """Yield names and words that only look like the right ones (UTS 39): they must not count."""
    for kind, name in LOOKALIKE_NAMES.items():
        yield Row(_edit("params.name", f"key-{kind}"), _renamed("params.name", name))
    for kind, word in LOOKALIKE_TYPES.items():
        yield mutation("params.accountSystemType", f"looks-like-{kind}", word)


def _requests() -> Iterator[Row]:
    path = "params.requests"
    yield mutation(path, "empty-list", [])
    yield mutation(path, "null-element", [None])
    yield Row(
        _edit(path, "null-element-last", note="null after a good request"),
        lambda body: put(body, path, [*get(body, path), None]),
    )
    yield Row(
        _edit(path, "null-element-first", note="null before a good request"),
        lambda body: put(body, path, [None, *get(body, path)]),
    )
    yield from _typed(path, object=OBJECT, string="create vm", number=1, boolean=True)
    yield Row(
        _edit(path, "type-unwrapped", note="the request itself, in no list"),
        lambda body: put(body, path, get(body, path)[0]),
    )
    yield Row(
        _edit(path, "type-numbered", note="the request under the key 0, as PHP writes a list with a gap"),
        lambda body: put(body, path, {"0": get(body, path)[0]}),
    )
    yield from _typed(REQUEST, string="create vm", number=1, boolean=True, list=[])


def _request_members() -> Iterator[Row]:
    times = f"{REQUEST}.executeTimes"
    yield from _typed(times, text="often", object=OBJECT, list=LIST)
    yield mutation(times, "fraction", number("1.5"))
    yield mutation(times, "type-text-grouped", "1_0")
    yield mutation(times, "too-large", 2**31)
    yield mutation(times, "too-large-64-bit", 2**63)
    yield mutation(times, "too-small", -(2**31) - 1)
    for member in ("requestName", "apiName"):
        yield from _typed(f"{REQUEST}.{member}", object=OBJECT, list=LIST)
    for name, api in NO_APIS.items():
        yield mutation(f"{REQUEST}.apiName", name, api, fields=("API", "ticket type"))
    yield _second("executeTimes", "type-text", "often")
    yield _second("apiName", "unknown", NO_APIS["unknown"], fields=("API", "ticket type"))


def _second(member: str, name: str, value: Json, *, fields: tuple[str, ...] = ()) -> Row:
    """Return the row that puts a bad request after a good one: a validator may look at the first alone."""
    path = "params.requests"
    return Row(
        _edit(f"{path}[1].{member}", name, fields, f"{member} of the second request: {name}"),
        lambda body: put(body, path, [get(body, path)[0], {**get(body, path)[0], member: value}]),
    )


def _references(fresh: Callable[[], str]) -> Iterator[Row]:
    for name, shape in MALFORMED_UUIDS.items():
        yield mutation("params.resourceUuid", name, shape(fresh()))
    yield from _typed("params.resourceUuid", object=OBJECT, list=LIST)
    yield from _typed("params.flowCollectionUuid", object=OBJECT, list=LIST)
    yield mutation("params.flowCollectionUuid", "unknown", fresh(), fields=("flow",))
    yield mutation("params.flowCollectionUuid", "malformed", "not a uuid", fields=("flow",))
    yield mutation("params.flowCollectionUuid", "empty", "", fields=("flow",))


def _wrappers() -> Iterator[Row]:
    for field in ("systemTags", "userTags"):
        yield from _typed(field, object=OBJECT, string="tag", number=1, boolean=True)
    yield Row(_edit("params", "drop", REQUIRED), lambda body: drop(body, "params"))
    yield mutation("params", "null", None, fields=REQUIRED)
    yield from _typed("params", list=[OBJECT], string="params", number=1, boolean=True)
    for field in ("name", "requests", "accountSystemType"):
        path = f"params.{field}"
        yield Row(_edit(path, "wrong-case"), _renamed(path, field[0].upper() + field[1:]))
        yield Row(_edit(path, "wrong-nesting", note=f"{field} beside params"), _moved(field))
    yield Row(_edit("params", "wrong-case", REQUIRED), lambda body: rename(body, "params", "Params"))
    yield Row(
        _edit("params", "wrong-nesting", REQUIRED, "no params: its fields at the top"), lambda body: body["params"]
    )


def _renamed(path: str, name: str) -> Callable[[Body], Body]:
    return lambda body: rename(body, path, name)


def _moved(field: str) -> Callable[[Body], Body]:
    return lambda body: {**drop(body, f"params.{field}"), field: get(body, f"params.{field}")}
