"""Differences between two bodies that are shown next to each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from pytest_zstack_ticket.model.nonce import NONCE_PATTERN

MAX_LINES = 400
"""Beyond it only the common beginning and end are found, for a comparison of every line would take too long."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Piece of a body, and whether the other body lacks it."""

    text: str
    differs: bool = False


Segments = list[Segment]


def compare(one: str, other: str) -> tuple[Segments, Segments]:
    """Divide two bodies into what both have and what only one has; nonces of a run always differ and mean nothing."""
    ours, theirs = one.split("\n"), other.split("\n")
    if max(len(ours), len(theirs)) > MAX_LINES:
        return _divided(one, other), _divided(other, one)
    matcher = SequenceMatcher(None, _comparable(ours), _comparable(theirs), autojunk=False)
    left: list[Segments] = []
    right: list[Segments] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            left += [[Segment(line)] for line in ours[a:b]]
            right += [[Segment(line)] for line in theirs[c:d]]
        elif b - a == d - c:
            pairs = list(zip(ours[a:b], theirs[c:d], strict=True))
            left += [_divided(here, there) for here, there in pairs]
            right += [_divided(there, here) for here, there in pairs]
        else:
            left += [[Segment(line, differs=True)] for line in ours[a:b]]
            right += [[Segment(line, differs=True)] for line in theirs[c:d]]
    return _joined(left), _joined(right)


def _joined(lines: Iterable[Segments]) -> Segments:
    """Put lines below each other; what does not differ becomes one segment, for pages have many of them."""
    segments: Segments = []
    for number, line in enumerate(lines):
        for segment in [*([Segment("\n")] if number else []), *line]:
            if segments and not segment.differs and not segments[-1].differs:
                segments[-1] = Segment(segments[-1].text + segment.text)
            else:
                segments.append(segment)
    return segments


def _comparable(lines: list[str]) -> list[str]:
    """Lines without nonces, and without the commas that depend on what follows."""
    return [NONCE_PATTERN.sub("zt-", line).rstrip(",") for line in lines]


def _divided(here: str, there: str) -> Segments:
    """Divide a text into the beginning that both have, what differs, and the end that both have."""
    if _comparable([here]) == _comparable([there]):
        return [Segment(here)]
    begin = _common(here, there)
    end = min(len(here), len(there)) - begin
    end = min(end, _common(here[::-1], there[::-1]))
    stop = len(here) - end
    return [Segment(here[:begin]), Segment(here[begin:stop], differs=True), Segment(here[stop:])]


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
