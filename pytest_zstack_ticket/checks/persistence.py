"""Checks of what is stored: exactly one ticket after an accepted create, as sent, and no other.

A query that shows rows which were not asked for proves nothing here: its conditions are judged by `queries`.
"""

from __future__ import annotations

import json
from collections.abc import Set as AbstractSet

from pytest_zstack_ticket.api.messages import final_answer, json_object, moment, rows_of, same_id, sent_params
from pytest_zstack_ticket.checks.outcomes import Arguments, accepted, describe, outcome_of, refused, violation
from pytest_zstack_ticket.checks.roundtrip import brief, member_echo, not_as_sent, request_echo, same, trimmed
from pytest_zstack_ticket.checks.shown_tickets import asked_for, ours_among
from pytest_zstack_ticket.model.exchange import Exchange, Json, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Refused, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile

MEMBERS = ("name", "description", "accountSystemType", "accountSystemContext")
REQUEST_MEMBERS = ("count", "requestName", "apiName", "executeTimes", "apiBody")
LASTING = ("uuid", "name", "description", "accountSystemType", "createDate", "request")
"""Members of a ticket that only an event may change."""

TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", dict: "object", list: "array"}
"""Names of JSON's types; whole numbers and others are two."""

Ticket = dict[str, Json]


def stored_once(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that one ticket exists if `subject` was accepted, and none if it was refused.

    Role `named` is a query for the name that was sent, which must be of this create alone; role `fetched`, if there is
    one, a query for the uuid that was answered.
    """
    outcome = outcome_of(trails, "subject", profile, arguments)
    if not (accepted(outcome) or refused(outcome)):
        return Undecided(describe(outcome))
    found = ours_among(trails, "named", sent_params(trails["subject"]).get("name"))
    if isinstance(found, Undecided):
        return found
    wanted = int(accepted(outcome))
    if len(found) == wanted:
        proven = wanted or "accepted" in profile.capabilities
        return None if proven else Undecided(Phrase.of("sibling-not-accepted", what="calibration-refused"))
    if wanted and not found and rows_of(trails.get("fetched", ())):
        return Undecided(Phrase.of("other-name"))
    return violation(Phrase.of("expect-stored", count=wanted), Phrase.of("stored", count=len(found)))


def lost_leaves_nothing(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a create whose job was lost left no ticket: role `named` is a query for the nonce of `subject`."""
    outcome = outcome_of(trails, "subject", profile, arguments)
    if not (isinstance(outcome, Refused) and outcome.form == "lost"):
        return Undecided(Phrase.of("legal-refusal"))
    rows = asked_for(trails, "named")
    if isinstance(rows, Undecided):
        return rows
    return violation(Phrase.of("expect-stored", count=0), Phrase.of("stored", count=len(rows))) if rows else None


def as_sent(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the stored ticket holds every member that `subject` sent.

    Role `shown` is a query for the ticket by a mark that is its own: its uuid, its nonce or a unique name. Argument
    `whole`: the target was seen to keep characters beyond the BMP in descriptions, so that none may be replaced there.
    """
    if not accepted(outcome_of(trails, "subject", profile)):
        return Undecided(Phrase.of("legal-refusal"))
    rows = rows_of(trails.get("shown", ()))
    if rows == []:
        return violation(Phrase.of("expect-stored", count=1), Phrase.of("stored", count=0))
    if rows is None or len(rows) != 1:
        return Undecided(Phrase.of("not-shown", member="inventories"))
    pair = {"subject": trails["subject"], "shown": trails["shown"]}
    judgements = [
        *(member_echo(pair, {"member": member}, profile) for member in MEMBERS),
        *(request_echo(pair, {"member": member}, profile) for member in REQUEST_MEMBERS),
        _made_up(sent_params(trails["subject"]), rows[0]),
        _described_anew(sent_params(trails["subject"]), rows[0]) if arguments.get("whole") else None,
    ]
    return next((one for one in judgements if isinstance(one, Violation)), None)


def first_of_two(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that of a member sent twice `subject` was refused, or stored with the first value: the last is none.

    Role `shown` is a query for the ticket, role `alone` a create with the last value only, which was refused. Argument
    `member` is one of params.
    """
    outcome, member = outcome_of(trails, "subject", profile), str(arguments["member"])
    alone = outcome_of(trails, "alone", profile)
    if not refused(alone):
        return Undecided(describe(alone))
    if refused(outcome):
        return None
    if not accepted(outcome):
        return Undecided(describe(outcome))
    rows, sent = rows_of(trails.get("shown", ())), _first_value(trails["subject"], member)
    row = rows[0] if rows is not None and len(rows) == 1 else {}
    shown = row.get("request" if member == "requests" else member)
    if sent is None or shown is None:
        return Undecided(Phrase.of("not-shown", member=member))
    if isinstance(sent, list):
        kept = isinstance(shown, list) and len(shown) == len(sent)
    else:
        kept = same(trimmed(shown), trimmed(sent))
    return None if kept else not_as_sent(member, sent, shown)


def _first_value(exchanges: tuple[Exchange, ...], member: str) -> Json:
    """Return the first value of a member of params in the body that was sent, None if there is none."""
    try:
        body = json.loads(exchanges[0].request.body or b"", object_pairs_hook=list)
    except ValueError:
        return None
    for name, params in body if isinstance(body, list) else ():
        if name == "params" and isinstance(params, list):
            return next((value for key, value in params if key == member), None)
    return None


def _made_up(sent: dict[str, Json], row: Ticket) -> Judgement:
    """Say whether a ticket has a description that was not sent."""
    shown = row.get("description")
    return not_as_sent("description", "", shown) if shown and sent.get("description") is None else None


def _described_anew(sent: dict[str, Json], row: Ticket) -> Judgement:
    """Say whether characters beyond the BMP were replaced in a description; of others `member_echo` decides."""
    wanted, shown = sent.get("description"), row.get("description")
    beyond = isinstance(wanted, str) and max(wanted, default="") > "\uffff"
    return not_as_sent("description", wanted, shown) if beyond and not same(trimmed(wanted), trimmed(shown)) else None


def digits_kept(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that whole numbers in the first apiBody are shown with all their digits, where they are shown.

    Role `shown` is a query for the ticket. Argument `member`: the member of apiBody that holds them.
    """
    if not accepted(outcome_of(trails, "subject", profile)):
        return Undecided(Phrase.of("legal-refusal"))
    rows, member = rows_of(trails.get("shown", ())), str(arguments["member"])
    if rows is None or len(rows) != 1:
        return Undecided(Phrase.of("not-shown", member="inventories"))
    wanted = _first_body(sent_params(trails["subject"]).get("requests")).get(member)
    shown = _first_body(rows[0].get("request")).get(member)
    if shown is None:
        return Undecided(Phrase.of("not-shown", member="apiBody"))
    return None if shown == wanted else not_as_sent(f"request[0].apiBody.{member}", wanted, shown)


def _first_body(requests: Json) -> Ticket:
    """Return the apiBody of the first of some requests, an empty one if there is none."""
    first = requests[0] if isinstance(requests, list) and requests else None
    api_body = first.get("apiBody") if isinstance(first, dict) else None
    return api_body if isinstance(api_body, dict) else {}


def same_everywhere(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that all roles show the same ticket: the create's answer, a query, GET by uuid, a later reading."""
    tickets = {role: _only(trail) for role, trail in trails.items()}
    shown = {role: ticket for role, ticket in tickets.items() if ticket is not None}
    if len(shown) < 2:
        return Undecided(Phrase.of("not-shown", member="inventory"))
    if {"subject", "later"} <= set(shown) and shown["subject"].get("status") == shown["later"].get("status"):
        one, other = (moment(shown[role].get("lastOpDate")) for role in ("subject", "later"))
        if one is not None and other is not None and one != other:
            expected = Phrase.of("expect-same-shown", member="lastOpDate", what="subject", value=one)
            return violation(expected, Phrase.of("shows-elsewhere", what="later", value=other))
    first, *others = shown.items()
    for role, ticket in others:
        for member in LASTING:
            one, other = first[1].get(member), ticket.get(member)
            if not _alike(member, one, other):
                expected = Phrase.of("expect-same-shown", member=member, what=first[0], value=brief(one))
                return violation(expected, Phrase.of("shows-elsewhere", what=role, value=brief(other)))
    return _hidden_body(shown)


def _hidden_body(shown: dict[str, Ticket]) -> Violation | None:
    """Say whether no reading shows an apiBody that the create's answer did."""
    answered = _bodies(shown.get("answered", {}))
    read = {role: _bodies(ticket) for role, ticket in shown.items() if role != "answered"}
    for place, body in enumerate(answered):
        if body and read and not any(any(bodies[place : place + 1]) for bodies in read.values()):
            member = f"request[{place}].apiBody"
            expected = Phrase.of("expect-same-shown", member=member, what="answered", value=brief(body))
            return violation(expected, Phrase.of("shows-elsewhere", what=next(iter(read)), value=brief(None)))
    return None


def _bodies(ticket: Ticket) -> list[Json]:
    requests = ticket.get("request")
    return [one.get("apiBody") for one in requests if isinstance(one, dict)] if isinstance(requests, list) else []


def _only(exchanges: tuple[Exchange, ...]) -> Ticket | None:
    answer = final_answer(exchanges)
    shown = json_object(answer.body).get("inventory") if answer and answer.status == 200 else None
    if isinstance(shown, dict):
        return shown
    rows = rows_of(exchanges)
    return rows[0] if rows and len(rows) == 1 else None


def _alike(member: str, one: Json, other: Json) -> bool:
    if member == "createDate" and moment(one) is not None and moment(other) is not None:
        return moment(one) == moment(other)
    return same(one, other, loose=True) and same(other, one, loose=True)


def first_ticket_stays(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that of creates with one resourceUuid exactly one left a ticket, and that it is an accepted one's.

    Roles: creates `first`, `second`, ... in their order, or at the same time; `shown` is a query for the uuid. Argument
    `ordered`: the first one was answered before the second was sent.
    """
    creates = {role: trail for role, trail in trails.items() if role != "shown"}
    outcomes = {role: outcome_of(trails, role, profile) for role in creates}
    undecided = [describe(one) for one in outcomes.values() if not (accepted(one) or refused(one))]
    rows = rows_of(trails.get("shown", ()))
    uuid = sent_params(next(iter(creates.values()))).get("resourceUuid")
    if undecided or rows is None or any(not same_id(row.get("uuid"), uuid) for row in rows):
        return Undecided(undecided[0] if undecided else Phrase.of("query-unclear", role="shown"))
    winners = [role for role, one in outcomes.items() if accepted(one)]
    if arguments.get("ordered") and "first" not in winners:
        return Undecided(Phrase.of("sibling-not-accepted", what=describe(outcomes["first"]).key))
    if len(rows) != 1:
        return violation(Phrase.of("expect-stored", count=1), Phrase.of("stored", count=len(rows)))
    if not arguments.get("ordered") and len(winners) != 1:
        return violation(Phrase.of("expect-one-winner"), Phrase.of("winners", count=len(winners)))
    kept = "first" if arguments.get("ordered") else winners[0]
    wanted, name = sent_params(creates[kept]).get("name"), rows[0].get("name")
    return None if same(trimmed(wanted), trimmed(name)) else not_as_sent("name", wanted, name)


def each_create_stored(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that of two creates with the same body each one that was accepted left a ticket of its own.

    Roles: `first` and `second`, the one after the other; `named` is a query for the name that both sent. A target may
    refuse the second, but not take it for the first.
    """
    first, second = (outcome_of(trails, role, profile, arguments) for role in ("first", "second"))
    if not accepted(first):
        return Undecided(Phrase.of("sibling-not-accepted", what=describe(first).key))
    if not (accepted(second) or refused(second)):
        return Undecided(describe(second))
    found = ours_among(trails, "named", sent_params(trails["second"]).get("name"))
    if isinstance(found, Undecided):
        return found
    wanted, uuids = 1 + accepted(second), {str(row.get("uuid")) for row in found}
    if len(found) != wanted or len(uuids) != wanted:
        return violation(Phrase.of("expect-stored", count=wanted), Phrase.of("stored", count=len(uuids)))
    return None if accepted(second) else Undecided(Phrase.of("legal-refusal"))


def same_response_form(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that one draft, sent again, is answered in the form of `sibling`: the same members, the same types."""
    subject, sibling = (outcome_of(trails, role, profile, arguments) for role in ("subject", "sibling"))
    if not (accepted(subject) and accepted(sibling)):
        return Undecided(Phrase.of("sibling-not-accepted", what=describe(subject).key))
    now, before = (_form(trails[role]) for role in ("subject", "sibling"))
    return None if now == before else other_members(before, now)


def other_members(before: AbstractSet[str], now: AbstractSet[str]) -> Violation:
    """Say which members a response lacks that the first one had, and which it has besides; either may be none."""
    lost, more = (", ".join(sorted(one)) for one in (before - now, now - before))
    return violation(
        Phrase.of("expect-form-as-before", form=lost) if lost else Phrase.of("expect-no-more-members"),
        Phrase.of("form-now", form=more) if more else Phrase.of("members-lacking"),
    )


def _form(exchanges: tuple[Exchange, ...]) -> frozenset[str]:
    """Return members and types of a result and its inventory; what is untyped in the API is left out."""
    answer = final_answer(exchanges)
    body = json_object(answer.body) if answer else {}
    inventory = body.get("inventory")
    parts = {"": body, "inventory.": inventory if isinstance(inventory, dict) else {}}
    found = {f"{place}{key} ({_type(value)})" for place, reported in parts.items() for key, value in reported.items()}
    requests = parts["inventory."].get("request")
    for request in requests if isinstance(requests, list) else []:
        if isinstance(request, dict):
            found.add(f"request.executeTimes ({_type(request.get('executeTimes'))})")
    return frozenset(found)


def _type(value: Json) -> str:
    return "null" if value is None else TYPES.get(type(value), type(value).__name__)
