"""Checks of deleted tickets: whether they are archived unchanged, and that nothing restores them.

No document says whether a deletion archives (wire dossier 10.4 U4): a ticket in no archive is left undecided,
one that is there must be what it was.
"""

from __future__ import annotations

from pytest_zstack_ticket.api.classify import from_gateway
from pytest_zstack_ticket.api.messages import Row, final_answer, json_object, rows_of
from pytest_zstack_ticket.checks.history import row_key, row_text
from pytest_zstack_ticket.checks.outcomes import Arguments, accepted, describe, one_line, outcome_of, refused, violation
from pytest_zstack_ticket.checks.query_conditions import conditions_of, parameter
from pytest_zstack_ticket.checks.query_rows import missing_rows, outcome_of_query, path_of
from pytest_zstack_ticket.checks.roundtrip import brief, same
from pytest_zstack_ticket.model.exchange import Response, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile

CONTENT = ("name", "description", "accountSystemType", "accountSystemContext", "request")
"""Members of a ticket that its archive shows unchanged; dates may be those of the deletion."""
CLOSED = frozenset({"Cancelled", "Rejected"})
"""Statuses that no deletion leads out of: one that closes what is still open may leave Cancelled behind."""
STATUSES = CLOSED | {"Pending", "IntermediateApproved", "FinalApproved"}
"""What a ticket's status can be; an archive may show a word of its own instead."""
CLASSES = {
    "/v1/tickets": "TicketInventory",
    "/v1/tickets/archives": "ArchiveTicketInventory",
    "/v1/tickets/histories": "TicketStatusHistoryInventory",
}
"""The SDK's classes of the rows of lists; archived histories may be rows of either kind."""
NO_SUCH_PATH = frozenset({404, 405, 501})


def returns_list(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a query of the family answers a list; a target may lack it, or keep it from us."""
    return None if rows_of(trails["subject"]) is not None else unoffered(trails, profile, "subject")


def unoffered(trails: Trails, profile: Profile, role: str) -> Violation | Undecided:
    """Say why a query shows no rows: a query that does not exist or is not allowed is no violation."""
    answer = trails[role][-1].answer if trails.get(role) else None
    if isinstance(answer, Response) and not from_gateway(answer) and answer.status in NO_SUCH_PATH:
        return Undecided(Phrase.of("legal-refusal"))
    if refused(outcome_of_query(trails, profile, role)):
        return Undecided(Phrase.of("legal-refusal"))
    return missing_rows(trails, profile, role)


def row_classes(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the schema of a list names no class for a row that is the class of another list's rows.

    A class that the SDK does not know does no harm, and a name may have IAM2 before it.
    """
    rows = rows_of(trails["subject"])
    if rows is None:
        return unoffered(trails, profile, "subject")
    answer = final_answer(trails["subject"])
    schema = json_object(answer.body if answer else b"").get("schema")
    named = schema if isinstance(schema, dict) else {}
    classes = [str(named[place]) for place in (f"inventories[{index}]" for index in range(len(rows))) if place in named]
    if not classes:
        return Undecided(Phrase.of("not-shown", member="schema"))
    own = CLASSES.get(trails["subject"][0].request.path.partition("?")[0])
    others = set(CLASSES.values()) - {own}
    wrong = next((one for one in classes if one.rpartition(".")[2].removeprefix("IAM2") in others), None)
    if own is None or wrong is None:
        return None
    return violation(Phrase.of("expect-value", member="schema", value=own), Phrase.of("shows", value=brief(wrong)))


def selected_fields_of_past(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that rows of histories or archives have the members that `fields` names, and no others.

    Role `whole` is the same query without fields: what it does not show of a row may be missing.
    """
    rows, whole = rows_of(trails["subject"]), rows_of(trails["whole"])
    if rows is None or whole is None:
        return unoffered(trails, profile, "subject" if rows is None else "whole")
    if not rows:
        return Undecided(Phrase.of("not-shown", member="inventories"))
    asked = {name.strip() for name in parameter(path_of(trails), "fields").split(",")}
    known = {row.get("uuid"): _members(row) for row in whole}
    for row in rows:
        shown = _members(row)
        if shown - asked or (known.get(row.get("uuid"), set()) & asked) - shown:
            wanted = Phrase.of("expect-fields", fields=", ".join(sorted(asked)))
            return violation(wanted, Phrase.of("shows", value=one_line(", ".join(sorted(shown)) or "{}")))
    return None


def _members(row: Row) -> set[str]:
    return {name for name, value in row.items() if value is not None}


def _asked(trails: Trails, role: str) -> str:
    """Return the ticketUuid that a query asked for."""
    conditions = conditions_of(trails[role][0].request.path) if trails.get(role) else []
    return next((one.value for one in conditions if one.member == "ticketUuid"), "")


def archived_unchanged(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a deleted ticket is archived once and as it was, if at all.

    Roles: `before` is a query for the ticket, `subject` its deletion, `archives` a query of the archives for it.
    """
    found = _deleted(trails, profile)
    return _archive_of(*found, asked=_asked(trails, "archives")) if isinstance(found, tuple) else found


def _deleted(trails: Trails, profile: Profile) -> tuple[Row, list[Row]] | Judgement:
    """Return a deleted ticket as it was, and what the archives show for it, or why nothing can be decided."""
    outcome = outcome_of(trails, "subject", profile, {"call": "delete"})
    if not accepted(outcome):
        return Undecided(Phrase.of("legal-refusal") if refused(outcome) else describe(outcome))
    before, rows = rows_of(trails.get("before", ())), rows_of(trails.get("archives", ()))
    if rows is None:
        return unoffered(trails, profile, "archives")
    if before is None or len(before) != 1:
        return Undecided(Phrase.of("query-unclear", role="before"))
    return before[0], rows


def _archive_of(ticket: Row, rows: list[Row], *, asked: str) -> Judgement:
    """Say whether archives show a ticket once and as it was; `asked` is the uuid that they were asked for, if any."""
    uuid = ticket.get("uuid")
    own = [row for row in rows if row.get("ticketUuid") == uuid]
    strange = next((row["ticketUuid"] for row in rows if isinstance(row.get("ticketUuid"), str)), None)
    if strange is not None and not own and asked == uuid:
        expected = Phrase.of("expect-archived", member="ticketUuid", value=brief(uuid))
        return violation(expected, Phrase.of("shows", value=brief(strange)))
    if not own:
        return Undecided(Phrase.of("not-shown", member="archives"))
    if len(own) > 1:
        return violation(Phrase.of("expect-archived-once"), Phrase.of("stored", count=len(own)))
    return _as_it_was(ticket, own[0])


def _as_it_was(ticket: Row, row: Row) -> Judgement:
    for member in CONTENT:
        # what the account system said is kept whole, as after an event
        if not same(ticket.get(member), row.get(member), loose=member != "accountSystemContext"):
            return _archived_as(ticket, row, member)
    one, other = ticket.get("status"), row.get("status")
    return _archived_as(ticket, row, "status") if one in CLOSED and other in STATUSES - {one} else None


def _archived_as(ticket: Row, row: Row, member: str) -> Violation:
    expected = Phrase.of("expect-archived", member=member, value=brief(ticket.get(member)))
    return violation(expected, Phrase.of("shows", value=brief(row.get(member))))


def archived_status(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that an archive shows the status that its ticket had when it was deleted.

    Roles as of `archived_unchanged`; `history` and `left` are queries of the archived histories and of the histories
    for the ticket. A deletion that closes a ticket first leaves a row there, and the status that it says.
    """
    found = _deleted(trails, profile)
    if not isinstance(found, tuple):
        return found
    ticket, rows = found
    own = [row for row in rows if row.get("ticketUuid") == ticket.get("uuid")]
    return _status_of(trails, ticket, own[0]) if len(own) == 1 else Undecided(Phrase.of("not-shown", member="archives"))


def _status_of(trails: Trails, ticket: Row, row: Row) -> Judgement:
    """Say whether an archive shows the status of its ticket, or one that the deletion of an open one led to."""
    one, other = ticket.get("status"), row.get("status")
    if one not in STATUSES or other not in STATUSES:
        return Undecided(Phrase.of("not-shown", member="status"))
    told = [row for role in ("history", "left") for row in rows_of(trails.get(role, ())) or ()]
    closed = any((row.get("fromStatus"), row.get("toStatus")) == (one, other) for row in told)
    if one != other and one not in CLOSED and closed:
        return Undecided(Phrase.of("legal-acceptance"))
    return None if one == other else _archived_as(ticket, row, "status")


def archived_history(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the archived history of a deleted ticket is its own, with every row that it had.

    Roles: `history` is a query for its history before the deletion, `subject` one of the archived histories. Where that
    shows none, `archives` is a query of the archives for the ticket, and `left` one for its history, which may stay
    where it was. Where the archives do not hold the ticket either, its history need not be kept.
    """
    rows, known = rows_of(trails["subject"]), rows_of(trails.get("history", ()))
    if rows is None:
        return unoffered(trails, profile, "subject")
    uuid = _asked(trails, "subject")
    if not known or not (rows or _holds(trails, uuid)):
        return Undecided(Phrase.of("not-shown", member="archives" if known else "history"))
    if not rows and (rows := rows_of(trails.get("left", ()))) is None:
        return Undecided(Phrase.of("query-unclear", role="left"))
    if any(row.get("ticketUuid", uuid) != uuid for row in rows):
        return violation(Phrase.of("expect-own-history"), Phrase.of("stored", count=len(rows)))
    reported = [row_key(row) for row in rows]
    for row in known:
        if reported.count(row_key(row)) < [row_key(one) for one in known].count(row_key(row)):
            return violation(
                Phrase.of("expect-archived-row", row=row_text(row)), Phrase.of("rows-are", rows=_all(rows))
            )
    return None


def _holds(trails: Trails, uuid: str) -> bool:
    """Say whether the archives hold a ticket."""
    return any(row.get("ticketUuid") == uuid for row in rows_of(trails.get("archives", ())) or ())


def archived_twice(trails: Trails) -> Violation | None:
    """Say whether the archives show a ticket more than once; `archives` is a query of them for it."""
    uuid = _asked(trails, "archives")
    own = [row for row in rows_of(trails.get("archives", ())) or () if uuid and row.get("ticketUuid") == uuid]
    if len(own) < 2:
        return None
    return violation(Phrase.of("expect-archived-once"), Phrase.of("stored", count=len(own)))


def _all(rows: list[Row]) -> str:
    return brief("; ".join(map(row_text, rows)) or "-")


def not_archived(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that no living ticket is in the archives: role `subject` is a query of them, `shown` lists the living.

    Arguments: `taken`, UUIDs that the run itself deleted; `apart`, those of deleted tickets that were used again.
    """
    rows, living = rows_of(trails["subject"]), rows_of(trails.get("shown", ()))
    if rows is None:
        return unoffered(trails, profile, "subject")
    if living is None:
        return Undecided(Phrase.of("query-unclear", role="shown"))
    if not living:
        return Undecided(Phrase.of("not-shown", member="inventories"))
    excused = {*(arguments.get("taken") or ()), *(arguments.get("apart") or ())}
    uuids = {row.get("uuid") for row in living} - excused
    # an archive names its ticket; what is under the ticket's own uuid is the ticket itself
    both = [str(one) for row in rows for one in (row.get("ticketUuid"), row.get("uuid")) if one in uuids]
    return violation(Phrase.of("expect-not-archived"), Phrase.of("shows", value=both[0])) if both else None


def stays_deleted(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that an event on a deleted ticket, or a second deletion, changes nothing.

    Roles: `deleted` is the deletion, `subject` what came after it, `after` a query for the uuid, `bystander-before`
    and `bystander-after` queries for another ticket. Arguments: `event`; `call` of the subject. A success without
    inventory is allowed (wire dossier 7.4, question 33).
    """
    if not accepted(outcome_of(trails, "deleted", profile, {"call": "delete"})):
        return Undecided(Phrase.of("legal-refusal"))
    outcome = outcome_of(trails, "subject", profile, arguments)
    rows = rows_of(trails.get("after", ()))
    if not (accepted(outcome) or refused(outcome)):
        return Undecided(describe(outcome))
    if rows is None:
        return Undecided(Phrase.of("query-unclear", role="after"))
    expected = Phrase.of("expect-no-effect", event=str(arguments["event"]))
    if rows:
        return violation(expected, Phrase.of("shows", value=brief(rows[0].get("status"))))
    if accepted(outcome) and getattr(outcome, "inventory", None):
        return violation(expected, describe(outcome))
    return _beside(trails)


def _beside(trails: Trails) -> Judgement:
    """Say whether another ticket is there as it was."""
    before, after = (rows_of(trails.get(f"bystander-{when}", ())) for when in ("before", "after"))
    if before is None or len(before) != 1 or after is None:
        return None
    for member in ("uuid", "name", "status"):
        shown = after[0].get(member) if after else None
        if not same(before[0].get(member), shown, loose=True):
            expected = Phrase.of("expect-other-unchanged", member=member, value=brief(before[0].get(member)))
            return violation(expected, Phrase.of("shows", value=brief(shown)))
    return None
