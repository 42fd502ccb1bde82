"""Every named edit that must not matter.

A row belongs here only if no source gives a healthy cloud a reason to treat it differently. Whatever its closed
service, its tables or its locale may decide is an open question, see `open_questions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.nonce import NONCE
from pytest_zstack_ticket.model.profile import Limits
from pytest_zstack_ticket.model.ticket import Draft, Edit
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.strategies.base_draft import Body, Row, calibration_body, get, number, put
from pytest_zstack_ticket.strategies.layouts import ALL_SHORT_ESCAPES, html_safe, layouts, short_escapes
from pytest_zstack_ticket.strategies.mutations import REQUEST, fresh_uuid
from pytest_zstack_ticket.strategies.pairwise import pairwise_combinations
from pytest_zstack_ticket.strategies.text import BEYOND, LOOKALIKES, SCRIPTS, of_length

API_BODY = f"{REQUEST}.apiBody"
EXTRA_MEMBERS: dict[str, Json] = {
    "member-text": "text",
    "member-null": None,
    "member-boolean": True,
    "member-list": [1, "two", None, [3]],
    "member-object": {"inner": {"deeper": {"deepest": [{}]}}, "name.with.dots": 1, "list[0]": 2},
    "member-empty": {"object": {}, "list": [], "text": "", "off": False, "none": 0},
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
    "number-long-fractions": [number("0.30000001192092896"), number("1.2345678901234567e100"), number("-2.5e-100")],
    "number-signed-exponents": [number("1E+2"), number("1e-2"), number("0e1"), number("0e+1")],
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


def variations(
    context: Context, limits: Limits, *, fresh: Callable[[], str] = fresh_uuid, body: Body | None = None
) -> tuple[Draft, ...]:
    """List every variation that must not matter of the calibration draft, or of another valid body, one edit away."""
    body = body or calibration_body(context)
    return tuple(row.draft(body) for row in variation_rows(context, limits, fresh=fresh))


def variation_rows(context: Context, limits: Limits, *, fresh: Callable[[], str]) -> Iterator[Row]:
    """Yield every row that must not matter."""
    yield from _name_rows(limits)
    yield from _description_rows(limits)
    yield from _request_rows()
    yield from _optional_rows(context, fresh)
    yield from _layout_rows()


def variation(path: str, name: str, value: Json) -> Row:
    """Return the row that puts a value at a path."""
    return Row(variation_edit(path, name), lambda body: put(body, path, value))


def variation_edit(path: str, name: str) -> Edit:
    """Name a variation at a path, which is empty for the whole message."""
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
    for kind in ("cjk", "arabic", "combining", "separators", "quotes", "backslash", "html-safe", "last-byte"):
        yield variation(path, f"script-{kind}", SCRIPTS[kind])
    yield variation(path, "script-zero", LOOKALIKES["number-zero"])
    yield variation(path, "script-line-breaks", BEYOND["line-breaks"])


def _request_rows() -> Iterator[Row]:
    for count in (2, 10):
        yield Row(
            variation_edit("params.requests", f"count-{count}"),
            partial(_repeat_requests, count=count),
        )
    yield variation(f"{REQUEST}.requestName", "script-cjk", SCRIPTS["cjk"])
    yield Row(
        variation_edit(f"{REQUEST}.executeTimes", "point-zero"),
        lambda body: put(body, f"{REQUEST}.executeTimes", number(f"{int(get(body, f'{REQUEST}.executeTimes'))}.0")),
    )
    for name, value in EXTRA_MEMBERS.items():
        yield variation_member(name, value)


def _repeat_requests(body: Body, *, count: int) -> Body:
    return put(body, "params.requests", get(body, "params.requests") * count)


def variation_member(name: str, value: Json) -> Row:
    """Return the row that adds a member, unknown to the API, to apiBody."""
    path = f"{API_BODY}.conformanceMark"
    return Row(Edit(kind="variation", name=name, path=API_BODY, note=name), lambda body: put(body, path, value))


def marked_draft(context: Context) -> Draft:
    """Return the calibration draft with a whole number in apiBody: its echo tells releases before 4.6 apart."""
    return variation_member("number-integer", 1).draft(calibration_body(context))


def _optional_rows(context: Context, fresh: Callable[[], str]) -> Iterator[Row]:
    yield Row(variation_edit("params.resourceUuid", "free"), lambda body: put(body, "params.resourceUuid", fresh()))
    if context.tags:
        yield variation("params.tagUuids", "known", list(context.tags))
    # the combination without any of them is the calibration draft itself
    combinations = [one for one in pairwise_combinations(OPTIONAL) if any(value is not ... for value in one.values())]
    for number_of_row, choice in enumerate(combinations, start=1):
        yield Row(variation_edit("optional", f"pairs-{number_of_row}"), _with_optional(choice, fresh))
    for place, beside, inside in (("beside", True, False), ("inside", False, True), ("both", True, True)):
        yield Row(variation_edit("tags", place), _with_tags(beside=beside, inside=inside))


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


def _with_html_characters(body: Body) -> Body:
    """Describe the ticket with the characters that Gson escapes: the calibration draft has none of them."""
    return put(body, "params.description", SCRIPTS["html-safe"])


def _layout_rows() -> Iterator[Row]:
    for name, write in layouts():
        yield Row(variation_edit("body", name), lambda body: body, write=write)
    yield Row(variation_edit("body", "escape-html-safe"), _with_html_characters, write=html_safe)
    for path in ("", "params.", f"{REQUEST}."):
        where = path.rstrip(".") or "body"
        yield Row(
            variation_edit(where, "extra-key"),
            partial(put, path=f"{path}conformanceExtra", value={"extra": [1]}),
        )
    shorts = {"conformanceExtra": ALL_SHORT_ESCAPES}
    yield Row(variation_edit("body", "escape-short"), lambda body: {**body, **shorts}, write=short_escapes)
    other = f"another case {NONCE}"
    yield Row(variation_edit("params", "extra-key-other-case"), partial(put, path="params.Name", value=other))
    for name, kind in CONTENT_TYPES.items():
        yield Row(variation_edit("body", name), lambda body: body, headers=(("Content-Type", kind),))
