"""Checks of how a query presents its result: pages, totals, order, fields.

Each compares the query in role `subject` with listings of our own tickets in the roles `before` and `after`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from pytest_zstack_ticket.api.messages import Row, final_answer, json_object, rows_of
from pytest_zstack_ticket.checks.outcomes import Arguments, accepted, one_line, refused, violation
from pytest_zstack_ticket.checks.query_conditions import (
    DATES,
    READINGS,
    conditions_of,
    in_some_order,
    may_meet,
    must_meet,
    parameter,
    second_of,
)
from pytest_zstack_ticket.checks.query_rows import (
    FEWEST,
    brief_names,
    missing_rows,
    names_of,
    outcome_of_query,
    own_tickets,
    path_of,
    selection_violation,
)
from pytest_zstack_ticket.checks.roundtrip import not_as_sent, same
from pytest_zstack_ticket.model.exchange import Exchange, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Malformed, Phrase, Undecided
from pytest_zstack_ticket.model.profile import Profile

FEWEST_UNLIMITED = 11
"""Fewer tickets fit on the shortest page that a target may show unasked, and say nothing of its default."""
MOST = 1000
"""So many tickets a page has at most where no limit is named (wire dossier 4.6)."""
LARGEST = 2**31 - 1
"""The largest number of 32 bits."""

_COUNT = re.compile(r"[0-9]{1,18}(?![\s\S])")


def complete_pages(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the pages in the roles `subject` and `page...` show each of our tickets once."""
    pages = {role: rows_of(trails[role]) for role in trails if role == "subject" or role.startswith("page")}
    for role, rows in pages.items():
        if rows is None:
            return missing_rows(trails, profile, role)
    ours = own_tickets(trails)
    if ours is None:
        return Undecided(Phrase.of("controls-changed"))
    shown = [name for rows in pages.values() for name in names_of(rows or [])]
    return selection_violation(names_of(ours), shown, trails)


def page_size(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a page has as many rows as its limit and start leave of our tickets; without a limit all may stand.

    A number over 32 bits may be refused: the platform's are of that size.
    """
    rows, ours = rows_of(trails["subject"]), own_tickets(trails)
    limit, start = (int(parameter(path_of(trails), name) or least) for name, least in (("limit", MOST), ("start", 0)))
    if rows is None and max(limit, start) > LARGEST and refused(outcome_of_query(trails, profile)):
        return None
    if rows is None:
        return missing_rows(trails, profile)
    if ours is None:
        return Undecided(Phrase.of("controls-changed"))
    wanted = max(0, min(limit, len(ours) - start))
    if len(rows) != wanted:
        return violation(Phrase.of("expect-page-size", count=wanted), Phrase.of("rows-shown", count=len(rows)))
    return None


def total_count(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that `total` is the number of our tickets that meet the conditions, whatever the page shows."""
    outcome = outcome_of_query(trails, profile)
    if not accepted(outcome) and not isinstance(outcome, Malformed):
        return missing_rows(trails, profile)
    ours = own_tickets(trails)
    if ours is None:
        return Undecided(Phrase.of("controls-changed"))
    answer = final_answer(trails["subject"])
    shown = json_object(answer.body if answer else b"").get("total")
    conditions = conditions_of(path_of(trails))
    least = sum(must_meet(row, conditions) for row in ours)
    most = sum(may_meet(row, conditions) for row in ours)
    if not any(same(count, shown) for count in range(least, most + 1)):
        return not_as_sent("total", least, shown)
    return None


def all_shown(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a query without limit shows as many rows as were counted before (`counted`) and after (`again`).

    Of more than a thousand it may show a thousand.
    """
    rows = rows_of(trails["subject"])
    if rows is None:
        return missing_rows(trails, profile)
    counted, again = _counted(trails["counted"]), _counted(trails["again"])
    if counted is None or counted != again or counted < FEWEST_UNLIMITED:
        return Undecided(Phrase.of("controls-changed"))
    if len(rows) < min(counted, MOST):
        return violation(Phrase.of("expect-all-rows", count=counted), Phrase.of("rows-shown", count=len(rows)))
    return None


def _counted(exchanges: Sequence[Exchange]) -> int | None:
    """Return the total that a count answered, as a number (37 or 37.0) or as its digits."""
    answer = final_answer(exchanges)
    shown = json_object(answer.body if answer else b"").get("total")
    if isinstance(shown, str) and _COUNT.match(shown):
        return int(shown)
    if isinstance(shown, bool) or not isinstance(shown, int | float) or not math.isfinite(shown):
        return None
    return int(shown)


def in_order(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a sort shows our tickets, each once, in the order of the member that it names, down after a minus.

    A ticket without a value in that member is shown as well: it stands at either end. Where `fields` leaves the member
    out, the listing tells its values.
    """
    rows, ours = rows_of(trails["subject"]), own_tickets(trails)
    if rows is None:
        return missing_rows(trails, profile)
    if ours is None or not _has_room(rows, ours, trails):
        return Undecided(Phrase.of("controls-changed"))
    asked = parameter(path_of(trails), "sort")
    member = asked.lstrip("+- ")
    found, shown = selection_violation(names_of(ours), names_of(rows), trails), _values(_told(rows, ours), member)
    if found is None and (shown is None or len(set(shown)) < FEWEST):
        return Undecided(Phrase.of("not-shown", member=member))
    if found is None and not in_some_order(shown or [], descending=asked.startswith("-")):
        return violation(Phrase.of("expect-order", sort=asked), Phrase.of("order", values=brief_names(shown or [])))
    return found


def _told(rows: Sequence[Row], ours: Sequence[Row]) -> list[Row]:
    """Complete rows by what the listing shows of the tickets with their names."""
    known = dict(zip(names_of(ours), ours, strict=True))
    return [{**known.get(name, {}), **row} for name, row in zip(names_of(rows), rows, strict=True)]


def _has_room(rows: Iterable[Row], ours: Sequence[Row], trails: Trails) -> bool:
    """Return True if a page can show all of our tickets, and shows names by which they are known."""
    limit = parameter(path_of(trails), "limit")
    return all(row.get("name") is not None for row in rows) and (not limit or int(limit) >= len(ours))


def _values(rows: Iterable[Row], member: str) -> list[str] | None:
    """List the values that rows show of a member in a form that can be sorted; None if one of them cannot.

    Rows without a value stand at either end, as a database likes.
    """
    shown = [row[member] for row in rows if row.get(member) is not None]
    if member in DATES:
        seconds = [second_of(one) for one in shown]
        return None if None in seconds else list(map(str, seconds))
    return [str(one) for one in shown] if all(isinstance(one, str) for one in shown) else None


def ordered_page(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a page holds those of our tickets that stand there when all are sorted as `sort` says.

    It must be by a member of which no two have the same value.
    """
    rows, ours = rows_of(trails["subject"]), own_tickets(trails)
    if rows is None:
        return missing_rows(trails, profile)
    if ours is None:
        return Undecided(Phrase.of("controls-changed"))
    sort, limit, start = (parameter(path_of(trails), name) for name in ("sort", "limit", "start"))
    member = sort.lstrip("+- ")
    values = _values(ours, member) or []
    if len(set(values)) < len(ours):
        return Undecided(Phrase.of("not-shown", member=member))
    pairs = list(zip(values, names_of(ours), strict=True))
    shown = names_of(rows)
    for read in READINGS:
        whole = [name for _, name in sorted(pairs, key=lambda pair: read(pair[0]), reverse=sort.startswith("-"))]
        if whole[int(start or 0) :][: int(limit)] == shown:
            return None
    return violation(Phrase.of("expect-order", sort=sort), Phrase.of("order", values=brief_names(shown)))


def selected_fields(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that rows have the members that `fields` names, and no others."""
    rows, ours = rows_of(trails["subject"]), own_tickets(trails)
    if rows is None:
        return missing_rows(trails, profile)
    if ours is None or not rows:
        return Undecided(Phrase.of("controls-changed"))
    asked = {name.strip() for name in parameter(path_of(trails), "fields").split(",")}
    for row in rows:
        shown = {name for name, value in row.items() if value is not None}
        if shown != asked:
            wanted = Phrase.of("expect-fields", fields=", ".join(sorted(asked)))
            return violation(wanted, Phrase.of("shows", value=one_line(", ".join(sorted(shown)) or "{}")))
    return None
