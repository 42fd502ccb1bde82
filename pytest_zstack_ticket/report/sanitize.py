"""Text that is safe to report: no characters that JSON, XML or a terminal cannot take."""

from __future__ import annotations

import re
from collections.abc import Callable

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.report.text.columns import visible

_UNFIT = re.compile("[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def scrubbed(text: str) -> str:
    """Write lone surrogates and control characters of a text as escapes: xdist, Allure and XML fail on them."""
    return _UNFIT.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def visible_lines(text: str) -> str:
    """Write what could steer or spoof a terminal as escapes, in each line of a text."""
    return "\n".join(visible(line) for line in text.splitlines())


def clean_exception(error: BaseException, clean: Callable[[str], str]) -> None:
    """Clean the texts of an exception and of its causes and context, before any reporter sees them."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        one.args = tuple(clean(part) if isinstance(part, str) else part for part in one.args)
        if hasattr(one, "__notes__"):
            one.__notes__ = [clean(str(note)) for note in one.__notes__]
        waiting += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]


def scrubbed_json(value: Json) -> Json:
    """Scrub every text of a JSON value."""
    if isinstance(value, str):
        return scrubbed(value)
    if isinstance(value, dict):
        return {scrubbed(str(key)): scrubbed_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [scrubbed_json(item) for item in value]
    return value
