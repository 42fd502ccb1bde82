"""Requests sent a second time as another user would send them: a server that served the suite alone well fails now.

They come after a pause, from another HTTP client, in a session of their own. Where the certifier agreed, half of them
carry no mark of a test either: the ticket is proven ours by the resourceUuid that we chose, which the ledger has.
"""

from __future__ import annotations

import json
import random
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_zstack_ticket.api.classify import session_died
from pytest_zstack_ticket.model.errors import TargetError
from pytest_zstack_ticket.model.nonce import FRESH_UUID, NONCE
from pytest_zstack_ticket.model.ticket import Draft

if TYPE_CHECKING:
    from pytest_zstack_ticket.client.call_result import CallResult
    from pytest_zstack_ticket.client.endpoint import TicketEndpoint
    from pytest_zstack_ticket.model.http_client import HttpClient
    from pytest_zstack_ticket.model.settings import Session
    from pytest_zstack_ticket.model.ticket_context import Context
    from pytest_zstack_ticket.scenarios.case_table import CaseTable

PAUSE = 10.0
"""Seconds of quiet before the second pass at effort certify."""
WANTED = ("web", "db", "cache", "build", "gateway", "report", "backup", "mail")
REASONS = ("for billing", "for the new team", "replacement", "second node", "for Friday", "上线", "测试环境", "扩容")
"""What people write into names of tickets."""
_START = b'{"params":{'


class SecondPass:
    """Sends drafts again, from any number of threads: from another `client`, or as they were sent if there is none.

    `context` is given where tickets may be without a mark, and None elsewhere.
    """

    def __init__(
        self, endpoint: TicketEndpoint, *, client: HttpClient | None, seed: int, context: Context | None
    ) -> None:
        self._endpoint = endpoint
        self._client = client
        self._context = context
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._session: Session | None = None

    def begin(self, cases: CaseTable, *, pause: float = PAUSE) -> None:
        """Wait, and log in once more; where there can be no second session, the run's own is used."""
        if self._client is None:
            return
        if self._context is not None and not _keeps_uuid(cases):
            self._context = None
        time.sleep(pause)
        try:
            self._session = self._endpoint.another_session()
        except TargetError:
            self._session = None

    def create(self, draft: Draft) -> CallResult:
        """Send a draft as another client."""
        if self._client is None:
            return self._endpoint.create(draft)
        with self._lock:
            bare = self._context is not None and self._random.random() < 1 / 2
            sent = unmarked(draft, self._context, self._random) if bare and self._context else draft
            session = self._session
        headers = (*self._client.before, *self._client.after)
        result = self._endpoint.create(sent, session=session, headers=headers)
        if session is None or not session_died(result.outcome):
            return result
        # a target may allow a user one session at a time
        self._session = None
        return self._endpoint.create(sent, headers=headers)


def _keeps_uuid(cases: CaseTable) -> bool:
    """Say whether a resourceUuid becomes the uuid of the ticket, by which it can be told from others'."""
    (free,) = cases.rows("variations", "params.resourceUuid/free")
    made = cases.result_of(free)
    shown = (made.inventory or {}).get("uuid")
    return shown is not None and shown == made.sent("resourceUuid")


def unmarked(draft: Draft, context: Context, source: random.Random) -> Draft:
    """Draft with names such as people write, and a resourceUuid to know it by; the draft itself where that cannot be.

    A row that has its mark where its edit is keeps it.
    """
    if draft.reading is not None or not draft.body.startswith(_START) or b'"resourceUuid"' in draft.body:
        return draft
    body = draft.body
    for name in (context.name, context.request_name):
        words = f"{source.choice(WANTED)}-{source.randrange(1, 40):02} {source.choice(REASONS)}"
        body = body.replace(_text(f"{name} {NONCE}"), _text(words))
    if NONCE.encode() in body or (context.nonce and context.nonce.encode() in body):
        return draft
    return replace(draft, body=_START + f'"resourceUuid":"{FRESH_UUID}",'.encode() + body.removeprefix(_START))


def _text(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass")
