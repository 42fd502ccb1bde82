"""A few tickets of our own for queries to find: known by a token in their names that nobody else uses."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote

from pytest_zstack_ticket.api.messages import rows_of
from pytest_zstack_ticket.model.nonce import NONCE, NONCE_PATTERN
from pytest_zstack_ticket.model.outcome import Unanswered
from pytest_zstack_ticket.model.ticket import Draft

if TYPE_CHECKING:
    from pytest_zstack_ticket.client.call_result import CallResult
    from pytest_zstack_ticket.client.endpoint import TicketEndpoint

LETTERS = "caebd"
"""One ticket each, made in an order that is neither that of their names nor its reverse."""
MANY = "abcdefghijklmnopqrstu"
"""One more than the pages that people usually ask for have rows."""
DESCRIBED = "ace"
MOST_STOCKED = 3
"""So often tickets are made anew because the first ones were taken away to stay under a cap."""
MOST_LOST = 2
"""So often a listing that got no answer is asked for again."""
LIMIT = 50
"""On each query that does not say otherwise, so that a target which ignores conditions does not send all it has."""


class TicketSet:
    """Tickets named `TOKEN LETTER NONCE`, some of them with a description, made when they are first needed."""

    def __init__(self, endpoint: TicketEndpoint, letters: str = LETTERS) -> None:
        self._endpoint = endpoint
        self._letters = letters
        self._stocked = 0
        self._listing: CallResult | None = None
        self._first: CallResult | None = None
        self.token = ""
        self.made: dict[str, CallResult] = {}

    def stock(self) -> None:
        """Make the tickets, unless they are there."""
        whole = not any(self._taken(trail) for trail in self.made.values())
        if self.made and (whole or self._stocked >= MOST_STOCKED):
            return
        self._stocked += 1
        self.token, self._listing = f"zq{secrets.token_hex(6)}", None
        self._first = None
        self.made = {letter: self._endpoint.create(self._draft(letter)) for letter in self._letters}

    def texts(self, *templates: str) -> list[str]:
        """Fill the words of conditions in: `{own}` is the token, `{a}` to `{e}` are whole names."""
        self.stock()
        names = {letter: trail.sent("name") for letter, trail in self.made.items()}
        return [text.format(own=self.token, **names) for text in templates]

    def find(self, *conditions: str, **parameters: str | int | None) -> CallResult:
        """Query tickets by conditions, see `texts`; parameters as they are, a `limit` of None without one."""
        pairs = [*(("q", one) for one in self.texts(*conditions)), *({"limit": LIMIT} | parameters).items()]
        told = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in pairs if value is not None)
        return self._endpoint.call("GET", f"/v1/tickets?{told}")

    def listing(self) -> CallResult:
        """Query all tickets on the shelf."""
        self._listing = self._heard(self.find("name~=%{own}%"))
        self._first = self._first or self._listing
        return self._listing

    @property
    def first(self) -> CallResult:
        """The first listing of all, made now if there is none yet."""
        self.stock()
        return self._first or self.listing()

    def named(self) -> CallResult:
        """Query all tickets on the shelf by a list of their whole names, where a pattern is what is in question."""
        return self._heard(self.find("name?=" + ",".join(f"{{{letter}}}" for letter in self._letters)))

    def asked(self, *conditions: str, **parameters: str | int) -> dict[str, CallResult]:
        """Return a query in the role `subject`, and listings of the shelf in the roles `before` and `after`."""
        self.stock()
        before = self._listing or self.listing()
        subject = self.find(*conditions, **parameters)
        return {"subject": subject, "before": before, "after": self.listing()}

    def uuids(self) -> list[str]:
        """Return the uuids of the first and the last ticket made, as far as they were answered or are listed."""
        known = [getattr(trail.outcome, "inventory", None) or {} for trail in self.standing.values()]
        rows = known if all("uuid" in one for one in known) else rows_of(self.listing().exchanges) or []
        found = [row.get("uuid") for row in rows]
        return [uuid for uuid in (*found[:1], *found[1:][-1:]) if isinstance(uuid, str)]

    def get(self, uuid: str) -> CallResult:
        """Read a ticket by its path."""
        return self._endpoint.call("GET", f"/v1/tickets/{quote(uuid, safe='')}")

    @staticmethod
    def _heard(trail: CallResult) -> CallResult:
        """Ask again where the line has lost a listing: it only stands beside what is judged."""
        for _ in range(MOST_LOST):
            if trail.again is None or not isinstance(trail.outcome, Unanswered):
                break
            trail = trail.again()
        return trail

    @property
    def standing(self) -> dict[str, CallResult]:
        """The creates whose tickets were not taken away to stay under a cap."""
        self.stock()
        return {letter: trail for letter, trail in self.made.items() if not self._taken(trail)}

    def _taken(self, trail: CallResult) -> bool:
        nonce = NONCE_PATTERN.search(str(trail.sent("name")))
        return nonce is not None and nonce[0] in self._endpoint.taken_away

    def _draft(self, letter: str) -> Draft:
        known = self._endpoint.calibration_draft
        body = json.loads(known.body)
        word = f"{self._endpoint.certifier} " if self._endpoint.certifier else ""
        body["params"]["name"] = f"{self.token} {letter} {word}{NONCE}"
        body["params"].pop("description", None)
        if letter in DESCRIBED:
            body["params"]["description"] = f"described {self.token}"
        return Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=known.headers)
