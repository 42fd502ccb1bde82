"""Checks of histories and dates over time: nothing is lost, rewritten or dated backwards.

Dates are compared as they are shown: in whole seconds, in an unknown time zone. Nodes of one cloud may show them in
different zones, and clocks are set; what either of them explains is left undecided.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from itertools import pairwise

from pytest_zstack_ticket.api.messages import Row, moment, rows_of
from pytest_zstack_ticket.checks.outcomes import Arguments, accepted, describe, outcome_of, refused, violation
from pytest_zstack_ticket.checks.query_conditions import Condition, conditions_of, parameter
from pytest_zstack_ticket.checks.query_rows import missing_rows, outcome_of_query
from pytest_zstack_ticket.checks.roundtrip import brief, same
from pytest_zstack_ticket.model.exchange import Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile

ROUNDED = 1.0
"""Seconds by which one moment may be shown differently: databases round, platforms cut."""
SKEW = 5.0
"""Seconds by which clocks of the nodes of one cloud may differ."""
APART = 30.0
"""Seconds by which dates of one run may drift apart: nodes differ, and a clock may be set while it goes on."""
QUARTER, DAY = 900.0, 26 * 3600.0
"""Zones differ by quarters of an hour, and by at most 26 hours."""
SUMMER = (1800.0, 3605.0)
"""What an hour that is had twice takes from a date, in seconds."""
WAYS = {("Pending", "Cancelled"): "cancel", ("Cancelled", "Pending"): "reopen"}
"""Ways of which a history is counted, each with the event that leads there."""
MOST_ROWS = 8
"""Rows of a history that are named."""
RECORDED = ("fromStatus", "toStatus", "comment")

Key = tuple[str, ...]


def row_key(row: Row) -> Key:
    """Return what a history row records, the same in histories and archived histories."""
    return tuple(str(row.get(member)) for member in RECORDED)


def row_text(row: Row) -> str:
    """Describe a history row in a few words."""
    return f"{row.get('sequence', '-')}: {row.get('fromStatus')} > {row.get('toStatus')}"


def expected_history(count: int, way: tuple[str, str]) -> Phrase:
    """Word how many rows lead from one status to another: one for each event that was accepted."""
    return Phrase.of("expect-history-of", count=count, before=way[0], after=way[1], event=WAYS[way])


def miscounted(expected: Phrase, count: int, rows: Iterable[Row]) -> Violation:
    """Say that a history has `count` rows of a kind where others were expected, and show what it has."""
    shown = [brief(row_text(row)) for row in rows]
    more = " …" if len(shown) > MOST_ROWS else ""
    return violation(expected, Phrase.of("history-has", count=count, rows="; ".join(shown[:MOST_ROWS] or "-") + more))


def history_not_rewritten(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that every row of the history in role `earlier` is in `later`, as it was.

    Rows are identified by uuid or sequence; for a target that shows neither, equal rows are counted.
    """
    earlier, later = rows_of(trails.get("earlier", ())), rows_of(trails.get("later", ()))
    if earlier is None or later is None or not earlier:
        return Undecided(Phrase.of("not-shown", member="history"))
    for name in ("uuid", "sequence"):
        if all(row.get(name) is not None for row in (*earlier, *later)):
            return _kept(earlier, {str(row[name]): row for row in later}, name)
    reported = [row_key(row) for row in later]
    lost = next((row for row in earlier if reported.count(row_key(row)) < _count(earlier, row)), None)
    return _lost(lost, later) if lost else None


def _count(rows: list[Row], row: Row) -> int:
    return sum(row_key(one) == row_key(row) for one in rows)


def _kept(earlier: list[Row], later: dict[str, Row], name: str) -> Judgement:
    for row in earlier:
        now = later.get(str(row[name]))
        if now is None:
            return _lost(row, later.values())
        for member in ("ticketUuid", *RECORDED, "operatorUuid"):
            if not same(row.get(member), now.get(member), loose=True):
                expected = Phrase.of("expect-row-kept", row=row_text(row), member=member, value=brief(row.get(member)))
                return violation(expected, Phrase.of("shows", value=brief(now.get(member))))
        moved = _redated(row, now, "createDate")
        if moved is not None:
            return moved
    return None


def _lost(row: Row, later: Iterable[Row]) -> Violation:
    rows = brief("; ".join(map(row_text, later)) or "-")
    return violation(Phrase.of("expect-row", row=row_text(row)), Phrase.of("rows-are", rows=rows))


def _seconds(one: datetime | None, other: datetime | None) -> float | None:
    """Return how much later the second of two dates is, None where they cannot be compared."""
    if one is None or other is None or (one.tzinfo is None) != (other.tzinfo is None):
        return None
    return (other - one).total_seconds()


def _redated(old: Row, new: Row, member: str) -> Judgement:
    """Say whether a date that never changes has changed; a shift of both dates by quarters of an hour is a zone."""
    moved = _seconds(moment(old.get(member)), moment(new.get(member)))
    if moved is None or abs(moved) <= ROUNDED:
        return None
    other = _seconds(moment(old.get("lastOpDate")), moment(new.get("lastOpDate")))
    if other is not None and abs(moved - other) <= ROUNDED and _zone(moved):
        return Undecided(Phrase.of("not-shown", member="zone"))
    expected = Phrase.of("expect-same-value", member=member, value=brief(old.get(member)))
    return violation(expected, Phrase.of("shows", value=brief(new.get(member))))


def _zone(seconds: float) -> bool:
    return abs(seconds) <= DAY and abs(seconds - round(seconds / QUARTER) * QUARTER) <= ROUNDED


def _back(one: Row, other: Row, member: str) -> Violation | None:
    """Say whether a date lies before one that it cannot lie before."""
    moved = _seconds(moment(one.get(member)), moment(other.get(member)))
    if moved is None or moved >= -SKEW or SUMMER[0] <= -moved <= SUMMER[1]:
        return None
    expected = Phrase.of("expect-not-before", member=member, value=brief(one.get(member)))
    return violation(expected, Phrase.of("shows", value=brief(other.get(member))))


def dates_not_backwards(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that a ticket's createDate never changes and its lastOpDate never goes back.

    Roles `reading0`, `reading1`, ... are queries for one ticket, in order of time.
    """
    rows = [rows_of(trail) for role, trail in sorted(trails.items(), key=_place) if role.startswith("reading")]
    shown = [found[0] for found in rows if found is not None and len(found) == 1]
    dated = [row for row in shown if moment(row.get("createDate")) is not None]
    if len(dated) < 2:
        return Undecided(Phrase.of("not-shown", member="createDate"))
    for one, other in pairwise(dated):
        moved = _redated(one, other, "createDate")
        if moved is not None:
            return moved
        back = _back(one, other, "lastOpDate")
        if back is not None:
            return back
    return None


def date_moves_on(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that an event that was accepted moves lastOpDate on: `before` and `after` are queries for its ticket.

    They must lie more than a second apart, as dates have whole seconds.
    """
    outcome = outcome_of(trails, "subject", profile, {"call": "action"})
    if not accepted(outcome):
        return Undecided(Phrase.of("legal-refusal") if refused(outcome) else describe(outcome))
    one, other = (rows_of(trails.get(role, ())) or [{}] for role in ("before", "after"))
    moved = _seconds(moment(one[0].get("lastOpDate")), moment(other[0].get("lastOpDate")))
    if moved is None:
        return Undecided(Phrase.of("not-shown", member="lastOpDate"))
    if moved != 0:
        return None  # backwards is another requirement's
    shown = brief(other[0].get("lastOpDate"))
    return violation(
        Phrase.of("expect-date-moved", value=brief(one[0].get("lastOpDate"))), Phrase.of("shows", value=shown)
    )


def _place(pair: tuple[str, object]) -> int:
    digits = pair[0].removeprefix("reading")
    return int(digits) if digits.isascii() and digits.isdecimal() else -1


def dates_apart(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the creation dates of two tickets are as far apart as their creates (`first` and `subject`) were.

    `first-shown` and `shown` are queries for them. A job may run at any time until its end was read; zones, and the
    hours of summer, are quarters of an hour, which are left undecided.
    """
    rows = [rows_of(trails.get(role, ())) or [] for role in ("first-shown", "shown")]
    one, other = (moment(found[0].get("createDate")) if len(found) == 1 else None for found in rows)
    shown = _seconds(one, other)
    if shown is None or not all(accepted(outcome_of(trails, role, profile)) for role in ("first", "subject")):
        return Undecided(Phrase.of("not-shown", member="createDate"))
    first, later = trails["first"], trails["subject"]
    least = later[0].started - first[-1].started - first[-1].elapsed
    most = later[-1].started + later[-1].elapsed - first[0].started
    over = max(least - shown, shown - most)
    if over <= APART:
        return None
    if min(over % QUARTER, QUARTER - over % QUARTER) <= APART:
        return Undecided(Phrase.of("not-shown", member="zone"))
    expected = Phrase.of("expect-apart", seconds=f"{(least + most) / 2:.0f}")
    return violation(expected, Phrase.of("dates-apart", seconds=f"{shown:.0f}"))


def history_date_order(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that the rows of a history, in order of their sequence, are dated in that order."""
    rows = rows_of(trails["subject"])
    numbered = [row for row in rows or () if isinstance(row.get("sequence"), int) and moment(row.get("createDate"))]
    if len(numbered) < 2:
        return Undecided(Phrase.of("not-shown", member="sequence"))
    in_order = sorted(numbered, key=lambda row: int(row["sequence"]))
    return next((back for pair in pairwise(in_order) if (back := _back(*pair, "createDate"))), None)


def refused_not_recorded(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a refused event (`subject`) leaves no row in its ticket's history.

    Roles `earlier` and `later` are queries for the history before and after; only one that has rows shows anything.
    """
    outcome = outcome_of(trails, "subject", profile, {"call": "action"})
    earlier, later = rows_of(trails.get("earlier", ())), rows_of(trails.get("later", ()))
    if not refused(outcome):
        return Undecided(Phrase.of("legal-acceptance") if accepted(outcome) else describe(outcome))
    if not earlier or later is None:
        return Undecided(Phrase.of("not-shown", member="history"))
    if len(later) <= len(earlier):
        return None  # a row that was lost is another requirement's
    rows = brief("; ".join(map(row_text, later)))
    return violation(Phrase.of("expect-no-row", count=len(earlier)), Phrase.of("rows-are", rows=rows))


def sequence_as_number(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that conditions and sorts take the sequence of history rows for a number.

    Roles: `history` is a query for all rows of a ticket, `subject` one that adds a condition on sequence, and sorts.
    Without `history` the subject sorts the rows of all tickets.
    """
    if refused(outcome_of_query(trails, profile, "subject")):
        return Undecided(Phrase.of("legal-refusal"))
    rows, known = rows_of(trails["subject"]), rows_of(trails.get("history", ()))
    if rows is None:
        return missing_rows(trails, profile, "subject")
    told = rows if "history" not in trails else known or ()
    numbers = [one for row in told if isinstance(one := row.get("sequence"), int)]
    if not numbers or len(numbers) < len(told):
        return Undecided(Phrase.of("not-shown", member="sequence"))
    path = trails["subject"][0].request.path
    wanted = [one for one in numbers if all(map(partial(_number_meets, one), conditions_of(path)))]
    wanted.sort(reverse=parameter(path, "sort").startswith("-"))
    shown = [row.get("sequence") for row in rows]
    if shown == wanted:
        return None
    return violation(
        Phrase.of("expect-value", member="sequence", value=brief(wanted)), Phrase.of("shows", value=brief(shown))
    )


def _number_meets(number: int, condition: Condition) -> bool:
    """Return True if a number is beyond the bound of a condition on sequence; other members are met by all."""
    if condition.member != "sequence" or not condition.value.isdecimal():
        return True
    return number > int(condition.value) if condition.sign == ">" else number < int(condition.value)


def own_history(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that a query for one ticket's history shows rows of that ticket alone.

    Roles: `subject` is the query, `other` that for another ticket, `none` that for a uuid which no ticket has.
    """
    rows, others, none = (rows_of(trails.get(role, ())) for role in ("subject", "other", "none"))
    if not rows:
        return Undecided(Phrase.of("not-shown", member="history"))
    asked = next((one.value for one in conditions_of(trails["subject"][0].request.path)), "")
    strange = [row for row in rows if row.get("ticketUuid", asked) != asked]
    keys = {str(row["uuid"]) for row in others or () if row.get("uuid")}
    shared = [row for row in rows if str(row.get("uuid")) in keys]
    if strange or shared or none:
        count = len(strange or shared or none or ())
        return violation(Phrase.of("expect-own-history"), Phrase.of("rows-of-others", count=count))
    return None
