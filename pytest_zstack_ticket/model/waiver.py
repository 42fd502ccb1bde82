"""A waiver of a known failure: which failure, why it is accepted, by whom, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from pytest_zstack_ticket.model.saved_example import SavedExample

WaiverClass: TypeAlias = Literal["product-bug", "suite-bug", "spec-gap", "environment", "by-design"]
WAIVER_CLASSES: tuple[WaiverClass, ...] = ("product-bug", "suite-bug", "spec-gap", "environment", "by-design")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One waiver. `signature` is that of the finding; `releases` are those it is for, empty for all.

    `counterexample` is sent again before the waiver counts; None if the finding cannot be sent again. The finding
    failed `seen` times of `tried` when it was repeated.
    """

    requirement: str
    signature: str
    kind: WaiverClass
    reason: str
    owner: str
    approver: str
    expires: date
    link: str = ""
    releases: tuple[str, ...] = ()
    seen: int = 0
    tried: int = 0
    counterexample: SavedExample | None = None
