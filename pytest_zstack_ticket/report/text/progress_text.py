"""The status line of a run."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_zstack_ticket.report.text.columns import shortened, visible, width
from pytest_zstack_ticket.report.text.translations import Translations

LEAST_NAME = 16
"""Columns for the name of what is examined, with what stands around it."""
FEWEST_PARTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A run at one moment: what it examines and its counts so far.

    `left` are the seconds of its budget or of its tests, None where they are not known; `cleanup` are those of its end.
    """

    what: str
    examples: int
    rate: float
    findings: int
    alive: int
    left: float | None = None
    cleanup: float | None = None
    done: int = 0
    total: int = 0


def progress_text(progress: Progress, translations: Translations, lang: str, *, columns: int) -> str:
    """Write one line that fits; the name of what is examined is shortened first."""
    words = translations.catalogues[lang]["live"]
    parts = [
        words["done"].format(done=progress.done, total=progress.total),
        words["examples"].format(count=progress.examples),
        words["rate"].format(count=f"{progress.rate:.0f}"),
        words["findings"].format(count=progress.findings),
        words["alive"].format(count=progress.alive),
    ]
    if not progress.total:
        del parts[0]
    if progress.left is not None:
        parts.append(words["left"].format(time=clock(progress.left)))
    if progress.cleanup is not None:
        parts.append(words["cleanup"].format(time=clock(progress.cleanup)))
    while width(" · ".join(parts)) > columns - LEAST_NAME and len(parts) > FEWEST_PARTS:
        # how far the run is comes first and last
        del parts[1]
    counts = " · ".join(parts)
    room = max(12, columns - 1 - width(counts) - 3)
    return shortened(f"{shortened(visible(progress.what), room)} · {counts}", columns - 1)


def clock(seconds: float) -> str:
    """Write seconds as minutes and seconds, or hours."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
