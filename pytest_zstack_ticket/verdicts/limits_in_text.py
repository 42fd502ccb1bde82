"""The lengths in the text of a requirement are those of the profile that judges, not always those of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from pytest_zstack_ticket.model.profile import Limits
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.verdicts.coverage import standard_limits


def with_limits(requirements: Iterable[Requirement], limits: Limits) -> tuple[Requirement, ...]:
    """Return requirements whose texts state the limits of a profile; what has no length in its text stays as it is."""
    other = {
        str(length): str(getattr(limits, field))
        for field, length in standard_limits().items()
        if getattr(limits, field) != length
    }
    return tuple(_with(one, other) if other else one for one in requirements)


def _with(requirement: Requirement, other: dict[str, str]) -> Requirement:
    lengths = re.compile(rf"(?<!\d)({'|'.join(other)})(?!\d)")
    text = {lang: lengths.sub(lambda found: other[found[0]], words) for lang, words in requirement.text.items()}
    return replace(requirement, text=text) if text != dict(requirement.text) else requirement
