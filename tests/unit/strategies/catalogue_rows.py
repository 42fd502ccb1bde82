"""Read catalogues for tests: their drafts as JSON, and the paths at which two bodies differ."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from pytest_zstack_ticket.model.profile import Limits
from pytest_zstack_ticket.model.ticket import Draft
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.strategies import calibration_draft

CONTEXT = Context(tags=("a" * 32,))
LIMITS = Limits()
SHORT = Limits(name=30, description=50, comment=20)


def counted() -> Callable[[], str]:
    """Return what makes UUIDs by counting, so that two catalogues can be compared."""
    numbers = iter(range(1, 1000))
    return lambda: f"{next(numbers):012x}4{'8' * 19}"


def body_of(draft: Draft) -> Any:
    return json.loads(draft.body)


def calibration() -> Any:
    return body_of(calibration_draft(CONTEXT))


def changed_paths(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Yield the deepest paths at which two values differ; a list of another length differs in its extra items."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            below = f"{path}.{key}" if path else key
            if key in old and key in new:
                yield from changed_paths(old[key], new[key], below)
            else:
                yield below
    elif isinstance(old, list) and isinstance(new, list):
        for place in range(max(len(old), len(new))):
            if place < min(len(old), len(new)):
                yield from changed_paths(old[place], new[place], f"{path}[{place}]")
            else:
                yield f"{path}[{place}]"
    elif type(old) is not type(new) or old != new:
        yield path


def is_under(path: str, above: str) -> bool:
    return path == above or path.startswith((f"{above}.", f"{above}["))
