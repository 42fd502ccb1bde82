"""Why a bundle is not accepted as genuine: a stable word, and the place that it is about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rejection:
    """One reason; `where` is a file, a key, a requirement or a value, as somebody else may have written it."""

    reason: str
    where: str = ""
