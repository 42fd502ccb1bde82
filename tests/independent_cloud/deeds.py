"""The asynchronous calls: create, change status, update requests, delete."""

from __future__ import annotations

import copy
import json
import re
import time
from typing import Any

from tests.independent_cloud.book import Book, Refused, fresh
from tests.independent_cloud.people import People
from tests.independent_cloud.rules import CLS, EVENTS, Rules

MOVES = {
    ("Pending", "approve"): "FinalApproved",
    ("Pending", "reject"): "Rejected",
    ("Pending", "cancel"): "Cancelled",
    ("IntermediateApproved", "cancel"): "Cancelled",
    ("Cancelled", "reopen"): "Pending",
    ("Rejected", "reopen"): "Pending",
    ("IntermediateApproved", "approve"): "FinalApproved",
    ("IntermediateApproved", "reject"): "Rejected",
}


class Deeds:
    def __init__(self, book: Book) -> None:
        self.book, self.kind, self.on = book, book.kind, book.on
        self.people = People(book)
        self.rules = Rules(book, self.people)

    def success(self, row: dict[str, Any] | None, schema: bool) -> Any:
        book = self.book
        if self.kind.bare or row is None:
            return {}
        shown = book.row(row)
        body: dict[str, Any] = {"inventory": shown}
        if schema:
            body = {"schema": {"inventory": "org.zstack.ticket.entity.TicketInventory"}, **body}
        wrong = {
            "success-null": lambda: {"inventory": None},
            "success-list": lambda: {"inventory": [shown]},
            "success-text": lambda: {"inventory": shown["uuid"]},
            "success-naked": lambda: shown,
            "success-inventories": lambda: {"inventories": [shown]},
            "success-and-error": lambda: body | {"error": {"code": "SYS.1006", "description": "An operation failed"}},
            "success-array": lambda: [shown],
            "success-plain": lambda: "success",
            "success-empty-inventory": lambda: {"inventory": {}},
            "success-other-name": lambda: {"inventory": shown | {"name": "ticket"}},
            "success-other-uuid": lambda: {"inventory": shown | {"uuid": fresh()}},
            "success-last-ticket": lambda: self.last_ticket(body),
            "success-no-requests": lambda: {"inventory": {k: v for k, v in shown.items() if k != "request"}},
            "success-other-times": lambda: {
                "inventory": shown
                | {"request": [r | {"executeTimes": r["executeTimes"] + 1} for r in shown["request"]]}
            },
            "success-other-description": lambda: {
                "inventory": {k: v for k, v in shown.items() if k != "description"} | {"description": ""}
            },
        }.get(book.flaw)
        return wrong() if wrong else body

    def last_ticket(self, body: Any) -> Any:
        body, self.book.last = self.book.last or body, body
        return body

    def create(self, body: Any, bound: dict[str, Any], session: Any) -> dict[str, Any] | None:
        book, on = self.book, self.on
        slow = on(
            "lose-under-load",
            "duplicate-under-load",
            "same-uuid-under-load",
            "owner-under-load",
            "owner-busy-project",
            "mix-description",
            "mix-request",
            "answer-other",
        )
        with book.lock:
            book.under_way += 1
        try:
            self.rules.check_create(bound, body)
            if callable(session):
                session = session()
            with book.lock:
                alike = json.dumps(body, sort_keys=True)
                if on("dedup-same-body") and book.first.get(alike) in book.tickets:
                    return book.tickets[book.first[alike]]
                if on("fail-leaves-ticket"):
                    early = self.rules.row({**bound, "requests": bound["requests"]}, session)
                    book.tickets[early["uuid"]] = early
                self.rules.serve_create(bound, session)
                if on("fail-leaves-ticket"):
                    book.tickets.pop(early["uuid"])
                if self.rules.only_validates(bound):
                    return None
                row = self.rules.row(bound, session)
                if on("access-status-sent"):
                    row["status"] = body["params"].get("status", row["status"])
                if on("access-date-sent") and "createDate" in body["params"]:
                    row["createDate"] = row["lastOpDate"] = 978_310_800.0
                book.first[alike] = row["uuid"]
                if not slow:
                    self.store(row, session)
            if slow:
                time.sleep(0.02)
                self.confuse(row, bound, session)
                self.store(row, session)
                if on("answer-other"):
                    return next(
                        (r for r in reversed(book.tickets.values()) if book.under_way > 1 and r is not row), row
                    )
            return row
        finally:
            with book.lock:
                book.under_way -= 1

    def confuse(self, row: dict[str, Any], bound: dict[str, Any], session: Any) -> None:
        """Mix two creations of two people, under a flaw."""
        with self.book.lock:
            row["_by"], row["_user"] = self.people.owner(bound, session)
            other = self.book.last if isinstance(self.book.last, dict) else None
            if other and other["_user"] != row["_user"] and self.book.under_way > 1:
                if self.on("mix-description"):
                    row["description"] = other["description"]
                if self.on("mix-request"):
                    row["request"] = other["request"]
            if self.on("mix-description", "mix-request"):
                self.book.last = copy.deepcopy(row)

    def store(self, row: dict[str, Any], session: Any) -> None:
        book, on = self.book, self.on
        with book.lock:
            book.count += 1
            lost = (
                on("lose-all")
                or (on("lose-seventh") and book.count % 7 == 0)
                or (on("lose-under-load") and book.under_way > 2)
            )
            if not lost:
                if on("same-uuid-under-load") and book.under_way > 2 and book.tickets:
                    row["uuid"] = next(reversed(book.tickets))
                held = self.rules.stored(copy.deepcopy(row))
                if not (on("duplicate-uuid-silent") and row["uuid"] in book.tickets):
                    book.tickets[row["uuid"]] = held
                if (
                    on("store-twice")
                    or (on("store-twice-sometimes") and book.count % 5 == 0)
                    or (on("duplicate-under-load") and book.under_way > 2)
                ):
                    twin = copy.deepcopy(held) | {"uuid": fresh()}
                    book.tickets[twin["uuid"]] = twin
                if on("store-forgets-fifth") and len(book.tickets) > 4:
                    book.tickets.pop(next(iter(book.tickets)))
            if self.kind.release >= (4, 6):
                book.note(row, "Pending", "Pending", None, session) if on("history-of-creation") else None

    def change(self, uuid: str, given: dict[str, Any], session: Any) -> dict[str, Any]:
        on, book = self.on, self.book
        event, comment = given.get("statusEvent"), given.get("comment")
        if isinstance(event, str) and on("event-any-case"):
            event = event.lower()
        if event not in EVENTS:
            if on("event-any") or (event is None and on("event-missing")):
                event = "cancel"
            else:
                raise Refused("SYS.1007", f"field[statusEvent] of message[{CLS}] is mandatory, can not be null")
        if (
            isinstance(comment, str)
            and len(comment.encode("utf-16-le", "surrogatepass")) // 2 > 65535
            and not on("comment-any")
        ):
            raise Refused(
                "SYS.1007",
                f"field[comment] of message[{CLS}] exceeds max length of string. expected was <= 65535, actual was {len(comment)}",
            )
        if callable(session):
            session = session()
        with book.lock:
            row = self.people.find(uuid, event, session)
            if not self.kind.status_first:
                self.people.may(row, event, session)
            if event in {"reopen", "open"} and not self.kind.reopen:
                raise Refused(
                    "SYS.1006",
                    "operation denied. the ticket is in status of {}, cannot do the operation[{}]",
                    row["status"],
                    event,
                )
            after = MOVES.get((row["status"], event))
            if event == "cancel" and row["status"] == "Cancelled" and on("cancel-twice"):
                return row
            if after is None:
                if on("forbidden-any"):
                    after = {
                        "cancel": "Cancelled",
                        "reopen": "Pending",
                        "open": "Pending",
                        "approve": "FinalApproved",
                        "reject": "Rejected",
                    }[event]
                else:
                    if on("forbidden-changes"):
                        row["status"] = "Rejected"
                    raise Refused(
                        "SYS.1006",
                        "operation denied. the ticket is in status of {}, cannot do the operation[{}]",
                        row["status"],
                        event,
                    )
            self.people.may(row, event, session)
            if on("foreign-accepted-nothing") and not self.people.sees(session, row):
                return row
            return self.moved(row, event, after, comment, session)

    def moved(self, row: dict[str, Any], event: str, after: str, comment: str | None, session: Any) -> dict[str, Any]:
        on, book = self.on, self.book
        before = row["status"]
        results = None
        if event == "approve":
            after, results = self.approved(row)
        if event == "reopen":
            row["_step"], row["_reopened"] = 0, True
            if on("reopen-clones"):
                twin = copy.deepcopy(row) | {"uuid": fresh(), "status": after}
                book.tickets[twin["uuid"]] = twin
        if on("reject-cancels") and event == "reject":
            after = "Cancelled"
        if on("cancel-rejects") and event == "cancel":
            after = "Rejected"
        if on("reopen-rejects") and event == "reopen":
            after = "Rejected"
        target = row
        if on("cancel-other"):
            target = next(reversed(book.tickets.values()))
        if on("cancel-all"):
            for one in book.tickets.values():
                one["status"] = after
        if not (event in {"cancel", "reopen", "approve", "reject"} and on(f"{event}-nothing")):
            target["status"] = after
        if not on("last-date-stands"):
            target["lastOpDate"] = time.time()
        if on("cancel-touches-description"):
            row["description"] = comment or "cancelled"
        if on("cancel-touches-name"):
            row["name"] = f"{row['name']} (cancelled)"
        if on("cancel-touches-requests"):
            row["request"] = row["request"][:1] + [r | {"executeTimes": 0} for r in row["request"][1:]]
        if on("cancel-drops-description"):
            row["description"] = None
        if on("cancel-touches-create-date"):
            row["createDate"] = time.time() + 3600
            row["lastOpDate"] = row["createDate"]
        if on("cancel-touches-context"):
            row["accountSystemContext"] = {}
        if not on(f"{event}-no-history"):
            book.note(row, before, after, None if on(f"{event}-comment-lost") else comment, session, results=results)
        if on(f"{event}-history-twice"):
            book.note(row, before, after, comment, session, results=results)
        if after == "FinalApproved" and self.kind.final == "back":
            row["status"] = "Rejected"
            book.note(row, "FinalApproved", "Rejected", "request failed", session, results=results)
        if on("history-twice"):
            book.note(row, before, after, comment, session)
        if on("change-stale-answer"):
            return dict(row) | {"status": before}
        return row

    def approved(self, row: dict[str, Any]) -> tuple[str, list[dict[str, Any]] | None]:
        """The status an approval leads to; the last one carries the requests out."""
        on, steps = self.on, self.people.steps(row["flowCollectionUuid"])
        step = row.get("_step", 0) + 1
        if on("approve-rejects"):
            return "Rejected", None
        if on("approve-cancels"):
            return "Cancelled", None
        if step < len(steps) and not on("approve-skips"):
            row["_step"] = step
            if self.kind.cast:
                row["currentFlowUuid"] = steps[step][0]
            return "IntermediateApproved", None
        wrong = self.kind.final != "done"
        if self.kind.final == "refused":
            raise Refused("SYS.1006", "failed to execute the requests of the ticket, no such image")
        return "FinalApproved", [
            {
                "requestName": one["apiName"],
                "successTimes": 0 if wrong else one["executeTimes"],
                "failureTimes": one["executeTimes"] if wrong else 0,
                "errors": [{"code": "SYS.1006", "description": "An operation failed"}] if wrong else [],
            }
            for one in row["request"]
        ]

    def update(self, uuid: str, given: dict[str, Any], session: Any) -> dict[str, Any]:
        on, book = self.on, self.book
        bound = {
            "requests": self.rules.requests(given.get("requests")),
            "description": self.rules.text(given.get("description"), "description"),
        }
        if bound["requests"] is None:
            raise Refused("SYS.1007", f"field[requests] of message[{CLS}] is mandatory, can not be null")
        if not (on("update-empty") and not bound["requests"]):
            self.rules.check_requests(bound)
        if self.kind.release >= (4, 8):
            self.rules.limit(bound, "description", 2048)
        if callable(session):
            session = session()
        with book.lock:
            row = self.people.find(uuid, "update", session)
            if not self.kind.status_first:
                self.people.may(row, "update", session)
            any_status = (
                on("update-any-status")
                or (on("update-reopened") and row.get("_reopened"))
                or (on("update-approved") and "Approved" in row["status"])
            )
            if row["status"] != "Cancelled" and not any_status:
                if on("update-refused-but-done"):
                    row["request"] = bound["requests"]
                raise Refused(
                    "SYS.1006",
                    "ticket[uuid:{}, name:{}] can only be updated after being cancelled, current status is {}",
                    uuid,
                    row["name"].replace("{", "(").replace("}", ")"),
                    row["status"],
                )
            self.people.may(row, "update", session)
            row["_updated"] = True
            if on("update-appends"):
                row["request"] = row["request"] + bound["requests"]
            elif on("update-first-only"):
                row["request"] = bound["requests"][:1] + row["request"][1:]
            elif not on("update-nothing"):
                row["request"] = bound["requests"]
            if on("update-touches-name"):
                row["name"] = bound["requests"][0]["requestName"] or "updated"
            if on("update-touches-description"):
                row["description"] = None
            if bound["description"] is not None and self.kind.release >= (4, 8):
                row["description"] = bound["description"]
            if on("update-reopens"):
                row["status"] = "Pending"
            row["lastOpDate"] = time.time()
            return row

    def delete(self, uuid: str, mode: str | None, session: Any) -> None:
        on, book = self.on, self.book
        if callable(session):
            session = session()
        with book.lock:
            if on("access-delete-like") and uuid not in book.tickets:
                pattern = re.escape(uuid).replace("%", ".*").replace("_", ".")
                uuid = next((key for key in book.tickets if re.fullmatch(pattern, key)), uuid)
            row = book.tickets.get(uuid)
            if row is None and self.kind.second_delete == "success" and len(uuid) == 32:
                return
            stranger = row is not None and not self.people.sees(session, row)
            if stranger and self.kind.foreign_delete == "success" and not self.people.strangely("delete", row or {}):
                self.people.spoil(row or {}, "delete", session)
                return
            row = self.people.find(uuid, "delete", session)
            self.people.may(row, "delete", session)
            if on("delete-nothing"):
                return
            if on("delete-from-list", "get-hidden"):
                row["_hidden"] = True
                return
            if on("delete-same-name"):
                for key in [k for k, r in book.tickets.items() if r["name"] == row["name"]]:
                    del book.tickets[key]
                return
            if on("delete-newest"):
                book.tickets.popitem()
                return
            if on("delete-cancels"):
                row["status"] = "Cancelled"
                return
            del book.tickets[uuid]
            if self.kind.archive:
                book.archived.append(dict(row) | {"uuid": fresh(), "ticketUuid": uuid, "accountUuid": row["_by"]})
                mine = [h for h in book.histories if h["ticketUuid"] == uuid]
                book.archived_histories += [
                    dict(h) | {"historyUuid": h["uuid"], "uuid": fresh(), "accountUuid": row["_by"]} for h in mine
                ]
            if not on("delete-leaves-history"):
                book.histories = [h for h in book.histories if h["ticketUuid"] != uuid]
