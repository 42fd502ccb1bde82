"""Finds created tickets again: by their uuid, by the nonce in one of their texts, or among the newest ones."""

from __future__ import annotations

from urllib.parse import quote

from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.client.request_sender import RequestSender
from pytest_zstack_ticket.model.exchange import Request
from pytest_zstack_ticket.model.nonce import NONCE_PATTERN

NEWEST = "/v1/tickets?sort=-createDate&limit=200"


class TicketLookup(RequestSender):
    """Queries for the tickets of creates. A page of three rows is enough to see a duplicate and a stranger."""

    def query(self, *conditions: str, limit: int, call: str = "query") -> CallResult:
        """Query for tickets under conditions such as `uuid=...`, all of which must hold."""
        asked = "".join(f"q={quote(condition, safe='')}&" for condition in conditions)
        return self._get(f"/v1/tickets?{asked}limit={limit}", call)

    def find_ticket(self, created: CallResult) -> CallResult | None:
        """Find what shows a created ticket: the create itself if it answered an inventory, else a query for it.

        None if nothing tells which one it is, or if it was deleted to stay under a quota.
        """
        if created.inventory is not None:
            return created
        marked = isinstance(created.sent("resourceUuid"), str) or NONCE_PATTERN.search(str(created.sent("name")))
        if "query" not in self.profile.capabilities or not marked or not self.is_kept(created):
            return None
        return self.find_by_mark(created)

    def find_by_name(self, created: CallResult) -> CallResult:
        """Query for the name that a create sent.

        Ask `can_be_found` first for a create of an earlier test.
        """
        name = str(created.sent("name")).strip()
        # a condition with a character that a three-byte table cannot hold is an error there
        by_nonce = self.find_by_nonce(created) if max(name, default="") > "\uffff" else None
        return by_nonce or self.query(f"name={name}", limit=3)

    def find_by_nonce(self, created: CallResult) -> CallResult | None:
        """Query for the nonce in the name that a create sent, or in a body that cannot be read; None if it has none."""
        name = created.sent("name") or (created.exchanges[0].request.body or b"").decode("latin-1")
        nonce = NONCE_PATTERN.search(str(name))
        return self.query(f"name~=%{nonce[0]}%", limit=3) if nonce else None

    def named_by(self, created: CallResult) -> dict[str, CallResult]:
        """Return that query as the role `named`: what was refused may have been carried out. Empty without queries."""
        found = self.find_by_nonce(created) if "query" in self.profile.capabilities else None
        return {"named": found} if found else {}

    def find_by_uuid(self, created: CallResult) -> CallResult | None:
        """Query for the uuid of a created ticket, None if neither draft nor response has it."""
        uuid = (created.inventory or {}).get("uuid") or created.sent("resourceUuid")
        return self.query(f"uuid={uuid}", limit=3) if isinstance(uuid, str) else None

    def find_by_mark(self, created: CallResult) -> CallResult:
        """Query for a created ticket by its uuid, by the nonce in its name, and among the newest by any nonce.

        The first query that shows it, else the first one of all. Ask `is_kept` first: a ticket that was deleted to stay
        under a quota is not shown.
        """
        found = self.find_by_uuid(created)
        if found is None or not (found.rows or created.refused):
            named = self.find_by_nonce(created) if NONCE_PATTERN.search(str(created.sent("name"))) else None
            found = named if named and (found is None or named.rows) else found
        found = found or self.find_by_name(created)
        return found if found.rows or created.refused else self._among_newest(created) or found

    def _among_newest(self, created: CallResult) -> CallResult | None:
        """Query for the ticket among the newest that has the nonce of a create in any of its texts, if there is one."""
        nonce = _nonce_of(created)
        rows = self._get(NEWEST, "query").rows if nonce else []
        uuid = next((row.get("uuid") for row in rows if nonce in str(row).lower()), None)
        return self.query(f"uuid={uuid}", limit=3) if isinstance(uuid, str) else None

    def can_be_found(self, created: CallResult) -> bool:
        """Say whether a created ticket is known by the nonce in its name, and was not deleted to stay under a quota."""
        return NONCE_PATTERN.search(str(created.sent("name"))) is not None and self.is_kept(created)

    def is_kept(self, created: CallResult) -> bool:
        """Say whether a created ticket was not deleted to stay under a quota; if so, it stays for this test."""
        uuid = (created.inventory or {}).get("uuid")
        keys = (_nonce_of(created), created.sent("resourceUuid"), uuid)
        return not self.was_deleted_for_quota(*(key for key in keys if isinstance(key, str) and key))

    def was_deleted_for_quota(self, *keys: str) -> bool:
        """Say whether the run deleted a ticket with one of these nonces or UUIDs; if not, it stays for this test."""
        return not self.quota.keep(*keys)

    def _get(self, path: str, call: str) -> CallResult:
        return self._follow(Request(method="GET", path=path, headers=self._with_session(())), call)


def _nonce_of(created: CallResult) -> str:
    """Return the nonce that the body of a create has, in its name or elsewhere; empty if it has none."""
    body = (created.exchanges[0].request.body or b"").replace(b"\0", b"").decode("latin-1")
    found = NONCE_PATTERN.search(str(created.sent("name"))) or NONCE_PATTERN.search(body)
    return found[0] if found else ""
