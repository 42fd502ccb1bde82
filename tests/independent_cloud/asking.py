"""Queries over rows: conditions, pages, sorting, fields."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from functools import lru_cache
from typing import Any

from tests.independent_cloud.book import CHINA, Book, Refused, Turned
from tests.independent_cloud.kinds import Kind

OPERATORS = ("!=", ">=", "<=", "!?=", "!~=", "~=", "?=", "=", ">", "<", "is null", "not null")
TICKET = (
    "uuid",
    "name",
    "description",
    "status",
    "accountSystemType",
    "ticketTypeUuid",
    "currentFlowUuid",
    "flowCollectionUuid",
    "createDate",
    "lastOpDate",
    "accountSystemContext",
    "request",
)
UNSEARCHED = ("flows", "ticketTypeUuids", "flowContext", "operationContext")
"""Members that are shown, but are no columns."""
FIELDS = {
    "tickets": TICKET,
    "archives": (*TICKET, "ticketUuid", "accountUuid"),
    "histories": (
        "uuid",
        "sequence",
        "ticketUuid",
        "fromStatus",
        "toStatus",
        "comment",
        "operationContextType",
        "operatorType",
        "operatorUuid",
        "flowName",
        "createDate",
        "lastOpDate",
        "historyUuid",
        "accountUuid",
    ),
    "types": ("uuid", "name", "description", "type", "adminOnly", "createDate", "lastOpDate", "requests"),
    "flows": (
        "uuid",
        "name",
        "description",
        "state",
        "status",
        "isDefault",
        "createDate",
        "lastOpDate",
        "projectUuid",
        "parentFlowUuid",
        "collectionUuid",
    ),
    "steps": (
        "uuid",
        "name",
        "parentFlowUuid",
        "collectionUuid",
        "approverUuid",
        "flowContextType",
        "valid",
        "createDate",
        "lastOpDate",
    ),
}


def moment(text: str) -> float | None:
    for form in (
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d",
        "%Y-%m-%dT%H:%M:%S",
        "%b %d, %Y %I:%M:%S %p",
        "%b %d, %Y, %I:%M:%S %p",
        "%b %d, %Y, %I:%M:%S\u202f%p",
        "%Y-%m-%dT%H:%M:%S.000+08:00",
    ):
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=CHINA).timestamp()
        except ValueError:
            continue
    return None


@lru_cache(maxsize=1 << 14)
def folded(text: str, kind: Kind) -> str:
    """A text as the database compares it; every query folds every row, which kept some waiting for 30 seconds."""
    if kind.accents and not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    return text.lower().rstrip(" ") if kind.collation else text


class Asking:
    def __init__(self, book: Book) -> None:
        self.book, self.on = book, book.on

    def split(self, text: str) -> tuple[str, str, str]:
        for operator in OPERATORS:
            if operator in text:
                name, _, value = text.partition(operator)
                if operator == "=":
                    value = value.lstrip("=")
                if not name.strip() and operator not in {"is null", "not null"}:
                    raise Turned(
                        400,
                        f"Invalid query parameter. The '{text}' in parameter[q] is not a key-value pair split by {operator}",
                    )
                return name.strip(), operator, value
        if self.on("q-no-operator-ignored"):
            return "", "", ""
        raise Turned(
            400,
            f"Invalid query parameter. The '{text}' in the parameter[q] doesn't contain any query operator. Valid query operators are [[{', '.join(OPERATORS)}]]",
        )

    def fold(self, text: str) -> str:
        return folded(text, self.book.kind)

    def same(self, held: Any, value: str) -> bool:
        if held is None:
            return False
        if isinstance(held, bool):
            return str(held).lower() == value.lower()
        if isinstance(held, float):
            wanted = moment(value)
            return wanted is not None and int(held) == int(wanted)
        if self.on("q-equal-is-like") and isinstance(held, str):
            return self.like(held, value)
        if self.on("q-equal-contains") and isinstance(held, str):
            return value in held
        if self.on("q-equal-prefix") and isinstance(held, str):
            return bool(value) and held.startswith(value)
        if self.on("q-equal-any-case"):
            return str(held).lower() == value.lower()
        if self.on("q-equal-stripped"):
            return str(held).strip() == value.strip()
        return self.fold(str(held)) == self.fold(value)

    def like(self, held: str, value: str) -> bool:
        if self.on("q-like-contains"):
            return value.strip("%") in held
        if self.on("q-like-is-equal"):
            return held == value
        if self.on("q-like-prefix"):
            value = value + "%"
        parts, at = [], 0
        while at < len(value):
            char = value[at]
            if char == "\\" and at + 1 < len(value):
                at += 1
                parts.append(re.escape(value[at]))
            elif char == "%":
                parts.append(".*")
            elif char == "_" and not self.on("q-underscore-plain"):
                parts.append(".")
            else:
                parts.append(re.escape(char))
            at += 1
        pattern = "".join(parts)
        if self.on("q-like-regex"):
            pattern = value.replace("%", ".*").replace("_", ".")
        try:
            if self.book.kind.accents:
                pattern, held = (folded(text, self.book.kind) for text in (pattern, held))
            return bool(re.fullmatch(pattern, held, re.DOTALL | (re.IGNORECASE if self.book.kind.collation else 0)))
        except re.error:
            return False

    def matches(self, row: dict[str, Any], name: str, operator: str, value: str) -> bool:
        held = "Pending" if name == "status" and self.on("q-status-stale") else row.get(name)
        if isinstance(held, dict | list):
            held = str(held)
        if operator == "is null":
            return held is None or self.on("q-is-null-all")
        if operator == "not null":
            return held is not None or self.on("q-not-null-all")
        if operator == "=":
            if self.on("q-equal-splits"):
                return any(self.same(held, one) for one in value.split(","))
            return self.same(held, value.split("=", 1)[0] if self.on("q-second-equals") else value)
        if operator == "!=":
            if self.on("q-not-ignored"):
                return True
            return held is not None and not self.same(held, value)
        if operator in {"?=", "!?="}:
            options = value.split(",")[: 2 if self.on("q-in-two") else None]
            if self.on("q-in-first"):
                options = options[:1]
            if self.on("q-in-last"):
                options = options[-1:]
            found = any(self.same(held, one) for one in options)
            if operator == "!?=" and self.on("q-not-in-is-in"):
                return found
            return found if operator == "?=" else held is not None and not found
        if operator in {"~=", "!~="}:
            if held is None:
                return False
            found = self.like(str(held), value)
            return found if operator == "~=" or self.on("q-not-like-is-like") else not found
        return held is not None and self.compared(held, operator, value)

    def compared(self, held: Any, operator: str, value: str) -> bool:
        if isinstance(held, float):
            wanted = moment(value)
            if wanted is None:
                raise Refused("SYS.1000", f"could not parse date {value}")
            left, right = int(held), int(wanted)
        elif isinstance(held, int):
            left, right = held, int(value)
        else:
            left, right = self.fold(str(held)), self.fold(value)
        if self.on("q-order-swapped"):
            left, right = right, left
        if self.on("q-order-strict"):
            operator = operator[0]
        return {">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right}[operator]

    def number(self, value: str, name: str) -> int:
        try:
            return int(value) or (1000 if name == "limit" and self.on("limit-zero-all") else 0)
        except ValueError:
            if self.on("limit-any"):
                return 1000 if name == "limit" else 0
            raise Turned(400, f"Invalid query parameter. '{name}' must be an integer") from None

    def answer(self, rows: list[dict[str, Any]], what: str, pairs: list[tuple[str, str]]) -> dict[str, Any]:
        conditions = [value for name, value in pairs if name == "q"]
        if self.book.kind.astral_lost and any(max(text, default="") > "\uffff" for text in conditions):
            raise Refused("SYS.1000", "org.hibernate.exception.GenericJDBCException: could not extract ResultSet")
        first = dict(reversed(pairs))
        known = FIELDS[what]
        tests = [self.split(text) for text in conditions]
        limit = self.number(first.get("limit", "10" if self.on("limit-default-ten") else "1000"), "limit")
        start = self.number(first.get("start", "0"), "start")
        self.refuse_strange(first.get("fields") or "", known, min(limit, start))
        kept_tests = []
        for name, operator, value in tests:
            if name not in known:
                if self.on("q-unknown-ignored") or not operator:
                    continue
                if self.on("q-unknown-empty"):
                    return self.shown([], what)
                raise Refused("SYS.1000", f"inventory class[TicketInventory] not having field[{name}]")
            kept_tests.append((name, operator, value))
        if self.on("access-or-true") and any("' or 1=1" in value for _, _, value in kept_tests):
            kept_tests = []
        if self.on("q-ignored"):
            kept_tests = []
        if self.on("q-first-only"):
            kept_tests = kept_tests[:1]
        if self.on("q-last-only"):
            kept_tests = kept_tests[-1:]
        if self.on("q-or") and len(kept_tests) > 1:
            rows = [row for row in rows if any(self.matches(row, *test) for test in kept_tests)]
        else:
            rows = [row for row in rows if all(self.matches(row, *test) for test in kept_tests)]
        rows = self.sorted(rows, first.get("sort"), known)
        counting = first.get("count") == "true"
        total = min(len(rows), limit) if counting and self.on("count-limited") else len(rows)
        page = self.page(rows, start, limit)
        if self.on("page-off-by-one") and start:
            page = self.page(rows, start + 1, limit)
        if self.on("page-overlap") and start:
            page = self.page(rows, start - 1, limit)
        if self.on("page-start-pages") and start:
            page = self.page(rows, start * limit, limit)
        if self.on("limit-one-more"):
            page = self.page(rows, start, limit + 1)
        if self.on("total-page"):
            total = len(page)
        if self.on("total-all"):
            total = len(self.book.tickets)
        if self.on("total-one-less"):
            total = max(0, total - 1)
        if counting and not self.on("count-ignored"):
            return {"schema": {}, "total": total} if not self.on("count-zero") else {"schema": {}, "total": 0}
        shown = self.shown(page, what, first.get("fields"))
        if first.get("replyWithCount") == "true" and isinstance(shown, dict) and not self.on("total-missing"):
            shown["total"] = str(total) if self.on("total-text") else total
        return shown

    def refuse_strange(self, fields: str, known: tuple[str, ...], least: int) -> None:
        if least < 0:
            raise Refused("SYS.1000", "max-results or first-result cannot be negative")
        if not self.on("fields-ignored") and any(one and one not in (*known, *UNSEARCHED) for one in fields.split(",")):
            raise Refused("SYS.1000", "inventory has no such field")

    def page(self, rows: list[dict[str, Any]], start: int, limit: int) -> list[dict[str, Any]]:
        start = 0 if self.on("start-ignored") or (self.on("start-wraps") and start >= len(rows)) else max(0, start)
        return rows[start:] if self.on("limit-ignored") else rows[start : start + max(0, limit)]

    def sorted(self, rows: list[dict[str, Any]], how: str | None, known: tuple[str, ...]) -> list[dict[str, Any]]:
        if self.on("page-unstable"):
            self.book.count += 1
            rows = rows[self.book.count % max(1, len(rows)) :] + rows[: self.book.count % max(1, len(rows))]
        if not how or self.on("sort-ignored") or (self.on("sort-date-ignored") and how.endswith("Date")):
            return rows
        down, name = how.startswith("-"), how.strip().lstrip("+-")
        if name not in known:
            raise Refused("SYS.1000", f"inventory class[TicketInventory] not having field[{name}]")
        if self.on("sort-up-always"):
            down = False
        if self.on("sort-turned"):
            down = not down
        return sorted(
            rows,
            key=lambda row: (
                row.get(name) is not None,
                self.fold(row[name]) if isinstance(row.get(name), str) else row.get(name) or 0,
            ),
            reverse=down,
        )

    def shown(self, rows: list[dict[str, Any]], what: str, fields: str | None = None) -> dict[str, Any]:
        listed = [self.book.row(row) for row in rows]
        if fields and not self.on("fields-ignored"):
            names = fields.split(",")
            if self.on("fields-first"):
                names = names[:1]
            if self.on("fields-without"):
                listed = [{k: v for k, v in row.items() if k not in names} for row in listed]
            else:
                listed = [{k: v for k, v in row.items() if k in names} for row in listed]
        classes = {
            "tickets": "TicketInventory",
            "archives": "ArchiveTicketInventory",
            "histories": "TicketStatusHistoryInventory",
            "types": "TicketTypeInventory",
            "flows": "TicketFlowCollectionInventory",
            "steps": "TicketFlowInventory",
        }
        schema = {f"inventories[{i}]": f"org.zstack.ticket.entity.{classes[what]}" for i in range(len(listed))}
        if self.on("query-list"):
            return listed  # type: ignore[return-value] # a list of rows
        if self.on("query-object") and len(listed) == 1:
            return {"schema": schema, "inventories": listed[0]}
        if self.on("query-nulls"):
            return {"schema": schema, "inventories": [*listed, None]}
        if self.on("query-empty-missing") and not listed:
            return {"schema": schema}
        if self.on("query-inventory"):
            return {"schema": schema, "inventory": listed}
        return {"schema": schema, "inventories": listed}
