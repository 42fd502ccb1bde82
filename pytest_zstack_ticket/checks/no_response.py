"""Tell a body that kills its connection from a line or a target that was down."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_zstack_ticket.api.classify import CRASHED, from_gateway
from pytest_zstack_ticket.checks.outcomes import Arguments, cut, outcome_of, violation
from pytest_zstack_ticket.model.exchange import Exchange, Response, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Unanswered, Undecided
from pytest_zstack_ticket.model.profile import Profile

REPEATS = 4
"""So often a request has to stay unanswered: on a line that loses one in twenty, five in a row are one in 3 million."""


def answered(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a request is answered at all.

    `subject` got no answer; `repeat1` to `repeat4` are the same request again, `before1` to `before4` its sibling
    before each, `after` its sibling at the end. Only a request that stays unanswered while its sibling is answered
    every time is a violation. What a front end answers in the target's stead says nothing about the target, however
    often it does so; only its 502 and 504 may mean that the target broke down.
    """
    subject = outcome_of(trails, "subject", profile, arguments)
    if not isinstance(subject, Unanswered):
        return None
    told = {"kind": subject.failure.kind, "detail": cut(subject.failure.detail)}
    status = answered_for(trails["subject"])
    if status is not None and status not in CRASHED:
        return Undecided(Phrase.of("front-end", status=status))
    around = (role for role in trails if role.startswith(("before", "after")))
    unsent = subject.failure.kind == "stopped" or not subject.failure.sent
    if unsent or any(isinstance(outcome_of(trails, role, profile), Unanswered) for role in around):
        return Undecided(Phrase.of("target-silent", **told))
    repeats = [role for role in trails if role.startswith("repeat")]
    if any(not isinstance(outcome_of(trails, role, profile, arguments), Unanswered) for role in repeats):
        return Undecided(Phrase.of("unanswered-once", **told))
    if len(repeats) < REPEATS or "after" not in trails:
        return Undecided(Phrase.of("target-silent", **told))
    return violation(Phrase.of("expect-answer"), Phrase.of("only-this-unanswered", count=len(repeats) + 1, **told))


def answered_for(trail: Sequence[Exchange]) -> int | None:
    """Return the status with which something in front of the target answered the last request, None if nothing did."""
    answer = trail[-1].answer if trail else None
    return answer.status if isinstance(answer, Response) and from_gateway(answer) else None
