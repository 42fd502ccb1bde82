"""Values that are stored otherwise than they were sent: one row per field and way."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.faults.effects import Around
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.faults.persistence import Insert
from pytest_zstack_ticket.simulator.faults.request_conditions import depth
from pytest_zstack_ticket.simulator.json.java_values import units
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage.tables import Ticket

_CREATE = frozenset({"create"})
_ROUNDED_FROM = 2**53
_DEEP = 20
_LEVELS = 3
_DIGITS = 16

_IGNORABLE = re.compile("[\u00ad\u034f\u115f\u180e\u2060-\u2069\u2800\u3164\uffa0\ufff9-\ufffc]")


def _recased(letter: str) -> str:
    return letter if letter.isascii() else letter.upper().lower()


TEXT_WAYS: dict[str, tuple[Callable[[str], str], str]] = {
    "upper": (str.upper, "in upper case"),
    "lower": (str.lower, "in lower case"),
    "reversed": (lambda text: text[::-1], "reversed"),
    "cut-32": (lambda text: text[:32], "cut after 32 characters"),
    "cut-254": (lambda text: text[:254], "cut after 254 characters"),
    "one-blank": (lambda text: re.sub(r"\s+", " ", text), "with runs of blanks made one"),
    "extra-blank": (lambda text: f"{text} ", "with a blank added"),
    "ascii-only": (lambda text: text.encode("ascii", "replace").decode(), "with ? for everything not ASCII"),
    "mojibake": (lambda text: text.encode("utf-8", "replace").decode("latin-1"), "with its UTF-8 read as Latin-1"),
    "no-astral": (lambda text: "".join(one if one <= "\uffff" else "?" for one in text), "with ? for astral ones"),
    "drop-astral": (lambda text: "".join(one for one in text if one <= "\uffff"), "without astral characters"),
    "nfc": (lambda text: unicodedata.normalize("NFC", text), "in composed form"),
    "nfkc": (lambda text: unicodedata.normalize("NFKC", text), "in compatibility form"),
    "no-combining": (
        lambda text: "".join(one for one in text if not unicodedata.combining(one)),
        "without combining marks",
    ),
    "no-bidi": (lambda text: re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text), "without bidi controls"),
    "no-zero-width": (lambda text: re.sub("[\u200b-\u200d\ufeff]", "", text), "without zero-width characters"),
    "zero-empty": (lambda text: "" if text == "0" else text, "without anything where that is 0"),
    "no-last-a0": (
        lambda text: text.encode("utf-8", "replace").rstrip(b"\xa0").decode("utf-8", "replace"),
        "without a last byte A0",
    ),
    "cut-at-nul": (lambda text: text.partition("\x00")[0], "cut at the first NUL"),
    "no-control": (lambda text: re.sub("[\x00-\x1f\x7f]", "", text), "without control characters"),
    "one-line": (lambda text: re.split("[\r\n\u2028\u2029]", text)[0], "cut at the end of the first line"),
    "html-escaped": (html.escape, "with HTML escapes"),
    "html-unescaped": (html.unescape, "with HTML escapes resolved"),
    "no-markup": (lambda text: re.sub("<[^>]*>", "", text), "without anything like a tag"),
    "no-quotes": (lambda text: re.sub("[\"']", "", text), "without quotes"),
    "doubled-quotes": (lambda text: text.replace("'", "''"), "with doubled quotes"),
    "no-backslash": (lambda text: text.replace("\\", ""), "without backslashes"),
    "percent-decoded": (
        lambda text: re.sub("%([0-9a-fA-F]{2})", lambda m: chr(int(m[1], 16)), text),
        "percent-decoded",
    ),
    "template-resolved": (lambda text: re.sub(r"\$\{[^}]*\}|\{\{.*?\}\}", "49", text), "with templates resolved"),
    "sql-cut": (lambda text: re.split("--|;", text)[0], "cut where SQL would end"),
    "no-path": (lambda text: text.rpartition("/")[2], "without what looks like folders"),
    "best-fit": (lambda text: text.translate(str.maketrans("\uff1c\uff1e\uff02\uff07", "<>\"'")), "best-fit mapped"),
    "drop-ignorable": (lambda text: _IGNORABLE.sub("", text), "without characters that show nothing"),
    "upper-lower": (lambda text: "".join(map(_recased, text)), "in upper case and back"),
    "number": (lambda text: re.sub(r"\A0+(?=\d)", "", text), "as a number, if it looks like one"),
}
"""Ways to store a text wrongly."""


def _requests(change: Callable[[list[Json]], list[Json]]) -> Callable[[Ticket], Ticket]:
    return lambda ticket: replace(ticket, requests=tuple(change(list(ticket.requests))))


def _each(change: Callable[[dict[str, Json]], dict[str, Json]]) -> Callable[[Ticket], Ticket]:
    return _requests(lambda rows: [change(dict(row)) if row else row for row in rows])


def _body(change: Callable[[Json], Json]) -> Callable[[Ticket], Ticket]:
    return _each(lambda row: row | {"apiBody": change(row["apiBody"])} if "apiBody" in row else row)


def deep(change: Callable[[Json], Json]) -> Callable[[Json], Json]:
    """Apply a change to every value that is no container."""

    def walk(value: Json) -> Json:
        if isinstance(value, dict):
            return {key: walk(item) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item) for item in value]
        return change(value)

    return walk


def _is_number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _rounded(value: Json) -> Json:
    return int(float(value)) + 1 if _is_number(value) and abs(value) > _ROUNDED_FROM else value


def _without_empty(value: Json) -> Json:
    return {key: item for key, item in value.items() if item not in ({}, [], "")} if isinstance(value, dict) else value


def _without_zero(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _without_zero(item) for key, item in value.items() if item not in (0, "", [], {})}
    return [_without_zero(item) for item in value] if isinstance(value, list) else value


def _nested_at_dots(value: Json) -> Json:
    if isinstance(value, list):
        return [_nested_at_dots(item) for item in value]
    if not isinstance(value, dict):
        return value
    made: dict[str, Json] = {}
    for key, item in value.items():
        head, dot, tail = key.partition(".")
        made[head if dot else key] = _nested_at_dots({tail: item} if dot else item)
    return made


def _shallow(value: Json) -> Json:
    return {"cut": True} if depth(value) > _DEEP else value


def _emptied(value: Json, level: int = 0) -> Json:
    if isinstance(value, dict):
        return {key: _emptied(item, level + 1) for key, item in value.items()} if level < _LEVELS else {}
    return [_emptied(item, level) for item in value] if isinstance(value, list) else value


def _sorted_lists(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _sorted_lists(item) for key, item in value.items()}
    return sorted(value, key=str) if isinstance(value, list) else value


def _keys(change: Callable[[str], str]) -> Callable[[Json], Json]:
    return lambda value: {change(key): item for key, item in value.items()} if isinstance(value, dict) else value


TICKET_WAYS: dict[str, tuple[Callable[[Ticket], Ticket], str]] = {
    "requests-reversed": (_requests(lambda rows: rows[::-1]), "the requests are stored in reverse order"),
    "requests-without-last": (_requests(lambda rows: rows[:-1] or rows), "the last of several requests is lost"),
    "requests-only-first": (_requests(lambda rows: rows[:1]), "only the first request is stored"),
    "requests-cut-50": (_requests(lambda rows: rows[:50]), "only 50 requests are stored"),
    "requests-without-twins": (
        _requests(lambda rows: [row for place, row in enumerate(rows) if row not in rows[:place]]),
        "of equal requests only the first is stored",
    ),
    "requests-doubled": (_requests(lambda rows: rows * 2), "each request is stored twice"),
    "requests-like-first": (_requests(lambda rows: rows[:1] * len(rows)), "all requests become the first one"),
    "requests-lost": (_requests(lambda rows: []), "no request is stored"),  # noqa: ARG005 - whatever there was
    "requestName-lost": (_each(lambda row: row | {"requestName": None}), "requestName is not stored"),
    "requestName-upper": (_each(lambda row: row | {"requestName": str(row.get("requestName")).upper()}), "upper case"),
    "requestName-trimmed": (_each(lambda row: row | {"requestName": str(row.get("requestName")).strip()}), "trimmed"),
    "apiName-simple": (_each(lambda row: row | {"apiName": str(row.get("apiName")).rpartition(".")[2]}), "no package"),
    "executeTimes-one": (_each(lambda row: row | {"executeTimes": 1}), "executeTimes is always 1"),
    "executeTimes-text": (_each(lambda row: row | {"executeTimes": str(row["executeTimes"])}), "it becomes text"),
    "apiBody-lost": (_each(lambda row: row | {"apiBody": None}), "apiBody is not stored"),
    "apiBody-text": (_body(str), "apiBody is stored as text"),
    "apiBody-without-empty": (_body(_without_empty), "empty members of apiBody are lost"),
    "apiBody-omits-empty": (
        _body(_without_zero),
        "members of apiBody that are false, 0 or empty are lost, however deep",
    ),
    "apiBody-dots-nest": (_body(_nested_at_dots), "a member of apiBody with a dot in its name becomes nested objects"),
    "apiBody-keys-underscored": (
        _body(_keys(lambda key: re.sub(r"(?<=[a-z0-9])[A-Z]", lambda found: f"_{found[0].lower()}", key))),
        "keys of apiBody are stored with underscores for capitals",
    ),
    "apiBody-keys-lower": (_body(_keys(str.lower)), "keys of apiBody are stored in lower case"),
    "apiBody-without-dots": (_body(_keys(lambda key: key.partition(".")[0])), "keys of apiBody are cut at a dot"),
    "apiBody-sorted-lists": (_body(_sorted_lists), "lists in apiBody are sorted"),
    "apiBody-cut-deep": (_body(_shallow), "a deep apiBody is cut off"),
    "apiBody-levels": (_body(_emptied), "objects in apiBody below the third level are stored empty"),
    "apiBody-numbers-text": (_body(deep(lambda one: str(one) if _is_number(one) else one)), "numbers become text"),
    "apiBody-numbers-whole": (_body(deep(lambda one: int(one) if _is_number(one) else one)), "fractions are cut"),
    "apiBody-numbers-positive": (_body(deep(lambda one: abs(one) if _is_number(one) else one)), "minus signs are lost"),
    "apiBody-big-rounded": (_body(deep(_rounded)), "numbers over 2^53 are off by one"),
    "apiBody-big-as-double": (
        _body(deep(lambda one: int(float(one)) if _is_number(one) and abs(one) > _ROUNDED_FROM else one)),
        "numbers over 2^53 become the nearest double",
    ),
    "apiBody-booleans-text": (_body(deep(lambda one: str(one).lower() if isinstance(one, bool) else one)), "as text"),
    "apiBody-upper": (_body(deep(lambda one: one.upper() if isinstance(one, str) else one)), "texts in upper case"),
    "apiBody-mojibake": (
        _body(deep(lambda one: TEXT_WAYS["mojibake"][0](one) if isinstance(one, str) else one)),
        "texts in apiBody have their UTF-8 read as Latin-1",
    ),
    "apiBody-digits-number": (
        _body(deep(lambda one: int(one) if isinstance(one, str) and one.isdecimal() and len(one) < _DIGITS else one)),
        "texts of digits in apiBody become numbers",
    ),
    "apiBody-trimmed": (_body(deep(lambda one: one.strip() if isinstance(one, str) else one)), "texts are trimmed"),
    "flow-of-none": (lambda ticket: replace(ticket, flow="9" * 32), "currentFlowUuid is that of no flow"),
    "context-lost": (lambda ticket: replace(ticket, context={}), "accountSystemContext is not stored"),
    "context-booleans-text": (
        lambda ticket: replace(
            ticket, context=deep(lambda one: str(one).lower() if isinstance(one, bool) else one)(ticket.context)
        ),
        "true and false in accountSystemContext become texts",
    ),
    "context-swapped": (lambda ticket: replace(ticket, context=_swapped(ticket.context)), "its two uuids are swapped"),
    "system-type-upper": (
        lambda ticket: replace(ticket, system_type=(ticket.system_type or "").upper()),
        "accountSystemType is stored in upper case",
    ),
    "description-lost": (lambda ticket: replace(ticket, description=None), "the description is not stored"),
    "description-cut-255": (
        lambda ticket: replace(ticket, description=(ticket.description or "")[:255] or None),
        "the description is cut after 255 characters",
    ),
    "description-as-name": (lambda ticket: replace(ticket, description=ticket.name), "the name is stored for it"),
    "name-as-request": (
        lambda ticket: replace(ticket, name=(ticket.requests[0] or {}).get("requestName")),
        "the first requestName is stored for the name",
    ),
    "name-limit-cut": (
        lambda ticket: (
            replace(ticket, name=ticket.name[:-1] if units(ticket.name or "") == 255 else ticket.name)
            if ticket.name
            else ticket
        ),
        "a name of exactly 255 units loses its last one",
    ),
}
"""Ways to store a ticket wrongly."""


def _swapped(context: Json) -> Json:
    if not isinstance(context, dict):
        return context
    return dict(zip(context, reversed(list(context.values())), strict=True))


def _stored_only(change: Callable[[Ticket], Ticket]) -> Callable[[Insert, CallContext, Ticket], Ticket]:
    """Store a changed ticket and answer the one that was sent."""

    def insert(default: Insert, context: CallContext, ticket: Ticket) -> Ticket:
        default(context, change(ticket))
        return ticket

    return insert


def _shown(change: Callable[[Ticket], Ticket]) -> Callable[[Insert, CallContext, Ticket], Ticket]:
    """Store a changed ticket and show it."""
    return lambda default, context, ticket: default(context, change(ticket))


def _of_text(field: str, way: Callable[[str], str]) -> Callable[[Ticket], Ticket]:
    def change(ticket: Ticket) -> Ticket:
        value = getattr(ticket, field)
        if value is None:
            return ticket
        return replace(ticket, name=way(value)) if field == "name" else replace(ticket, description=way(value))

    return change


def _rows() -> list[Fault]:
    made = []
    for way, (change, about) in TEXT_WAYS.items():
        named, described = _of_text("name", change), _of_text("description", change)
        made += [
            _row(f"mangle-name:{way}", _shown(named), f"the name is stored {about}"),
            _row(f"mangle-description:{way}", _shown(described), f"the description is stored {about}"),
            _row(f"mangle-stored-name:{way}", _stored_only(named), f"the answer is right, but it is stored {about}"),
        ]
    for name, (damage, about) in TICKET_WAYS.items():
        made += [
            _row(f"store:{name}", _shown(damage), about),
            _row(f"store-hidden:{name}", _stored_only(damage), f"{about}, though the answer is right"),
        ]
    return made


def _row(name: str, wrapper: Callable[..., Ticket], about: str) -> Fault:
    return Fault(name=name, description=about, effects=(Around("create.insert", wrapper, _CREATE),))


MANGLES: tuple[Fault, ...] = tuple(_rows())
"""Every fault of stored values."""
