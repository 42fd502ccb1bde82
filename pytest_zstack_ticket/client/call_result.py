"""What one call of a test led to: its redacted exchanges, and the outcome that they are classified as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias

from pytest_zstack_ticket.api.classify import classify, job_id
from pytest_zstack_ticket.api.messages import rows_of, sent_params
from pytest_zstack_ticket.client.nonce import JOB_UUID
from pytest_zstack_ticket.model.exchange import Exchange, Json, Response
from pytest_zstack_ticket.model.outcome import Outcome, Refused
from pytest_zstack_ticket.model.profile import Profile

Content: TypeAlias = Literal["same", "harmless", "suspicious"]
"""What a request carries to a path where the API does not read it: what another does, next to nothing, or an attack."""


@dataclass(frozen=True, kw_only=True, repr=False)
class CallResult:
    """The exchanges of one flow as the evidence has them, oldest first; `call` is create, query, login, ...

    `again` sends the same request once more. `elsewhere` sends what it carries, something harmless in its place, or
    what only looks like an attack, to a path that the API refuses before it looks at that.
    """

    exchanges: tuple[Exchange, ...]
    profile: Profile
    call: str = "create"
    again: Callable[[], CallResult] | None = field(default=None, compare=False, repr=False)
    elsewhere: Callable[[Content], CallResult] | None = field(default=None, compare=False, repr=False)

    def __repr__(self) -> str:
        """Show in few words, as in a failed assertion, what was called and how it ended."""
        answer = self.exchanges[-1].answer if self.exchanges else None
        status = f" {answer.status}" if isinstance(answer, Response) else ""
        last = f", {self.exchanges[-1].id}" if self.exchanges else ""
        return f"<CallResult {self.call}: {self.reading}{status}{last}>"

    @cached_property
    def outcome(self) -> Outcome:
        """What the call led to."""
        return classify(self.exchanges, self.profile, call=self.call)

    @property
    def inventory(self) -> dict[str, Json] | None:
        """The ticket that an accepted call answered; None if it was not accepted, or answered `{}`."""
        return getattr(self.outcome, "inventory", None)

    @property
    def rows(self) -> list[dict[str, Json]]:
        """The rows that a query answered; empty for any other answer."""
        return rows_of(self.exchanges) or []

    @property
    def job(self) -> str:
        """The id of the job that the call started, or an empty string."""
        return job_id(self.exchanges)

    @property
    def requested_job(self) -> str:
        """The id that the call asked for with X-Job-UUID, or an empty string."""
        headers = self.exchanges[0].request.headers if self.exchanges else ()
        return next((value for name, value in headers if name == JOB_UUID), "")

    @property
    def started_job(self) -> bool:
        """True if the first answer was 202."""
        first = self.exchanges[0].answer if self.exchanges else None
        return isinstance(first, Response) and first.status == 202

    @property
    def polled_while_running(self) -> bool:
        """True if at least one poll was answered with 202."""
        polls = (exchange.answer for exchange in self.exchanges[1:])
        return any(isinstance(answer, Response) and answer.status == 202 for answer in polls)

    @property
    def refused(self) -> bool:
        """True if the call was refused in one of the allowed forms."""
        return isinstance(self.outcome, Refused)

    @property
    def refused_with_error(self) -> bool:
        """True if the call was refused with a well-formed error object."""
        return isinstance(self.outcome, Refused) and self.outcome.form == "error"

    @property
    def reading(self) -> str:
        """How the call ended, in one word: accepted, refused, lost, malformed, unfinished or unanswered."""
        lost = isinstance(self.outcome, Refused) and self.outcome.form == "lost"
        return "lost" if lost else type(self.outcome).__name__.lower()

    def sent(self, member: str) -> Json:
        """Return a member of `params` as it was sent, or None."""
        return sent_params(self.exchanges).get(member) if self.exchanges else None
