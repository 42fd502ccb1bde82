"""Read the catalogues of what people read."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from pytest_zstack_ticket.report.text import LANGUAGES, Wording

FOLDER = Path(__file__).parent / "report" / "locale"


@lru_cache(maxsize=1)
def wording() -> Wording:
    """Return the words of every language."""
    return Wording({lang: tomllib.loads((FOLDER / f"{lang}.toml").read_text("utf-8")) for lang in LANGUAGES})
