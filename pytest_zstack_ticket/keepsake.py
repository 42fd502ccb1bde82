"""A ticket that carries a token in each of its texts, with what its owner and others can do to it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pytest_zstack_ticket.core.checks.rows import rows_of
from pytest_zstack_ticket.model.ticket import Draft
from pytest_zstack_ticket.stamping import NONCE, NONCED

if TYPE_CHECKING:
    from pytest_zstack_ticket.endpoint import TicketEndpoint
    from pytest_zstack_ticket.model.exchange import Json
    from pytest_zstack_ticket.trail import Trail

LIMIT = 50
"""On queries that do not ask for one ticket, so that a target which shows all does not send all it has."""


class Keepsake:
    """One ticket of `owner`, made at once; `uuid` is empty where the target shows none."""

    def __init__(self, owner: TicketEndpoint, *, made: Trail | None = None) -> None:
        self.owner = owner
        self.made = made or owner.create(marked(owner.calibration_draft, certifier=owner.certifier))
        self.name = str(self.made.sent("name")).strip()

    @cached_property
    def uuid(self) -> str:
        """The ticket's uuid, from the answer to its create or from a query for its name."""
        inventory = getattr(self.made.outcome, "inventory", None) or {}
        rows = [] if "uuid" in inventory else rows_of(self.owner.named(self.made).exchanges) or []
        found = [row.get("uuid") for row in (inventory, *rows) if row.get("name", self.name) == self.name]
        known = [one for one in found if isinstance(one, str)]
        return known[0] if len(known) == 1 else ""

    @property
    def kept(self) -> bool:
        """True unless the ticket was taken away to stay under a cap: then nothing follows from its absence."""
        nonce = NONCED.search(self.name)
        return not self.owner.taken_away & {self.uuid, nonce[0] if nonce else ""}

    @property
    def queries(self) -> dict[str, str]:
        """The paths of queries that find the ticket, by what they ask for; archives hold it once it is deleted."""
        name, of_ticket = quote(self.name, safe=""), f"q=ticketUuid%3D{self.uuid}&limit={LIMIT}"
        nonce = NONCED.search(self.name)
        return {
            "uuid": f"/v1/tickets?q=uuid%3D{self.uuid}&limit={LIMIT}",
            "name": f"/v1/tickets?q=name%3D{name}&limit={LIMIT}",
            "part-of-name": f"/v1/tickets?q=name~%3D%25{nonce[0] if nonce else name}%25&limit={LIMIT}",
            "list-of-uuids": f"/v1/tickets?q=uuid%3F%3D{self.uuid}&limit={LIMIT}",
            "latest": f"/v1/tickets?sort=-createDate&limit={LIMIT}",
            "path": f"/v1/tickets/{self.uuid}",
            "history": f"/v1/tickets/histories?{of_ticket}",
            "archive": f"/v1/tickets/archives?{of_ticket}",
            "archived-history": f"/v1/tickets/histories/archives?{of_ticket}",
            "count": f"/v1/tickets?q=uuid%3D{self.uuid}&count=true",
            "count-of-name": f"/v1/tickets?q=name%3D{name}&count=true",
            "total": f"/v1/tickets?q=uuid%3D{self.uuid}&replyWithCount=true&limit={LIMIT}",
        }

    def asked(self, what: str, *, by: TicketEndpoint) -> dict[str, Trail]:
        """Return the roles of a look: the same query by the owner, by somebody else, and by the owner again."""
        path = self.queries[what]
        shown = self.owner.call("GET", path)
        subject = by.call("GET", path)
        return {"made": self.made, "shown": shown, "subject": subject, "still": self.owner.call("GET", path)}

    def found(self) -> Trail:
        """Query for the ticket's name as its owner."""
        return self.owner.named(self.made)

    def shown(self) -> Trail:
        """Query for the ticket as its owner."""
        return self.owner.query(f"uuid={self.uuid}", limit=3)

    def history(self) -> Trail:
        """Query for the ticket's whole history as its owner."""
        return self.owner.call("GET", f"/v1/tickets/histories?q=ticketUuid%3D{self.uuid}&limit=200")

    def happen(self, event: str, *, by: TicketEndpoint | None = None, comment: str = "", uuid: str = "") -> Trail:
        """Send an event, `update` or `delete` for the ticket, or for another uuid, as the owner or as somebody else."""
        endpoint, path = by or self.owner, f"/v1/tickets/{uuid or self.uuid}"
        if event == "delete":
            return endpoint.call("DELETE", f"{path}?deleteMode=Permissive")
        if event == "update":
            body: dict[str, Any] = {"updateTicketRequest": {"requests": [self._other_request()]}}
        else:
            told: dict[str, Json] = {"comment": comment} if comment else {}
            body = {"changeTicketStatus": {"statusEvent": event} | told}
        return endpoint.call("PUT", f"{path}/actions", body=body)

    def _other_request(self) -> Json:
        """Return the ticket's first request with other texts, so that none of its tokens is sent."""
        sent: Any = self.made.sent("requests") or [{}]
        return _marked_request(sent[0]) | {"executeTimes": 2}

    def call_of(self, event: str) -> str:
        """Return what kind of call an event is, for checks."""
        return "delete" if event == "delete" else "action"


def marked(draft: Draft, *, certifier: str = "", resource: str = "") -> Draft:
    """Return a draft with tokens in name, description and requests, with a certifier's nonce and a uuid if given."""
    body = json.loads(draft.body)
    body["params"]["name"] = " ".join(filter(None, ("conformance", fresh(), certifier, NONCE.decode())))
    body["params"]["description"] = f"of its owner alone {fresh()}"
    body["params"]["requests"] = [_marked_request(request) for request in body["params"]["requests"]]
    if resource:
        body["params"]["resourceUuid"] = resource
    return Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=draft.headers)


def _marked_request(request: dict[str, Any]) -> dict[str, Any]:
    """Return a request with tokens where it has texts of its own; nothing is added that the call may not know."""
    api_body = request.get("apiBody")
    made = {**request, "requestName": f"request {fresh()}"}
    if isinstance(api_body, dict) and isinstance(api_body.get("name"), str):
        made["apiBody"] = {**api_body, "name": f"vm-{fresh()}"}
    return made


def fresh() -> str:
    """Return a token that stands nowhere else."""
    return f"zs-{secrets.token_hex(6)}"


def together(owners: Sequence[TicketEndpoint]) -> list[Keepsake]:
    """Let people make one ticket each at the same time; the same person may be there more than once."""
    owners[0].make_room(len(owners))
    with ThreadPoolExecutor(max_workers=len(owners)) as pool:
        made = list(
            pool.map(lambda owner: owner.create(marked(owner.calibration_draft, certifier=owner.certifier)), owners)
        )
    return [Keepsake(owner, made=trail) for owner, trail in zip(owners, made, strict=True)]
