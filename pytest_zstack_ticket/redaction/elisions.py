"""Secrets of which a text shows both ends only, as pytest does with long values: 'd98b131706ff...c642a25ad14f9'."""

from __future__ import annotations

import re
from collections.abc import Collection

HIDDEN = "…"
_BESIDE_DOTS = re.compile(r"[A-Za-z0-9+/]{6,}(?=\.\.\.)|(?<=\.\.\.)[A-Za-z0-9+/]{6,}")


def without_elisions(text: str, secrets: Collection[str]) -> str:
    """Return a text in which no end of an elided value is part of a secret."""

    def shown(found: re.Match[str]) -> str:
        return HIDDEN if any(found[0] in secret for secret in secrets) else found[0]

    return _BESIDE_DOTS.sub(shown, text) if "..." in text else text
