"""What this package reads of a JSON document, the same on every Python.

Each interpreter has limits of its own, for nesting and for the digits of an integer, and they differ between releases.
Ours are lower than all of theirs, so that they alone decide.
"""

from __future__ import annotations

from pytest_zstack_ticket.model.exchange import Json

MAX_DEPTH = 128
"""Levels of lists and objects. The deepest draft of the suites has 100 and comes back in a handful more."""
MAX_FILE_DEPTH = 96
"""Levels in a file of settings: an apiBody from there comes back in an envelope, and must not be too deep then."""
MAX_DIGITS = 640
"""Digits of an integer: the lowest limit that an interpreter can be set to."""


def too_deep(value: Json, most: int = MAX_DEPTH) -> bool:
    """Tell whether lists and objects are nested in more than `most` levels."""
    level = [value]
    for _ in range(most + 1):
        inner = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list))
        level = [item for items in inner for item in items]
        if not level:
            return False
    return True
