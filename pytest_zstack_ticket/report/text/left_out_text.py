"""What a run did not examine: how many requirements for which reason, and the option that would change that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_zstack_ticket.report.text.columns import folded, visible
from pytest_zstack_ticket.report.text.translations import Translations
from pytest_zstack_ticket.verdicts.tally import LEFT_OPEN

USERS = frozenset({"stranger", "approver", "plain-owner", "own-context", "own-flow", "two-projects"})
"""Needs that a context file meets."""
OPTIONS = {
    "approval": "approval",
    "webhook": "webhook",
    "access-key": "access-key",
    "log-in": "log-in",
    "log-out": "log-in",
}
"""Needs that an option or a variable meets, and the group that names it."""
GROUPS = (
    "blocked",
    "users",
    "approval",
    "webhook",
    "access-key",
    "log-in",
    "lacking",
    "chosen",
    "release",
    "profile",
    "not-run",
    "other",
)
"""In the order in which they are said."""
MOST_LINES, MOST_NAMES = 3, 3
Because = Mapping[str, Any]
"""An item of `because` of `verdicts.coverage`: reason, of, count, ids."""


def left_out_line(claims: Mapping[str, Any], translations: Translations, lang: str) -> str:
    """Say how many requirements were not examined for which reason; empty if all were, or nothing says why."""
    return _joined(_parts(claims, translations, lang), translations, lang)


def left_out_lines(claims: Mapping[str, Any], translations: Translations, lang: str, columns: int) -> list[str]:
    """Say the same in at most three lines of a terminal: as many of the reasons as there is room for."""
    parts, more = _parts(claims, translations, lang), translations.catalogues[lang]["left-out"]["more"]
    for count in range(len(parts), 0, -1):
        line = _joined(parts[:count], translations, lang) + (more if count < len(parts) else "")
        lines = folded(line, columns)
        if len(lines) <= MOST_LINES:
            return lines
    return []


def _parts(claims: Mapping[str, Any], translations: Translations, lang: str) -> list[str]:
    covered = claims["coverage"]
    groups: dict[str, list[Because]] = {}
    for one in covered.get("because", ()):
        groups.setdefault(group_of(one["reason"], one["of"], covered["absent"]), []).append(one)
    return [_part(name, groups[name], translations, lang) for name in GROUPS if name in groups]


def _joined(parts: Sequence[str], translations: Translations, lang: str) -> str:
    words = translations.catalogues[lang]["left-out"]
    return words["line"].format(parts=words["semicolon"].join(parts)) if parts else ""


def group_of(reason: str, of: str, absent: Sequence[str] = ()) -> str:
    """Name the group of a reason; `of` is its need, profile or cause, `absent` what the target is known to lack."""
    if reason == "unmet-need":
        found = "users" if of in USERS else OPTIONS.get(of, "release" if of.startswith("release>=") else "lacking")
        return "lacking" if of in absent else found
    if reason in LEFT_OPEN:
        return "chosen"
    return {"other-profile": "profile", "blocked": "blocked", "not-run": "not-run"}.get(reason, "other")


def _part(name: str, found: Sequence[Because], translations: Translations, lang: str) -> str:
    words = translations.catalogues[lang]["left-out"]
    count = sum(one["count"] for one in found)
    named = [translations.word(of, lang) for one in found for of in one["of"].split(", ")]
    ids = [name for one in found for name in one["ids"]]
    return words[name].format(count=count, of=_some(named, len(set(named)), words), ids=_some(ids, count, words))


def _some(names: Sequence[str], count: int, words: Mapping[str, str]) -> str:
    """Name the first few of `count`."""
    shown = list(dict.fromkeys(map(visible, names)))[:MOST_NAMES]
    return words["comma"].join(shown) + (" …" if count > len(shown) else "")
