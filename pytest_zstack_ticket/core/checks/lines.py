"""Tell a body that kills its connection from a line or a target that was down."""

from __future__ import annotations

from pytest_zstack_ticket.core.checks.reading import Arguments, Trails, cut, departure, outcome_of
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Unanswered, Undecided
from pytest_zstack_ticket.model.profile import Profile


def answered(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a request is answered at all.

    `subject` got no answer; `repeat` is the same request again, `before` and `after` its sibling around the repeat.
    Only a request that stays unanswered while its sibling is answered both times departs.
    """
    subject = outcome_of(trails, "subject", profile, arguments)
    if not isinstance(subject, Unanswered):
        return None
    told = {"kind": subject.failure.kind, "detail": cut(subject.failure.detail)}
    if (
        not {"repeat", "before", "after"} <= set(trails)
        or subject.failure.kind == "stopped"
        or not subject.failure.sent
    ):
        return Undecided(Phrase.of("target-silent", **told))
    if any(isinstance(outcome_of(trails, role, profile), Unanswered) for role in ("before", "after")):
        return Undecided(Phrase.of("target-silent", **told))
    if not isinstance(outcome_of(trails, "repeat", profile, arguments), Unanswered):
        return Undecided(Phrase.of("unanswered-once", **told))
    return departure(Phrase.of("expect-answer"), Phrase.of("kills", **told))
