"""Faults of what is shown: every member of a result's inventory and of a query's rows in every wrong form."""

from __future__ import annotations

from collections.abc import Callable

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.faults import response_edits as edits
from pytest_zstack_ticket.simulator.faults.effects import Change, Edit
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.faults.scope import parse_scope


def dashed(uuid: str) -> str:
    """Write a uuid with dashes."""
    return f"{uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}-{uuid[16:20]}-{uuid[20:]}"


_KINDS = ("missing", "null", "number", "empty", "object", "list")
_SPECIAL: tuple[tuple[str, str, Callable[[Json], Json], str], ...] = (
    ("uuid", "dashes", dashed, "has dashes"),
    ("uuid", "upper", lambda one: str(one).upper(), "is in upper case"),
    ("uuid", "short", lambda one: one[:31], "has 31 characters"),
    ("uuid", "long", lambda one: f"{one}0", "has 33 characters"),
    ("uuid", "not-hex", lambda one: f"{one[:31]}g", "has a character that is not a hex digit"),
    ("uuid", "line-end", lambda one: f"{one}\n", "ends with a line end"),
    ("uuid", "other", lambda one: one[::-1], "is another one"),
    ("status", "unknown", lambda one: "Bogus", "is unknown"),  # noqa: ARG005 - whatever there was
    ("status", "lower", lambda one: one.lower(), "is in lower case"),
    ("name", "upper", lambda one: one.upper(), "is in upper case"),
    ("name", "extra-blank", lambda one: f"{one} ", "has a blank more"),
    ("name", "html-escaped", lambda one: one.replace("&", "&amp;").replace("<", "&lt;"), "is escaped twice"),
    ("createDate", "iso", lambda one: "2018-12-28T18:38:25Z", "is in ISO form"),  # noqa: ARG005 - whatever there was
    ("createDate", "sql", lambda one: "2018-12-28 18:38:25", "is in SQL form"),  # noqa: ARG005 - whatever there was
    ("createDate", "epoch", lambda one: 1545993580705, "is a number of milliseconds"),  # noqa: ARG005 - whatever there was
    ("createDate", "text", lambda one: "yesterday", "is not a date"),  # noqa: ARG005 - whatever there was
    ("createDate", "no-day", lambda one: "Dec 32, 2018 6:38:25 PM", "is a day that does not exist"),  # noqa: ARG005 - whatever there was
    ("createDate", "24-hour", lambda one: "Dec 28, 2018 18:38:25 PM", "has the hour of a whole day beside PM"),  # noqa: ARG005 - whatever there was
    ("createDate", "future", lambda one: "Dec 28, 2199 6:38:25 PM", "lies after lastOpDate"),  # noqa: ARG005 - whatever there was
    ("request", "reversed", lambda one: one[::-1], "is in reverse order"),
    ("request", "first-only", lambda one: one[:1], "has the first one only"),
    ("request", "doubled", lambda one: one * 2, "has each one twice"),
    ("request", "in-object", lambda one: {"item": one}, "is an object"),
    ("request", "of-texts", lambda one: [str(each) for each in one], "is a list of texts"),
    ("request", "of-nulls", lambda one: [None for _ in one], "is a list of nulls"),
)
_MEMBERS = (
    *("uuid", "name", "status", "request", "accountSystemType", "accountSystemContext"),
    *("flowCollectionUuid", "createDate", "lastOpDate", "description", "ticketTypeUuid"),
)


def fault(name: str, scope: str, change: Change, about: str) -> Fault:
    """Make a fault of one edit."""
    return Fault(name=name, description=about, effects=(Edit(change, parse_scope(scope)),))


def _inventories() -> list[Fault]:
    """One row per member and form, for the results of create, and for the rows of queries."""
    rows: list[Fault] = []
    places = (
        ("inventory", "an inventory", "create,change,update/success", "inventory"),
        ("row", "a row", "query,get/success", "inventories[0]"),
    )
    for prefix, shown, scope, root in places:
        for member in _MEMBERS:
            for kind in _KINDS:
                path = f"{root}.{member}"
                change = edits.drop(path) if kind == "missing" else edits.retype(path, _retyped(member, kind))
                rows.append(fault(f"{prefix}-{member}:{kind}", scope, change, f"{member} of {shown} is {kind}"))
        for member, kind, function, about in _SPECIAL:
            change = edits.mapped(f"{root}.{member}", function)
            rows.append(fault(f"{prefix}-{member}:{kind}", scope, change, f"{member} of {shown} {about}"))
        for member in ("requestName", "apiName", "executeTimes", "apiBody"):
            for kind in ("missing", "null", "empty-list", "object"):
                path = f"{root}.request[0].{member}"
                change = edits.drop(path) if kind == "missing" else edits.retype(path, kind)
                rows.append(
                    fault(f"{prefix}-{member}:{kind}", scope, change, f"{member} of a request of {shown} is {kind}")
                )
    return rows


def _retyped(member: str, kind: str) -> str:
    """Choose the retype: a list wrapped in a list is a list still, so lists become objects."""
    return "empty-object" if (member == "request" and kind == "list") else kind


INVENTORIES: tuple[Fault, ...] = tuple(_inventories())
"""Every fault of inventories and rows."""
