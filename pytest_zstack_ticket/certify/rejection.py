"""Reasons to reject a bundle: a stable word, and what it is about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rejection:
    """One reason; `where` is a file, key, requirement or value, perhaps copied from the rejected bundle."""

    reason: str
    where: str = ""
