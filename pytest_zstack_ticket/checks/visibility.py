"""Checks of what a user sees of another user's ticket, and of what their calls do to it.

Each ticket carries a token of its own in every text (role `made` is its create), so that what comes out of it can be
recognised. What a request itself sent, and came back, is no leak.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from urllib.parse import unquote

from pytest_zstack_ticket.api.messages import Row, final_answer, json_object, rows_of, sent_params
from pytest_zstack_ticket.api.strict_json import text_of
from pytest_zstack_ticket.checks.outcomes import Arguments, accepted, describe, outcome_of, refused, violation
from pytest_zstack_ticket.checks.persistence import LASTING
from pytest_zstack_ticket.checks.query_rows import outcome_of_query
from pytest_zstack_ticket.checks.roundtrip import brief, same
from pytest_zstack_ticket.model.exchange import Exchange, Response, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile

TOKEN = re.compile(r"z[st]-[0-9a-f]{12,16}")
UUIDS = ("uuid", "ticketUuid")
ROW = re.compile(r"inventories\[(\d{1,6})\]")


def tokens_of(made: tuple[Exchange, ...], uuid: str) -> dict[str, str]:
    """Return what identifies a ticket: each token of its create with the member that has it, and its uuid."""
    found = {uuid: "uuid"} if uuid else {}
    for member, value in sent_params(made).items():
        for token in TOKEN.findall(str(value)):
            found.setdefault(token, member)
    return found


def leaked_member(exchanges: tuple[Exchange, ...], tokens: Mapping[str, str]) -> str:
    """Return which member of a ticket an answer shows although its request did not name it, or an empty string."""
    asked = request_text(exchanges).lower()
    for exchange in exchanges:
        shown = _shown(exchange)
        for token, member in tokens.items():
            if token in shown and token not in asked:
                return member
    return ""


def _shown(exchange: Exchange) -> str:
    answer = exchange.answer
    if not isinstance(answer, Response):
        return ""
    return "\n".join((text_of(answer.body), *(value for _, value in answer.headers))).lower()


def _rows_with(exchanges: tuple[Exchange, ...], uuid: str) -> list[Row]:
    return [row for row in rows_of(exchanges) or () if any(row.get(member) == uuid for member in UUIDS)]


def not_visible(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that another user's query (`subject`) shows nothing of a ticket.

    `shown` and `still` are the same query by its owner, before and after: if the owner finds nothing either, nothing is
    proven. Argument `uuid`.
    """
    uuid = str(arguments["uuid"])
    outcome = outcome_of_query(trails, profile)
    if not (accepted(outcome) or refused(outcome)):
        return Undecided(describe(outcome))
    found = next((row for row in _rows_with(trails["subject"], uuid)), None)
    member = "uuid" if found else leaked_member(trails["subject"], tokens_of(trails.get("made", ()), uuid))
    member = member or ("schema" if _schema_beyond(trails["subject"]) else "")
    if member:
        return violation(Phrase.of("expect-not-visible"), Phrase.of("shows-field-of-other", member=member))
    for role in ("shown", "still"):
        if not _rows_with(trails.get(role, ()), uuid):
            return Undecided(Phrase.of("not-shown", member=role))
    return None


def _schema_beyond(exchanges: tuple[Exchange, ...]) -> bool:
    """Say whether the schema of a response names more rows than the response shows: it reveals their number.

    Rows that are only numbered otherwise, from one on, reveal nothing.
    """
    answer, rows = final_answer(exchanges), rows_of(exchanges)
    schema = json_object(answer.body).get("schema") if answer else None
    if rows is None or not isinstance(schema, dict):
        return False
    return len({found[1] for path in schema if (found := ROW.match(str(path)))}) > len(rows)


def not_counted(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the total of another user's query (`subject`) does not count a ticket; `shown` is its owner's."""
    outcome = outcome_of_query(trails, profile)
    if not (accepted(outcome) or refused(outcome)):
        return Undecided(describe(outcome))
    if not _total(trails.get("shown", ())):
        return Undecided(Phrase.of("not-shown", member="total"))
    total = _total(trails["subject"])
    if total is None:
        return None if refused(outcome) else Undecided(Phrase.of("not-shown", member="total"))
    return violation(Phrase.of("expect-zero-total"), Phrase.of("shows", value=brief(total))) if total else None


def count_independent(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that another user's total does not grow with what is created: one, two, three tickets before each count.

    Roles `count0` to `count3`. Where others work in that user's project, a total changes by itself, but not in these
    steps.
    """
    totals = [_total(trails.get(f"count{number}", ())) for number in range(4)]
    if any(one is None for one in totals):
        return Undecided(Phrase.of("not-shown", member="total"))
    steps = [after - before for before, after in pairwise(one for one in totals if one is not None)]
    if steps == [1, 2, 3]:
        return violation(
            Phrase.of("expect-zero-total"), Phrase.of("shows", value=", ".join(brief(one) for one in totals))
        )
    return None


def _total(exchanges: tuple[Exchange, ...]) -> float | None:
    answer = final_answer(exchanges)
    total = json_object(answer.body).get("total") if answer and answer.status == 200 else None
    return total if isinstance(total, int | float) else None


def unchanged_by_stranger(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that another user's call (`subject`) is refused, and that the ticket stays as it was.

    `before` and `after` are its owner's queries for it, `history-before` and `history-after` those for its history.
    `sibling` is a call by the owner that has to be accepted, or the refusal proves nothing.
    Arguments: `call`, `event`, and `may_succeed` where the platform may answer a success without doing anything.
    """
    outcome = outcome_of(trails, "subject", profile, arguments)
    before, rows = only_row(trails, "before"), rows_of(trails.get("after", ()))
    if not (accepted(outcome) or refused(outcome)):
        return Undecided(describe(outcome))
    if before is None or rows is None or len(rows) > 1:
        return Undecided(Phrase.of("query-unclear", role="before" if before is None else "after"))
    if changed := _changed(before, rows[0] if rows else {}, trails):
        return changed
    if accepted(outcome) and not arguments.get("may_succeed"):
        return violation(Phrase.of("expect-foreign-refused", event=arguments["event"]), describe(outcome))
    sibling = outcome_of(trails, "sibling", profile, arguments)
    if "sibling" in trails and not accepted(sibling):
        return Undecided(Phrase.of("sibling-not-accepted", what=describe(sibling).key))
    return None


def _changed(before: Row, after: Row, trails: Trails) -> Violation | None:
    """Say what of a ticket, or of its history, is not as it was."""
    for member in (*LASTING, "status"):
        if not same(before.get(member), after.get(member), loose=True):
            expected = Phrase.of("expect-unchanged-by-others", member=member, value=brief(before.get(member)))
            return violation(expected, Phrase.of("shows", value=brief(after.get(member))))
    one, other = (rows_of(trails.get(f"history-{when}", ())) for when in ("before", "after"))
    if one is not None and other is not None and len(one) != len(other):
        expected = Phrase.of("expect-unchanged-by-others", member="history", value=len(one))
        return violation(expected, Phrase.of("rows-shown", count=len(other)))
    return None


def only_row(trails: Trails, role: str) -> Row | None:
    """Return the only row that a query shows, or None."""
    rows = rows_of(trails.get(role, ()))
    return rows[0] if rows is not None and len(rows) == 1 else None


def discloses_nothing(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the refusal of another user's call (`subject`) discloses nothing of the ticket.

    Messages of the platform contain its uuid and its name (IAM2Ticket.java:73), so these are not judged.
    """
    outcome = outcome_of(trails, "subject", profile, arguments)
    if not (accepted(outcome) or refused(outcome)):
        return Undecided(describe(outcome))
    inside = {
        token: member
        for token, member in tokens_of(trails["made"], "").items()
        if member not in ("name", "uuid", "resourceUuid")
    }
    member = leaked_member(trails["subject"], inside)
    if member:
        return violation(Phrase.of("expect-nothing-revealed"), Phrase.of("shows-field-of-other", member=member))
    return None if refused(outcome) else Undecided(Phrase.of("legal-acceptance"))


def request_text(exchanges: tuple[Exchange, ...]) -> str:
    """Return all that the requests of a call sent: a job's result may repeat what its first request sent."""
    return "\n".join(unquote(one.request.path) + unescaped(one.request.body) for one in exchanges)


def unescaped(body: bytes | None) -> str:
    """Return a body as text with the slashes that JSON may escape, and its line ends, as they are."""
    return text_of(body or b"").replace("\\/", "/").replace("\\n", " ").replace("\n", " ")
