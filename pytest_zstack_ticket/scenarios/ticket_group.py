"""A group of tickets that live at the same time, known by a token in their names, and the calls made on them."""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from pytest_zstack_ticket.api.messages import rows_of
from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.nonce import NONCE, NONCE_PATTERN
from pytest_zstack_ticket.model.outcome import Accepted, Unanswered
from pytest_zstack_ticket.model.ticket import Draft

if TYPE_CHECKING:
    from pytest_zstack_ticket.client.call_result import CallResult
    from pytest_zstack_ticket.client.endpoint import TicketEndpoint

LIMIT = 100
"""On each query, so that a target which ignores conditions does not send all it has."""
MOST_LOST = 2
"""Repetitions of a listing whose response was lost."""
NO_EVENT = "no-such-event"
ARCHIVES = "/v1/tickets/archives"
HISTORIES = "/v1/tickets/histories"


@dataclass(slots=True)
class Member:
    """One ticket of a group: its create, the events that were sent, and its deletion. `uuid` is empty if not shown.

    `reuses_uuid` is True if its uuid is that of a ticket which was deleted before.
    """

    created: CallResult
    uuid: str = ""
    events: list[tuple[str, CallResult]] = field(default_factory=list)
    before: CallResult | None = None
    deleted: CallResult | None = None
    reuses_uuid: bool = False

    @property
    def name(self) -> str:
        """The name that was sent."""
        return str(self.created.sent("name"))

    @property
    def alive(self) -> bool:
        """True if its create was accepted, and no deletion of it was."""
        return bool(self.uuid) and not (self.deleted and isinstance(self.deleted.outcome, Accepted))


class TicketGroup:
    """Tickets named `TOKEN NUMBER NONCE`; `steps` are all calls that may have changed one, in order.

    A member that `reuses_uuid` shares its uuid with one that was deleted: what a query shows may be of either.
    """

    def __init__(self, endpoint: TicketEndpoint) -> None:
        self._endpoint = endpoint
        self.token = f"zf{secrets.token_hex(6)}"
        self.members: list[Member] = []
        self.steps: list[CallResult] = []

    @property
    def living(self) -> list[Member]:
        """The members that should exist."""
        return [one for one in self.members if one.alive]

    @property
    def deleted_members(self) -> list[Member]:
        """The members that were deleted."""
        return [one for one in self.members if one.uuid and not one.alive]

    @property
    def deleted_for_quota(self) -> list[str]:
        """The UUIDs of members that the run itself deleted to stay under a quota."""
        return sorted(one.uuid for one in self.members if one.uuid and self._was_deleted(one))

    def _was_deleted(self, member: Member) -> bool:
        nonce = NONCE_PATTERN.search(member.name)
        return self._endpoint.was_deleted_for_quota(member.uuid, nonce[0] if nonce else "")

    def step_roles(self) -> dict[str, CallResult]:
        """All steps so far, in the roles `event0`, `event1`, ..."""
        return {f"event{place}": result for place, result in enumerate(self.steps)}

    def create(self, *, description: str | None = None, requests: int = 1, uuid: str | None = None) -> Member:
        """Create one more ticket of the group."""
        result = self._endpoint.create(self._draft(description, requests, uuid))
        self.steps.append(result)
        inventory = getattr(result.outcome, "inventory", None) or {}
        member = Member(result, uuid=str(inventory.get("uuid") or ""), reuses_uuid=uuid is not None)
        if not member.uuid and not result.refused:
            found = [row.get("uuid") for row in rows_of(self._endpoint.find_by_name(result).exchanges) or ()]
            member.uuid = str(found[0]) if len(found) == 1 else ""
        self.members.append(member)
        return member

    def _draft(self, description: str | None, requests: int, uuid: str | None) -> Draft:
        known = self._endpoint.calibration_draft
        body = json.loads(known.body)
        params = body["params"]
        params["name"] = f"{self.token} {len(self.members)} {NONCE}"
        params.pop("description", None)
        params.update({"description": description} if description is not None else {})
        params.update({"resourceUuid": uuid} if uuid is not None else {})
        first = params["requests"][0]
        more = [{**first, "requestName": f"{self.token} {place}"} for place in range(1, requests)]
        params["requests"] = [first, *more]
        return Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=known.headers)

    def send_event(self, member: Member, event: str, *, comment: str | None = None) -> CallResult:
        """Send an event for a member: `update` for new requests, `unknown` for an event that does not exist."""
        commented: dict[str, Json] = {"comment": comment} if comment is not None else {}
        body: dict[str, Json] = {
            "changeTicketStatus": {"statusEvent": NO_EVENT if event == "unknown" else event, **commented}
        }
        if event == "update":
            first = (member.created.sent("requests") or [{}])[0]
            body = {"updateTicketRequest": {"requests": [{**first, "requestName": f"changed {uuid.uuid4().hex}"}]}}
        result = self._endpoint.call("PUT", f"/v1/tickets/{member.uuid}/actions", body=body)
        member.events.append((event, result))
        self.steps.append(result)
        return result

    def delete(self, member: Member) -> CallResult:
        """Query for a member once more, and delete it."""
        member.before = member.before if member.deleted else self.find_by_uuid(member)
        result = self._endpoint.call("DELETE", f"/v1/tickets/{member.uuid}?deleteMode=Permissive")
        if member.deleted is None or not isinstance(member.deleted.outcome, Accepted):
            member.deleted = result
        self.steps.append(result)
        return result

    def listing(self) -> CallResult:
        """Query for the whole group, again where the response was lost."""
        result = self.query("/v1/tickets", f"name~=%{self.token}%")
        for _ in range(MOST_LOST):
            if result.again is None or not isinstance(result.outcome, Unanswered):
                break
            result = result.again()
        return result

    def query(self, path: str, *conditions: str) -> CallResult:
        """Query a collection under conditions such as `uuid=...`, all of which must hold."""
        asked = "".join(f"q={quote(condition, safe='')}&" for condition in conditions)
        return self._endpoint.call("GET", f"{path}?{asked}limit={LIMIT}")

    def find_by_uuid(self, member: Member) -> CallResult:
        """Query for one member by its uuid."""
        return self.query("/v1/tickets", f"uuid={member.uuid}")

    def get_by_path(self, member: Member) -> CallResult:
        """Read one member by its path."""
        return self._endpoint.call("GET", f"/v1/tickets/{quote(member.uuid, safe='')}")

    def history(self, member: Member) -> CallResult:
        """Query for the history of one member."""
        return self.query(HISTORIES, f"ticketUuid={member.uuid}")

    def archives(self, member: Member | None = None) -> CallResult:
        """Query the archives for one member, or for the whole group."""
        return self.query(ARCHIVES, f"ticketUuid={member.uuid}" if member else f"name~=%{self.token}%")

    def archived_history(self, member: Member) -> CallResult:
        """Query the archived histories for one member."""
        return self.query(f"{HISTORIES}/archives", f"ticketUuid={member.uuid}")
