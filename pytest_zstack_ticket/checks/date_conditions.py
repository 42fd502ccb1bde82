"""Checks of conditions on dates, which hold whatever a target's zone is and whether it keeps fractions of a second.

A date is shown in whole seconds and without a zone, and conditions may be read in another one. So nothing follows from
one query for the second that a ticket shows; but whatever the moment, a ticket meets a condition or its opposite.
Roles `before` and `after` are listings of our tickets.
"""

from __future__ import annotations

from collections.abc import Iterable

from pytest_zstack_ticket.api.messages import Row, rows_of
from pytest_zstack_ticket.checks.outcomes import Arguments, refused, violation
from pytest_zstack_ticket.checks.query_conditions import DATES, Condition, conditions_of, must_meet, second_of
from pytest_zstack_ticket.checks.query_rows import (
    brief_names,
    conditions_text,
    missing_rows,
    names_of,
    outcome_of_query,
    own_tickets,
    path_of,
)
from pytest_zstack_ticket.model.exchange import Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Undecided
from pytest_zstack_ticket.model.profile import Profile

ZONES = 900
"""Zones differ by multiples of so many seconds."""
NEAR = 1
"""Seconds from such a multiple, in which midnight of another zone could be taken for a ticket's date."""


def date_edge(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a ticket meets exactly one of two opposite conditions on the date that it shows.

    Roles: `subject` and `opposite` (`>=` and `<`, or `>` and `<=`); `proof` shows that the target reads the date: a
    ticket that meets neither is in it, one that meets both is not.
    """
    for role in ("subject", "opposite", "proof"):
        if rows_of(trails[role]) is None:
            return _unread(trails, profile, role)
    ours, asked = own_tickets(trails), _on_date(trails, "subject")
    if ours is None:
        return Undecided(Phrase.of("controls-changed"))
    edge = {name for name, row in zip(names_of(ours), ours, strict=True) if asked and _is_of(row, asked)}
    if not asked or not edge:
        return Undecided(Phrase.of("not-shown", member=asked.member if asked else "createDate"))
    one, other, proof = (_names(trails, role) & edge for role in ("subject", "opposite", "proof"))
    neither, both = edge - one - other, one & other
    if not neither and not both:
        return None
    if neither <= proof and not both & proof:
        reported = Phrase.of("sides", neither=brief_names(sorted(neither)), both=brief_names(sorted(both)))
        expected = Phrase.of("expect-one-side", one=conditions_text(trails), other=conditions_text(trails, "opposite"))
        return violation(expected, reported)
    return Undecided(Phrase.of("not-shown", member=asked.member))


def time_of_day(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a condition on a moment of a ticket's day selects it by the time of that day.

    Roles: `subject` is a condition that the shown date meets by a minute. Where it selects none of our tickets,
    conditions may be read in another zone; not so if the ticket's day begins or ends the selection: `same-day` has the
    condition on the first or last second of that day, `other-day` on the second next to it.
    """
    for role in ("subject", "same-day", "other-day"):
        if role in trails and rows_of(trails[role]) is None:
            return _unread(trails, profile, role)
    ours, asked = own_tickets(trails), _on_date(trails, "subject")
    if ours is None:
        return Undecided(Phrase.of("controls-changed"))
    wanted = [row for row in ours if asked and must_meet(row, [asked]) and _is_of(row, asked, day=True)]
    missed = set(names_of(wanted)) - _names(trails, "subject")
    if wanted and not missed:
        return None
    if missed and _by_day(trails, missed) and not any(_may_be_midnight(row, asked) for row in wanted):
        count, conditions = len(wanted), conditions_text(trails)
        reported = Phrase.of("selection", missing=brief_names(sorted(missed)), stray="-", twice="-")
        return violation(Phrase.of("expect-selection", count=count, conditions=conditions), reported)
    return Undecided(Phrase.of("not-shown", member=asked.member if asked else "createDate"))


def _unread(trails: Trails, profile: Profile, role: str) -> Judgement:
    """Say why a query shows no rows: no document says in which form a condition has a date."""
    if refused(outcome_of_query(trails, profile, role)):
        return Undecided(Phrase.of("legal-refusal"))
    return missing_rows(trails, profile, role)


def _on_date(trails: Trails, role: str) -> Condition | None:
    """Return the condition of a role that is on a date."""
    return next((one for one in conditions_of(path_of(trails, role)) if one.member in DATES), None)


def _is_of(row: Row, asked: Condition, *, day: bool = False) -> bool:
    """Return True if a row shows the second that a condition names, or with `day` one of its day."""
    held, wanted = second_of(row.get(asked.member)), second_of(asked.value)
    if held is None or wanted is None:
        return False
    return held.date() == wanted.date() if day else held == wanted


def _names(trails: Trails, role: str) -> set[str]:
    return set(names_of(rows_of(trails.get(role, ())) or []))


def _by_day(trails: Trails, missed: Iterable[str]) -> bool:
    """Return True if tickets are selected by their day: not from within it, but from the second next to it."""
    same, other = _names(trails, "same-day"), _names(trails, "other-day")
    return {"same-day", "other-day"} <= set(trails) and all(name in other and name not in same for name in missed)


def _may_be_midnight(row: Row, asked: Condition | None) -> bool:
    """Return True if a zone may exist in which a row's date is midnight: there, the time of the day says nothing."""
    held = second_of(row.get(asked.member)) if asked else None
    into = (held.minute * 60 + held.second) % ZONES if held else 0
    return min(into, ZONES - into) <= NEAR
