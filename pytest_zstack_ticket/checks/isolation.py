"""Checks of isolation: between host and target, between projects, between concurrent creates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import gcd

from pytest_zstack_ticket.api.classify import job_id
from pytest_zstack_ticket.api.messages import rows_of
from pytest_zstack_ticket.api.strict_json import decode
from pytest_zstack_ticket.checks.outcomes import Arguments, accepted, describe, one_line, outcome_of, refused, violation
from pytest_zstack_ticket.checks.visibility import leaked_member, only_row, request_text, tokens_of, unescaped
from pytest_zstack_ticket.model.exchange import Exchange, Json, Response, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Undecided
from pytest_zstack_ticket.model.profile import Profile

INSIDES = (
    re.compile(r"/usr/local/zstack[\w./-]*|/var/lib/[\w./-]+"),
    re.compile(r"\b\w+\.java:\d+"),
    re.compile(
        r"(?i)\binsert\s+into\s+\w+\s*\([^)]*\)\s*values|\bselect\s.{1,400}?\sfrom\s+(?:\w+\.)?\w+VO\b|\bupdate\s+(?:\w+\.)?\w+VO\s+set\s"
    ),
)
"""Paths of the platform's host, lines of its source, statements on its tables."""
WHERE = frozenset({"location", "messages"})
"""Members of an error that say on purpose where it arose (wire dossier 6.1); their content is not judged."""
STEP = 1000
FEWEST = 5
"""So many ids in a row, each a little above or below the one before, are no accident."""
UUID_DIGITS = 32
_TIMED = re.compile(r"(?i)[0-9a-f]{12}[167][0-9a-f]{3}[89ab][0-9a-f]{15}")
"""UUIDs of the versions that are made from the time, without dashes."""
MOST_WIDTHS = 100_000
"""Ids that lie so many multiples of one width apart can be tried one after the other."""
GUESSED = 4
"""Where only so many digits differ between ids, all of them can be tried: 65,536 at most."""


def no_internals(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that no answer of `subject` shows a path, a source line or a statement of the target's own."""
    asked = request_text(trails["subject"])
    for exchange in trails["subject"]:
        for mark in (match[0] for pattern in INSIDES for match in pattern.finditer(_body(exchange))):
            if mark not in asked:
                return violation(Phrase.of("expect-no-internals"), Phrase.of("shows-internals", mark=one_line(mark)))
    answered = any(isinstance(exchange.answer, Response) for exchange in trails["subject"])
    return None if answered else Undecided(Phrase.of("no-answer"))


def _body(exchange: Exchange) -> str:
    """Return the texts of a response, without those members of an error that say where it arose."""
    if not isinstance(exchange.answer, Response):
        return ""
    value = decode(exchange.answer.body)
    if not isinstance(value, dict | list):
        return unescaped(exchange.answer.body)
    return "\n".join(text.replace("\n", " ") for text in _texts(value))


def _texts(value: Json) -> Iterator[str]:
    """Yield every text of a JSON value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from () if key in WHERE else _texts(item)


def foreign_flow_collection(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a create into a flow collection of another project (`subject`) is refused.

    `sibling` is a create by the same user without it, `inside` one with it by a user of its project; `collection`
    shows whose it is: one of the platform, or a default one, serves everybody.
    """
    outcomes = {role: outcome_of(trails, role, profile) for role in ("subject", "sibling", "inside")}
    row = only_row(trails, "collection")
    if row is None or not row.get("projectUuid") or row.get("isDefault") not in (None, False):
        return Undecided(Phrase.of("not-shown", member="projectUuid"))
    for role in ("sibling", "inside"):
        if not accepted(outcomes[role]):
            return Undecided(Phrase.of("sibling-not-accepted", what=describe(outcomes[role]).key))
    subject = outcomes["subject"]
    if accepted(subject):
        return violation(Phrase.of("expect-foreign-refused", event="create"), describe(subject))
    return None if refused(subject) else Undecided(describe(subject))


def unpredictable_job_ids(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that the ids of jobs (roles `made0`, `made1`, ... in their order) cannot be guessed from each other.

    They are not counted up or down, differ in more than a few digits, and those as long as a UUID are no multiples of
    one width apart. UUIDs made from the time may: RFC 9562 allows them, and their form says what they are.
    """
    ids = [one for _, one in _ids(trails)]
    if len(ids) < FEWEST:
        return Undecided(Phrase.of("no-job"))
    numbers = ([_number(one, base) for one in ids] for base in (10, 16))
    timed = all(_TIMED.fullmatch(one.replace("-", "")) for one in ids)
    if any(map(_in_sequence, numbers)) or (not timed and (_few_differ(ids) or _have_one_width(ids))):
        return violation(Phrase.of("expect-unguessable"), Phrase.of("in-sequence", ids=one_line(", ".join(ids))))
    return None


def _in_sequence(numbers: Sequence[int | None]) -> bool:
    whole = [one for one in numbers if one is not None]
    steps = [other - one for one, other in pairwise(whole)]
    if len(whole) < len(numbers):
        return False
    return all(0 < one <= STEP for one in steps) or all(-STEP <= one < 0 for one in steps)


def _have_one_width(ids: Sequence[str]) -> bool:
    """Tell whether UUIDs lie a few multiples of one number apart; shorter ids may be times, whose last digits are 0."""
    numbers = [_number(one, 16) for one in ids if len(one.replace("-", "")) == UUID_DIGITS]
    whole = [one for one in numbers if one is not None]
    width = gcd(*(other - one for one, other in pairwise(whole)))
    return len(whole) == len(ids) and width > STEP and (max(whole) - min(whole)) // width <= MOST_WIDTHS


def _few_differ(ids: Sequence[str]) -> bool:
    if len(set(map(len, ids))) > 1:
        return False
    return 0 < sum(len(set(column)) > 1 for column in zip(*ids, strict=True)) <= GUESSED


def _ids(trails: Trails) -> Iterator[tuple[int, str]]:
    numbered = sorted((int(role.removeprefix("made")), trail) for role, trail in trails.items())
    return ((number, job_id(trail)) for number, trail in numbered if job_id(trail))


def _number(text: str, base: int) -> int | None:
    try:
        return int(text.replace("-", ""), base)
    except ValueError:
        return None


def no_mixed_content(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that what one create (`subject`) led to holds nothing that another one sent at the same time.

    `shown` is a query for its ticket, `other0`, `other1`, ... are the creates that were sent with it.
    """
    if not accepted(outcome_of(trails, "subject", profile)):
        return Undecided(describe(outcome_of(trails, "subject", profile)))
    others = {role: tokens_of(trail, "") for role, trail in trails.items() if role.startswith("other")}
    for role in ("subject", "shown"):
        for other, tokens in others.items():
            member = leaked_member(trails.get(role, ()), tokens)
            if member:
                return violation(Phrase.of("expect-not-mixed"), Phrase.of("mixed", member=member, role=other))
    rows = rows_of(trails.get("shown", ()))
    if rows is None or len(rows) != 1:
        return Undecided(Phrase.of("query-unclear", role="shown"))
    return _complete(trails["subject"], rows[0])


def _complete(made: tuple[Exchange, ...], row: Json) -> Judgement:
    """Say whether a ticket still has each token that was sent with it."""
    shown = str(row)
    lost = [member for token, member in tokens_of(made, "").items() if token not in shown and member != "resourceUuid"]
    return Undecided(Phrase.of("not-shown", member=lost[0])) if lost else None
