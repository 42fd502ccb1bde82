"""Distinguish a request that always kills its connection from a network or a target that was down."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_zstack_ticket.api.classify import CRASHED, from_gateway
from pytest_zstack_ticket.api.foreign_answers import is_same_word, lacks_mark, may_be_foreign
from pytest_zstack_ticket.checks.outcomes import Arguments, one_line, outcome_of, violation
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Response, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Unanswered, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile

REPEATS = 4
"""Repetitions that must stay unanswered: if one request in twenty is lost, five in a row are one in 3 million."""

ELSEWHERE = ("elsewhere1", "harmless", "elsewhere2")
"""Roles of requests to a path where the API does not read what they carry, in the order in which they are sent."""

FILTER = ("suspicious1", "plain", "suspicious2")
"""Roles of requests to such a path that show whether a filter closes connections: two with what seems an attack."""

MARKED = "marked"
"""Role of a request that the API itself answered."""


def answered(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a request is answered at all.

    `subject` got no answer; `repeat1` to `repeat4` are the same request again, `before1` to `before4` its sibling
    before each, `after` its sibling at the end. A violation is only a request that stays unanswered while its sibling
    is answered every time. What a front end answers in the target's stead says nothing about the target, however often
    it does so, be it to one repeat; only its 502 and 504 may mean that the target broke down. What `elsewhere1` and
    `elsewhere2` carry is the subject's, to a path where the API does not read it: if neither is answered, while
    `harmless` is there, something before the API looks into requests. So it does if both are answered in the subject's
    own words, and `harmless` with another status. Where `suspicious1` and `suspicious2` show that something closes
    connections over what looks like an attack, the loss of this one may be its doing: a path or a header can be looked
    into as well. `marked` is an answer of the API: what lacks its cookie and its words is none.
    """
    subject = outcome_of(trails, "subject", profile, arguments)
    if not isinstance(subject, Unanswered):
        return _said_in_front(trails)
    reported = {"kind": subject.failure.kind, "detail": one_line(subject.failure.detail)}
    status = answered_for(trails["subject"])
    if status is not None and status not in CRASHED:
        return Undecided(Phrase.of("front-end", status=status))
    if subject.failure.kind == "stopped" or not subject.failure.sent:
        return Undecided(Phrase.of("target-silent", **reported))
    if is_closed_elsewhere(trails):
        return Undecided(Phrase.of("front-end-closes", **reported))
    if is_closed_elsewhere(trails, FILTER):
        return Undecided(Phrase.of("front-end-filters", **reported))
    return _judged_by_repeats(trails, arguments, profile, reported)


def _said_in_front(trails: Trails) -> Undecided | None:
    in_front = is_unmarked(trails) or is_said_elsewhere(trails)
    answer = trails["subject"][-1].answer if in_front else None
    return Undecided(Phrase.of("front-end", status=answer.status)) if isinstance(answer, Response) else None


def _judged_by_repeats(
    trails: Trails, arguments: Arguments, profile: Profile, reported: dict[str, str]
) -> Violation | Undecided:
    """Judge a request that got no answer by its repeats and by the siblings around them."""
    for role in (role for role in trails if role.startswith(("before", "after"))):
        if isinstance(outcome_of(trails, role, profile), Unanswered):
            return Undecided(Phrase.of("target-silent", **reported))
    repeats = [role for role in trails if role.startswith("repeat")]
    for role in repeats:
        status = answered_for(trails[role])
        if status is not None and status not in CRASHED:
            return Undecided(Phrase.of("front-end", status=status))
    if any(not isinstance(outcome_of(trails, role, profile, arguments), Unanswered) for role in repeats):
        return Undecided(Phrase.of("unanswered-once", **reported))
    if len(repeats) < REPEATS or "after" not in trails:
        return Undecided(Phrase.of("target-silent", **reported))
    return violation(Phrase.of("expect-answer"), Phrase.of("only-this-unanswered", count=len(repeats) + 1, **reported))


def answered_for(exchanges: Sequence[Exchange]) -> int | None:
    """Return the status with which something in front of the target answered the last request, None if nothing did."""
    answer = exchanges[-1].answer if exchanges else None
    return answer.status if isinstance(answer, Response) and from_gateway(answer) else None


def is_closed_elsewhere(trails: Trails, roles: tuple[str, str, str] = ELSEWHERE) -> bool:
    """Return True if what the subject carries is not answered where the API does not read it, and only that.

    So it is with what looks like an attack, in the roles of FILTER.
    """
    if any(not trails.get(role) for role in roles):
        return False
    silent = [_is_silent(trails[role][-1].answer) for role in roles]
    return silent == [True, False, True]


def is_unmarked(trails: Trails) -> bool:
    """Return True if the subject's answer lacks what `marked` shows that every answer of the API has."""
    found = [trails[role][-1].answer for role in ("subject", MARKED) if trails.get(role)]
    said = [answer for answer in found if isinstance(answer, Response)]
    return len(said) == 2 and lacks_mark(*said)


def is_said_elsewhere(trails: Trails) -> bool:
    """Return True if what the subject was answered is said where the API does not read it, too, and only of that."""
    heard = [trails[role][-1].answer for role in ("subject", *ELSEWHERE) if trails.get(role)]
    said = [answer for answer in heard if isinstance(answer, Response)]
    if len(said) <= len(ELSEWHERE) or not may_be_foreign(said[0]):
        return False
    subject, first, harmless, second = said
    return is_same_word(subject, first) and is_same_word(subject, second) and harmless.status != subject.status


def _is_silent(answer: Response | Failure) -> bool:
    return answer.sent if isinstance(answer, Failure) else from_gateway(answer)
