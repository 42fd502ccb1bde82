"""Checks of stability: the same draft at different moments of a run, one POST delivered twice, old jobs."""

from __future__ import annotations

from pytest_zstack_ticket.api.classify import from_gateway
from pytest_zstack_ticket.api.messages import final_answer, json_object, rows_of, sent_params
from pytest_zstack_ticket.api.strict_json import decode
from pytest_zstack_ticket.checks.differential import same_decision_again
from pytest_zstack_ticket.checks.outcomes import Arguments, accepted, describe, outcome_of, refused, violation
from pytest_zstack_ticket.checks.persistence import as_sent, other_members, same_response_form
from pytest_zstack_ticket.checks.roundtrip import brief, inventory_of, same, same_result
from pytest_zstack_ticket.checks.shown_tickets import ours_among
from pytest_zstack_ticket.model.exchange import Exchange, Response, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile


def same_treatment(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a draft is decided, answered, stored and followed as it was the first time (role `sibling`).

    Role `shown`, if there is one, is a query for the name that `subject` sent, which must be of this create alone.
    """
    decision = same_decision_again(trails, arguments, profile)
    if decision is not None or not accepted(outcome_of(trails, "subject", profile)):
        return decision
    found = [
        same_response_form(trails, arguments, profile),
        _same_start(trails),
        _born_alike(trails),
        _kept(trails, profile),
    ]
    return next((one for one in found if isinstance(one, Violation)), None)


def _same_start(trails: Trails) -> Judgement:
    """Say whether the 202 of both has the same members; a target that answers one of them directly may do so."""
    starts = [trails[role][0].answer if trails.get(role) else None for role in ("sibling", "subject")]
    if not all(isinstance(one, Response) and one.status == 202 for one in starts):
        return None
    before, now = (set(json_object(one.body)) for one in starts if isinstance(one, Response))
    if before == now:
        return None
    return other_members(before, now)


def _born_alike(trails: Trails) -> Judgement:
    """Say whether a new ticket has the status that the first one had when it was new."""
    before, now = (inventory_of(trails[role]) or {} for role in ("sibling", "subject"))
    if before.get("status") in (None, now.get("status")) or now.get("status") is None:
        return None
    expected = Phrase.of("expect-initial-status", status=brief(before.get("status")))
    return violation(expected, Phrase.of("shows", value=brief(now.get("status"))))


def _kept(trails: Trails, profile: Profile) -> Judgement:
    if "shown" not in trails:
        return None
    found = ours_among(trails, "shown", sent_params(trails["subject"]).get("name"))
    if isinstance(found, Undecided):
        return found
    if len(found) != 1:
        return violation(Phrase.of("expect-stored", count=1), Phrase.of("stored", count=len(found)))
    return as_sent(trails, {}, profile)


def delivered_once(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that one POST that was delivered twice left one ticket at most.

    Roles: `subject` is the delivery that we cut, `second` the same bytes again, `named` a query for the name that both
    sent. Before 4.5 the second is executed, too (wire dossier 3.5). Argument `together`: the second was sent while the
    first may still have been under way. A node looks for a used job id before it saves one, so that both may then be
    executed (four at once made two to four tickets in 6 of 12 rounds on 5.2.1).
    """
    second = outcome_of(trails, "second", profile)
    if not profile.surely_since(4, 5):
        return Undecided(Phrase.of("legal-refusal"))
    if not (accepted(second) or refused(second)):
        return Undecided(describe(second))
    found = ours_among(trails, "named", sent_params(trails["second"]).get("name"))
    if isinstance(found, Undecided):
        return found
    if len(found) > 1 and arguments.get("together"):
        return Undecided(Phrase.of("legal-acceptance"))
    if len(found) > 1 or (accepted(second) and not found):
        return violation(Phrase.of("expect-stored", count=1), Phrase.of("stored", count=len(found)))
    return None


def job_id_used_once(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that of two creates with one X-Job-UUID only the `first` left a ticket.

    `named` and `second-named` are queries for their names.
    """
    first = outcome_of(trails, "first", profile)
    if not accepted(first):
        return Undecided(describe(first))
    for role, shown, wanted in (("first", "named", 1), ("second", "second-named", 0)):
        found = ours_among(trails, shown, sent_params(trails[role]).get("name"))
        if isinstance(found, Undecided):
            return found
        if len(found) != wanted:
            return violation(Phrase.of("expect-stored", count=wanted), Phrase.of("stored", count=len(found)))
    return None


NOT_KEPT = 404
"""Status of a job that the target no longer knows (wire dossier 3.4)."""


def job_result_kept(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that the result of an old job (role `later`) is what it was when the job ended (role `subject`).

    A result that is no longer kept is left open (wire dossier 3.4), a job that runs again is not.
    """
    first, later = final_answer(trails["subject"]), final_answer(trails.get("later", ()))
    started = trails["subject"][0].answer if trails["subject"] else None
    if first is None or not isinstance(started, Response) or started.status != 202 or first.status == 202:
        return Undecided(Phrase.of("no-job"))
    if later is None or from_gateway(later) or later.status == NOT_KEPT:
        return Undecided(Phrase.of("not-shown", member="api-jobs"))
    one, other = decode(first.body), decode(later.body)
    if first.status == later.status and (one == other or same_result(one, other)):
        return None
    expected = Phrase.of("expect-job-kept", status=first.status, value=brief(_identity(trails["subject"])))
    return violation(expected, Phrase.of("job-result", status=later.status, value=brief(_identity(trails["later"]))))


def _identity(exchanges: tuple[Exchange, ...]) -> object:
    """Return the part of a job's result that identifies it."""
    inventory = inventory_of(exchanges) or {}
    answer = final_answer(exchanges)
    keys = sorted(json_object(answer.body)) if answer else []
    return f"{inventory.get('name')}, {inventory.get('status')}" if inventory else ", ".join(keys) or "{}"


def still_stored(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the ticket of a create (role `subject`) is shown as it was when it was new, so much later.

    Roles `shown` and `later` are queries for its name. Its approver may have decided on it, yet only its owner, who
    sent no event, can have cancelled it.
    """
    before, now = (rows_of(trails.get(role, ())) for role in ("shown", "later"))
    if not accepted(outcome_of(trails, "subject", profile)) or before is None or len(before) != 1 or now is None:
        return Undecided(Phrase.of("query-unclear", role="shown"))
    if len(now) != 1:
        return violation(Phrase.of("expect-stored", count=1), Phrase.of("stored", count=len(now)))
    wrong = [name for name in ("uuid", "name", "description", "request") if not _alike(before[0], now[0], name)]
    wrong += ["status"] if "Cancelled" == now[0].get("status") != before[0].get("status", "Cancelled") else []
    if not wrong:
        return None
    expected = Phrase.of("expect-same-value", member=wrong[0], value=brief(before[0].get(wrong[0])))
    return violation(expected, Phrase.of("shows", value=brief(now[0].get(wrong[0]))))


def _alike(one: dict[str, object], other: dict[str, object], member: str) -> bool:
    return same(one.get(member), other.get(member), loose=True)
