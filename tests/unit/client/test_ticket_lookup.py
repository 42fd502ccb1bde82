"""A created ticket is found by its uuid, by the nonce in its name, or by any nonce among the newest tickets."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.client.ticket_lookup import TicketLookup
from pytest_zstack_ticket.client.ticket_quota import NoQuota
from tests.support.builders import answered, profile

UUID, OTHER, NONCE = "a" * 32, "b" * 32, "zt-0123456789abcdef"


class Lookup(TicketLookup):
    """Looks into a list of rows instead of a target."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows, self.asked, self.quota = list(rows), [], NoQuota()

    def query(self, *conditions: str, limit: int, call: str = "query") -> CallResult:
        field, _, value = conditions[0].partition("=")
        wanted = value.strip("%")
        fits = (lambda row: wanted in row[field[:-1]]) if field.endswith("~") else (lambda row: row[field] == wanted)
        return self._answer(conditions[0], [row for row in self.rows if fits(row)][:limit], call)

    def _get(self, path: str, call: str) -> CallResult:
        return self._answer(path, self.rows, call)

    def _answer(self, asked: str, rows: list[dict[str, Any]], call: str) -> CallResult:
        self.asked.append(asked)
        shown = answered(200, {"inventories": rows}, method="GET", path=f"/v1/tickets?{len(self.asked)}")
        return CallResult(exchanges=(shown,), profile=profile(), call=call)


def created(name: str, *, request: str = "", status: int = 200, **more: Any) -> CallResult:
    params = {"name": name, "requests": [{"requestName": request}], **more}
    body = {} if status == 200 else {"error": {"code": "SYS.1000", "description": "x", "details": "x"}}
    return CallResult(exchanges=(answered(status, body, sent={"params": params}),), profile=profile("documented"))


def row(name: str, uuid: str = UUID, request: str = "") -> dict[str, Any]:
    return {"uuid": uuid, "name": name, "request": [{"requestName": request}]}


@pytest.mark.parametrize(
    ("result", "stored"),
    [
        (created("nnn", resourceUuid=UUID), row("nn")),
        (created(f"n {NONCE}"), row(f"{NONCE}")),
        (created(f"n {NONCE}", resourceUuid=OTHER), row(f"n {NONCE}")),
        (created("nnn", request=f"r {NONCE}"), row("nn", request=f"r {NONCE}")),
        (created("nnn", request=f"r {NONCE}", resourceUuid=OTHER), row("nn", request=f"r {NONCE}")),
    ],
    ids=["uuid", "nonce-in-name", "other-uuid", "nonce-in-request", "nothing-but-the-request"],
)
def test_any_mark_finds_the_ticket(result, stored):
    found = Lookup(row("another", "c" * 32), stored).find_by_mark(result)
    assert found.rows == [stored]


def test_a_ticket_that_is_nowhere_is_shown_by_no_look():
    lookup = Lookup(row("another", OTHER))
    assert lookup.find_by_mark(created(f"n {NONCE}", resourceUuid=UUID)).rows == []
    assert len(lookup.asked) == 3


def test_a_refused_create_is_looked_up_once():
    lookup = Lookup()
    lookup.find_by_mark(created("n", request=NONCE, resourceUuid=UUID, status=400))
    assert lookup.asked == [f"uuid={UUID}"]


def test_what_was_deleted_for_the_quota_is_known_by_any_mark():
    lookup, kept = Lookup(), []
    lookup.quota.keep = lambda *keys: kept.extend(keys) or True
    assert lookup.is_kept(created("n", request=NONCE, resourceUuid=UUID))
    assert kept == [NONCE, UUID]
