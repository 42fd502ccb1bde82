"""Several tickets of our own that live at once, known by a token in their names, and what is done with them."""

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
"""So often a listing that got no answer is asked for again."""
NO_EVENT = "no-such-event"
ARCHIVES = "/v1/tickets/archives"
HISTORIES = "/v1/tickets/histories"


@dataclass(slots=True)
class Member:
    """One ticket of a family: its create, the events that were sent, and its deletion. `uuid` is empty if not shown."""

    created: CallResult
    uuid: str = ""
    events: list[tuple[str, CallResult]] = field(default_factory=list)
    before: CallResult | None = None
    deleted: CallResult | None = None
    follows: bool = False

    @property
    def name(self) -> str:
        """The name that was sent."""
        return str(self.created.sent("name"))

    @property
    def alive(self) -> bool:
        """True if it was accepted, and no deletion of it was."""
        return bool(self.uuid) and not (self.deleted and isinstance(self.deleted.outcome, Accepted))


class TicketGroup:
    """Tickets named `TOKEN NUMBER NONCE`. `steps` are all calls that may have changed one, in order.

    A member `follows` if it has the uuid of one that was deleted before it: what is told of that uuid is told of both.
    """

    def __init__(self, endpoint: TicketEndpoint) -> None:
        self._endpoint = endpoint
        self.token = f"zf{secrets.token_hex(6)}"
        self.members: list[Member] = []
        self.steps: list[CallResult] = []

    @property
    def living(self) -> list[Member]:
        """The members that should be there."""
        return [one for one in self.members if one.alive]

    @property
    def dead(self) -> list[Member]:
        """The members that were deleted."""
        return [one for one in self.members if one.uuid and not one.alive]

    @property
    def taken(self) -> list[str]:
        """The UUIDs of members that were taken away to stay under a cap."""
        return sorted(one.uuid for one in self.members if one.uuid and self._taken(one))

    def _taken(self, member: Member) -> bool:
        nonce = NONCE_PATTERN.search(member.name)
        return self._endpoint.took_away(member.uuid, nonce[0] if nonce else "")

    def roles(self) -> dict[str, CallResult]:
        """Return all steps so far under `event0`, `event1`, ..."""
        return {f"event{place}": trail for place, trail in enumerate(self.steps)}

    def create(self, *, description: str | None = None, requests: int = 1, uuid: str | None = None) -> Member:
        """Create a ticket of the family."""
        trail = self._endpoint.create(self._draft(description, requests, uuid))
        self.steps.append(trail)
        inventory = getattr(trail.outcome, "inventory", None) or {}
        member = Member(trail, uuid=str(inventory.get("uuid") or ""), follows=uuid is not None)
        if not member.uuid and not trail.refused:
            found = [row.get("uuid") for row in rows_of(self._endpoint.named(trail).exchanges) or ()]
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

    def happen(self, member: Member, event: str, *, comment: str | None = None) -> CallResult:
        """Send an event for a member: `update` for new requests, `unknown` for an event that does not exist."""
        told: dict[str, Json] = {"comment": comment} if comment is not None else {}
        body: dict[str, Json] = {
            "changeTicketStatus": {"statusEvent": NO_EVENT if event == "unknown" else event, **told}
        }
        if event == "update":
            first = (member.created.sent("requests") or [{}])[0]
            body = {"updateTicketRequest": {"requests": [{**first, "requestName": f"changed {uuid.uuid4().hex}"}]}}
        trail = self._endpoint.call("PUT", f"/v1/tickets/{member.uuid}/actions", body=body)
        member.events.append((event, trail))
        self.steps.append(trail)
        return trail

    def delete(self, member: Member) -> CallResult:
        """Look at a member once more, and delete it."""
        member.before = member.before if member.deleted else self.shown(member)
        trail = self._endpoint.call("DELETE", f"/v1/tickets/{member.uuid}?deleteMode=Permissive")
        if member.deleted is None or not isinstance(member.deleted.outcome, Accepted):
            member.deleted = trail
        self.steps.append(trail)
        return trail

    def listing(self) -> CallResult:
        """Query for the whole family; ask again where the line has lost the answer."""
        trail = self.find("/v1/tickets", f"name~=%{self.token}%")
        for _ in range(MOST_LOST):
            if trail.again is None or not isinstance(trail.outcome, Unanswered):
                break
            trail = trail.again()
        return trail

    def find(self, path: str, *conditions: str) -> CallResult:
        """Make a query of the ticket family under conditions such as `uuid=...`, all of which must hold."""
        asked = "".join(f"q={quote(condition, safe='')}&" for condition in conditions)
        return self._endpoint.call("GET", f"{path}?{asked}limit={LIMIT}")

    def shown(self, member: Member) -> CallResult:
        """Query for one member by its uuid."""
        return self.find("/v1/tickets", f"uuid={member.uuid}")

    def got(self, member: Member) -> CallResult:
        """Read one member by its path."""
        return self._endpoint.call("GET", f"/v1/tickets/{quote(member.uuid, safe='')}")

    def history(self, member: Member) -> CallResult:
        """Query for the history of one member."""
        return self.find(HISTORIES, f"ticketUuid={member.uuid}")

    def archives(self, member: Member | None = None) -> CallResult:
        """Query the archives for one member, or for the whole family."""
        return self.find(ARCHIVES, f"ticketUuid={member.uuid}" if member else f"name~=%{self.token}%")

    def archived_history(self, member: Member) -> CallResult:
        """Query the archived histories for one member."""
        return self.find(f"{HISTORIES}/archives", f"ticketUuid={member.uuid}")
