"""Whether an example may decide the requirement it is recorded for, by what the catalogue allows.

Without this, evidence could be edited so that an easy check decides a hard requirement.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.requirement import DecidingCheck, Requirement
from pytest_zstack_ticket.model.verdict import Example

ASIDE = "ZT-STORE-016"
"""The requirement about drift, which is judged while any test runs."""
ANSWERED = "answered"
"""The check that takes the place of any other where the subject was not answered; it cannot make others pass."""


def irrelevance(example: Example, requirement: Requirement, tests: Mapping[str, Collection[str]] | None = None) -> str:
    """Say why an example cannot decide a requirement; an empty text if it can.

    `tests` are the requirements of each shipped test.
    """
    if not requirement.decided_by:
        return ""
    examined = (tests or {}).get(example.test.partition("[")[0])
    if examined is not None and requirement.id not in {*examined, ASIDE}:
        return f"{example.test} does not examine it"
    listed = [one for one in requirement.decided_by if one.check == example.check]
    why = _of_listed(example, listed) if listed else ""
    # where it is listed, it takes the place of others all the same
    return _of_other(example) if not listed or (why and example.check == ANSWERED) else why


def _of_other(example: Example) -> str:
    if example.check != ANSWERED:
        return f"the check {example.check} does not decide it"
    return "" if example.judgement is not None else f"{ANSWERED} cannot make it pass"


def _of_listed(example: Example, listed: Sequence[DecidingCheck]) -> str:
    if not any(_accepts(one, example.arguments) for one in listed):
        return f"the check {example.check} has other arguments"
    if example.edit is not None and example.partition != example.edit.partition:
        return f"{example.partition} is not the partition of its edit"
    rows = {pattern for one in listed for pattern in one.rows}
    if rows and not any(row_pattern(pattern).fullmatch(example.partition) for pattern in rows):
        return f"{example.partition or 'an input outside the rows'} is not one of its rows"
    return ""


def _accepts(listed: DecidingCheck, arguments: dict[str, Json]) -> bool:
    known = {*listed.arguments, *listed.free}
    return (
        set(arguments) <= known
        and known - set(listed.optional) <= set(arguments)
        and all(key in listed.free or value in listed.arguments[key] for key, value in arguments.items())
    )


@cache
def row_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of rows, in which only `*` stands for anything."""
    return re.compile(".*".join(map(re.escape, pattern.split("*"))))
