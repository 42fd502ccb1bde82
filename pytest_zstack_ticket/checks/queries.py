"""Checks of queries: which tickets they show, and what of them.

Most of them compare the query in role `subject` with listings of our own tickets in the roles `before` and `after`:
which tickets meet the conditions follows from the rows as the target shows them, so that a ticket which was stored
wrongly or deleted meanwhile is not held against the query.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

from pytest_zstack_ticket.api.messages import Row, final_answer, json_object, rows_of, same_id, sent_params
from pytest_zstack_ticket.checks.outcomes import Arguments, accepted, describe, one_line, outcome_of, refused, violation
from pytest_zstack_ticket.checks.query_conditions import DATES, Condition, conditions_of, may_meet, must_meet
from pytest_zstack_ticket.checks.query_rows import (
    brief_names,
    conditions_text,
    missing_rows,
    names_of,
    outcome_of_query,
    own_tickets,
    path_of,
    rows_or_one,
    selection_violation,
    wanted_rows,
)
from pytest_zstack_ticket.checks.response_format import schema_paths
from pytest_zstack_ticket.checks.roundtrip import brief, not_as_sent, same, trimmed
from pytest_zstack_ticket.checks.visibility import only_row
from pytest_zstack_ticket.model.exchange import Exchange, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Undecided
from pytest_zstack_ticket.model.profile import Profile

MOVING = ("status", "currentFlowUuid")
"""Members of a ticket that an approval or a rejection changes."""


def query_list(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a query answers a list of tickets."""
    return None if rows_of(trails["subject"]) is not None else missing_rows(trails, profile)


def query_schema_paths(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that each path in the `schema` of a query leads to a value, and that it names all rows if it names one.

    A query need not have a schema; the Java SDK reads rows without their class from one that leaves them out.
    """
    answer, rows = final_answer(trails["subject"]), rows_of(trails["subject"])
    schema = json_object(answer.body if answer else b"").get("schema", {})
    if answer and rows is not None and "schema" not in json_object(answer.body):
        return Undecided(Phrase.of("not-shown", member="schema"))
    wrong = schema_paths(trails, arguments, profile)
    if wrong is not None or not isinstance(schema, dict):
        return wrong
    paths = [f"inventories[{place}]" for place in range(len(rows or ()))]
    missing = [path for path in paths if path not in schema]
    if not missing or len(missing) == len(paths):
        return None
    return violation(Phrase.of("expect-schema-rows"), Phrase.of("schema-without-row", path=missing[0]))


def all_created_listed(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a query shows each ticket that was created, once, and nothing else.

    Roles `made...` are the creates; one whose end is unknown may or may not have left a ticket.
    """
    rows = rows_of(trails["subject"])
    if rows is None:
        return missing_rows(trails, profile)
    outcomes = {role: outcome_of(trails, role, profile) for role in trails if role.startswith("made")}
    names = {role: str(trimmed(sent_params(trails[role]).get("name"))) for role in outcomes}
    made = [names[role] for role, outcome in outcomes.items() if accepted(outcome)]
    open_ones = {names[role] for role, outcome in outcomes.items() if not (accepted(outcome) or refused(outcome))}
    if not made:
        return Undecided(Phrase.of("controls-changed"))
    shown = [name for name in names_of(rows) if name not in open_ones]
    return selection_violation(made, shown, trails) or _uuids(trails, rows)


def _uuids(trails: Trails, rows: list[Row]) -> Judgement:
    """Report a violation if a row has another uuid than the response to its create."""
    shown = {trimmed(row.get("name")): row.get("uuid") for row in rows}
    for role in (role for role in trails if role.startswith("made")):
        answer = final_answer(trails[role])
        inventory = json_object(answer.body if answer else b"").get("inventory")
        name = trimmed(sent_params(trails[role]).get("name"))
        uuid = inventory.get("uuid") if isinstance(inventory, dict) else None
        if isinstance(uuid, str) and name in shown and not same_id(shown[name], uuid):
            return not_as_sent("uuid", uuid, shown[name])
    return None


def selection(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a query shows exactly those of our tickets that meet its conditions."""
    rows, ours = rows_of(trails["subject"]), own_tickets(trails)
    if rows is None:
        return missing_rows(trails, profile)
    if ours is None:
        return Undecided(Phrase.of("controls-changed"))
    conditions = conditions_of(path_of(trails))
    member = conditions[-1].member
    some = any(must_meet(row, conditions) for row in ours) and not all(may_meet(row, conditions) for row in ours)
    if not some or _is_shifted(conditions, rows, ours) or not _still(trails, conditions):
        return Undecided(Phrase.of("not-shown", member=member))
    return selection_violation(names_of(wanted_rows(ours, conditions, rows)), names_of(rows), trails)


def _is_shifted(conditions: Sequence[Condition], rows: Sequence[Row], ours: Sequence[Row]) -> bool:
    """Return True if dates may be compared in another zone than they are shown in: then all or none are selected."""
    return any(one.member in DATES for one in conditions) and len(rows) in (0, len(ours))


def _still(trails: Trails, conditions: Sequence[Condition]) -> bool:
    """Return True if no condition is on a member that changed between the listings, as an approval changes some."""
    members = {one.member for one in conditions}
    before, after = (
        {str(row.get("name")): {key: row.get(key) for key in members} for row in rows_of(trails[role]) or []}
        for role in ("before", "after")
    )
    return before == after


def only_matching(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that no row of a query fails to meet one of its conditions."""
    rows = rows_of(trails["subject"])
    if rows is None:
        return missing_rows(trails, profile)
    conditions = conditions_of(path_of(trails))
    stray = [row for row in rows if not may_meet(row, conditions)]
    if stray:
        reported = Phrase.of("selection", missing="-", stray=brief_names(names_of(stray)), twice="-")
        return violation(Phrase.of("expect-only-matching", conditions=conditions_text(trails)), reported)
    return None if rows else Undecided(Phrase.of("controls-changed"))


def empty_result(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a query for something that does not exist shows an empty list, while our tickets can be listed.

    Argument `may_refuse`: a refusal is allowed, too.
    """
    rows = rows_of(trails["subject"])
    if rows is None and arguments.get("may_refuse") and refused(outcome_of_query(trails, profile)):
        return Undecided(Phrase.of("legal-refusal"))
    if rows is None:
        return missing_rows(trails, profile)
    if rows:
        reported = Phrase.of("selection", missing="-", stray=brief_names(names_of(rows)), twice="-")
        return violation(Phrase.of("expect-no-rows"), reported)
    return None if rows_of(trails["before"]) else Undecided(Phrase.of("controls-changed"))


def ticket_by_path(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that GET of a ticket's path shows that ticket alone. Its uuid stands at the end of the path."""
    rows = rows_or_one(trails, profile)
    if rows is None:
        return missing_rows(trails, profile)
    wanted = unquote(path_of(trails).partition("?")[0].rpartition("/")[2])
    if len(rows) != 1 or not same_id(rows[0].get("uuid"), wanted):
        shown = ", ".join(str(row.get("uuid")) for row in rows)
        return violation(Phrase.of("expect-one-row", uuid=wanted), Phrase.of("shows", value=one_line(shown or "[]")))
    return None


def same_ticket_read(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that each row of a query reads as the listing in role `before` has the row of that uuid.

    A ticket whose status or flow changed in between was changed by another user and is not judged.
    """
    rows, known = rows_or_one(trails, profile), rows_of(trails["before"])
    if rows is None:
        return missing_rows(trails, profile)
    earlier = {str(row.get("uuid")): row for row in known or ()}
    pairs = [(earlier[str(row.get("uuid"))], row) for row in rows if str(row.get("uuid")) in earlier]
    still = [(old, new) for old, new in pairs if all(same(old.get(name), new.get(name)) for name in MOVING)]
    for old, new in still:
        for member in sorted(set(old) | set(new)):
            if not same(old.get(member), new.get(member)):
                return not_as_sent(member, old.get(member), new.get(member))
    return None if still else Undecided(Phrase.of("controls-changed"))


def entity_tag_moves_on(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that what shows a ticket, read as `before` and `after` an event, `subject`, has another ETag, or none.

    A cache that asks with the old one is else told that nothing has changed (RFC 9110 sections 8.8.1 and 13.1.2).
    """
    outcome = outcome_of(trails, "subject", profile, {"call": "action"})
    before, after = only_row(trails, "before"), only_row(trails, "after")
    if not accepted(outcome):
        return Undecided(Phrase.of("legal-refusal") if refused(outcome) else describe(outcome))
    if before is None or after is None:
        return Undecided(Phrase.of("query-unclear", role="before" if before is None else "after"))
    old, new = (_entity_tag(trails[role]) for role in ("before", "after"))
    if new and new == old and before.get("status") != after.get("status"):
        return violation(Phrase.of("expect-other-entity-tag"), Phrase.of("shows", value=brief(new)))
    return None


def _entity_tag(exchanges: Sequence[Exchange]) -> str:
    answer = final_answer(exchanges)
    return (answer.header("etag") or "").removeprefix("W/") if answer else ""
