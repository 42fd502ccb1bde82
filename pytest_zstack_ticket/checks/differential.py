"""Checks of the difference between an example and its sibling, never of an example alone.

A target that refuses for reasons of its own refuses the sibling too, and then the example says nothing; so a healthy
cloud never fails here, and a server that refuses everything never passes.
"""

from __future__ import annotations

from pytest_zstack_ticket.api.messages import final_answer, sent_params
from pytest_zstack_ticket.checks.outcomes import (
    Arguments,
    accepted,
    blamed,
    describe,
    no_decision,
    outcome_of,
    refused,
    same_refusal,
    violation,
)
from pytest_zstack_ticket.model.exchange import Trails
from pytest_zstack_ticket.model.outcome import (
    Accepted,
    Judgement,
    Malformed,
    Outcome,
    Phrase,
    Refused,
    Undecided,
    Violation,
)
from pytest_zstack_ticket.model.profile import Profile

ARGUMENT_ERROR = "SYS.1007"
IDENTITY = ("ID.",)
LENGTH_REQUIRED = 411


def refusal(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the subject is refused although its sibling is accepted.

    Arguments: `fields`, the names that an error may blame, needed only where the sibling is refused as well; `call`
    and `sibling_call` where they are not "create"; `because` where only what the sibling did makes the subject wrong.
    """
    subject = outcome_of(trails, "subject", profile, arguments)
    sibling = outcome_of(trails, "sibling", profile, {"call": arguments.get("sibling_call", "create")})
    if arguments.get("because") and not accepted(sibling):
        return Undecided(Phrase.of("sibling-not-accepted", what=describe(sibling).key))
    if accepted(subject):
        return violation(Phrase.of("expect-refusal"), describe(subject))
    if not refused(subject):
        return no_decision(subject) or violation(Phrase.of("expect-refusal"), describe(subject))
    return _proven(trails, arguments, profile)


def _proven(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Say whether a refusal differs from one that has nothing to do with the edit."""
    subject = outcome_of(trails, "subject", profile, arguments)
    sibling = outcome_of(trails, "sibling", profile, {"call": arguments.get("sibling_call", "create")})
    if accepted(sibling) or not trails.get("sibling"):
        return None
    if refused(sibling) and not same_refusal(subject, sibling) and _names(subject, arguments):
        return None
    return Undecided(Phrase.of("sibling-not-accepted", what=describe(sibling).key))


def _names(outcome: object, arguments: Arguments) -> bool:
    if not isinstance(outcome, Refused):
        return False
    fields = [str(field) for field in arguments.get("fields") or ()]
    return any(field in outcome.details for field in fields) or outcome.form != "error"


def blames_edited_field(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a refusal gives the right reason: it blames no field but the edited one, and not the session.

    A wording in which we cannot read a field name is not judged. Argument: `fields`, the names that may be blamed.
    """
    subject = outcome_of(trails, "subject", profile, arguments)
    sibling = outcome_of(trails, "sibling", profile)
    if not isinstance(subject, Refused):
        return Undecided(describe(subject))
    if not accepted(sibling):
        return Undecided(Phrase.of("sibling-not-accepted", what=describe(sibling).key))
    if subject.code.startswith(IDENTITY):
        return violation(Phrase.of("expect-reason-in-body"), describe(subject))
    fields = frozenset(str(field) for field in arguments.get("fields") or ())
    names = blamed(subject)
    if names and fields and not names & fields:
        wanted = ", ".join(sorted(fields))
        return violation(Phrase.of("expect-blame", fields=wanted), Phrase.of("blames", fields=", ".join(sorted(names))))
    return None


def error_code(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a structured refusal by the generic validator carries one of the codes in the argument `codes`."""
    subject = outcome_of(trails, "subject", profile, arguments)
    sibling = outcome_of(trails, "sibling", profile)
    if not isinstance(subject, Refused) or subject.form != "error":
        return Undecided(describe(subject))
    if same_refusal(subject, sibling):
        return Undecided(Phrase.of("sibling-not-accepted", what=describe(sibling).key))
    codes = [str(code) for code in arguments.get("codes") or (ARGUMENT_ERROR,)]
    if subject.code not in codes:
        return violation(Phrase.of("expect-code", codes=", ".join(codes)), describe(subject))
    return None


def chunked_body(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a body in chunks is decided like its sibling; a server may ask for its length (411, RFC 9112 6.3)."""
    answer = final_answer(trails["subject"])
    if answer is not None and answer.status == LENGTH_REQUIRED:
        return Undecided(Phrase.of("legal-refusal"))
    return sameness(trails, arguments, profile)


def sameness(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a variation, which must not matter, leads to the same decision as its sibling.

    Argument `unless`: words of a refusal that the contract allows, such as that no ticket type matches these requests.
    """
    subject = outcome_of(trails, "subject", profile, arguments)
    sibling = outcome_of(trails, "sibling", profile)
    if isinstance(subject, Refused) and any(word in subject.details for word in arguments.get("unless") or ()):
        return Undecided(Phrase.of("legal-refusal"))
    silent = no_decision(subject) or no_decision(sibling)
    if silent:
        return silent
    if accepted(sibling):
        return None if accepted(subject) else violation(Phrase.of("expect-acceptance"), describe(subject))
    return _beside_a_refused_sibling(subject, sibling)


def trimmed_length(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that white space around a name of maximum length does not count, on a target that is seen to trim it.

    `trimmed` is a short name with white space around it. A target that keeps it, or shows no name, may count it: the
    trimming is the platform's, not the page's (wire dossier 5.2 and 7.4.16).
    """
    judgement = sameness(trails, arguments, profile)
    if isinstance(judgement, Violation) and refused(outcome_of(trails, "subject", profile, arguments)):
        plain = outcome_of(trails, "trimmed", profile)
        shown = (plain.inventory or {}).get("name") if isinstance(plain, Accepted) else None
        sent = sent_params(trails["trimmed"]).get("name")
        if accepted(plain) and (shown is None or shown == sent):
            return Undecided(Phrase.of("legal-refusal"))
    return judgement


def _beside_a_refused_sibling(subject: Outcome, sibling: Outcome) -> Judgement:
    """Judge a variation whose sibling was refused: it must not be refused for another field."""
    distinguishable = refused(sibling) and refused(subject) and not same_refusal(subject, sibling)
    other_blame = bool(blamed(subject)) and not blamed(subject) & blamed(sibling)
    unclear = isinstance(subject, Malformed) and subject.leaning == "neither" and not isinstance(sibling, Malformed)
    if (distinguishable and other_blame) or unclear:
        return violation(Phrase.of("expect-same-refusal"), describe(subject))
    return Undecided(Phrase.of("sibling-not-accepted", what=describe(sibling).key))


def same_decision_again(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that one draft, sent again, is decided as before: `subject` is the later answer, `sibling` the first."""
    subject = outcome_of(trails, "subject", profile, arguments)
    sibling = outcome_of(trails, "sibling", profile, arguments)
    silent = no_decision(subject) or no_decision(sibling)
    if silent:
        return silent
    if accepted(subject) != accepted(sibling) or refused(subject) != refused(sibling):
        return violation(Phrase.of("expect-as-before", before=describe(sibling).key), describe(subject))
    return None
