"""The life of one ticket as a user of the load leads it: create, read twice, cancel, read, delete, read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pytest_zstack_ticket.api.classify import announced_wait
from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.client.endpoint import TicketEndpoint
from pytest_zstack_ticket.model.exchange import Response
from pytest_zstack_ticket.model.outcome import Accepted, Malformed, Unanswered
from pytest_zstack_ticket.scenarios.canary_ticket import CanaryTicket, with_tokens

Step: TypeAlias = Literal["create", "named", "before", "cancel", "after", "delete", "gone"]
CALLS: dict[Step, str] = {
    "create": "create",
    "named": "query",
    "before": "query",
    "cancel": "cancel",
    "after": "query",
    "delete": "delete",
    "gone": "query",
}
"""The kind of call that each step is, by which latencies are shown."""
FOLLOWED = frozenset({"create", "cancel", "delete"})
"""Kinds of calls that start a job."""
LEAST_BACK_OFF, LONGEST_BACK_OFF = 1.0, 60.0
Told: TypeAlias = Callable[[Step, CallResult], None]


@dataclass(slots=True)
class TicketLife:
    """The calls of one ticket by step; a life that ended early has no later steps."""

    steps: dict[Step, CallResult] = field(default_factory=dict)
    ticket: CanaryTicket | None = None

    @property
    def created(self) -> CallResult:
        """The create."""
        return self.steps["create"]

    @property
    def is_gone(self) -> bool:
        """True if the target was seen to have had exactly this ticket, and then no ticket of its nonce."""
        named, gone = self.steps.get("named"), self.steps.get("gone")
        return named is not None and gone is not None and len(named.rows) == 1 and was_answered(gone) and not gone.rows


def live(endpoint: TicketEndpoint, told: Told) -> TicketLife:
    """Lead the life of one ticket; `told` is given each call as it ends.

    A target without queries is asked for nothing, one that shows no ticket for a create is not asked to change it.
    """
    life = TicketLife()

    def take(step: Step, result: CallResult) -> CallResult:
        life.steps[step] = result
        told(step, result)
        return result

    draft = with_tokens(endpoint.calibration_draft, certifier=endpoint.certifier)
    created = take("create", endpoint.create(draft))
    if not was_accepted(created) or "query" not in endpoint.profile.capabilities:
        return life
    life.ticket = ticket = CanaryTicket(endpoint, created=created)
    named = take("named", ticket.find_by_name())
    uuid = (created.inventory or {}).get("uuid") or (named.rows[0].get("uuid") if len(named.rows) == 1 else None)
    if not isinstance(uuid, str):
        return life
    ticket.uuid = uuid
    take("before", ticket.find_by_uuid())
    take("cancel", ticket.send_event("cancel"))
    take("after", ticket.find_by_uuid())
    take("delete", ticket.send_event("delete"))
    take("gone", endpoint.find_by_nonce(created) or ticket.find_by_uuid())
    return life


def back_off(life: TicketLife) -> float:
    """Seconds that a user stays away after a create without an answer: as long as the target asks, else a second."""
    outcome = life.created.outcome
    if not isinstance(outcome, Unanswered):
        return 0.0
    last = life.created.exchanges[-1] if life.created.exchanges else None
    asked = announced_wait(last.answer, last.started) if last and isinstance(last.answer, Response) else None
    return min(LONGEST_BACK_OFF, max(LEAST_BACK_OFF, asked or 0.0))


def was_accepted(result: CallResult) -> bool:
    """Return True if the target accepted a call, however it worded that."""
    outcome = result.outcome
    return isinstance(outcome, Accepted) or (isinstance(outcome, Malformed) and outcome.leaning == "accepted")


def was_answered(result: CallResult) -> bool:
    """Return True if a query was answered with a list."""
    last = result.exchanges[-1].answer if result.exchanges else None
    return isinstance(last, Response) and last.status == 200
