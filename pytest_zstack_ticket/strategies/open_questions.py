"""Every named edit about which the contract is silent: only the form of the response is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.nonce import NONCE
from pytest_zstack_ticket.model.profile import Limits
from pytest_zstack_ticket.model.ticket import Draft
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
from pytest_zstack_ticket.strategies.mutations import REQUEST, fresh_uuid
from pytest_zstack_ticket.strategies.text import BEYOND
from pytest_zstack_ticket.strategies.variations import API_BODY, variation, variation_edit, variation_member

EXECUTE_TIMES: dict[str, Json] = {
    "zero": 0,
    "negative": -1,
    "many": 1000,
    "text": "1",
    "exponent": number("1e0"),
    "null": None,
}
API_BODIES: dict[str, Json] = {"empty": {}, "null": None, "text": "x", "list": [], "number": 7}
CONTEXTS: dict[str, Json] = {"empty": {}, "text": "x", "list": [], "number": 7, "boolean": True}
NUMBERS: dict[str, Json] = {
    "beyond-2-53": number(str(2**53 + 1)),
    "beyond-2-63": number(str(2**64)),
    "huge": number("1" * 400),
    "tiny": number("1e-400"),
}
CONTENT_TYPES = {"form": "application/x-www-form-urlencoded", "text": "text/plain", "bare": "application/json"}


def open_questions(
    context: Context, limits: Limits, *, fresh: Callable[[], str] = fresh_uuid, body: Body | None = None
) -> tuple[Draft, ...]:
    """List every variation about which the contract is silent, one edit away from the calibration draft or `body`."""
    body = body or calibration_body(context)
    return tuple(row.draft(body) for row in open_rows(context, limits, fresh=fresh))


def open_rows(context: Context, limits: Limits, *, fresh: Callable[[], str]) -> Iterator[Row]:
    """Yield every row whose outcome is only observed."""
    yield from _text_rows(limits)
    yield from _request_rows()
    yield from _uuid_rows(fresh)
    yield from _reference_rows(context)
    yield from _message_rows()
    yield from _repeated_rows(limits)


def _text_rows(limits: Limits) -> Iterator[Row]:
    for path in ("params.name", "params.description"):
        for kind, text in BEYOND.items():
            yield variation(path, f"beyond-{kind}", text)
        yield variation(path, "type-number", 123)
        yield variation(path, "type-boolean", True)
    yield variation("params.name", "invisible-alone", "\u200b\u3164\u00ad")
    yield variation("params.name", "control-alone", "\u0001\u001b")
    yield variation("params.name", "too-long-astral", "😀" * (limits.name // 2 + 1))
    yield variation("params.name", "limit-astral", "😀" * (limits.name // 2))
    yield variation("params.description", "null", None)


def _request_rows() -> Iterator[Row]:
    for kind, value in EXECUTE_TIMES.items():
        yield variation(f"{REQUEST}.executeTimes", kind, value)
    for member in ("requestName", "apiName", "apiBody", "executeTimes"):
        yield Row(variation_edit(f"{REQUEST}.{member}", "drop"), _without_member(member))
    for kind, value in API_BODIES.items():
        yield variation(API_BODY, kind, value)
    for kind, value in NUMBERS.items():
        yield variation_member(f"number-{kind}", value)
    yield variation(REQUEST, "empty-object", {})
    yield Row(
        variation_edit("params.requests", "count-100"),
        lambda body: put(body, "params.requests", get(body, "params.requests") * 100),
    )


def _uuid_rows(fresh: Callable[[], str]) -> Iterator[Row]:
    path = "params.resourceUuid"
    yield variation(path, "null", None)
    yield Row(variation_edit(path, "other-version"), lambda body: put(body, path, _with_unknown_version(fresh())))
    yield variation(path, "empty", "")


def _reference_rows(context: Context) -> Iterator[Row]:
    for kind, value in CONTEXTS.items():
        yield variation("params.accountSystemContext", kind, value)
    yield variation("params.flowCollectionUuid", "null", None)
    yield variation("params.accountSystemType", "upper-case", context.account_system_type.upper())
    yield variation("params.tagUuids", "null", None)
    yield variation("userTags", "one", ["conformance-test"])
    for tags in ("systemTags", "userTags"):
        yield variation(tags, "null", None)
    yield variation("systemTags", "unknown", ["conformanceNoSuchTag::x"])
    yield variation("params.systemTags", "unknown", ["conformanceNoSuchTag::x"])


def _message_rows() -> Iterator[Row]:
    yield Row(variation_edit("params", "duplicate-key"), lambda body: body, write=params_twice)
    yield Row(variation_edit("params.name", "duplicate-nested-key"), lambda body: body, write=_name_twice)
    yield Row(variation_edit("body", "content-type-none"), lambda body: body, headers=())
    for name, kind in CONTENT_TYPES.items():
        headers = (("Content-Type", kind),)
        yield Row(variation_edit("body", f"content-type-{name}"), lambda body: body, headers=headers)


def _repeated_rows(limits: Limits) -> Iterator[Row]:
    """Yield rows with a member of params twice: a valid value, and behind it one that is refused alone."""
    invalid: dict[str, tuple[str, Json]] = {
        "name": ("too-long", f"{NONCE} {'x' * limits.name}"),
        "description": ("too-long", "x" * (limits.description + 1)),
        "requests": ("empty-list", []),
    }
    for member, (kind, value) in invalid.items():
        edit = variation_edit(f"params.{member}", f"repeated-{kind}")
        change = _described if member == "description" else (lambda body: body)
        yield Row(edit, change, write=_with_member_behind(member, value))


def _described(body: Body) -> Body:
    return put(body, "params.description", get(body, "params").get("description") or "conformance")


def _with_member_behind(member: str, value: Json) -> Callable[[Body], bytes]:
    """Write one more value of a member as the last of params."""

    def write(body: Body) -> bytes:
        params = encode(body["params"])[:-1] + b"," + encode(member) + b":" + encode(value) + b"}"
        return encode({**body, "params": number("0")}).replace(b'"params":0', b'"params":' + params, 1)

    return write


def _without_member(member: str) -> Callable[[Body], Body]:
    def change(body: Body) -> Body:
        request = {key: value for key, value in get(body, REQUEST).items() if key != member}
        return put(body, REQUEST, request)

    return change


def _with_unknown_version(uuid: str) -> str:
    """Give a UUID a version digit that does not exist; sources differ on whether it is refused."""
    return f"{uuid[:12]}f{uuid[13:]}"


def _name_twice(body: Body) -> bytes:
    return encode(body).replace(b'"params":{', b'"params":{"name":"first",', 1)
