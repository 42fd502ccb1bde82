"""Checks of several tickets at once: what one step does to one of them, and that it changes nothing else.

All of them carry one token in their names, so one listing before a step and one after it show the whole group. Which
steps a target allows is left to it (wire dossier 10.4 U1, U3, U4): what it accepts must be done, what it refuses must
change nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

from pytest_zstack_ticket.api.messages import Row, json_object, rows_of, same_id, sent_params
from pytest_zstack_ticket.checks.lifecycle import decision_violation, status_violation, unexpected_change
from pytest_zstack_ticket.checks.outcomes import Arguments, accepted, describe, outcome_of, refused, violation
from pytest_zstack_ticket.checks.persistence import LASTING
from pytest_zstack_ticket.checks.query_conditions import conditions_of, may_meet
from pytest_zstack_ticket.checks.query_rows import (
    brief_names,
    missing_rows,
    names_of,
    outcome_of_query,
    path_of,
    rows_or_one,
    wanted_rows,
)
from pytest_zstack_ticket.checks.roundtrip import brief, not_as_sent, same, trimmed
from pytest_zstack_ticket.model.exchange import Json, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Outcome, Phrase, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile

CALLS = {"create": "create", "delete": "delete"}
"""What kind of call an event is; all others are actions."""


def group_step(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check one step: roles `before` and `after` list the group, `subject` is the call.

    Roles `event0`, `event1`, ... are all steps up to this one, as evidence. Arguments: `event`; `uuid` of the ticket
    that it is about, for all but a create; `taken`, UUIDs that the run itself deleted to stay under a quota.
    """
    event = str(arguments["event"])
    outcome = outcome_of(trails, "subject", profile, {"call": CALLS.get(event, "action")})
    before, after = _family(trails, "before", arguments), _family(trails, "after", arguments)
    if not (accepted(outcome) or refused(outcome)):
        return Undecided(describe(outcome))
    if before is None or after is None:
        return Undecided(Phrase.of("query-unclear", role="before" if before is None else "after"))
    if event == "create":
        return _created(trails, before, after, outcome)
    uuid = str(arguments["uuid"])
    if uuid in _taken(arguments):
        return Undecided(Phrase.of("not-shown", member="uuid"))
    gone = event == "delete" and accepted(outcome)
    kept = [row for row in before if not (gone and row.get("uuid") == uuid)]
    return _moved(trails, before, after, outcome, arguments) or _same_family(kept, after, event, apart=uuid)


def _family(trails: Trails, role: str, arguments: Arguments) -> list[Row] | None:
    """Return the group as a listing shows it, None if it shows others as well or is no answer."""
    rows = rows_of(trails.get(role, ()))
    if rows is None:
        return None
    conditions = conditions_of(trails[role][0].request.path)
    if not all(may_meet(row, conditions) for row in rows):
        return None
    return [row for row in rows if row.get("uuid") not in _taken(arguments)]


def _taken(arguments: Arguments) -> Sequence[Json]:
    taken = arguments.get("taken")
    return taken if isinstance(taken, list) else ()


def _created(trails: Trails, before: list[Row], after: list[Row], outcome: Outcome) -> Judgement:
    """Say whether a create added one ticket, as it was sent, and a refused one none."""
    sent = sent_params(trails["subject"])
    fresh = [row for row in after if same(trimmed(row.get("name")), trimmed(sent.get("name")))]
    rest = [row for row in after if row not in fresh]
    wrong = _same_family(before, rest, "create")
    if wrong is not None:
        return wrong
    if len(fresh) != int(accepted(outcome)):
        return violation(
            Phrase.of("expect-stored", count=int(accepted(outcome))), Phrase.of("stored", count=len(fresh))
        )
    return _as_sent(sent, fresh[0]) if fresh else None


def _as_sent(sent: Row, shown: Row) -> Judgement:
    """Say whether a new ticket shows what was sent, and nothing of another one that had its uuid before."""
    if not same(trimmed(sent.get("description")) or None, trimmed(shown.get("description")) or None, loose=True):
        return not_as_sent("description", sent.get("description"), shown.get("description"))
    asked, reported = (_request_names(row) for row in (sent.get("requests"), shown.get("request")))
    if asked != reported:
        return not_as_sent("request", asked, reported)
    wanted = sent.get("resourceUuid")
    if wanted is None or same_id(wanted, shown.get("uuid")):
        return None
    return not_as_sent("uuid", wanted, shown.get("uuid"))


def _request_names(requests: Json) -> list[Json]:
    listed = requests if isinstance(requests, list) else []
    return [trimmed(one.get("requestName")) if isinstance(one, dict) else one for one in listed]


def _moved(trails: Trails, before: list[Row], after: list[Row], outcome: Outcome, arguments: Arguments) -> Judgement:
    """Say whether the ticket of an event is as the event leaves it."""
    event, uuid = str(arguments["event"]), str(arguments["uuid"])
    asked = (json_object(trails["subject"][0].request.body).get("updateTicketRequest") or {}).get("requests")
    old, new = _one(before, uuid), _one(after, uuid)
    if event == "delete" and accepted(outcome):
        return None if new is None else violation(Phrase.of("expect-gone"), Phrase.of("shows", value=brief(uuid)))
    if old is None:
        return _dead(new, event, outcome)
    if new is None:
        return violation(Phrase.of("expect-same-tickets", count=len(before), event=event), _difference(before, after))
    if event == "delete":
        return _unchanged(old, new)
    status = str(old.get("status"))
    found = (
        decision_violation(outcome, status, event, arguments),
        status_violation(outcome, status, event, new),
        unexpected_change(old, new, event, outcome),
        _updated(asked, new) if event == "update" and accepted(outcome) else None,
    )
    return next((one for one in found if one is not None), None)


def _updated(asked: Json, new: Row) -> Violation | None:
    """Say whether a ticket asks for what an update sent."""
    wanted, reported = _request_names(asked), _request_names(new.get("request"))
    return None if wanted == reported else not_as_sent("request", wanted, reported)


def _dead(new: Row | None, event: str, outcome: Outcome) -> Violation | None:
    """Say whether an event has brought a deleted ticket back, or was carried out on it."""
    if new is not None:
        return violation(Phrase.of("expect-no-effect", event=event), Phrase.of("shows", value=brief(new.get("status"))))
    if accepted(outcome) and getattr(outcome, "inventory", None):
        return violation(Phrase.of("expect-no-effect", event=event), describe(outcome))
    return None


def _one(rows: list[Row], uuid: str) -> Row | None:
    return next((row for row in rows if row.get("uuid") == uuid), None)


def _same_family(before: list[Row], after: list[Row], event: str, *, apart: str = "") -> Violation | None:
    """Say whether a listing shows the same tickets as before, each once and as it was, but for the one `apart`."""
    if sorted(str(row.get("uuid")) for row in before) != sorted(str(row.get("uuid")) for row in after):
        return violation(Phrase.of("expect-same-tickets", count=len(before), event=event), _difference(before, after))
    for old in before:
        new = _one(after, str(old.get("uuid")))
        changed = _unchanged(old, new) if new is not None and old.get("uuid") != apart else None
        if changed is not None:
            return changed
    return None


def _difference(before: list[Row], after: list[Row]) -> Phrase:
    """Name what a listing lacks and what it has in excess."""
    old, new = ([str(row.get("uuid")) for row in rows] for rows in (before, after))
    return Phrase.of(
        "selection",
        missing=brief_names(names_of(row for row in before if str(row.get("uuid")) not in new)),
        stray=brief_names(names_of(row for row in after if str(row.get("uuid")) not in old)),
        twice=brief_names(sorted({uuid for uuid in new if new.count(uuid) > 1})),
    )


def _unchanged(old: Row, new: Row) -> Violation | None:
    """Say whether a ticket is as it was."""
    for member in (*LASTING, "status"):
        if not same(old.get(member), new.get(member), loose=True):
            expected = Phrase.of("expect-other-unchanged", member=member, value=brief(old.get(member)))
            return violation(expected, Phrase.of("shows", value=brief(new.get(member))))
    return None


def group_query(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a query or a GET by path shows the tickets of the group that it asks for, as role `before` has them.

    The query must have a condition that only the group meets. Argument `taken` as in `group_step`.
    """
    rows, known = rows_or_one(trails, profile), _family(trails, "before", arguments)
    if known is None:
        return Undecided(Phrase.of("query-unclear", role="before"))
    bare, _, asked = path_of(trails).partition("?")
    if rows is None:
        gone = bare.rpartition("/")[2] not in {row.get("uuid") for row in known}
        # the introduction of the API promises an error for the path of what is not there (wire dossier, V14)
        free = not asked and gone and refused(outcome_of_query(trails, profile))
        return Undecided(Phrase.of("legal-refusal")) if free else missing_rows(trails, profile)
    wanted = wanted_rows(known, conditions_of(path_of(trails)), rows)
    if not asked:
        wanted = [row for row in known if same_id(row.get("uuid"), unquote(bare.rpartition("/")[2]))]
    shown = [row for row in rows if row.get("uuid") not in _taken(arguments)]
    return _same_family(wanted, shown, "query")
