"""The doctor's lines on a terminal."""

from __future__ import annotations

from pytest_zstack_ticket.model.outcome import Phrase
from pytest_zstack_ticket.report.text.columns import pad, visible, wrapped
from pytest_zstack_ticket.report.text.translations import translations

WIDTH = 80
STATE_WIDTH = 10


def seen_text(seen: Phrase | str, lang: str) -> str:
    """Render what a step saw; a text that came from elsewhere stays as it is."""
    return seen if isinstance(seen, str) else translations().render(seen, lang)


def step_lines(step: str, state: str, seen: Phrase | str, cause: str, lang: str) -> list[str]:
    """Lay out one step: its state, what was seen, and the advice for its cause.

    The text of an error is in no language of ours, so it follows the advice as its details.
    """
    words = translations()
    name, text = words.doctor(f"step-{step}", lang), visible(seen_text(seen, lang))
    as_it_came = bool(cause and text) and isinstance(seen, str)
    head = words.doctor("line", lang).format(step=name, seen=text) if text and not as_it_came else name
    rest = [words.doctor(f"fix-{cause}", lang)] if cause else []
    rest += [words.doctor("details", lang).format(text=text)] if as_it_came else []
    lines = wrapped(f"{pad(words.doctor(f'state-{state}', lang), STATE_WIDTH)}{head}", WIDTH)
    indent = " " * STATE_WIDTH
    return lines + [f"{indent}{line}" for one in rest for line in wrapped(one, WIDTH - STATE_WIDTH)]
