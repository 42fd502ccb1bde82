"""What checks read from a trail: its outcome, how to name it to people, and what an error blames."""

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
    """Return the outcome of a role's trail; the argument `call` says what kind of call it was."""
    call = str((arguments or {}).get("call", "create"))
    return classify(trails.get(role, ()), profile, call=call)


def accepted(outcome: Outcome) -> bool:
    """Return True if the target took the call for good, however it words its answer."""
    return isinstance(outcome, Accepted) or (isinstance(outcome, Malformed) and outcome.leaning == "accepted")


def refused(outcome: Outcome) -> bool:
    """Return True if the target refused the call, however it words its answer."""
    return isinstance(outcome, Refused) or (isinstance(outcome, Malformed) and outcome.leaning == "refused")


def unknown(outcome: Outcome) -> Undecided | None:
    """Return why an outcome says nothing, or None if it is an answer."""
    return Undecided(saw(outcome)) if isinstance(outcome, Unanswered | Unfinished) else None


def saw(outcome: Outcome) -> Phrase:
    """Name an outcome to people."""
    match outcome:
        case Accepted(inventory=inventory):
            return Phrase.of("was-accepted", form="{}" if inventory is None else "inventory")
        case Refused(form="error"):
            return Phrase.of("was-refused", status=outcome.status, code=outcome.code, details=cut(outcome.details))
        case Refused():
            return Phrase.of("was-refused-in-text", status=outcome.status, text=cut(outcome.text))
        case Malformed(reasons=reasons):
            return reasons[0]
        case Unfinished(waited=waited):
            return Phrase.of("was-unfinished", seconds=f"{waited:.1f}")
        case Unanswered(failure=failure):
            return Phrase.of("was-unanswered", kind=failure.kind, detail=cut(failure.detail))


def violation(expected: Phrase, actual: Phrase) -> Violation:
    """Build a departure."""
    return Violation(expected=expected, actual=actual)


def cut(text: str) -> str:
    """Shorten a text of the target for one line."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


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


def alike(one: Outcome, other: Outcome) -> bool:
    """Return True if two refusals say the same but for numbers and UUIDs: neither can be told from the other."""
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
