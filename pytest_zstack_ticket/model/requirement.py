"""One numbered, testable statement about a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["must", "should", "may"]
Basis: TypeAlias = Literal["document", "platform", "sdk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A row of `suites/<area>/requirements.toml`.

    `needs` are capabilities without which it is inapplicable, `after` the requirements that it stands on, `killed_by`
    fault expressions of the simulator of which each must make it fail. `profiles` limits it to some profiles
    (empty: all). `consequence` says what a real SDK client does when it is not met, `sdk` names the recorded responses
    that show it. A `late` one compares the end of a run with its start, so its tests come after all others.
    """

    id: str
    area: str
    level: Level
    basis: Basis
    text: dict[str, str]
    source: str
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    killed_by: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    consequence: dict[str, str] | None = None
    sdk: tuple[str, ...] = ()
    not_tested: str = ""
    late: bool = False
