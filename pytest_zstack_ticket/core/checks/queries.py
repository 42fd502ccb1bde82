"""Checks on queries: which tickets they show, in which order, on which page, with which members.

Most of them compare the query in role `subject` with listings of our own tickets in the roles `before` and `after`:
what meets the conditions is told from the rows as the target shows them, so that a ticket which was stored wrongly, or
taken away meanwhile, is not held against the query.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from pytest_zstack_ticket.core.checks.conditions import conditions_of, meets, parameter, parameters_of
from pytest_zstack_ticket.core.checks.echoes import same, trimmed, unlike
from pytest_zstack_ticket.core.checks.reading import (
    Arguments,
    Trails,
    accepted,
    cut,
    departure,
    final_answer,
    json_object,
    outcome_of,
    refused,
    saw,
    sent_params,
    unknown,
)
from pytest_zstack_ticket.model.exchange import Exchange, Json
from pytest_zstack_ticket.model.outcome import Departure, Judgement, Malformed, Outcome, Phrase, Undecided
from pytest_zstack_ticket.model.profile import Profile

Row = dict[str, Json]
SUCCESS = 200
FEWEST = 3
"""Of fewer tickets of our own no order, page or selection says anything."""
MOVING = ("status", "currentFlowUuid")
"""What changes of a ticket when somebody approves or rejects it."""


def rows_of(exchanges: Sequence[Exchange]) -> list[Row] | None:
    """Return the rows that a query shows, or None if it shows no list of objects."""
    answer = final_answer(exchanges)
    rows = json_object(answer.body).get("inventories") if answer and answer.status == SUCCESS else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return None
    return rows


def shows_rows(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a query answers a list of tickets."""
    return None if rows_of(trails["subject"]) is not None else _unread(trails, profile)


def listed(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a query shows each ticket that was created, once, and nothing else.

    Roles `made...` are the creates; one whose end is unknown may or may not have left a ticket.
    """
    rows = rows_of(trails["subject"])
    if rows is None:
        return _unread(trails, profile)
    outcomes = {role: outcome_of(trails, role, profile) for role in trails if role.startswith("made")}
    names = {role: str(trimmed(sent_params(trails[role]).get("name"))) for role in outcomes}
    made = [names[role] for role, outcome in outcomes.items() if accepted(outcome)]
    open_ones = {names[role] for role, outcome in outcomes.items() if not (accepted(outcome) or refused(outcome))}
    if not made:
        return Undecided(Phrase.of("no-shelf"))
    shown = [name for name in _names(rows) if name not in open_ones]
    return _unequal(made, shown, trails) or _uuids(trails, rows)


def _uuids(trails: Trails, rows: list[Row]) -> Judgement:
    """Return a departure if a row has another uuid than its create answered."""
    shown = {trimmed(row.get("name")): row.get("uuid") for row in rows}
    for role in (role for role in trails if role.startswith("made")):
        answer = final_answer(trails[role])
        inventory = json_object(answer.body if answer else b"").get("inventory")
        name = trimmed(sent_params(trails[role]).get("name"))
        uuid = inventory.get("uuid") if isinstance(inventory, dict) else None
        if isinstance(uuid, str) and name in shown and shown[name] != uuid:
            return unlike("uuid", uuid, shown[name])
    return None


def selects(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a query shows exactly those of our tickets that meet its conditions."""
    rows, ours = rows_of(trails["subject"]), _shelf(trails)
    if rows is None:
        return _unread(trails, profile)
    if ours is None:
        return Undecided(Phrase.of("no-shelf"))
    conditions = conditions_of(_path(trails))
    wanted = [row for row in ours if all(meets(row, one) for one in conditions)]
    if len(wanted) in (0, len(ours)):
        return Undecided(Phrase.of("not-shown", member=conditions[-1].member))
    return _unequal(_names(wanted), _names(rows), trails)


def only_matching(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that no row of a query fails to meet one of its conditions."""
    rows = rows_of(trails["subject"])
    if rows is None:
        return _unread(trails, profile)
    conditions = conditions_of(_path(trails))
    stray = [row for row in rows if not all(meets(row, one) for one in conditions)]
    if stray:
        told = Phrase.of("selection", missing="-", stray=_brief(_names(stray)), twice="-")
        return departure(Phrase.of("expect-only-matching", conditions=_told(trails)), told)
    return None if rows else Undecided(Phrase.of("no-shelf"))


def partition(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the pages in the roles `subject` and `page...` show each of our tickets once."""
    pages = {role: rows_of(trails[role]) for role in trails if role == "subject" or role.startswith("page")}
    for role, rows in pages.items():
        if rows is None:
            return _unread(trails, profile, role)
    ours = _shelf(trails)
    if ours is None:
        return Undecided(Phrase.of("no-shelf"))
    shown = [name for rows in pages.values() for name in _names(rows or [])]
    return _unequal(_names(ours), shown, trails)


def page_size(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a page has as many rows as its limit and start leave of our tickets."""
    rows, ours = rows_of(trails["subject"]), _shelf(trails)
    if rows is None:
        return _unread(trails, profile)
    if ours is None:
        return Undecided(Phrase.of("no-shelf"))
    limit, start = int(parameter(_path(trails), "limit")), int(parameter(_path(trails), "start") or 0)
    wanted = max(0, min(limit, len(ours) - start))
    if len(rows) != wanted:
        return departure(Phrase.of("expect-page-size", count=wanted), Phrase.of("rows-shown", count=len(rows)))
    return None


def total(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that `total` is the number of our tickets, whatever the page shows."""
    outcome = _outcome(trails, profile)
    if not accepted(outcome) and not isinstance(outcome, Malformed):
        return _unread(trails, profile)
    ours = _shelf(trails)
    if ours is None:
        return Undecided(Phrase.of("no-shelf"))
    answer = final_answer(trails["subject"])
    shown = json_object(answer.body if answer else b"").get("total")
    if not same(len(ours), shown):
        return unlike("total", len(ours), shown)
    return None


def in_order(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that rows stand in the order of the member that `sort` names, downwards after a minus sign."""
    rows, ours = rows_of(trails["subject"]), _shelf(trails)
    if rows is None:
        return _unread(trails, profile)
    if ours is None:
        return Undecided(Phrase.of("no-shelf"))
    asked = parameter(_path(trails), "sort")
    member = asked.lstrip("+- ")
    if sorted(_names(rows)) != sorted(_names(ours)) or not all(isinstance(row.get(member), str) for row in rows):
        return Undecided(Phrase.of("no-shelf"))
    shown = [str(row[member]) for row in rows]
    if shown != sorted(shown, reverse=asked.startswith("-")):
        return departure(Phrase.of("expect-order", sort=asked), Phrase.of("order", values=_brief(shown)))
    return None


def projected(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that rows have the members that `fields` names, and no others."""
    rows, ours = rows_of(trails["subject"]), _shelf(trails)
    if rows is None:
        return _unread(trails, profile)
    if ours is None or not rows:
        return Undecided(Phrase.of("no-shelf"))
    asked = {name.strip() for name in parameter(_path(trails), "fields").split(",")}
    for row in rows:
        shown = {name for name, value in row.items() if value is not None}
        if shown != asked:
            wanted = Phrase.of("expect-fields", fields=", ".join(sorted(asked)))
            return departure(wanted, Phrase.of("shows", value=cut(", ".join(sorted(shown)) or "{}")))
    return None


def empty(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a query for something that does not exist shows an empty list, while our tickets can be listed.

    Argument `may_refuse`: a refusal is allowed, too.
    """
    rows = rows_of(trails["subject"])
    if rows is None and arguments.get("may_refuse") and refused(_outcome(trails, profile)):
        return Undecided(Phrase.of("legal-refusal"))
    if rows is None:
        return _unread(trails, profile)
    if rows:
        told = Phrase.of("selection", missing="-", stray=_brief(_names(rows)), twice="-")
        return departure(Phrase.of("expect-no-rows"), told)
    return None if rows_of(trails["before"]) else Undecided(Phrase.of("no-shelf"))


def by_uuid(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that GET of a ticket's path shows that ticket alone. Its uuid stands at the end of the path."""
    rows = rows_of(trails["subject"])
    if rows is None:
        return _unread(trails, profile)
    wanted = unquote(_path(trails).partition("?")[0].rpartition("/")[2])
    if [row.get("uuid") for row in rows] != [wanted]:
        shown = ", ".join(str(row.get("uuid")) for row in rows)
        return departure(Phrase.of("expect-one-row", uuid=wanted), Phrase.of("shows", value=cut(shown or "[]")))
    return None


def same_row(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that each row of a query reads as the listing in role `before` has the row of that uuid.

    A ticket whose status or flow has moved in between was changed by somebody, and is left alone.
    """
    rows, known = rows_of(trails["subject"]), rows_of(trails["before"])
    if rows is None:
        return _unread(trails, profile)
    earlier = {str(row.get("uuid")): row for row in known or ()}
    pairs = [(earlier[str(row.get("uuid"))], row) for row in rows if str(row.get("uuid")) in earlier]
    still = [(old, new) for old, new in pairs if all(same(old.get(name), new.get(name)) for name in MOVING)]
    for old, new in still:
        for member in sorted(set(old) | set(new)):
            if not same(old.get(member), new.get(member)):
                return unlike(member, old.get(member), new.get(member))
    return None if still else Undecided(Phrase.of("no-shelf"))


def _shelf(trails: Trails) -> list[Row] | None:
    """Return our tickets if they were listed alike before and after the subject, else None."""
    before, after = rows_of(trails.get("before", ())), rows_of(trails.get("after", ()))
    if before is None or after is None or len(before) < FEWEST:
        return None
    conditions = conditions_of(trails["before"][0].request.path)
    ours = all(meets(row, one) for row in before for one in conditions)
    once = len(set(_names(before))) == len(before)
    return before if ours and once and sorted(_names(before)) == sorted(_names(after)) else None


def _outcome(trails: Trails, profile: Profile, role: str = "subject") -> Outcome:
    return outcome_of(trails, role, profile, {"call": "query"})


def _unread(trails: Trails, profile: Profile, role: str = "subject") -> Departure | Undecided:
    """Say why a query shows no rows."""
    outcome = _outcome(trails, profile, role)
    return unknown(outcome) or departure(Phrase.of("expect-rows"), saw(outcome))


def _unequal(wanted: Iterable[str], shown: Iterable[str], trails: Trails) -> Judgement:
    """Return a departure if the names that are shown are not those that are wanted, each once."""
    asked, told = Counter(wanted), Counter(shown)
    if asked == told:
        return None
    twice = [name for name, count in told.items() if count > 1 and name in asked]
    return departure(
        Phrase.of("expect-selection", count=asked.total(), conditions=_told(trails)),
        Phrase.of(
            "selection",
            missing=_brief(asked - told),
            stray=_brief(name for name in told if name not in asked),
            twice=_brief(twice),
        ),
    )


def _names(rows: Iterable[Row]) -> list[str]:
    return [str(trimmed(row.get("name"))) for row in rows]


def _brief(names: Iterable[str]) -> str:
    return cut(", ".join(names)) or "-"


def _path(trails: Trails) -> str:
    return trails["subject"][0].request.path


def _told(trails: Trails) -> str:
    return cut(" & ".join(value for key, value in parameters_of(_path(trails)) if key == "q"))
