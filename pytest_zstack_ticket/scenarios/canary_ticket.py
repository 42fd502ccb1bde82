"""A ticket that carries a token in each of its texts, with what its owner and other users can do to it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pytest_zstack_ticket.api.messages import rows_of
from pytest_zstack_ticket.client.call_gate import arriving, in_context
from pytest_zstack_ticket.client.endpoint import OUR_SESSION
from pytest_zstack_ticket.model.nonce import NONCE, NONCE_PATTERN
from pytest_zstack_ticket.model.ticket import Draft
from pytest_zstack_ticket.scenarios.visibility_queries import SoughtTicket, visibility_queries

if TYPE_CHECKING:
    from pytest_zstack_ticket.client.call_result import CallResult
    from pytest_zstack_ticket.client.endpoint import TicketEndpoint
    from pytest_zstack_ticket.model.exchange import Json


class CanaryTicket:
    """One ticket of `owner`, created at once; `uuid` is empty where the target shows none."""

    def __init__(self, owner: TicketEndpoint, *, created: CallResult | None = None) -> None:
        self.owner = owner
        self.created = created or _create(owner)
        self.name = str(self.created.sent("name")).strip()

    @cached_property
    def uuid(self) -> str:
        """The ticket's uuid, from the response to its create or from a query for its name."""
        inventory = getattr(self.created.outcome, "inventory", None) or {}
        rows = [] if "uuid" in inventory else rows_of(self.owner.find_by_name(self.created).exchanges) or []
        found = [row.get("uuid") for row in (inventory, *rows) if row.get("name", self.name) == self.name]
        known = [one for one in found if isinstance(one, str)]
        return known[0] if len(known) == 1 else ""

    @property
    def was_deleted_for_quota(self) -> bool:
        """True if the run itself deleted the ticket to stay under a quota: its absence then proves nothing."""
        return self.owner.was_deleted_for_quota(self.uuid, self._nonce)

    @property
    def _nonce(self) -> str:
        found = NONCE_PATTERN.search(self.name)
        return found[0] if found else ""

    @property
    def queries(self) -> dict[str, str]:
        """The paths of queries that find the ticket, by what they ask for; archives hold it once it is deleted."""
        sought = SoughtTicket(
            uuid=self.uuid,
            name=self.name,
            name_part=self._nonce or self.name,
            description=str(self.created.sent("description")),
            account_system_type=str(self.created.sent("accountSystemType")),
            flow_collection=self._shown_flow,
        )
        return visibility_queries(sought)

    @cached_property
    def _shown_flow(self) -> str:
        """The flow collection that the ticket's owner is shown, from the response to its create or from a query."""
        inventory = getattr(self.created.outcome, "inventory", None) or {}
        rows: list[Any] = (
            [inventory] if "flowCollectionUuid" in inventory else rows_of(self.find_by_uuid().exchanges) or [{}]
        )
        return str(rows[0].get("flowCollectionUuid") or "")

    def compare_views(self, query: str, *, by: TicketEndpoint) -> dict[str, CallResult]:
        """Send one query as the owner, as another user and as the owner again; the results by their role in a check."""
        path = self._path_of_change() if query == "path-of-change" else self.queries[query]
        shown = self.owner.call("GET", path)
        subject = by.call("GET", path)
        return {"made": self.created, "shown": shown, "subject": subject, "still": self.owner.call("GET", path)}

    def _path_of_change(self) -> str:
        """Path of the last row of the ticket's history."""
        rows: list[Any] = rows_of(self.history().exchanges) or [{}]
        return f"/v1/tickets/histories/{rows[-1].get('uuid')}"

    def find_by_name(self) -> CallResult:
        """Query for the ticket's name as its owner."""
        return self.owner.find_by_name(self.created)

    def find_by_uuid(self) -> CallResult:
        """Query for the ticket's uuid as its owner."""
        return self.owner.query(f"uuid={self.uuid}", limit=3)

    def history(self) -> CallResult:
        """Query for the ticket's whole history as its owner."""
        return self.owner.call("GET", f"/v1/tickets/histories?q=ticketUuid%3D{self.uuid}&limit=200")

    def send_event(  # noqa: PLR0913 - all but the event are for the few tests that ask for them
        self,
        event: str,
        *,
        by: TicketEndpoint | None = None,
        comment: str = "",
        uuid: str = "",
        more: Mapping[str, Json] | None = None,
        authorization: str | None = OUR_SESSION,
    ) -> CallResult:
        """Send an event, `update` or `delete` for the ticket, or for another uuid, as the owner or as another user.

        `more` are members of the body besides those of the event; of a deletion they stand in the query.
        """
        endpoint, path = by or self.owner, f"/v1/tickets/{uuid or self.uuid}"
        if event == "delete":
            query = urlencode({"deleteMode": "Permissive"} | dict(more or {}))
            return endpoint.call("DELETE", f"{path}?{query}", authorization=authorization)
        body = self.body_of(event, comment=comment, more=more)
        return endpoint.call("PUT", f"{path}/actions", body=body, authorization=authorization)

    def send_together(self, *events: str) -> dict[str, CallResult]:
        """Send events at the same time, each from a thread of its own; results as `together0`, `together1`, ..."""
        with arriving(len(events)), ThreadPoolExecutor(max_workers=len(events)) as pool:
            results = list(pool.map(in_context(self.send_event), events))
        return {f"together{place}": result for place, result in enumerate(results)}

    def body_of(self, event: str, *, comment: str = "", more: Mapping[str, Json] | None = None) -> dict[str, Json]:
        """Build the body of an event or of an `update` of the ticket's requests."""
        if event == "update":
            return {"updateTicketRequest": {"requests": [self._updated_request()], **(more or {})}}
        commented: dict[str, Json] = {"comment": comment} if comment else {}
        return {"changeTicketStatus": {"statusEvent": event, **commented, **(more or {})}}

    def _updated_request(self) -> Json:
        """Build the ticket's first request with other texts, so that none of its tokens is sent."""
        sent: Any = self.created.sent("requests") or [{}]
        return _request_with_tokens(sent[0]) | {"executeTimes": 2}

    @staticmethod
    def call_kind(event: str) -> str:
        """Name the kind of call that an event is, for checks."""
        return "delete" if event == "delete" else "action"


def _create(owner: TicketEndpoint) -> CallResult:
    return owner.create(with_tokens(owner.calibration_draft, certifier=owner.certifier))


def with_tokens(draft: Draft, *, certifier: str = "") -> Draft:
    """Put tokens into a draft's name, description and requests, with a certifier's nonce if given."""
    body = json.loads(draft.body)
    body["params"]["name"] = " ".join(filter(None, ("conformance", fresh_token(), certifier, NONCE)))
    body["params"]["description"] = f"of its owner alone {fresh_token()}"
    body["params"]["requests"] = [_request_with_tokens(request) for request in body["params"]["requests"]]
    return Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=draft.headers)


def _request_with_tokens(request: dict[str, Any]) -> dict[str, Any]:
    """Put tokens into the texts that a request has anyway; nothing is added that the call may not know."""
    api_body = request.get("apiBody")
    marked = {**request, "requestName": f"request {fresh_token()}"}
    if isinstance(api_body, dict) and isinstance(api_body.get("name"), str):
        marked["apiBody"] = {**api_body, "name": f"vm-{fresh_token()}"}
    return marked


def fresh_token() -> str:
    """Make a token that occurs nowhere else."""
    return f"zs-{secrets.token_hex(6)}"


def create_concurrently(owners: Sequence[TicketEndpoint]) -> list[CanaryTicket]:
    """Create one ticket for each owner, all at the same time; one user may be named more than once."""
    owners[0].quota.free(len(owners))
    with ThreadPoolExecutor(max_workers=len(owners)) as pool:
        created = list(pool.map(in_context(_create), owners))
    return [CanaryTicket(owner, created=result) for owner, result in zip(owners, created, strict=True)]
