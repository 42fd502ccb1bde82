"""A ticket that carries a token in each of its texts, with what its owner and others can do to it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pytest_zstack_ticket.api.messages import rows_of
from pytest_zstack_ticket.model.nonce import NONCE, NONCE_PATTERN
from pytest_zstack_ticket.model.ticket import Draft

if TYPE_CHECKING:
    from pytest_zstack_ticket.client.call_result import CallResult
    from pytest_zstack_ticket.client.endpoint import TicketEndpoint
    from pytest_zstack_ticket.model.exchange import Json

LIMIT = 50
"""On queries that do not ask for one ticket, so that a target which shows all does not send all it has."""


class CanaryTicket:
    """One ticket of `owner`, made at once; `uuid` is empty where the target shows none."""

    def __init__(self, owner: TicketEndpoint, *, made: CallResult | None = None) -> None:
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
        nonce = NONCE_PATTERN.search(self.name)
        return not self.owner.taken_away & {self.uuid, nonce[0] if nonce else ""}

    @property
    def queries(self) -> dict[str, str]:
        """The paths of queries that find the ticket, by what they ask for; archives hold it once it is deleted.

        Those that find others too show the newest first.
        """
        nonce = NONCE_PATTERN.search(self.name)
        part = nonce[0] if nonce else self.name
        uuid, ticket = f"uuid={self.uuid}", f"ticketUuid={self.uuid}"
        histories, archives, past = "/histories", "/archives", "/histories/archives"
        return {
            "uuid": _query(uuid),
            "name": _query(f"name={self.name}"),
            "part-of-name": _query(f"name~=%{part}%"),
            "list-of-uuids": _query(f"uuid?={self.uuid}"),
            "part-of-uuid": _query(f"uuid~=%{self.uuid[4:28]}%"),
            "range-of-uuids": _query(f"uuid>={self.uuid}", f"uuid<={self.uuid}"),
            "no-other-uuid": _query(f"uuid!={'0' * 32}", newest=True),
            "list-of-names": _query(f"name?={self.name}"),
            "no-other-name": _query("name!=conformance", newest=True),
            "unlike-other-names": _query("name!~=conformance-%", newest=True),
            "status": _query("status=Pending", newest=True),
            "description": _query(f"description={self.made.sent('description')}"),
            "flow": _query(f"flowCollectionUuid={self._shown_flow}", newest=True),
            "kind": _query(f"accountSystemType={self.made.sent('accountSystemType')}", newest=True),
            "date": _query("createDate>2000-01-01 00:00:00", newest=True),
            "anything": _query("description not null", newest=True),
            "several": _query(uuid, f"name={self.name}"),
            "some-members": f"{_query(uuid)}&fields=uuid%2Cname",
            "second-page": f"{_query(newest=True)}&start=1",
            "latest": _query(newest=True),
            "path": f"/v1/tickets/{self.uuid}",
            "history": _query(ticket, of=histories),
            "changes-to-status": _query("toStatus=Cancelled", of=histories, newest=True),
            "latest-changes": _query(of=histories, newest=True),
            "archive": _query(ticket, of=archives),
            "archive-of-name": _query(f"name={self.name}", of=archives),
            "latest-archives": _query(of=archives, newest=True),
            "archived-history": _query(ticket, of=past),
            "latest-archived-changes": _query(of=past, newest=True),
            "count": f"/v1/tickets?q=uuid%3D{self.uuid}&count=true",
            "count-of-name": f"/v1/tickets?q={quote(f'name={self.name}', safe='')}&count=true",
            "total": f"{_query(uuid)}&replyWithCount=true",
        }

    @cached_property
    def _shown_flow(self) -> str:
        """The flow collection that the ticket's owner is shown, from the answer to its create or from a query."""
        inventory = getattr(self.made.outcome, "inventory", None) or {}
        rows: list[Any] = [inventory] if "flowCollectionUuid" in inventory else rows_of(self.shown().exchanges) or [{}]
        return str(rows[0].get("flowCollectionUuid") or "")

    def asked(self, what: str, *, by: TicketEndpoint) -> dict[str, CallResult]:
        """Return the roles of a look: the same query by the owner, by somebody else, and by the owner again."""
        path = self._path_of_change() if what == "path-of-change" else self.queries[what]
        shown = self.owner.call("GET", path)
        subject = by.call("GET", path)
        return {"made": self.made, "shown": shown, "subject": subject, "still": self.owner.call("GET", path)}

    def _path_of_change(self) -> str:
        """Return the path of the last row of the ticket's history."""
        rows: list[Any] = rows_of(self.history().exchanges) or [{}]
        return f"/v1/tickets/histories/{rows[-1].get('uuid')}"

    def found(self) -> CallResult:
        """Query for the ticket's name as its owner."""
        return self.owner.named(self.made)

    def shown(self) -> CallResult:
        """Query for the ticket as its owner."""
        return self.owner.query(f"uuid={self.uuid}", limit=3)

    def history(self) -> CallResult:
        """Query for the ticket's whole history as its owner."""
        return self.owner.call("GET", f"/v1/tickets/histories?q=ticketUuid%3D{self.uuid}&limit=200")

    def happen(self, event: str, *, by: TicketEndpoint | None = None, comment: str = "", uuid: str = "") -> CallResult:
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
    body["params"]["name"] = " ".join(filter(None, ("conformance", fresh(), certifier, NONCE)))
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


def _query(*conditions: str, of: str = "", newest: bool = False) -> str:
    """Return the path of a query under conditions, of tickets or of what stands below them."""
    asked = [f"q={quote(condition, safe='')}" for condition in conditions]
    return f"/v1/tickets{of}?{'&'.join([*asked, *(['sort=-createDate'] if newest else []), f'limit={LIMIT}'])}"


def together(owners: Sequence[TicketEndpoint]) -> list[CanaryTicket]:
    """Let people make one ticket each at the same time; the same person may be there more than once."""
    owners[0].make_room(len(owners))
    with ThreadPoolExecutor(max_workers=len(owners)) as pool:
        made = list(
            pool.map(lambda owner: owner.create(marked(owner.calibration_draft, certifier=owner.certifier)), owners)
        )
    return [CanaryTicket(owner, made=trail) for owner, trail in zip(owners, made, strict=True)]
