"""Mark what differs between two texts that lie beside each other."""

from __future__ import annotations

from difflib import SequenceMatcher

from pytest_zstack_ticket.model.nonce import NONCE_PATTERN
from pytest_zstack_ticket.report.html.markup import Markup, element, joined, lines_of, shown

MOST_LINES = 400
"""Beyond it only the common beginning and end are found, for a comparison of every line would take too long."""


def marked_pair(one: str, other: str) -> tuple[Markup, Markup]:
    """Return both texts with marks on what only one of them has; nonces of ours always differ and mean nothing."""
    ours, theirs = one.split("\n"), other.split("\n")
    if max(len(ours), len(theirs)) > MOST_LINES:
        return _marked(one, other), _marked(other, one)
    matcher = SequenceMatcher(None, _plain(ours), _plain(theirs), autojunk=False)
    left: list[Markup] = []
    right: list[Markup] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            left += map(shown, ours[a:b])
            right += map(shown, theirs[c:d])
        elif b - a == d - c:
            pairs = list(zip(ours[a:b], theirs[c:d], strict=True))
            left += [_marked(here, there) for here, there in pairs]
            right += [_marked(there, here) for here, there in pairs]
        else:
            left += [element("mark", line) for line in ours[a:b]]
            right += [element("mark", line) for line in theirs[c:d]]
    return joined(*left, between="\n"), joined(*right, between="\n")


def _plain(lines: list[str]) -> list[str]:
    """Return lines without nonces, and without the commas that depend on what follows."""
    return [NONCE_PATTERN.sub("zt-", line).rstrip(",") for line in lines]


def _marked(here: str, there: str) -> Markup:
    """Return a text with a mark on what lies between the beginning and the end that both have."""
    if _plain([here]) == _plain([there]):
        return shown(here)
    begin = _common(here, there)
    end = min(len(here), len(there)) - begin
    end = min(end, _common(here[::-1], there[::-1]))
    stop = len(here) - end
    return joined(lines_of(here[:begin]), element("mark", lines_of(here[begin:stop])), lines_of(here[stop:]))


def _common(one: str, other: str) -> int:
    """Return how many letters two texts begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
