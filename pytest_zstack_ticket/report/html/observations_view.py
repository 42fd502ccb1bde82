"""What the documentation leaves open, and how this target reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pytest_zstack_ticket.report.html.page_context import Json, PageContext

READINGS = ("accepted", "refused", "lost")
OPEN_QUESTION = "open."
"""What the id of an open question of ours begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One open question, as an id or a path with words, and the readings that were seen."""

    id: str
    question: str
    readings: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """What `observations.html` shows; `counts` says how often each reading was seen."""

    counts: Sequence[tuple[str, int]]
    rows: Sequence[Observation]


def observations_view(context: PageContext) -> Observations | None:
    """Compute every open question with the reading that was seen, None if there is none."""
    facts = context.report["observations"]
    if not facts:
        return None
    counts = Counter(_reading(context, one["value"]) for fact in facts for one in fact["values"])
    return Observations(counts=sorted(counts.items()), rows=[_observation(context, one) for one in facts])


def _observation(context: PageContext, fact: Json) -> Observation:
    readings = (
        _reading(context, one["value"]) + (f" ({one['count']} ×)" if one["count"] > 1 else "") for one in fact["values"]
    )
    id_, question = _question(context, fact["id"])
    return Observation(id=id_, question=question, readings="; ".join(readings))


def _question(context: PageContext, key: str) -> tuple[str, str]:
    """Path and words of an open question; an observation that is not ours keeps its id."""
    path, _, name = key.removeprefix(OPEN_QUESTION).rpartition("/")
    words = context.translations.catalogues[context.lang]["observed"]
    return (path, words[name]) if key.startswith(OPEN_QUESTION) and name in words else (key, "")


def _reading(context: PageContext, value: object) -> str:
    """Word a reading: A accepts it, B refuses it; anything else stays as it was recorded."""
    return context.say(f"reading-{value}") if value in READINGS else str(value)
