"""What checks read from a result: its outcome, its description for people, and which fields an error blames."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from pytest_zstack_ticket.api.classify import classify
from pytest_zstack_ticket.model.exchange import Json, Trails
from pytest_zstack_ticket.model.outcome import (
    Accepted,
    Judgement,
    Malformed,
    Outcome,
    Phrase,
    Refused,
    Unanswered,
    Undecided,
    Unfinished,
    Violation,
)
from pytest_zstack_ticket.model.profile import Profile

Arguments: TypeAlias = Mapping[str, Json]
CheckFunction: TypeAlias = Callable[[Trails, Arguments, Profile], Judgement]
SHOWN = 160
_FIELD = re.compile(r"field\s*\[\s*'?([A-Za-z]+)'?\s*\]")
_GSON_PATH = re.compile(r"path \$((?:\.[A-Za-z]+|\[\d+\])+)")
_VOLATILE = re.compile(r"[0-9a-f]{32}|\d+")


def outcome_of(trails: Trails, role: str, profile: Profile, arguments: Arguments | None = None) -> Outcome:
    """Classify the exchanges of a role; the argument `call` says what kind of call it was."""
    call = str((arguments or {}).get("call", "create"))
    return classify(trails.get(role, ()), profile, call=call)


def accepted(outcome: Outcome) -> bool:
    """Say whether the target accepted the call, however it words its response."""
    return isinstance(outcome, Accepted) or (isinstance(outcome, Malformed) and outcome.leaning == "accepted")


def refused(outcome: Outcome) -> bool:
    """Say whether the target refused the call, however it words its response."""
    return isinstance(outcome, Refused) or (isinstance(outcome, Malformed) and outcome.leaning == "refused")


def no_decision(outcome: Outcome) -> Undecided | None:
    """Say why an outcome is no decision, None if it is one."""
    return Undecided(describe(outcome)) if isinstance(outcome, Unanswered | Unfinished) else None


def describe(outcome: Outcome) -> Phrase:
    """Describe an outcome in one phrase."""
    match outcome:
        case Accepted(inventory=inventory):
            return Phrase.of("was-accepted", form="{}" if inventory is None else "inventory")
        case Refused(form="error"):
            return Phrase.of("was-refused", status=outcome.status, code=outcome.code, details=one_line(outcome.details))
        case Refused(form=form):
            key = "was-lost" if form == "lost" else "was-refused-in-text"
            return Phrase.of(key, status=outcome.status, text=one_line(outcome.text))
        case Malformed(reasons=reasons):
            return reasons[0]
        case Unfinished(waited=waited):
            return Phrase.of("was-unfinished", seconds=f"{waited:.1f}")
        case Unanswered(failure=failure):
            return Phrase.of("was-unanswered", kind=failure.kind, detail=one_line(failure.detail))


def violation(expected: Phrase, actual: Phrase) -> Violation:
    """Build a violation from what was expected and what was seen."""
    return Violation(expected=expected, actual=actual)


def one_line(text: str, most: int = SHOWN) -> str:
    """Shorten a text of the target for one line of so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def blamed(outcome: Outcome) -> frozenset[str]:
    """Return the field names that a refusal blames in the words of the generic validator or the JSON reader.

    Source: wire dossier 5.3 (`field[name] of message[...]`) and 4.4 (`path $.params.name`). Other wordings, and
    translated ones, blame nothing that we can read.
    """
    if not isinstance(outcome, Refused):
        return frozenset()
    names = set(_FIELD.findall(outcome.details))
    for path in _GSON_PATH.findall(outcome.details):
        names.update(re.findall(r"[A-Za-z]+", path))
    return frozenset(names)


def same_refusal(one: Outcome, other: Outcome) -> bool:
    """Say whether two refusals are equal but for numbers and UUIDs, so that neither proves more than the other."""
    if isinstance(one, Refused) and isinstance(other, Refused):
        return (one.form, one.status, one.code, _steady(one.details)) == (
            other.form,
            other.status,
            other.code,
            _steady(other.details),
        )
    return isinstance(one, Malformed) and isinstance(other, Malformed) and one.reasons == other.reasons


def _steady(text: str) -> str:
    return _VOLATILE.sub("#", text)
