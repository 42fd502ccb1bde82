"""What a status line says while a run goes on."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_zstack_ticket.report.text.columns import shortened, visible, width
from pytest_zstack_ticket.report.text.translations import Translations


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A run at one moment: what it examines, and what it has come to; `left` are seconds, None if nothing ends it."""

    what: str
    examples: int
    rate: float
    findings: int
    alive: int
    left: float | None = None


def progress_text(beat: Progress, wording: Translations, lang: str, *, columns: int) -> str:
    """Return one line that fits; the name of what is examined gives way first."""
    words = wording.catalogues[lang]["live"]
    parts = [
        words["examples"].format(count=beat.examples),
        words["rate"].format(count=f"{beat.rate:.0f}"),
        words["findings"].format(count=beat.findings),
        words["alive"].format(count=beat.alive),
    ]
    if beat.left is not None:
        parts.append(words["left"].format(time=clock(beat.left)))
    told = " · ".join(parts)
    room = max(12, columns - 1 - width(told) - 3)
    return shortened(f"{shortened(visible(beat.what), room)} · {told}", columns - 1)


def clock(seconds: float) -> str:
    """Return seconds as minutes and seconds, or hours."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
