"""A few tickets of our own for queries to find, known by a token in their names that no other ticket has."""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from pytest_zstack_ticket.api.messages import moment, rows_of
from pytest_zstack_ticket.model.nonce import NONCE, NONCE_PATTERN
from pytest_zstack_ticket.model.outcome import Unanswered
from pytest_zstack_ticket.model.ticket import Draft
from pytest_zstack_ticket.scenarios.in_window import in_window

if TYPE_CHECKING:
    from pytest_zstack_ticket.client.call_result import CallResult
    from pytest_zstack_ticket.client.endpoint import TicketEndpoint

LETTERS = "caebd"
"""One ticket each, created in an order that is neither that of their names nor its reverse."""
MANY = "abcdefghijklmnopqrstu"
"""One ticket more than a usual page has rows."""
DESCRIBED = {"a": "d", "c": "u+v", "e": "m"}
"""What the descriptions of some end with: in an order that is neither that of the names nor of the creates."""
ZERO = "d"
"""One has the description 0, which some languages take for none."""
SEVERAL = "d"
"""One has two requests: it is still one ticket, however the target joins its tables."""
PAUSE = 1.1
"""Seconds between two creates that are to have different dates."""
UNKNOWN = "{own}"
"""Stands for a value that the target does not show; no ticket has it."""
MOST_ROUNDS = 6
"""Times that the tickets are created, again where some were deleted to stay under a quota."""
AT_ONCE = 2
"""Of these so many in a row."""
MOST_LOST = 2
"""Repetitions of a listing whose response was lost."""
AROUND = ("minute_before", "minute_after", "day_start", "day_before", "day_end", "day_after")
"""Moments around the date of the first ticket, see `fill_in`."""
LIMIT = 50
"""On each query that does not say otherwise, so that a target which ignores conditions does not send all it has."""


class TicketSet:
    """Tickets named `TOKEN LETTER NONCE`, some of them with a description, created when first needed.

    They are created `pause` seconds after one another.
    """

    def __init__(
        self, endpoint: TicketEndpoint, letters: str = LETTERS, *, window: int = 1, pause: float = 0.0
    ) -> None:
        self._endpoint = endpoint
        self._window = window
        self._pause = pause
        self._letters = letters
        self._rounds = 0
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._listing: CallResult | None = None
        self._first: CallResult | None = None
        self._together: dict[tuple[str, ...], list[CallResult]] = {}
        self.token = ""
        self.created: dict[str, CallResult] = {}

    def create_tickets(self) -> None:
        """Create the tickets, unless they exist."""
        with self._lock:
            for _ in range(AT_ONCE):  # while some are created, others of them may be deleted
                whole = not any(self._was_deleted(result) for result in self.created.values())
                if self.created and (whole or self._rounds >= MOST_ROUNDS):
                    return
                self._create_tickets()

    def _create_tickets(self) -> None:
        self._rounds += 1
        self.token, self._listing = f"zq{secrets.token_hex(6)}", None
        self._first, self._together = None, {}
        # the order in which they are created matters only to tests of the few
        window = 1 if self._letters == LETTERS else self._window
        drafts = map(self._draft, self._letters)
        with self._endpoint.quota.sharing():
            results = in_window(self._create, drafts, window=window)
            self.created = {letter: result for letter, (_, result) in zip(self._letters, results, strict=True)}

    def _create(self, draft: Draft) -> CallResult:
        result = self._endpoint.create(draft)
        time.sleep(self._pause)
        return result

    def fill_in(self, *templates: str) -> list[str]:
        """Conditions with their placeholders filled in: `{own}` is the token, `{a}` to `{e}` are whole names.

        `{text_a}`, `{text_c}` and `{text_e}` are descriptions, `{uuid1}` to `{uuid5}` the uuids in their order,
        `{time1}` to `{time5}` the dates of creation in theirs, and `{status}` is that of the first ticket.
        `{minute_before}` and `{minute_after}` are a minute from `{time1}`; `{day_start}` and `{day_end}` the first and
        the last second of its day, `{day_before}` and `{day_after}` the seconds next to these.
        """
        self.create_tickets()
        values = {letter: result.sent("name") for letter, result in self.created.items()}
        values |= {f"text_{letter}": result.sent("description") for letter, result in self.created.items()}
        if any(mark in text for text in templates for mark in ("{uuid", "{time", "{status", "{minute", "{day")):
            values |= self._shown()
        return [text.format(own=self.token, **values) for text in templates]

    def _shown(self) -> dict[str, str]:
        """Read from a listing what only the target decides."""
        rows = rows_of((self._listing or self.listing()).exchanges) or []
        unknown = UNKNOWN.format(own=self.token)
        uuids = sorted(str(row["uuid"]) for row in rows if row.get("uuid"))
        found = [moment(row.get("createDate")) for row in rows]
        moments = sorted(one.replace(tzinfo=None) for one in found if one is not None)
        dates = [_told(one) for one in moments]
        values = {"status": next((str(row["status"]) for row in rows if row.get("status")), unknown)}
        for name, known in (("uuid", uuids), ("time", dates)):
            values |= {f"{name}{place}": value for place, value in enumerate(known, 1)}
        names = [f"{name}{place}" for name in ("uuid", "time") for place in range(1, len(self._letters) + 1)]
        return dict.fromkeys((*names, *AROUND), unknown) | values | (_around(moments[0]) if moments else {})

    def query(self, *conditions: str, **parameters: str | int | None) -> CallResult:
        """Query tickets by conditions, see `fill_in`; parameters as they are, a `limit` of None without one."""
        pairs = [*(("q", one) for one in self.fill_in(*conditions)), *({"limit": LIMIT} | parameters).items()]
        query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in pairs if value is not None)
        return self._endpoint.call("GET", f"/v1/tickets?{query}")

    def query_with_plus(self, *conditions: str) -> CallResult:
        """Query tickets by conditions, with blanks written as +, as HTML forms and urlencode do."""
        query = urlencode([*(("q", one) for one in self.fill_in(*conditions)), ("limit", LIMIT)])
        return self._endpoint.call("GET", f"/v1/tickets?{query}")

    def query_in_lower_case(self, *conditions: str) -> CallResult:
        """Query tickets by conditions, with the digits of percent-escapes in lower case (RFC 3986 section 2.1)."""
        query = urlencode([*(("q", one) for one in self.fill_in(*conditions)), ("limit", LIMIT)], quote_via=quote)
        escaped = re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), query)
        return self._endpoint.call("GET", f"/v1/tickets?{escaped}")

    def listing(self) -> CallResult:
        """Query for all tickets of the set by a pattern."""
        self._listing = self._retried(self.query("name~=%{own}%"))
        self._first = self._first or self._listing
        return self._listing

    @property
    def first_listing(self) -> CallResult:
        """The first listing of all, queried now if there is none yet."""
        self.create_tickets()
        return self._first or self.listing()

    def list_by_names(self) -> CallResult:
        """Query for all tickets of the set by a list of their whole names, where patterns are what is tested."""
        return self._retried(self.query("name?=" + ",".join(f"{{{letter}}}" for letter in self._letters)))

    def query_with_listings(self, *conditions: str, **parameters: str | int) -> dict[str, CallResult]:
        """Query in the role `subject`, with listings of the set in the roles `before` and `after`."""
        self.create_tickets()
        before = self._listing or self.listing()
        subject = self.query(*conditions, **parameters)
        return {"subject": subject, "before": before, "after": self.listing()}

    def query_together(self, *conditions: str) -> list[CallResult]:
        """Query by each condition beside that on our tickets, with a listing before and after all of them.

        The same conditions are sent once, for whichever requirements judge them.
        """
        with self._sending:
            self.create_tickets()
            if conditions not in self._together:
                before = self._listing or self.listing()
                asked = [self.query("name~=%{own}%", one) for one in conditions]
                self._together[conditions] = [before, *asked, self.listing()]
            return self._together[conditions]

    def uuids(self) -> list[str]:
        """List the uuids of the first and the last ticket created, as far as a create or a listing shows them."""
        found = self.all_uuids()
        return [*found[:1], *found[1:][-1:]]

    def all_uuids(self) -> list[str]:
        """List the uuids of all tickets of the set, as far as a create or a listing shows them."""
        known = [getattr(result.outcome, "inventory", None) or {} for result in self.remaining.values()]
        rows = known if all("uuid" in one for one in known) else rows_of(self.listing().exchanges) or []
        found = [row.get("uuid") for row in rows]
        return [uuid for uuid in found if isinstance(uuid, str)]

    def get_by_path(self, uuid: str) -> CallResult:
        """Read a ticket by its path."""
        return self._endpoint.call("GET", f"/v1/tickets/{quote(uuid, safe='')}")

    @staticmethod
    def _retried(result: CallResult) -> CallResult:
        """Query again where the response to a listing was lost: it is only what the subject is compared with."""
        for _ in range(MOST_LOST):
            if result.again is None or not isinstance(result.outcome, Unanswered):
                break
            result = result.again()
        return result

    @property
    def remaining(self) -> dict[str, CallResult]:
        """The creates whose tickets were not deleted to stay under a quota."""
        self.create_tickets()
        return {letter: result for letter, result in self.created.items() if not self._was_deleted(result)}

    def _was_deleted(self, result: CallResult) -> bool:
        nonce = NONCE_PATTERN.search(str(result.sent("name")))
        return nonce is not None and self._endpoint.was_deleted_for_quota(nonce[0])

    def _draft(self, letter: str) -> Draft:
        known = self._endpoint.calibration_draft
        body = json.loads(known.body)
        word = f"{self._endpoint.certifier} " if self._endpoint.certifier else ""
        body["params"]["name"] = f"{self.token} {letter} {word}{NONCE}"
        body["params"].pop("description", None)
        if letter in SEVERAL:
            body["params"]["requests"] = body["params"]["requests"] * 2
        if letter in DESCRIBED:
            body["params"]["description"] = f"described {self.token} {DESCRIBED[letter]}"
        if letter in ZERO:
            body["params"]["description"] = "0"
        return Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=known.headers)


def _told(moment: datetime) -> str:
    """Write a moment as a condition has it."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _around(moment: datetime) -> dict[str, str]:
    """Return the moments of AROUND."""
    start, minute, second = moment.replace(hour=0, minute=0, second=0), timedelta(minutes=1), timedelta(seconds=1)
    after = start + timedelta(days=1)
    moments = (moment - minute, moment + minute, start, start - second, after - second, after)
    return {name: _told(one) for name, one in zip(AROUND, moments, strict=True)}
